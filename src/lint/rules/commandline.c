/* CMD and ENTRYPOINT: one of each, in JSON. */
#include "lint/rules/rule_text.h"

static const struct run_body *body_of(const struct dockerfile_check *check,
                                      const struct instruction *instruction)
{
    const struct run_body *bodies = check->model->bodies[model_index(check->model, instruction)];
    return bodies && bodies->instruction ? bodies : NULL;
}

/* The one plain command that a shell form is, when a shell does nothing for it; else NULL. */
static const struct shell_command *plain_command(const struct run_body *body)
{
    static const char builtins[] =
        ". : [ alias bg break case cd command continue eval exit export fg function hash if jobs "
        "local read readonly return set shift source test time times trap type ulimit umask "
        "unalias unset until wait while for let declare";
    if (!body || !body->is_shell || body->exec || !body->script.complete ||
        body->script.count != 1 || !slice_equal_str(body->shell, "sh"))
        return NULL;
    const struct shell_command *command = &body->script.commands[0];
    size_t first = command->word_count && slice_equal_str(command->words[0].value, "exec");
    if (command->word_count <= first || command->assignment_count || command->redirect_count ||
        command->subshell || command->nested || command->conditional || command->negated ||
        command->pipe_length > 1 || command->joint != JOINT_FIRST)
        return NULL;
    for (size_t i = 0; i < command->word_count; i++)
        if (!command->words[i].literal)
            return NULL;
    return lint_has_word(slice_str(builtins), command->words[first].value) ? NULL : command;
}

enum { LOOK_MAX = 1000 }; /* instructions that are searched for the other one */

/* True also when there are too many to look at. */
static bool stage_has(const struct dockerfile_check *check, const struct stage *stage,
                      enum dockerfile_keyword keyword)
{
    size_t left = LOOK_MAX;
    for (; stage; stage = stage->parent)
        for (size_t i = stage->first; i < stage->last; i++)
            if (!left-- || check_instruction(check, i)->keyword == keyword)
                return true;
    return false;
}

static bool append(struct dockerfile_check *check, char **text, size_t *len, size_t *room,
                   const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *grown = arena_grow(check->arena, *text, *len, room, 1);
        if (!grown)
            return false;
        *text = grown;
        (*text)[(*len)++] = bytes[i];
    }
    return true;
}

/* The words as a JSON array; empty when one of them has what does not belong there. */
static struct slice json_words(struct dockerfile_check *check, const struct shell_command *command)
{
    char *text = NULL;
    size_t len = 0, room = 0;
    bool fine = append(check, &text, &len, &room, "[", 1);
    size_t first = slice_equal_str(command->words[0].value, "exec");
    for (size_t i = first; fine && i < command->word_count; i++) {
        struct slice word = command->words[i].value;
        fine = append(check, &text, &len, &room, i > first ? ", \"" : "\"", i > first ? 3 : 1);
        for (size_t j = 0; fine && j < word.len; j++) {
            char c = word.at[j];
            if ((unsigned char)c < ' ')
                return (struct slice){NULL, 0};
            if (c == '"' || c == '\\')
                fine = append(check, &text, &len, &room, "\\", 1);
            fine = fine && append(check, &text, &len, &room, &c, 1);
        }
        fine = fine && append(check, &text, &len, &room, "\"", 1);
    }
    return fine && append(check, &text, &len, &room, "]", 1) ? slice_of(text, len)
                                                             : (struct slice){NULL, 0};
}

/* Words of CMD become arguments of a JSON ENTRYPOINT, and only of that: both forms change together
   or not at all. */
static bool form_is_free(const struct dockerfile_check *check,
                         const struct instruction *instruction, const struct stage *stage)
{
    return !stage_has(check, stage,
                      instruction->keyword == KEYWORD_CMD ? KEYWORD_ENTRYPOINT : KEYWORD_CMD);
}

/* ['a', 'b'] and ["c:\x"], which JSON does not read; not the shell's own [ -f x ]. */
static bool looks_like_json(struct slice body)
{
    if (body.at[0] != '[')
        return false;
    struct slice inner = slice_trim(slice_from(body, 1));
    return inner.len && (inner.at[0] == '"' || inner.at[0] == '\'');
}

static void look_json(struct dockerfile_check *check, const struct instruction *instruction)
{
    const struct stage *stage = stage_around(check, instruction);
    const struct stage_state *state = model_state(check->model, instruction);
    if (instruction->json || instruction->heredoc_count)
        return;
    if (!instruction->body.len) {
        check_report(check, instruction, instruction->word,
                     "without words this starts a shell; write %.*s [] to have none",
                     SLICE_ARG(instruction->word));
        return;
    }
    bool own_shell = state && state->shell_set;
    const struct run_body *body = instruction->outer ? NULL : body_of(check, instruction);
    bool list = looks_like_json(instruction->body);
    const struct shell_command *command = own_shell || list ? NULL : plain_command(body);
    bool exec = slice_starts(instruction->body, SLICE("exec "));
    struct lint_finding *finding = check_report(
        check, instruction, instruction->body,
        list ? "this is no JSON (strings stand in double quotes, a backslash is written twice), so "
               "a shell gets it, brackets and all"
        : exec    ? "a shell starts this and is replaced by it, which is right where variables "
                    "are needed; else write JSON: [\"program\", \"argument\"]"
        : command ? "a shell stands between the container and the program, so signals do not "
                    "arrive; write JSON: [\"program\", \"argument\"]"
                  : "a shell stands between the container and the program, so signals do not "
                    "arrive; write JSON, and where a shell is needed [\"sh\", \"-c\", \"exec …\"] "
                    "or a script that ends in exec");
    if (!finding)
        return;
    if (own_shell)
        lint_finding_codes(finding, "DL3025");
    if (exec || own_shell)
        finding->severity = LINT_STYLE;
    if (list)
        finding->severity = LINT_ERROR;
    if (!command || !stage || instruction->outer || !form_is_free(check, instruction, stage))
        return;
    struct slice json = json_words(check, command);
    if (!json.len)
        return;
    lint_fix(check->report, finding, "write it in JSON");
    check_fix_replace(check, finding, instruction, instruction->body, json);
}

/* Instructions of which only the last one of a stage counts: the others are found. */
static void report_earlier(struct dockerfile_check *check, const struct stage *stage,
                           enum dockerfile_keyword keyword)
{
    const struct instruction *last = NULL;
    for (size_t i = stage->last; i-- > stage->first;) {
        const struct instruction *instruction = check_instruction(check, i);
        if (instruction->keyword != keyword)
            continue;
        if (!last) {
            last = instruction;
            continue;
        }
        struct lint_finding *finding =
            check_report(check, instruction, (struct slice){NULL, 0},
                         "this %s has no effect, the one in line %u replaces it; keep one",
                         dockerfile_keyword_name(keyword), last->start_line);
        lint_fix(check->report, finding, "remove the one without effect");
        check_fix_delete(check, finding, instruction);
    }
}

static void look_commands(struct dockerfile_check *check, const struct stage *stage)
{
    report_earlier(check, stage, KEYWORD_CMD);
}

static void look_entrypoints(struct dockerfile_check *check, const struct stage *stage)
{
    report_earlier(check, stage, KEYWORD_ENTRYPOINT);
}

static void look_healthchecks(struct dockerfile_check *check, const struct stage *stage)
{
    report_earlier(check, stage, KEYWORD_HEALTHCHECK);
}

static void look_lost(struct dockerfile_check *check, const struct stage *stage)
{
    const struct instruction *entrypoint = NULL, *command = NULL;
    for (size_t i = stage->first; i < stage->last; i++) {
        const struct instruction *instruction = check_instruction(check, i);
        if (instruction->keyword == KEYWORD_ENTRYPOINT)
            entrypoint = instruction;
        else if (instruction->keyword == KEYWORD_CMD)
            command = instruction;
    }
    if (entrypoint && command && !entrypoint->json)
        check_report(check, command, (struct slice){NULL, 0},
                     "the ENTRYPOINT of line %u is in shell form and never sees this; write "
                     "ENTRYPOINT in JSON",
                     entrypoint->start_line);
}

const struct dockerfile_rule rules_commandline[] = {
    {.rule = {.id = "json-command",
              .codes = "DL3025 JSONArgsRecommended",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "CMD or ENTRYPOINT is not in JSON form",
              .why = "In shell form /bin/sh is process 1 and keeps SIGTERM to itself, so a stop "
                     "takes ten seconds and ends in a kill.",
              .bad = "CMD node server.js",
              .good = "CMD [\"node\", \"server.js\"]",
              .fix = "writes JSON where no shell is needed"},
     .keywords = KEYWORD_BIT(KEYWORD_CMD) | KEYWORD_BIT(KEYWORD_ENTRYPOINT),
     .instruction = look_json},
    {.rule = {.id = "multiple-cmd",
              .codes = "DL4003 MultipleInstructionsDisallowed DS-0016",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "several CMD in one stage",
              .why = "Only the last one counts.",
              .bad = "CMD [\"a\"]\nCMD [\"b\"]",
              .good = "CMD [\"b\"]",
              .fix = "removes those without effect"},
     .stage = look_commands},
    {.rule = {.id = "multiple-entrypoint",
              .codes = "DL4004 MultipleInstructionsDisallowed DS-0007",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "several ENTRYPOINT in one stage",
              .why = "Only the last one counts.",
              .bad = "ENTRYPOINT [\"a\"]\nENTRYPOINT [\"b\"]",
              .good = "ENTRYPOINT [\"b\"]",
              .fix = "removes those without effect"},
     .stage = look_entrypoints},
    {.rule = {.id = "multiple-healthcheck",
              .codes = "DL3012 MultipleInstructionsDisallowed DS-0023",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT | IN_HADOLINT | IN_BUILDKIT,
              .title = "several HEALTHCHECK in one stage",
              .why = "Only the last one counts.",
              .bad = "HEALTHCHECK CMD [\"a\"]\nHEALTHCHECK CMD [\"b\"]",
              .good = "HEALTHCHECK CMD [\"b\"]",
              .fix = "removes those without effect"},
     .stage = look_healthchecks},
    {.rule = {.id = "cmd-without-effect",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "CMD is never seen by an ENTRYPOINT in shell form",
              .why = "A shell gets CMD as arguments that nobody reads, and so the arguments of "
                     "`docker run`.",
              .bad = "ENTRYPOINT haproxy -W\nCMD [\"-f\", \"/etc/haproxy.cfg\"]",
              .good = "ENTRYPOINT [\"haproxy\", \"-W\"]\nCMD [\"-f\", \"/etc/haproxy.cfg\"]",
              .fix = NULL},
     .stage = look_lost},
    {.rule = {.id = NULL}},
};
