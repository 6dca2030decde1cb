/*
 * Pipes: without pipefail a RUN succeeds when only the last command of a pipe does.
 *
 * Said is what can be done where the RUN runs: bash is in Debian's and Fedora's images, ash in
 * Alpine's; Debian's own sh (dash) does not know the option. Not asked for: heredocs run by bash,
 * which are scripts of their own; left sides that cannot fail (echo, printf); pipes whose failure
 * is waved through (|| true); `yes |`, which pipefail would break.
 */
#include "lint/rules/run.h"

static bool cannot_fail(const struct shell_command *command)
{
    return lint_has_word(SLICE("echo printf yes true :"), command->program) ||
           (slice_equal(command->program, SLICE("cat")) && !shell_argument_count(command));
}

/* All but the last of the pipe. */
static bool can_fail(const struct run_body *body, const struct shell_command *last)
{
    for (const struct shell_command *i = last; i-- > body->script.commands;) {
        if (i->pipeline != last->pipeline)
            continue; /* a substitution in a word of the pipe */
        if (!cannot_fail(i))
            return true;
        if (!i->pipe_index)
            return false;
    }
    return false;
}

static bool is_waved_through(const struct run_body *body, const struct shell_command *last)
{
    const struct shell_command *next = run_next(body, last);
    return next && next->joint == JOINT_OR && next->list == last->list &&
           lint_has_word(SLICE("true : echo"), next->program);
}

static const struct shell_command *open_pipe(const struct run_body *body)
{
    if (!body->is_shell || !run_is_build(body) || body->pipefail ||
        (body->heredoc && slice_equal(body->shell, SLICE("bash"))) ||
        lint_has_word(SLICE("csh tcsh fish"), body->shell))
        return NULL;
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (command->pipe_length > 1 && command->pipe_index + 1 == command->pipe_length &&
            can_fail(body, command) && !is_waved_through(body, command) &&
            !shell_has_pipefail(&body->script, i))
            return command;
    }
    return NULL;
}

static const struct shell_command *pipe_start(const struct run_body *body,
                                              const struct shell_command *last)
{
    for (const struct shell_command *i = last; i-- > body->script.commands;)
        if (i->pipeline == last->pipeline && !i->pipe_index)
            return i;
    return last;
}

/* Whether the RUN's own shell knows the option: bash, zsh, ksh by name, sh by its system. */
static bool knows_pipefail(const struct run_body *body, enum base_family family)
{
    return lint_has_word(SLICE("bash zsh ksh ash"), body->shell) ||
           (slice_equal(body->shell, SLICE("sh")) &&
            (family == FAMILY_ALPINE || family == FAMILY_RPM));
}

static void fix_inline(struct dockerfile_check *check, struct lint_finding *finding,
                       const struct run_body *body)
{
    const struct shell_command *first = body->script.count ? body->script.commands : NULL;
    if (!first || !body->script.complete || body->exec || !run_place(body, body->script.source).at)
        return;
    struct slice source = body->script.source;
    if (!body->heredoc) {
        struct slice lead = slice_trim(source);
        if (!lead.len || first->nested)
            return;
        lint_fix(check->report, finding, "adds set -o pipefail");
        check_fix_insert_before(check, finding, body->instruction, lead,
                                SLICE("set -o pipefail && "));
        return;
    }
    if (slice_starts(source, SLICE("#!")))
        return;
    lint_fix(check->report, finding, "adds set -o pipefail");
    check_fix_insert_before(check, finding, body->instruction, slice_upto(source, 1),
                            check->dockerfile->crlf ? SLICE("set -o pipefail\r\n")
                                                    : SLICE("set -o pipefail\n"));
}

#define SHELL_LINE(program) "SHELL [\"" program "\", \"-o\", \"pipefail\", \"-c\"]"

/* What to write in front of the first such RUN of a stage whose shell is the default one; NULL
   where the image's shells are not known. ShellCheck takes `set -o pipefail` under sh for a
   mistake, also on Alpine, so the shell is named. */
static const char *shell_line(const struct dockerfile_check *check, const struct run_body *body,
                              enum base_family family)
{
    const struct stage_state *state = model_state(check->model, body->instruction);
    if (!state || state->shell_set || !slice_equal(body->shell, SLICE("sh")) || body->exec ||
        body->instruction->outer)
        return NULL;
    switch (family) {
    case FAMILY_ALPINE:
        return SHELL_LINE("/bin/ash");
    case FAMILY_DEBIAN:
    case FAMILY_RPM:
        return SHELL_LINE("/bin/bash");
    default:
        return NULL;
    }
}

static struct lint_finding *report_pipe(struct dockerfile_check *check, const struct run_body *body,
                                        const struct shell_command *start, const char *line,
                                        bool known)
{
    struct slice program = start->program.len ? start->program : SLICE("the left side");
    if (line)
        return check_report(check, body->instruction, run_place(body, start->raw),
                            "the RUN succeeds even when %.*s fails, only the pipe's last command "
                            "counts: write %s in front",
                            SLICE_ARG(program), line);
    if (known)
        return check_report(check, body->instruction, run_place(body, start->raw),
                            "the RUN succeeds even when %.*s fails, only the pipe's last command "
                            "counts: begin with set -o pipefail &&",
                            SLICE_ARG(program));
    return check_report(check, body->instruction, run_place(body, start->raw),
                        "the RUN succeeds even when %.*s fails, only the pipe's last command "
                        "counts: write " SHELL_LINE("/bin/bash") " in front (/bin/ash on Alpine), "
                                                                 "or take the pipe apart",
                        SLICE_ARG(program));
}

/* True when its fix brings SHELL, which does for the rest of the stage. */
static bool check_body(struct dockerfile_check *check, const struct run_body *body, bool has_shell)
{
    const struct shell_command *last = open_pipe(body);
    if (!last)
        return false;
    enum base_family family = run_family(check, body->instruction);
    bool known = knows_pipefail(body, family);
    const char *line = shell_line(check, body, family);
    struct lint_finding *finding = report_pipe(check, body, pipe_start(body, last), line, known);
    if (!line && known)
        fix_inline(check, finding, body);
    if (!line || has_shell)
        return false;
    lint_fix(check->report, finding, "adds SHELL with pipefail");
    check_fix_line_before(check, finding, body->instruction, true, slice_str(line));
    return true;
}

static void check_pipes(struct dockerfile_check *check, const struct stage *stage)
{
    bool has_shell = false;
    for (size_t i = stage->first; i < stage->last; i++) {
        if (check->dockerfile->instructions[i].keyword == KEYWORD_SHELL)
            has_shell = false;
        for (const struct run_body *b = check->model->bodies[i]; b && b->instruction; b++)
            has_shell |= check_body(check, b, has_shell);
    }
}

const struct dockerfile_rule rules_pipes[] = {
    {{"pipefail", "DL4006 DS-0032", LINT_WARNING, IN_DEFAULT | IN_HADOLINT,
      "a pipe without pipefail",
      "The shell takes the last command's result for the whole pipe: a download that fails half "
      "way "
      "builds an image without what should be in it.",
      "FROM debian:12\nRUN curl -fsSL https://example.com/app.tar.gz | tar xz",
      "FROM debian:12\nSHELL [\"/bin/bash\", \"-o\", \"pipefail\", \"-c\"]\nRUN curl -fsSL "
      "https://example.com/app.tar.gz | tar xz",
      "adds SHELL, or set -o pipefail where SHELL names one"},
     .stage = check_pipes},
    {{NULL}},
};
