#include "cli/command.h"

#include <stdlib.h>

#include "cli/command_rows.h"

/* In the order that help shows: what people do most often first. */
/* One a line, so that branches merge. */
/* clang-format off */
const struct command *const commands[] = {
    &command_scan,
    &command_lint,
    &command_comply,
    &command_explain,
    &command_sbom,
    &command_exceptions,
    &command_update,
    &command_ship,
    &command_build,
    &command_push,
    &command_tag,
    &command_audit,
    &command_remedy,
    &command_copy,
    &command_attach,
    &command_size,
    &command_doctor,
    &command_db,
    &command_cache,
    &command_lifecycle,
    &command_serve,
    &command_registry,
    &command_user,
    &command_check,
    &command_backup,
    &command_restore,
    &command_dockerfile,
    &command_version,
    &command_config,
    &command_completion,
    &command_help,
    &command_internal,
    NULL,
};
/* clang-format on */

const struct command *command_find(const struct command *const *table, const char *name)
{
    for (; *table; table++)
        if (slice_equal_str(slice_str(name), (*table)->name))
            return *table;
    return NULL;
}

const char *command_path(const struct command *command, struct arena *arena)
{
    if (command == &program)
        return "";
    for (size_t i = 0; commands[i]; i++)
        for (size_t j = 0; commands[i]->commands && commands[i]->commands[j]; j++)
            if (commands[i]->commands[j] == command)
                return arena_printf(arena, "%s %s", commands[i]->name, command->name).at;
    return command->name;
}

const struct option_value *option_value(const struct invocation *call, const char *name)
{
    const struct option_value *value = option_find(call->sets, 2, name);
    if (!value)
        abort();
    return value;
}

bool option_flag(const struct invocation *call, const char *name)
{
    return option_value(call, name)->on;
}

const char *option_text(const struct invocation *call, const char *name)
{
    return option_value(call, name)->text;
}

int64_t option_number(const struct invocation *call, const char *name)
{
    return option_value(call, name)->number;
}
