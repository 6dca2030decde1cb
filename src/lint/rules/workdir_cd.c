/*
 * `cd` in RUN. At the front of a RUN it is what WORKDIR is for; further on it is at most a note,
 * for the folder may be made by the commands before it; in a subshell, a substitution or under a
 * condition it ends there and is nothing to speak of.
 */
#include "lint/rules/run.h"

static bool is_front(const struct run_body *body, const struct shell_command *command)
{
    if (command - body->script.commands > 8)
        return false;
    for (const struct shell_command *i = body->script.commands; i < command; i++)
        if (!lint_has_word(SLICE("set true :"), i->program))
            return false;
    return true;
}

/* "/srv/app": absolute, and nothing in it that WORKDIR would read differently. */
static bool is_plain_path(struct slice path)
{
    if (!path.len || path.at[0] != '/')
        return false;
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] <= ' ' || slice_find(SLICE("$\"'`\\*?[]{}~"), path.at[i]) < 11)
            return false;
    return true;
}

/* The part of the RUN that goes: from `cd` to the command behind its &&; empty when there is more
   between them than that. */
static struct slice cd_part(const struct run_body *body, const struct shell_command *command)
{
    const struct shell_command *next = run_next(body, command);
    struct slice none = {NULL, 0};
    if (!next || next->joint != JOINT_AND || next->list != command->list ||
        next->subshell != command->subshell || next->conditional || next->nested ||
        !run_place(body, command->raw).at || !next->raw.at || command->redirect_count)
        return none;
    const char *end = command->raw.at + command->raw.len;
    if (next->raw.at <= end ||
        !slice_equal(slice_trim(slice_of(end, (size_t)(next->raw.at - end))), SLICE("&&")))
        return none;
    return slice_of(command->raw.at, (size_t)(next->raw.at - command->raw.at));
}

/*
 * Whether the WORKDIR may stay: what comes behind in the stage does not ask for it until another
 * absolute one, or it is a stage from which only files are taken.
 */
static bool may_stay(const struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct stage *stage = model_stage(check->model, instruction);
    if (!stage || stage->final || !stage->used || check->model->stage_count > 1000)
        return false;
    for (size_t i = 0; i < check->model->stage_count; i++)
        if (check->model->stages[i].parent == stage)
            return false;
    const unsigned indifferent = KEYWORD_BIT(KEYWORD_ENV) | KEYWORD_BIT(KEYWORD_ARG) |
                                 KEYWORD_BIT(KEYWORD_LABEL) | KEYWORD_BIT(KEYWORD_EXPOSE) |
                                 KEYWORD_BIT(KEYWORD_USER) | KEYWORD_BIT(KEYWORD_STOPSIGNAL);
    for (size_t i = model_index(check->model, instruction) + 1; i < stage->last; i++) {
        const struct instruction *next = &check->dockerfile->instructions[i];
        if (next->keyword == KEYWORD_WORKDIR)
            return next->body.len && next->body.at[0] == '/';
        if (!(KEYWORD_BIT(next->keyword) & indifferent))
            return false;
    }
    return true;
}

static bool is_before_workdir(const struct dockerfile_check *check,
                              const struct instruction *instruction)
{
    size_t next = model_index(check->model, instruction) + 1;
    if (next >= check->dockerfile->count)
        return false;
    const struct instruction *after = &check->dockerfile->instructions[next];
    return after->keyword == KEYWORD_WORKDIR && after->body.len && after->body.at[0] == '/';
}

static void fix_cd(struct dockerfile_check *check, struct lint_finding *finding,
                   const struct run_body *body, const struct shell_command *command)
{
    const struct instruction *instruction = body->instruction;
    struct slice path = shell_argument(command, 0)->value, part = cd_part(body, command);
    if (!finding || !part.at || body->heredoc || instruction->outer || instruction->onbuild ||
        command != body->script.commands || !body->script.complete ||
        shell_argument_count(command) != 1 || !is_plain_path(path))
        return;
    size_t start = dockerfile_offset(check->dockerfile, instruction, part.at);
    size_t end = dockerfile_offset(check->dockerfile, instruction, part.at + part.len);
    struct slice bytes = slice_upto(slice_from(check->dockerfile->file->bytes, start), end - start);
    if (slice_find(bytes, '#') < bytes.len)
        return;
    const struct stage_state *state = model_state(check->model, instruction);
    struct slice old = state ? state->workdir : (struct slice){NULL, 0};
    bool same = slice_equal(old, path);
    bool stays = same || is_before_workdir(check, instruction) || may_stay(check, instruction);
    if (!stays && !is_plain_path(old))
        return; /* nobody knows where the rest of the file is at home */
    lint_fix(check->report, finding,
             same ? "removes cd, WORKDIR is there already" : "cd becomes WORKDIR");
    lint_fix_edit(check->report, finding, start, end, (struct slice){"", 0});
    if (!same)
        check_fix_line_before(check, finding, instruction, true,
                              arena_printf(check->arena, "WORKDIR %.*s", SLICE_ARG(path)));
    if (!stays)
        check_fix_line_after(check, finding, instruction,
                             arena_printf(check->arena, "WORKDIR %.*s", SLICE_ARG(old)));
}

static void look(struct dockerfile_check *check, const struct run_body *body,
                 const struct shell_command *command)
{
    struct slice path = shell_argument(command, 0)->value;
    if (!run_next(body, command) && !body->heredoc) {
        check_report(check, body->instruction, run_place(body, command->raw),
                     "cd at the end of a RUN does nothing, the next instruction begins in WORKDIR "
                     "again: write WORKDIR %.*s",
                     SLICE_ARG(path));
        return;
    }
    bool front = is_front(body, command) && !body->heredoc;
    struct lint_finding *finding = check_report(
        check, body->instruction, run_place(body, command->raw),
        front ? "write WORKDIR %.*s in front of this RUN instead of cd"
              : "all that comes behind this cd runs in %.*s: a WORKDIR, or (cd … && …) around what "
                "is meant, is easier to follow",
        SLICE_ARG(path));
    if (!front && finding)
        finding->severity = LINT_INFO;
    if (front)
        fix_cd(check, finding, body, command);
}

/* The first one of a RUN; further ones are the way on, or back. */
static void check_cd(struct dockerfile_check *check, const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body))
        return;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (!slice_equal(command->program, SLICE("cd")) || command->subshell || command->nested ||
            command->conditional || command->pipe_length > 1)
            continue;
        look(check, body, command);
        return;
    }
}

const struct dockerfile_rule rules_workdir_cd[] = {
    {{"use-workdir", "DL3003 DS-0013", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "cd instead of WORKDIR",
      "WORKDIR holds for all instructions that follow and says where they work; cd ends with its "
      "RUN.",
      "RUN cd /srv/app && make", "WORKDIR /srv/app\nRUN make",
      "a cd in front, to an absolute path, becomes WORKDIR"},
     .body = check_cd},
    {{NULL}},
};
