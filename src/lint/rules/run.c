/* What rules about RUN bodies ask: commands, operands, mounts, removals. See run.h. */
#include "lint/rules/run.h"

#include "base/ascii.h"

bool run_is_build(const struct run_body *body)
{
    const struct instruction *instruction = body->instruction;
    if (instruction->onbuild)
        instruction = instruction->onbuild;
    return instruction->keyword == KEYWORD_RUN;
}

struct slice run_place(const struct run_body *body, struct slice raw)
{
    return body->exec || !raw.at || !raw.len ? (struct slice){NULL, 0} : raw;
}

const struct shell_command *run_next(const struct run_body *body,
                                     const struct shell_command *command)
{
    const struct shell_command *end = body->script.commands + body->script.count;
    return command + 1 < end ? command + 1 : NULL;
}

struct operands operands_of(const struct shell_command *command, const char *with_values)
{
    return (struct operands){command, 0, with_values, false};
}

const struct shell_word *operands_next(struct operands *operands)
{
    size_t count = shell_argument_count(operands->command);
    while (operands->next < count) {
        const struct shell_word *word = shell_argument(operands->command, operands->next++);
        struct slice value = word->value;
        if (operands->only_operands || value.len < 2 || value.at[0] != '-')
            return word;
        if (slice_equal(value, SLICE("--")))
            operands->only_operands = true;
        else if (operands->with_values && lint_has_word(slice_str(operands->with_values), value))
            operands->next++;
    }
    return NULL;
}

const struct shell_word *operands_verb(struct operands *operands)
{
    const struct shell_word *word = operands_next(operands);
    while (word && !word->literal && word->value.len && word->value.at[0] == '$')
        word = operands_next(operands);
    return word;
}

bool run_has_argument(const struct shell_command *command, const char *word)
{
    size_t count = shell_argument_count(command);
    for (size_t i = 0; i < count; i++)
        if (slice_equal_str(shell_argument(command, i)->value, word))
            return true;
    return false;
}

bool run_has_any_option(const struct shell_command *command, const char *options)
{
    struct slice rest = slice_str(options);
    while (rest.len) {
        struct slice option = slice_cut(&rest, ' ');
        char name[40];
        if (option.len >= sizeof name)
            continue;
        memcpy(name, option.at, option.len);
        name[option.len] = 0;
        if (shell_has_option(command, name))
            return true;
    }
    return false;
}

bool run_is(const struct shell_command *command, const char *programs, const char *verbs,
            const char *with_values)
{
    if (!lint_has_word(slice_str(programs), command->program))
        return false;
    if (!verbs)
        return true;
    struct operands operands = operands_of(command, with_values);
    const struct shell_word *verb = operands_verb(&operands);
    return verb && lint_has_word(slice_str(verbs), verb->value);
}

/* "python", "python3.11" for "python": the name and then only digits and points. */
static bool is_versioned(struct slice program, const char *name)
{
    if (!slice_starts(program, slice_str(name)))
        return false;
    program = slice_from(program, strlen(name));
    for (size_t i = 0; i < program.len; i++)
        if (!ascii_digit(program.at[i]) && program.at[i] != '.')
            return false;
    return true;
}

bool run_is_pip(const struct shell_command *command, size_t *start)
{
    struct slice program = command->program;
    *start = 0;
    if (is_versioned(program, "pip") || slice_equal(program, SLICE("pipx")))
        return true;
    size_t count = shell_argument_count(command);
    if (slice_equal(program, SLICE("uv"))) {
        *start = 1;
        return count && lint_has_word(SLICE("pip tool"), shell_argument(command, 0)->value);
    }
    if (!is_versioned(program, "python") && !is_versioned(program, "pypy"))
        return false;
    for (size_t i = 0; i + 1 < count; i++)
        if (slice_equal(shell_argument(command, i)->value, SLICE("-m"))) {
            *start = i + 2;
            return slice_equal(shell_argument(command, i + 1)->value, SLICE("pip"));
        }
    return false;
}

bool run_mentions(const struct shell_command *command, const char *needle)
{
    for (size_t i = 0; i < command->word_count; i++) {
        struct slice value = command->words[i].value;
        if (slice_search(value, slice_str(needle)) < value.len)
            return true;
    }
    return false;
}

static struct slice without_slashes(struct slice path)
{
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    return path;
}

static bool ends_in_folder(struct slice path, struct slice folder)
{
    if (slice_equal(path, folder))
        return true;
    return path.len > folder.len && path.at[path.len - folder.len - 1] == '/' &&
           slice_ends(path, folder);
}

/* `folder` is `path` or above it; a relative `path` may begin anywhere. */
static bool covers(struct slice folder, const char *path)
{
    folder = without_slashes(folder);
    struct slice whole = slice_str(path);
    if (!folder.len)
        return false;
    if (path[0] == '/')
        return slice_equal(folder, whole) ||
               (slice_starts(whole, folder) && whole.at[folder.len] == '/');
    for (size_t i = 1; i <= whole.len; i++)
        if ((i == whole.len || whole.at[i] == '/') && ends_in_folder(folder, slice_upto(whole, i)))
            return true;
    return false;
}

static struct slice unquoted(struct slice text)
{
    text = slice_trim(text);
    if (text.len >= 2 && (text.at[0] == '"' || text.at[0] == '\'') &&
        text.at[text.len - 1] == text.at[0])
        return slice_of(text.at + 1, text.len - 2);
    return text;
}

struct mount {
    struct slice type, target;
};

static struct mount mount_read(struct slice value)
{
    struct mount mount = {SLICE("bind"), {NULL, 0}};
    value = unquoted(value);
    while (value.len) {
        struct slice item = slice_cut(&value, ',');
        struct slice key = slice_trim(slice_cut(&item, '='));
        if (slice_equal_nocase(key, SLICE("type")))
            mount.type = unquoted(item);
        else if (slice_equal_nocase(key, SLICE("target")) ||
                 slice_equal_nocase(key, SLICE("dst")) ||
                 slice_equal_nocase(key, SLICE("destination")))
            mount.target = unquoted(item);
    }
    return mount;
}

static const struct instruction *innermost(const struct run_body *body)
{
    return body->instruction->onbuild ? body->instruction->onbuild : body->instruction;
}

bool run_has_mount(const struct run_body *body, const char *path)
{
    const struct instruction *run = innermost(body);
    for (size_t i = 0; i < run->flag_count; i++) {
        if (!slice_equal(run->flags[i].name, SLICE("mount")))
            continue;
        struct mount mount = mount_read(run->flags[i].value);
        if ((slice_equal(mount.type, SLICE("cache")) || slice_equal(mount.type, SLICE("tmpfs"))) &&
            covers(mount.target, path))
            return true;
    }
    return false;
}

bool run_has_mount_type(const struct run_body *body, const char *type)
{
    const struct instruction *run = innermost(body);
    for (size_t i = 0; i < run->flag_count; i++)
        if (slice_equal(run->flags[i].name, SLICE("mount")) &&
            slice_equal_str(mount_read(run->flags[i].value).type, type))
            return true;
    return false;
}

/* A path of rm: its last parts that are patterns stand for all in the folder. */
static bool removal_covers(struct slice path, const char *wanted)
{
    while (path.len) {
        struct slice last = slice_from(path, slice_find_last(path, '/') + 1);
        if (slice_find_last(path, '/') == path.len || slice_find(last, '*') == last.len)
            break;
        path = slice_upto(path, slice_find_last(path, '/'));
    }
    return covers(path, wanted);
}

/* One group of braces is tried with each of its words: /var/lib/{apt,dpkg}. */
static bool removes_word(struct slice value, const char *wanted)
{
    size_t open = slice_find(value, '{'), close = slice_find(value, '}');
    if (open >= close || close == value.len || (open && value.at[open - 1] == '$'))
        return removal_covers(value, wanted);
    struct slice words = slice_of(value.at + open + 1, close - open - 1);
    while (words.len) {
        struct slice word = slice_cut(&words, ',');
        char path[256];
        if (open + word.len + (value.len - close - 1) >= sizeof path)
            continue;
        memcpy(path, value.at, open);
        memcpy(path + open, word.at, word.len);
        memcpy(path + open + word.len, value.at + close + 1, value.len - close - 1);
        if (removal_covers(slice_of(path, open + word.len + value.len - close - 1), wanted))
            return true;
    }
    return false;
}

bool run_removes(const struct run_body *body, const struct shell_command *command, const char *path)
{
    for (; command; command = run_next(body, command)) {
        bool find = slice_equal(command->program, SLICE("find"));
        if (!find && !slice_equal(command->program, SLICE("rm")))
            continue;
        if (find && !run_has_argument(command, "-delete") && !run_mentions(command, "rm"))
            continue;
        size_t count = shell_argument_count(command);
        for (size_t i = 0; i < count; i++)
            if (removes_word(shell_argument(command, i)->value, path))
                return true;
    }
    return false;
}
