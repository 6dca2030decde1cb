/* What stands in a RUN of several lines and does not do what it seems to. */
#include "base/ascii.h"
#include "lint/rules/rule_text.h"

/* Where the shell sees a comment begin: a "#" in front of a word, outside quotes; `len` when there
   is none. */
static size_t shell_comment(struct slice text)
{
    char quote = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        if (c == '\\' && quote != '\'')
            i++;
        else if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '"' || c == '\'' || c == '`')
            quote = c;
        else if (c == '#' &&
                 (!i || ascii_space(text.at[i - 1]) || memchr(";&|(", text.at[i - 1], 4)))
            return i;
    }
    return text.len;
}

/* The comment of its line becomes a line of its own above it: inside an instruction, too, those are
   left out before the shell reads. */
static void lift_comment(struct dockerfile_check *check, struct lint_finding *finding,
                         const struct instruction *instruction, struct slice comment)
{
    const struct lint_file *file = check->dockerfile->file;
    unsigned line, column;
    size_t start = dockerfile_offset(check->dockerfile, instruction, comment.at);
    lint_file_position(file, start, &line, &column);
    if (line == 1)
        return; /* there it could become a directive */
    lint_fix(check->report, finding, "move the comment to a line of its own above");
    check_fix_replace(check, finding, instruction, comment, SLICE(""));
    if (!finding || !finding->fix.len)
        return;
    char *own = arena_alloc(check->arena, comment.len + 2);
    if (!own)
        return;
    struct slice text = slice_trim(comment);
    memcpy(own, text.at, text.len);
    memcpy(own + text.len, check->dockerfile->crlf ? "\r\n" : "\n", 2);
    lint_fix_edit(check->report, finding, file->lines[line - 1], file->lines[line - 1],
                  slice_of(own, text.len + (check->dockerfile->crlf ? 2 : 1)));
}

static void look_eaten(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct run_body *body = check->model->bodies[model_index(check->model, instruction)];
    struct slice text = instruction->text;
    if (instruction->outer || instruction->json || instruction->heredoc_count ||
        instruction->piece_count < 2 || !body || !body->instruction || !body->is_shell)
        return;
    size_t begin = (size_t)(instruction->body.at - text.at);
    size_t at = begin + shell_comment(slice_from(text, begin));
    for (size_t i = 0; i < instruction->piece_count && at < text.len; i++) {
        size_t next = instruction->pieces[i].text;
        if (next <= at)
            continue;
        if (!slice_trim(slice_from(text, next)).len)
            return;
        struct slice comment = slice_of(text.at + at, next - at);
        struct lint_finding *finding =
            check_report(check, instruction, comment,
                         "the lines are joined before the shell reads them, so this comment goes "
                         "on to the end and what stands below never runs; move it to a line of its "
                         "own");
        lift_comment(check, finding, instruction, comment);
        return;
    }
}

/* ---- ARGs that do not hold in the stage ---- */

static bool is_name(char c)
{
    return ascii_alnum(c) || c == '_';
}

/* The next variable that the shell expands: $NAME, ${NAME…}; `rest` goes on behind it. */
static struct slice next_variable(struct slice *rest)
{
    while (rest->len) {
        size_t dollar = slice_find(*rest, '$');
        *rest = slice_from(*rest, dollar + 1);
        size_t skip = rest->len && rest->at[0] == '{', end = skip;
        while (end < rest->len && is_name(rest->at[end]))
            end++;
        struct slice name = slice_from(slice_upto(*rest, end), skip);
        *rest = slice_from(*rest, end);
        if (name.len && !ascii_digit(name.at[0]))
            return name;
    }
    return (struct slice){NULL, 0};
}

/* `NAME=`, `read NAME`, `for NAME`, `export NAME` anywhere: the script sets it itself. */
static bool script_sets(struct slice source, struct slice name)
{
    for (size_t at = slice_search(source, name); at < source.len;) {
        struct slice behind = slice_from(source, at + name.len);
        struct slice before = slice_trim(slice_upto(source, at));
        bool begins = !at || !is_name(source.at[at - 1]);
        if (begins && behind.len && behind.at[0] == '=')
            return true;
        if (begins && at && source.at[at - 1] != '$' && source.at[at - 1] != '{' &&
            (slice_ends(before, SLICE("read")) || slice_ends(before, SLICE("read -r")) ||
             slice_ends(before, SLICE("for")) || slice_ends(before, SLICE("export"))))
            return true;
        size_t next = slice_search(behind, name);
        if (next == behind.len)
            return false;
        at += name.len + next;
    }
    return false;
}

static void look_arguments(struct dockerfile_check *check, const struct run_body *body)
{
    const struct stage_state *state = model_state(check->model, body->instruction);
    const struct stage *stage = model_stage(check->model, body->instruction);
    if (!state || !stage || !stage->from || !body->is_shell || body->exec)
        return;
    for (size_t i = 0; i < body->script.count; i++)
        for (size_t j = 0; j < body->script.commands[i].word_count; j++) {
            struct slice raw = body->script.commands[i].words[j].raw, rest = raw;
            if (slice_find(raw, '\'') < raw.len)
                continue;
            for (struct slice name = next_variable(&rest); name.len; name = next_variable(&rest)) {
                const struct variable *global = stage_variable(&check->model->global, name);
                if (!global || !global->where || !global->is_arg || stage_variable(state, name) ||
                    base_may_set(stage, name) || script_sets(body->script.source, name))
                    continue;
                check_report(check, body->instruction, name,
                             "$%.*s is empty here: the ARG in line %u stands in front of FROM and "
                             "holds in a stage only behind a line `ARG %.*s` of its own",
                             SLICE_ARG(name), global->where->start_line, SLICE_ARG(name));
                return;
            }
        }
}

const struct dockerfile_rule rules_continued[] = {
    {.rule = {.id = "comment-eats-command",
              .codes = "",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT,
              .title = "comment in a continued RUN swallows the lines below it",
              .why = "Lines that end in a backslash are one line for the shell, and a comment goes "
                     "to the end of the line: nothing behind it runs, and nothing says so.",
              .bad = "RUN apk add --no-cache tini && \\\n    touch /a && # why \\\n    touch /b",
              .good =
                  "RUN apk add --no-cache tini && \\\n    touch /a && \\\n    # why\n    touch /b",
              .fix = "moves the comment to a line of its own"},
     .keywords = KEYWORD_BIT(KEYWORD_RUN),
     .instruction = look_eaten},
    {.rule = {.id = "arg-not-in-stage",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "RUN uses an ARG that holds only in FROM",
              .why = "An ARG in front of the first FROM is empty in a stage that does not repeat "
                     "it, so a version or a path is cut short without a word.",
              .bad = "ARG VERSION=1.2.3\nFROM alpine:3.23.1\nRUN wget "
                     "https://example.com/tool-$VERSION.tar.gz",
              .good = "ARG VERSION=1.2.3\nFROM alpine:3.23.1\nARG VERSION\nRUN wget "
                      "https://example.com/tool-$VERSION.tar.gz",
              .fix = NULL},
     .body = look_arguments},
    {.rule = {.id = NULL}},
};
