/* plimsoll internal man COMMAND|plimsoll: what the build asks of the program. Hidden. */
#include "cli/command_rows.h"
#include "cli/help.h"

static bool run_manual(struct invocation *call, struct error *err)
{
    const char *name = call->operands[0];
    const struct command *command =
        slice_equal_str(slice_str(name), program.name) ? &program : command_find(commands, name);
    if (!command)
        return error_set(err, ERROR_USAGE, "there is no command \"%s\" to write a manual of", name);
    manual_print(command, stdout, call->arena);
    return true;
}

static const struct command manual = {
    .name = "man",
    .summary = "write a manual page",
    .operands = "COMMAND",
    .least = 1,
    .most = 1,
    .run = run_manual,
};

static const struct command *const internal_commands[] = {&manual, NULL};

const struct command command_internal = {
    .name = "internal",
    .summary = "what the build asks of the program",
    .commands = internal_commands,
    .hidden = true,
};
