/* HEALTHCHECK: that the image that ships has one, and that it can work. */
#include "lint/base_image.h"
#include "lint/rules/health_endpoint.h"
#include "lint/rules/rule_text.h"
#include "lint/rules/stage_end.h"

static bool is_none(const struct instruction *instruction)
{
    return instruction->argument_count == 1 &&
           slice_equal_nocase(instruction->arguments[0], SLICE("NONE"));
}

/* The HEALTHCHECK that holds at the end of the stage; NULL: none in this file. */
static const struct instruction *last_check(const struct dockerfile_check *check,
                                            const struct stage *stage)
{
    for (; stage; stage = stage->parent)
        for (size_t i = stage->last; i-- > stage->first;)
            if (check_instruction(check, i)->keyword == KEYWORD_HEALTHCHECK)
                return check_instruction(check, i);
    return NULL;
}

static bool runs(const struct dockerfile_check *check, const struct stage *stage)
{
    if (!stage_is_scratch(stage_root(stage)))
        return true;
    for (; stage; stage = stage->parent)
        for (size_t i = stage->first; i < stage->last; i++) {
            enum dockerfile_keyword keyword = check_instruction(check, i)->keyword;
            if (keyword == KEYWORD_CMD || keyword == KEYWORD_ENTRYPOINT)
                return true;
        }
    return false;
}

static void look_missing(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    if (!stage || !stage->from || last_check(check, stage) || stage->image->has_healthcheck ||
        !runs(check, stage))
        return;
    const struct stage *root = stage_root(stage);
    const struct base_fact *fact = root->base.len ? base_fact_find(root->base) : NULL;
    struct slice configuration, command = health_command(check, stage, fact, &configuration);
    struct lint_finding *finding = check_report(
        check, stage->from, (struct slice){NULL, 0},
        "nothing tells whether the service in the container works; add HEALTHCHECK CMD with a "
        "program that the image has%s%.*s%s%.*s",
        command.len ? ", such as " : "", SLICE_ARG(command),
        configuration.len ? ", which asks the endpoint of " : "", SLICE_ARG(configuration));
    if (!finding || !command.len)
        return;
    lint_fix(check->report, finding, "add a HEALTHCHECK");
    check_fix_line_after(check, finding, stage_tail(check, stage),
                         arena_printf(check->arena,
                                      "HEALTHCHECK --interval=30s --timeout=3s CMD %.*s",
                                      SLICE_ARG(command)));
}

static void look_none(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    const struct instruction *last = stage ? last_check(check, stage) : NULL;
    if (last && is_none(last))
        check_report(check, last, (struct slice){NULL, 0},
                     "the health check is turned off; say how the service is watched instead, or "
                     "give a command");
}

/* Whether a RUN of the stage or of those it builds on mentions the program in a command that is not
   the program itself: that installs it. */
static bool is_installed(const struct dockerfile_check *check, const struct stage *stage,
                         struct slice program)
{
    for (; stage; stage = stage->parent)
        for (size_t i = stage->first; i < stage->last; i++) {
            const struct instruction *each = check_instruction(check, i);
            if (each->keyword == KEYWORD_RUN || each->keyword == KEYWORD_COPY ||
                each->keyword == KEYWORD_ADD) {
                if (slice_search(each->text, program) < each->text.len)
                    return true;
                for (size_t j = 0; j < each->heredoc_count; j++)
                    if (slice_search(each->heredocs[j].content, program) <
                        each->heredocs[j].content.len)
                        return true;
            }
        }
    return false;
}

/* Official images that are known to be without curl, or without curl and wget. */
static bool lacks(struct slice base, struct slice program)
{
    struct base_name name = base_name_split(base);
    bool alpine = text_contains(base, "alpine");
    if (text_contains(name.name, "distroless") || slice_equal_str(base, "scratch"))
        return true;
    if (slice_find(name.name, '/') < name.name.len)
        return false; /* somebody's own: who knows what was added */
    if (slice_equal_str(program, "curl"))
        return (alpine && !slice_equal_str(name.last, "nginx")) ||
               slice_equal_str(name.last, "haproxy") || text_contains(name.tag, "slim") ||
               lint_has_word(SLICE("debian ubuntu busybox"), name.last);
    return !alpine && (slice_equal_str(name.last, "haproxy") || text_contains(name.tag, "slim") ||
                       slice_equal_str(name.last, "nginx") ||
                       lint_has_word(SLICE("debian ubuntu"), name.last));
}

static void look_tool(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    const struct instruction *last = stage ? last_check(check, stage) : NULL;
    const struct stage *root = stage ? stage_root(stage) : NULL;
    if (!last || is_none(last) || !root || !root->base.len)
        return;
    const struct run_body *body = check->model->bodies[model_index(check->model, last)];
    if (!body || !body->instruction)
        return;
    for (size_t i = 0; i < body->script.count; i++) {
        struct slice program = body->script.commands[i].program;
        if ((!slice_equal_str(program, "curl") && !slice_equal_str(program, "wget")) ||
            !lacks(root->base, program) || is_installed(check, stage, program))
            continue;
        struct slice command = health_command(check, stage, base_fact_find(root->base), NULL);
        check_report(check, last, (struct slice){NULL, 0},
                     "%.*s has no %.*s, so the check fails always; %s%.*s", SLICE_ARG(root->base),
                     SLICE_ARG(program),
                     command.len ? "what works there: "
                                 : "install it, or use a program that is there",
                     SLICE_ARG(command));
        return;
    }
}

const struct dockerfile_rule rules_health[] = {
    {.rule = {.id = "missing-healthcheck",
              .codes = "DL3057 DS-0026 CKV_DOCKER_2 CIS-4.6 CIS-DI-0006",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT,
              .title = "image has no HEALTHCHECK",
              .why = "A process that hangs still runs: only a check of what it serves tells the "
                     "orchestrator to replace it.",
              .bad = "FROM nginx:1.29.4-alpine\nCMD [\"nginx\", \"-g\", \"daemon off;\"]",
              .good = "FROM nginx:1.29.4-alpine\nHEALTHCHECK CMD wget -q --spider "
                      "http://127.0.0.1/ || exit 1\nCMD [\"nginx\", \"-g\", \"daemon off;\"]",
              .fix = "adds one for haproxy and nginx"},
     .file = look_missing},
    {.rule = {.id = "healthcheck-none",
              .codes = "DL3057 CIS-4.6",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT,
              .title = "HEALTHCHECK is turned off",
              .why = "NONE also removes the check of the base image.",
              .bad = "HEALTHCHECK NONE",
              .good = "HEALTHCHECK CMD wget -q --spider http://127.0.0.1:8080/health || exit 1",
              .fix = NULL},
     .file = look_none},
    {.rule = {.id = "healthcheck-program",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "HEALTHCHECK uses a program that the image does not have",
              .why = "The container is unhealthy from its first check on, whatever the service "
                     "does. Alpine has wget (of busybox) and no curl; slim and haproxy's Debian "
                     "images have neither.",
              .bad = "FROM haproxy:3.3.1-alpine\nHEALTHCHECK CMD curl -f http://127.0.0.1:8404/",
              .good = "FROM haproxy:3.3.1-alpine\nHEALTHCHECK CMD wget -q --spider "
                      "http://127.0.0.1:8404/",
              .fix = NULL},
     .file = look_tool},
    {.rule = {.id = NULL}},
};
