/* plimsoll help [COMMAND [COMMAND]] */
#include "base/suggest.h"
#include "cli/command_rows.h"
#include "cli/help.h"

static bool unknown(const struct command *const *table, const char *name, struct error *err)
{
    struct suggestion suggestion = {.word = name};
    for (; *table; table++)
        if (!(*table)->hidden)
            suggest_offer(&suggestion, (*table)->name);
    if (suggestion.best)
        return error_set(err, ERROR_USAGE, "there is no command \"%s\"; did you mean \"%s\"?", name,
                         suggestion.best);
    return error_set(err, ERROR_USAGE, "there is no command \"%s\"", name);
}

static bool run(struct invocation *call, struct error *err)
{
    const struct command *command = &program;
    const struct command *const *table = commands;
    for (size_t i = 0; i < call->operand_count; i++) {
        command = table ? command_find(table, call->operands[i]) : NULL;
        if (!command)
            return table ? unknown(table, call->operands[i], err)
                         : error_set(err, ERROR_USAGE, "\"%s\" has no commands of its own",
                                     call->operands[i - 1]);
        table = command->commands;
    }
    help_print(command, stdout, call->arena);
    return true;
}

const struct command command_help = {
    .name = "help",
    .summary = "tell what a command does and takes",
    .operands = "[COMMAND]",
    .most = 2,
    .run = run,
};
