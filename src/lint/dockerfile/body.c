/*
 * RUN bodies: which program reads them, and what they say when that is a shell.
 *
 *   RUN apt-get update                  SHELL's
 *   RUN ["bash", "-c", "…"]             the words are the command; -c's string is read, too
 *   RUN <<EOF                           the content: SHELL's, or its "#!" line's
 *   RUN python3 <<EOF                   the line is SHELL's, the content python3's
 *   RUN cat <<EOF > /file               the content is data: no body
 */
#include "base/ascii.h"
#include "lint/dockerfile/maker.h"

/* Programs that take a script from standard input when they are given none. */
static const char interpreters[] =
    "python python2 python3 node nodejs perl ruby php lua deno bun pwsh powershell fish Rscript";

struct bodies {
    struct run_body *items;
    size_t count, room;
};

/* "bash" of "/bin/bash", "cmd" of "C:\\Windows\\cmd.exe". */
static struct slice base_name(struct slice path)
{
    for (size_t i = path.len; i-- > 0;)
        if (path.at[i] == '/' || path.at[i] == '\\') {
            path = slice_from(path, i + 1);
            break;
        }
    if (path.len > 4 && slice_equal_nocase(slice_from(path, path.len - 4), SLICE(".exe")))
        path.len -= 4;
    return path;
}

/* The shell in SHELL's words: `conda run -n x /bin/bash -c` ends in one. */
static struct slice shell_name(const struct stage_state *state)
{
    for (size_t i = 0; i < state->shell_count; i++)
        if (shell_is_posix(base_name(state->shell[i])))
            return base_name(state->shell[i]);
    return state->shell_count ? base_name(state->shell[0]) : (struct slice){NULL, 0};
}

static bool shell_pipefail(const struct stage_state *state)
{
    for (size_t i = 1; i < state->shell_count; i++) {
        struct slice before = state->shell[i - 1];
        if (slice_equal_str(state->shell[i], "pipefail") && before.len > 1 && before.at[0] == '-' &&
            before.at[before.len - 1] == 'o')
            return true;
    }
    return false;
}

static void add(struct model_maker *maker, struct bodies *bodies, struct run_body body,
                struct slice source)
{
    struct error err = {0};
    body.is_shell = body.exec || shell_is_posix(body.shell);
    if (!body.exec) {
        body.script = (struct shell_script){.source = source, .complete = true};
        if (body.is_shell && !shell_parse(source, maker->arena, &body.script, &err))
            maker->failed = true;
    }
    /* One place more than is counted: the array ends with an empty one. */
    struct run_body *items =
        arena_grow(maker->arena, bodies->items, bodies->count, &bodies->room, sizeof body);
    if (!items) {
        maker->failed = true;
        return;
    }
    bodies->items = items;
    items[bodies->count++] = body;
}

/* What reads a script with "#!"; empty when it has none. */
static struct slice shebang(struct slice content)
{
    if (!slice_starts(content, SLICE("#!")))
        return (struct slice){NULL, 0};
    struct slice line = slice_trim(slice_from(slice_cut_line(&content), 2));
    struct slice name = base_name(slice_cut(&line, ' '));
    while (slice_equal_str(name, "env") && line.len) {
        struct slice word = slice_cut(&line, ' ');
        if (word.len && word.at[0] != '-' && slice_find(word, '=') == word.len)
            return base_name(word);
    }
    return name;
}

static bool in_words(const char *words, struct slice word)
{
    return word.len && lint_has_word(slice_str(words), word);
}

/* The first operand of an interpreter, behind its options: -eo pipefail, -W error. */
static struct slice first_operand(const struct shell_command *command, bool shell)
{
    for (size_t i = 0; i < shell_argument_count(command); i++) {
        struct slice word = shell_argument(command, i)->value;
        if (word.len < 2 || (word.at[0] != '-' && word.at[0] != '+'))
            return word;
        char last = word.at[word.len - 1];
        i += shell ? word.at[1] != '-' && (last == 'o' || last == 'O')
                   : in_words("-W -X -I -r -M", word);
    }
    return (struct slice){NULL, 0};
}

/* Which program reads a heredoc; empty: it is data. */
static struct slice reader_of(const struct shell_command *command)
{
    struct slice none = {NULL, 0};
    bool shell = shell_is_posix(command->program);
    if (!shell && !in_words(interpreters, command->program))
        return none;
    if (shell && shell_has_option(command, "-s"))
        return command->program;
    struct slice script = first_operand(command, shell);
    bool given = script.len && !slice_equal_str(script, "-");
    bool inside = shell_has_option(command, "-c") || (!shell && shell_has_option(command, "-e"));
    return given || inside ? none : command->program;
}

static const struct shell_command *find_fed(const struct shell_script *script,
                                            const struct dockerfile_heredoc *heredoc)
{
    for (size_t i = 0; i < script->count; i++) {
        const struct shell_command *command = &script->commands[i];
        for (size_t j = 0; j < command->redirect_count; j++) {
            const struct shell_redirect *redirect = &command->redirects[j];
            if (slice_starts(redirect->operator, SLICE("<<")) &&
                !slice_equal_str(redirect->operator, "<<<") && redirect->descriptor == 0 &&
                slice_equal(redirect->target.value, heredoc->name))
                return command;
        }
    }
    return NULL;
}

/* `RUN <<EOF`: nothing but the heredoc on the line. */
static bool is_only_heredoc(const struct instruction *instruction)
{
    if (instruction->heredoc_count != 1)
        return false;
    struct slice raw = instruction->heredocs[0].raw;
    return slice_equal(slice_trim(instruction->body), slice_trim(raw));
}

static void add_script(struct model_maker *maker, struct bodies *bodies, struct run_body body,
                       const struct dockerfile_heredoc *heredoc)
{
    struct slice named = shebang(heredoc->content);
    body.heredoc = heredoc;
    if (named.len) {
        body.shell = named;
        body.pipefail = false;
    }
    add(maker, bodies, body, heredoc->content);
}

static void add_run(struct model_maker *maker, struct bodies *bodies, struct run_body body)
{
    const struct instruction *instruction = body.instruction;
    if (is_only_heredoc(instruction)) {
        add_script(maker, bodies, body, &instruction->heredocs[0]);
        return;
    }
    add(maker, bodies, body, instruction->body);
    if (maker->failed || !bodies->items[0].is_shell)
        return;
    for (size_t i = 0; i < instruction->heredoc_count && !maker->failed; i++) {
        const struct dockerfile_heredoc *heredoc = &instruction->heredocs[i];
        const struct shell_command *fed = find_fed(&bodies->items[0].script, heredoc);
        struct slice reader = fed ? reader_of(fed) : (struct slice){NULL, 0};
        if (!reader.len)
            continue;
        struct run_body content = {.instruction = instruction, .heredoc = heredoc};
        content.shell = reader;
        struct slice option;
        content.pipefail =
            shell_option_value(fed, "-o", &option) && slice_equal_str(option, "pipefail");
        add(maker, bodies, content, heredoc->content);
    }
}

/* JSON form: `first` words are none of the command (HEALTHCHECK's CMD). */
static void add_exec(struct model_maker *maker, struct bodies *bodies, struct run_body body,
                     size_t first)
{
    const struct instruction *instruction = body.instruction;
    struct error err = {0};
    body.exec = true;
    body.pipefail = false;
    body.shell = (struct slice){NULL, 0};
    if (instruction->argument_count <= first)
        return;
    if (!shell_parse_words(instruction->arguments + first, instruction->argument_count - first,
                           maker->arena, &body.script, &err)) {
        maker->failed = true;
        return;
    }
    if (body.script.count && shell_is_posix(body.script.commands[0].program))
        body.shell = body.script.commands[0].program;
    add(maker, bodies, body, body.script.source);
}

static bool has_body(const struct instruction *instruction)
{
    if (instruction->keyword == KEYWORD_HEALTHCHECK)
        return instruction->argument_count > 1;
    return instruction->keyword == KEYWORD_RUN || instruction->keyword == KEYWORD_CMD ||
           instruction->keyword == KEYWORD_ENTRYPOINT;
}

struct run_body *maker_bodies(struct model_maker *maker, const struct instruction *instruction,
                              const struct stage_state *state)
{
    struct bodies bodies = {0};
    size_t first = instruction->keyword == KEYWORD_HEALTHCHECK;
    if (!has_body(instruction))
        return NULL;
    struct run_body body = {
        .instruction = instruction, .shell = shell_name(state), .pipefail = shell_pipefail(state)};
    if (instruction->json)
        add_exec(maker, &bodies, body, first);
    else if (instruction->keyword == KEYWORD_RUN)
        add_run(maker, &bodies, body);
    else
        add(maker, &bodies, body, first ? instruction->arguments[1] : instruction->body);
    struct run_body none = {0};
    if (maker->failed || !bodies.count)
        return NULL;
    maker->failed |= !ARENA_PUSH(maker->arena, bodies.items, bodies.count, bodies.room, none);
    return bodies.items;
}
