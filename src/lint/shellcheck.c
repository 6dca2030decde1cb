/* Collecting RUN bodies as scripts, and mapping what is said of them back to the Dockerfile. */
#include "lint/shellcheck.h"

#include "base/ascii.h"
#include "base/table.h"
#include "lint/shellcheck_run.h"

enum { NAMES_MAX = 2000 };

const struct lint_rule shellcheck_rule = {
    .id = "shellcheck",
    .codes = "",
    .severity = LINT_WARNING,
    .profiles = LINT_PROFILE_DEFAULT | LINT_PROFILE_HADOLINT,
    .title = "ShellCheck finds a fault in the commands of RUN",
    .why = "ShellCheck knows the traps of the shell: unquoted variables, tests that are always "
           "true, words that split. It is asked when it is installed; each finding has its own "
           "SC code, which can be ignored alone.",
    .bad = "RUN rm -rf $DIR/*",
    .good = "RUN rm -rf \"${DIR:?}\"/*",
};

bool shellcheck_is_code(struct slice name)
{
    uint64_t number;
    return name.len > 2 && slice_equal_nocase(slice_upto(name, 2), SLICE("SC")) &&
           slice_u64(slice_from(name, 2), &number);
}

struct shellcheck *shellcheck_new(struct arena *arena)
{
    struct shellcheck *check = arena_new(arena, struct shellcheck);
    if (!check)
        return NULL;
    check->arena = arena;
    check->seconds = 30;
    table_init(&check->known, arena);
    return check;
}

static bool push_piece(struct shellcheck *check, struct shellcheck_target *target, size_t script,
                       size_t file)
{
    struct dockerfile_piece piece = {script, file};
    return ARENA_PUSH(check->arena, target->pieces, target->piece_count, target->piece_room, piece);
}

/* A body of the logical text stands in the file in the pieces of its instruction. */
static bool map_body(struct shellcheck *check, struct shellcheck_target *target,
                     const struct dockerfile_model *model, const struct run_body *body, size_t at)
{
    const struct instruction *whole =
        body->instruction->outer ? body->instruction->outer : body->instruction;
    struct slice source = body->script.source;
    size_t first = (size_t)(source.at - whole->text.at);
    if (!push_piece(check, target, at, dockerfile_offset(model->dockerfile, whole, source.at)))
        return false;
    for (size_t i = 0; i < whole->piece_count; i++) {
        const struct dockerfile_piece *piece = &whole->pieces[i];
        if (piece->text > first && piece->text < first + source.len &&
            !push_piece(check, target, at + piece->text - first, piece->file))
            return false;
    }
    return true;
}

static void put(FILE *out, struct slice text)
{
    if (text.len)
        fwrite(text.at, 1, text.len, out);
}

static bool is_name(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '_')
            return false;
    return text.len && !ascii_digit(text.at[0]);
}

/* What ENV and ARG set is set for the script, too: SC2154 is for what nobody sets. */
static void put_header(FILE *out, const struct run_body *body, const struct stage_state *state)
{
    size_t names = 0;
    fprintf(out,
            "#!/bin/%.*s\nexport HTTP_PROXY=1 http_proxy=1 https_proxy=1 ftp_proxy=1 "
            "no_proxy=1 all_proxy=1",
            SLICE_ARG(body->shell));
    for (const struct variable *v = state->variables; v && names < NAMES_MAX; v = v->next, names++)
        if (is_name(v->name))
            fprintf(out, " %.*s=1", SLICE_ARG(v->name));
    fputc('\n', out);
}

/* The bodies of heredocs stand behind the line that they belong to, as the shell gets them. */
static bool put_heredocs(struct shellcheck *check, struct shellcheck_target *target, FILE *out,
                         const struct dockerfile_model *model, const struct run_body *body)
{
    const struct instruction *instruction = body->instruction;
    for (size_t i = 0; i < instruction->heredoc_count; i++) {
        const struct dockerfile_heredoc *heredoc = &instruction->heredocs[i];
        fputc('\n', out);
        if (!push_piece(check, target, (size_t)ftell(out),
                        dockerfile_offset(model->dockerfile, instruction, heredoc->content.at)))
            return false;
        put(out, heredoc->content);
        put(out, heredoc->name);
    }
    return true;
}

/* The script as ShellCheck gets it, and where its bytes come from. */
static bool write_script(struct shellcheck *check, struct shellcheck_target *target, FILE *out,
                         const struct dockerfile_model *model, const struct run_body *body)
{
    struct slice source = body->script.source;
    put_header(out, body, model_state(model, body->instruction));
    if (body->heredoc) {
        if (slice_starts(source, SLICE("#!")))
            slice_cut_line(&source); /* only a first line may be one */
        if (!push_piece(check, target, (size_t)ftell(out),
                        dockerfile_offset(model->dockerfile, body->instruction, source.at)))
            return false;
        put(out, source);
        return true;
    }
    if (!map_body(check, target, model, body, (size_t)ftell(out)))
        return false;
    put(out, source);
    return put_heredocs(check, target, out, model, body);
}

/* Equal scripts are judged once. */
static bool keep(struct shellcheck *check, struct shellcheck_target *target, struct slice text)
{
    struct shellcheck_script *script = table_get(&check->known, text);
    if (!script) {
        script = arena_new(check->arena, struct shellcheck_script);
        text = arena_copy(check->arena, text);
        if (!script || !text.at || !table_put(&check->known, text, script))
            return false;
        script->text = text;
        script->index = check->count;
        if (!ARENA_PUSH(check->arena, check->scripts, check->count, check->room, script))
            return false;
    }
    target->next = script->targets;
    script->targets = target;
    return true;
}

static bool add_body(struct shellcheck *check, const struct dockerfile_model *model,
                     const struct run_body *body)
{
    struct shellcheck_target *target = arena_new(check->arena, struct shellcheck_target);
    char *text = NULL;
    size_t length = 0;
    FILE *out = target ? open_memstream(&text, &length) : NULL;
    if (!out)
        return false;
    target->file = model->dockerfile->file;
    bool done = write_script(check, target, out, model, body);
    fclose(out);
    done = done && keep(check, target, slice_of(text, length));
    shellcheck_free(text);
    return done;
}

/* ShellCheck knows sh, bash, dash, ksh; and ash as dash. */
static bool is_known_shell(struct slice shell)
{
    return lint_has_word(SLICE("sh bash dash ash ksh"), shell);
}

static bool is_asked(const struct run_body *body)
{
    return body->instruction->keyword == KEYWORD_RUN && body->is_shell && !body->exec &&
           is_known_shell(body->shell);
}

bool shellcheck_add(struct shellcheck *check, const struct dockerfile_model *model,
                    struct error *err)
{
    size_t count = 0;
    for (size_t i = 0; i < model->dockerfile->count; i++)
        for (const struct run_body *body = model->bodies[i]; body && body->instruction; body++) {
            if (!is_asked(body))
                continue;
            if (body->script.source.len > SHELLCHECK_SCRIPT_MAX || ++count > SHELLCHECK_SCRIPTS_MAX)
                check->left_out++;
            else if (!add_body(check, model, body))
                return arena_error(err);
        }
    return true;
}

/* The byte of the script at a line and a column in characters. */
static size_t script_offset(struct slice text, unsigned line, unsigned column)
{
    struct slice rest = text;
    for (; line > 1 && rest.len; line--)
        rest = slice_from(rest, slice_find(rest, '\n') + 1);
    while (column > 1 && rest.len && rest.at[0] != '\n') {
        do
            rest = slice_from(rest, 1);
        while (rest.len && ((unsigned char)rest.at[0] & 0xC0) == 0x80);
        column--;
    }
    return text.len - rest.len;
}

/* Where a byte of the script stands in the file; SIZE_MAX for what is our own. */
static size_t file_offset(const struct shellcheck_target *target, size_t at)
{
    size_t found = SIZE_MAX;
    for (size_t i = 0; i < target->piece_count && target->pieces[i].text <= at; i++)
        found = target->pieces[i].file + (at - target->pieces[i].text);
    return found > target->file->bytes.len ? SIZE_MAX : found;
}

void shellcheck_tell(const struct shellcheck_script *script, const struct shellcheck_comment *said,
                     struct lint_report *report)
{
    size_t start = script_offset(script->text, said->line, said->column);
    size_t end = script_offset(script->text, said->end_line, said->end_column);
    struct slice code = arena_printf(report->arena, "SC%u", said->code);
    if (!code.at) {
        report->failed = true;
        return;
    }
    for (const struct shellcheck_target *target = script->targets; target; target = target->next) {
        size_t from = file_offset(target, start);
        /* The end of a piece is behind its last byte, not where the next one begins. */
        size_t to = end > start ? file_offset(target, end - 1) : SIZE_MAX;
        if (from == SIZE_MAX)
            continue;
        to = to == SIZE_MAX || to < from ? from : to + 1;
        struct lint_finding *finding = lint_add(report, &shellcheck_rule, target->file, from, to,
                                                "%.*s", SLICE_ARG(said->message));
        lint_finding_codes(finding, code.at);
        if (finding)
            finding->severity = said->severity;
    }
}
