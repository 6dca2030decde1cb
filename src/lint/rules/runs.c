/*
 * RUN after RUN. Each makes a layer; what the later one deletes is still in the earlier. Merging
 * keeps the meaning only when neither is a heredoc or JSON, both have the same flags, the first
 * leaves nothing behind in its shell (cd, set, variables), and the second is one list of &&.
 */
#include "lint/rules/run.h"

static const struct run_body *only_body(const struct dockerfile_check *check, size_t index)
{
    const struct run_body *body = check->model->bodies[index];
    if (!body || !body->instruction || (body + 1)->instruction)
        return NULL;
    return body;
}

static bool is_plain_run(const struct instruction *instruction)
{
    return instruction->keyword == KEYWORD_RUN && !instruction->heredoc_count;
}

static bool same_flags(const struct instruction *a, const struct instruction *b)
{
    if (a->flag_count != b->flag_count)
        return false;
    for (size_t i = 0; i < a->flag_count; i++)
        if (!slice_equal(a->flags[i].raw, b->flags[i].raw))
            return false;
    return true;
}

/* As Hadolint counts: those in substitutions, too, but not what is in the string of `sh -c`. */
static size_t count_commands(const struct run_body *body)
{
    size_t count = 0;
    bool in_string = false;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (!command->nested)
            in_string = shell_is_posix(command->program);
        count += command->word_count > 0 && !(command->nested && in_string);
    }
    return count;
}

/* Whether the first thing that the layer does is to delete what an earlier one brought; an rm
   further on is likely of what the RUN made itself. */
static bool begins_by_deleting(const struct run_body *body)
{
    const struct shell_command *command = body->script.commands;
    return body->is_shell && body->script.count &&
           (run_is(command, "rm", NULL, NULL) || run_is(command, "apk", "del", "") ||
            run_is(command, "apt-get apt", "remove purge autoremove clean", "-o") ||
            run_is(command, "yum dnf microdnf zypper", "remove erase rm autoremove clean", "") ||
            run_is(command, "npm yarn pip gem", "cache prune uninstall", ""));
}

/* What of the first would still hold in the second if they were one. */
static bool leaves_traces(const struct run_body *body)
{
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (command->subshell || command->nested)
            continue;
        if (!command->word_count ||
            lint_has_word(SLICE("cd pushd popd set shopt export unset umask alias trap source . "
                                "exec exit return eval local readonly declare ulimit"),
                          command->program))
            return true;
    }
    return false;
}

/* `a || b` and `a; b` behind && would run when the first RUN failed. */
static bool is_and_list(const struct run_body *body)
{
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (!command->subshell && !command->nested && !command->conditional &&
            command->joint != JOINT_FIRST && command->joint != JOINT_AND &&
            command->joint != JOINT_PIPE)
            return false;
    }
    return true;
}

/* Nothing but the end of a compound command behind the last word: no comment, `;`, `&`. */
static bool ends_openly(const struct run_body *body)
{
    const struct shell_script *script = &body->script;
    if (!script->complete || !script->count)
        return false;
    const char *end = script->source.at;
    for (size_t i = 0; i < script->count; i++)
        if (script->commands[i].raw.at &&
            script->commands[i].raw.at + script->commands[i].raw.len > end)
            end = script->commands[i].raw.at + script->commands[i].raw.len;
    size_t used = (size_t)(end - script->source.at);
    if (used > script->source.len)
        return false;
    struct slice rest = slice_trim(slice_from(script->source, used));
    return !rest.len || slice_equal(rest, SLICE(")")) || slice_equal(rest, SLICE("; fi")) ||
           slice_equal(rest, SLICE("; done"));
}

/* The lines of comments between two RUNs, each with its end; false when one of them is a word to
   some program, for which its place matters. */
static bool comments_between(struct dockerfile_check *check, struct slice gap,
                             struct slice *comments)
{
    char *text = arena_alloc(check->arena, gap.len + 1);
    size_t len = 0;
    if (!text)
        return false;
    slice_cut(&gap, '\n'); /* the end of the first RUN's last line */
    while (gap.len) {
        struct slice line = slice_cut(&gap, '\n'), words = slice_trim(line);
        if (!words.len)
            continue;
        if (words.at[0] != '#' || slice_search(words, SLICE("ignore")) < words.len ||
            slice_search(words, SLICE("check=")) < words.len ||
            slice_search(words, SLICE("shellcheck")) < words.len)
            return false;
        memcpy(text + len, line.at, line.len);
        text[len + line.len] = '\n';
        len += line.len + 1;
    }
    *comments = slice_of(text, len);
    return true;
}

/* `RUN a⏎# why⏎RUN b` becomes `RUN a \⏎# why⏎    && b`. The edit takes in the last byte of the
   first RUN, so that no other finding's edit at its end is made in the same pass. */
static void fix_merge(struct dockerfile_check *check, struct lint_finding *finding,
                      const struct run_body *first, const struct run_body *second)
{
    const struct instruction *a = first->instruction, *b = second->instruction;
    const struct slice bytes = check->dockerfile->file->bytes;
    size_t body = dockerfile_offset(check->dockerfile, b, b->body.at);
    struct slice comments = {NULL, 0};
    if (!finding || first->exec || second->exec || !first->is_shell || !second->is_shell ||
        leaves_traces(first) || !ends_openly(first) || !second->script.complete ||
        !second->script.count || b->body.at[0] == '#' || !is_and_list(second) ||
        a->end >= b->start || !a->end || body < b->start || a->empty_continuation)
        return;
    struct slice head = slice_of(bytes.at + b->start, body - b->start);
    struct slice gap = slice_of(bytes.at + a->end, b->start - a->end);
    if (slice_find(head, '#') < head.len || !comments_between(check, gap, &comments))
        return;
    const char *end = check->dockerfile->crlf ? "\r\n" : "\n";
    struct slice text = arena_printf(check->arena, "%c %c%s%.*s    && ", bytes.at[a->end - 1],
                                     check->dockerfile->escape, end, SLICE_ARG(comments));
    lint_fix(check->report, finding, "joins the two RUNs by &&");
    if (text.at)
        lint_fix_edit(check->report, finding, a->end - 1, body, text);
}

/*
 * A RUN of several commands was joined by intent, says Hadolint; that is kept, but for one that
 * deletes: there the merge makes the image smaller.
 */
static void check_pair(struct dockerfile_check *check, size_t index)
{
    const struct run_body *first = only_body(check, index - 1), *second = only_body(check, index);
    if (!first || !second)
        return;
    bool deletes = begins_by_deleting(second);
    if ((count_commands(first) > 1 || count_commands(second) > 1) && !deletes)
        return;
    const struct instruction *run = second->instruction;
    struct lint_finding *finding = check_report(
        check, run, run->word,
        deletes ? "what this RUN deletes is still in the layer of the RUN before: join them by &&"
                : "this RUN makes a further layer: join it to the RUN before by &&");
    run_soften(check, run, finding);
    fix_merge(check, finding, first, second);
}

static void check_runs(struct dockerfile_check *check)
{
    const struct dockerfile *dockerfile = check->dockerfile;
    for (size_t i = 1; i < dockerfile->count; i++) {
        const struct instruction *before = &dockerfile->instructions[i - 1];
        const struct instruction *run = &dockerfile->instructions[i];
        if (is_plain_run(before) && is_plain_run(run) && same_flags(before, run))
            check_pair(check, i);
    }
}

const struct dockerfile_rule rules_runs[] = {
    {{"merge-runs", "DL3059", LINT_INFO, IN_DEFAULT | IN_HADOLINT, "RUN directly after RUN",
      "Each RUN is a layer. What one brings and the next deletes is still carried along by "
      "everybody "
      "who pulls the image.",
      "RUN apk add curl\nRUN curl -fsSLO https://example.com/app\nRUN apk del curl",
      "RUN apk add --no-cache curl && \\\n    curl -fsSLO https://example.com/app && \\\n    apk "
      "del "
      "curl",
      "joins them by && where that means the same"},
     .file = check_runs},
    {{NULL}},
};
