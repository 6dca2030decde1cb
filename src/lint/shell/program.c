/* What a command starts in the end: through sudo and env, in `sh -c '…'`, by `set -o`. */
#include "base/ascii.h"
#include "lint/shell/reader.h"

/* A program that only starts another one. */
struct starter {
    const char *name;
    const char *with_values; /* options whose value is a word of its own */
    unsigned skipped;        /* words of its own in front of the program: timeout 5 … */
    bool assignments;        /* takes NAME=value */
};

static const struct starter starters[] = {
    {"sudo",
     "-u -g -h -p -C -D -R -T -U --user --group --host --prompt --chdir --chroot --close-from", 0,
     true},
    {"doas", "-u -C", 0, false},
    {"env", "-u -C --unset --chdir", 0, true},
    {"exec", "-a", 0, false},
    {"command", "", 0, false},
    {"builtin", "", 0, false},
    {"nice", "-n --adjustment", 0, false},
    {"ionice", "-c -n --class --classdata", 0, false},
    {"nohup", "", 0, false},
    {"time", "-f -o --format --output", 0, false},
    {"timeout", "-k -s --kill-after --signal", 1, false},
    {"stdbuf", "-i -o -e --input --output --error", 0, false},
    {"setsid", "", 0, false},
    {"xargs",
     "-n -I -P -L -d -s -E -a --max-args --replace --max-procs --max-lines --delimiter --max-chars "
     "--arg-file",
     0, false},
    {"eatmydata", "", 0, false},
    {"fakeroot", "", 0, false},
    {"gosu", "", 1, false},
    {"su-exec", "", 1, false},
    {"chronic", "", 0, false},
    {"busybox", "", 0, false},
    {"linux32", "", 0, false},
    {"linux64", "", 0, false},
};

static struct slice base_name(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash == path.len ? path : slice_from(path, slash + 1);
}

static const struct starter *find_starter(struct slice name)
{
    for (size_t i = 0; i < sizeof starters / sizeof *starters; i++)
        if (slice_equal_str(name, starters[i].name))
            return &starters[i];
    return NULL;
}

static bool has_listed(const char *list, struct slice word)
{
    struct slice words = slice_str(list);
    while (words.len)
        if (slice_equal(slice_cut(&words, ' '), word))
            return true;
    return false;
}

static bool looks_assigned(struct slice word)
{
    size_t equal = slice_find(word, '=');
    for (size_t i = 0; i < equal; i++)
        if (!ascii_alnum(word.at[i]) && word.at[i] != '_')
            return false;
    return equal && equal < word.len && !ascii_digit(word.at[0]);
}

/* Index of the word that a starter starts; the count of words when it starts none. `from` and `to`
   get the assignments it takes. */
static size_t skip_starter(const struct shell_command *command, const struct starter *starter,
                           size_t at, size_t *from, size_t *to)
{
    size_t count = command->word_count;
    unsigned skipped = starter->skipped;
    bool query = slice_equal_str(slice_str(starter->name), "command");
    for (at++; at < count; at++) {
        struct slice word = command->words[at].value;
        if (slice_equal_str(word, "--")) {
            at++;
            break;
        }
        if (word.len < 2 || word.at[0] != '-')
            break;
        if (query && slice_find(word, 'v') + slice_find(word, 'V') < 2 * word.len)
            return count; /* only asks where the program is */
        at += has_listed(starter->with_values, word);
    }
    *from = at;
    while (starter->assignments && at < count && looks_assigned(command->words[at].value))
        at++;
    *to = at;
    return at < count && skipped < count - at ? at + skipped : count;
}

/* Those that env takes stand in front of those of the shell in one array. */
static void add_assignments(struct shell_reader *reader, struct shell_command *command, size_t from,
                            size_t to)
{
    size_t count = command->assignment_count;
    struct shell_word *all = arena_array(reader->arena, count + to - from, sizeof *all);
    if (!all) {
        reader->failed = true;
        return;
    }
    if (count)
        memcpy(all, command->assignments, count * sizeof *all);
    memcpy(all + count, command->words + from, (to - from) * sizeof *all);
    command->assignments = all;
    command->assignment_count = count + to - from;
}

void command_find_program(struct shell_reader *reader, struct shell_command *command)
{
    size_t at = 0;
    if (!command->word_count)
        return;
    for (;;) {
        const struct shell_word *word = &command->words[at];
        struct slice name = word->literal ? base_name(word->value) : (struct slice){NULL, 0};
        const struct starter *starter = name.len ? find_starter(name) : NULL;
        size_t from = 0, to = 0;
        size_t next = starter ? skip_starter(command, starter, at, &from, &to) : at;
        command->program = name;
        command->first_argument = at + 1;
        if (!starter)
            return;
        command->with_sudo |= slice_equal_str(name, "sudo");
        if (to > from)
            add_assignments(reader, command, from, to);
        if (next >= command->word_count)
            return;
        at = next;
    }
}

bool shell_is_posix(struct slice program)
{
    return program.len && has_listed("sh bash ash dash ksh mksh zsh rbash", program);
}

bool command_is_shell(const struct shell_command *command)
{
    return shell_is_posix(command->program);
}

static bool is_cluster(struct slice word)
{
    if (word.len < 2 || (word.at[0] != '-' && word.at[0] != '+'))
        return false;
    for (size_t i = 1; i < word.len; i++)
        if (!ascii_alpha(word.at[i]))
            return false;
    return true;
}

/* Options of `set` and of a shell: -e, +x, -euo pipefail. Gives the index behind them. */
static size_t read_set_options(const struct shell_command *command, bool *pipefail, bool *script)
{
    size_t at = command->first_argument;
    for (; at < command->word_count; at++) {
        struct slice word = command->words[at].value;
        if (word.len > 2 && slice_starts(word, SLICE("--")))
            continue; /* --login */
        if (!is_cluster(word))
            break;
        *script |= word.at[0] == '-' && slice_find(slice_from(word, 1), 'c') < word.len - 1;
        char last = word.at[word.len - 1];
        if ((last != 'o' && last != 'O') || at + 1 >= command->word_count)
            continue;
        if (slice_equal_str(command->words[++at].value, "pipefail"))
            *pipefail = word.at[0] == '-';
    }
    return at;
}

/* The script of `sh -c`. */
static void follow_shell(struct shell_reader *reader, const struct shell_command *command,
                         bool again)
{
    bool script = false, pipefail = false, outer = reader->place.pipefail;
    size_t at = read_set_options(command, &pipefail, &script);
    if (!script || at >= command->word_count)
        return;
    reader->place.pipefail = pipefail;
    reader_read_nested(reader, command->words[at].value, again);
    reader->place.pipefail = outer;
}

void reader_read_fed(struct shell_reader *reader, size_t index, struct slice text, bool again)
{
    const struct shell_command command = reader->script->commands[index];
    bool script = false, pipefail = false, outer = reader->place.pipefail;
    read_set_options(&command, &pipefail, &script);
    if (script)
        return; /* it has its script already, and this is what that reads */
    reader->place.pipefail = pipefail;
    reader_read_nested(reader, text, again);
    reader->place.pipefail = outer;
}

/* su -c '…' someone */
static void follow_su(struct shell_reader *reader, const struct shell_command *command, bool again)
{
    struct slice text;
    bool outer = reader->place.pipefail;
    reader->place.pipefail = false;
    if (shell_option_value(command, "-c", &text) || shell_option_value(command, "--command", &text))
        reader_read_nested(reader, text, again);
    reader->place.pipefail = outer;
}

static void follow_eval(struct shell_reader *reader, const struct shell_command *command,
                        bool again)
{
    size_t first = command->first_argument, size = 0;
    if (first + 1 == command->word_count) {
        reader_read_nested(reader, command->words[first].value, again);
        return;
    }
    for (size_t i = first; i < command->word_count; i++)
        size += command->words[i].value.len + 1;
    char *text = arena_alloc(reader->arena, size);
    if (!text) {
        reader->failed = true;
        return;
    }
    size_t at = 0;
    for (size_t i = first; i < command->word_count; i++) {
        struct slice word = command->words[i].value;
        if (word.len)
            memcpy(text + at, word.at, word.len);
        at += word.len;
        text[at++] = ' ';
    }
    reader_read_nested(reader, slice_of(text, size), again);
}

void reader_follow_command(struct shell_reader *reader, size_t index)
{
    /* A copy: the array moves while nested commands are added. */
    const struct shell_command command = reader->script->commands[index];
    bool again = reader->script->count > index + 1, ignored = false;
    if (reader_stopped(reader) || !command.program.len)
        return;
    if (slice_equal_str(command.program, "set"))
        read_set_options(&command, &reader->place.pipefail, &ignored);
    else if (slice_equal_str(command.program, "shopt") && shell_has_option(&command, "-o") &&
             slice_equal_str(shell_verb(&command, "", NULL), "pipefail"))
        reader->place.pipefail = shell_has_option(&command, "-s");
    else if (command_is_shell(&command))
        follow_shell(reader, &command, again);
    else if (slice_equal_str(command.program, "su") || slice_equal_str(command.program, "runuser"))
        follow_su(reader, &command, again);
    else if (slice_equal_str(command.program, "eval"))
        follow_eval(reader, &command, again);
}
