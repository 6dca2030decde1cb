/* Questions that rules ask of a command. */
#include "base/ascii.h"
#include "lint/shell/shell.h"

static const struct shell_word no_word;

const struct shell_word *shell_argument(const struct shell_command *command, size_t index)
{
    size_t count = shell_argument_count(command);
    return index < count ? &command->words[command->first_argument + index] : &no_word;
}

size_t shell_argument_count(const struct shell_command *command)
{
    return command->word_count > command->first_argument
               ? command->word_count - command->first_argument
               : 0;
}

/* "-y" in "-qy": letters and digits up to a "=". Gives its place, 0: not in it. */
static size_t find_letter(struct slice word, char letter)
{
    struct slice cluster = slice_upto(word, slice_find(word, '='));
    if (cluster.len < 2 || cluster.at[0] != '-')
        return 0;
    size_t found = 0;
    for (size_t i = 1; i < cluster.len; i++) {
        if (!ascii_alnum(cluster.at[i]))
            return 0;
        if (cluster.at[i] == letter && !found)
            found = i;
    }
    return found;
}

static bool is_short(struct slice option)
{
    return option.len == 2 && option.at[1] != '-';
}

/* Whether the word gives the option; `value` gets what stands behind it in the word, at NULL when
   nothing does. */
static bool gives(struct slice word, struct slice option, struct slice *value)
{
    *value = (struct slice){NULL, 0};
    if (slice_equal(word, option))
        return true;
    if (slice_starts(word, option) && word.at[option.len] == '=') {
        *value = slice_from(word, option.len + 1);
        return true;
    }
    if (!is_short(option))
        return false;
    if (slice_starts(word, option)) {
        *value = slice_from(word, option.len); /* -oDpkg::Use-Pty=0 */
        return true;
    }
    size_t at = find_letter(word, option.at[1]);
    if (at && at + 1 < word.len) {
        *value = slice_from(word, at + 1);
        if (value->at[0] == '=')
            *value = slice_from(*value, 1);
    }
    return at;
}

static bool find_option(const struct shell_command *command, const char *option,
                        struct slice *value)
{
    struct slice wanted = slice_str(option);
    size_t count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++) {
        struct slice word = shell_argument(command, i)->value;
        if (slice_equal_str(word, "--"))
            return false;
        if (!gives(word, wanted, value))
            continue;
        if (!value->at && i + 1 < count)
            *value = shell_argument(command, i + 1)->value;
        return true;
    }
    return false;
}

bool shell_has_option(const struct shell_command *command, const char *option)
{
    struct slice value;
    return find_option(command, option, &value);
}

bool shell_option_value(const struct shell_command *command, const char *option,
                        struct slice *value)
{
    struct slice found;
    if (!find_option(command, option, &found))
        return false;
    if (value)
        *value = found;
    return true;
}

static bool takes_value(const char *with_values, struct slice word)
{
    struct slice options = slice_str(with_values ? with_values : "");
    while (options.len)
        if (slice_equal(slice_cut(&options, ' '), word))
            return true;
    return false;
}

struct slice shell_verb(const struct shell_command *command, const char *with_values, size_t *index)
{
    size_t count = shell_argument_count(command), i = 0;
    for (; i < count; i++) {
        struct slice word = shell_argument(command, i)->value;
        if (slice_equal_str(word, "--")) {
            i++;
            break;
        }
        if (word.len < 2 || word.at[0] != '-')
            break;
        i += takes_value(with_values, word);
    }
    if (i > count)
        i = count;
    if (index)
        *index = i;
    return shell_argument(command, i)->value;
}

bool shell_has_pipefail(const struct shell_script *script, size_t index)
{
    return index < script->count && script->commands[index].pipefail;
}
