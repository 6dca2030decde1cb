/* Any bytes parse; everything that is said to be of the source is inside it. */
#include <stdlib.h>

#include "lint/shell/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void inside(struct slice source, struct slice part)
{
    if (part.at && (part.at < source.at || part.at + part.len > source.at + source.len))
        abort();
}

static void check(const struct shell_script *script, size_t index)
{
    const struct shell_command *command = &script->commands[index];
    struct slice value = {NULL, 0}, verb;
    size_t place = 0;
    inside(script->source, command->raw);
    if (command->end > script->source.len || command->start > command->end)
        abort();
    for (size_t i = 0; i < command->word_count; i++)
        inside(script->source, command->words[i].raw);
    if (command->pipe_index >= command->pipe_length ||
        command->first_argument > command->word_count)
        abort();
    shell_has_option(command, "-y");
    shell_option_value(command, "--option", &value);
    verb = shell_verb(command, "-o", &place);
    if (place > shell_argument_count(command) || (verb.len && !verb.at))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    struct shell_script script;
    struct error err = {0};
    if (!shell_parse(slice_of(data, size), &arena, &script, &err))
        return 0;
    for (size_t i = 0; i < script.count; i++)
        check(&script, i);
    return 0;
}
