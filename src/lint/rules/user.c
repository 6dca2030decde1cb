/* Who runs in the container, and in which folder. */
#include "lint/base_image.h"
#include "lint/rules/rule_text.h"
#include "lint/rules/stage_end.h"

static bool is_root(struct slice user)
{
    struct slice name = slice_upto(user, slice_find(user, ':'));
    name = text_unquoted(name);
    uint64_t number;
    if (slice_u64(name, &number))
        return !number;
    return slice_equal_str(name, "root") || text_ends(name, "Administrator");
}

/* Base images that run as somebody else by themselves, told by their names. */
static bool names_unprivileged_base(struct slice base)
{
    static const char *const words[] = {"nonroot", "unprivileged", "rootless", "bitnami",
                                        "cgr.dev", "chainguard",   NULL};
    for (const char *const *word = words; *word; word++)
        if (text_contains(base, *word))
            return true;
    return false;
}

/* Alpine and Debian, and what is built on them by the names of their tags. */
static bool has_alpine_tools(struct slice base)
{
    return text_contains(base, "alpine");
}

static bool has_debian_tools(struct slice base)
{
    static const char *const words[] = {"debian",   "ubuntu", "slim",   "bookworm",
                                        "bullseye", "trixie", "buster", "jammy",
                                        "noble",    "focal",  NULL};
    for (const char *const *word = words; *word; word++)
        if (text_contains(base, *word))
            return !text_contains(base, "distroless");
    return false;
}

static bool runs_something(const struct dockerfile_check *check, const struct stage *stage)
{
    for (const struct stage *each = stage; each; each = each->parent)
        for (size_t i = each->first; i < each->last; i++) {
            enum dockerfile_keyword keyword = check_instruction(check, i)->keyword;
            if (keyword == KEYWORD_RUN || keyword == KEYWORD_CMD || keyword == KEYWORD_ENTRYPOINT)
                return true;
        }
    return false;
}

/* The account that the base image brings for its service, or one made here. */
static struct slice user_lines(struct dockerfile_check *check, const struct base_fact *fact,
                               struct slice base)
{
    if (fact && fact->user && *fact->user && fact->uid) {
        if (!strcmp(fact->repository, "nginx"))
            return arena_printf(check->arena,
                                "# %s must write its pid file and its caches\n"
                                "RUN touch /run/nginx.pid && chown -R %u:%u /run/nginx.pid "
                                "/var/cache/nginx\n"
                                "USER %u:%u",
                                fact->user, fact->uid, fact->gid, fact->uid, fact->gid);
        return arena_printf(check->arena, "# the account %s of the base image\nUSER %u:%u",
                            fact->user, fact->uid, fact->gid);
    }
    if (has_alpine_tools(base))
        return SLICE("RUN addgroup -g 10001 -S app && adduser -S -D -H -u 10001 -G app app\n"
                     "USER 10001:10001");
    if (has_debian_tools(base))
        return SLICE("RUN groupadd --gid 10001 app && "
                     "useradd --no-log-init --no-create-home --uid 10001 --gid app app\n"
                     "USER 10001:10001");
    if (slice_equal_str(base, "scratch") || text_contains(base, "distroless"))
        return SLICE("USER 65532:65532");
    return (struct slice){NULL, 0};
}

static void add_user(struct dockerfile_check *check, struct lint_finding *finding,
                     const struct stage *stage)
{
    const struct stage *root = stage_root(stage);
    if (!finding || root->base_unset || !root->base.len)
        return;
    struct slice lines = user_lines(check, base_fact_find(root->base), root->base);
    if (!lines.len)
        return;
    lint_fix(check->report, finding, "run as an account that is not root");
    check_fix_line_after(check, finding, stage_tail(check, stage), lines);
}

static bool exposes_low_port(const struct dockerfile_check *check, const struct stage *stage)
{
    enum { LOW_PORT_MAX = 1023 };
    for (; stage; stage = stage->parent)
        for (size_t i = stage->first; i < stage->last; i++) {
            const struct instruction *expose = check_instruction(check, i);
            for (size_t j = 0; expose->keyword == KEYWORD_EXPOSE && j < expose->argument_count;
                 j++) {
                struct slice word = expose->arguments[j];
                uint64_t port;
                if (slice_u64(slice_upto(word, slice_find(word, '/')), &port) &&
                    port <= LOW_PORT_MAX)
                    return true;
            }
        }
    return false;
}

/* What else has to change when it is not root any more. */
static const char *advice(const struct dockerfile_check *check, const struct stage *stage,
                          const struct base_fact *fact)
{
    if (fact && !strcmp(fact->repository, "nginx"))
        return "; give it /run/nginx.pid and /var/cache/nginx, and let it listen on 8080 where low "
               "ports are root's";
    return exposes_low_port(check, stage)
               ? "; where ports below 1024 are root's, let it listen on a higher one"
               : "";
}

static void look_missing(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    if (!stage || !stage->from || stage->end.user.len || stage->end.user_set ||
        stage_is_windows(check, stage))
        return;
    const struct stage *root = stage_root(stage);
    const struct base_fact *fact = root->base.len ? base_fact_find(root->base) : NULL;
    bool known = stage->image->known;
    if ((stage_is_scratch(root) && !runs_something(check, stage)) ||
        (known && stage->image->user.len && !is_root(stage->image->user)) ||
        (!known && fact && fact->default_user && *fact->default_user) ||
        (!known && names_unprivileged_base(root->base_written)))
        return;
    struct slice name = root->base.len ? root->base : root->base_written;
    struct slice unless = {NULL, 0}, account = {NULL, 0};
    if (!known && !fact && !stage_is_scratch(root))
        unless = arena_printf(check->arena, " unless %.*s sets another", SLICE_ARG(name));
    if (fact && fact->user)
        account = arena_printf(check->arena, " (the base image brings %s)", fact->user);
    struct lint_finding *finding =
        check_report(check, stage->from, (struct slice){NULL, 0},
                     "no USER is set, so the container runs as root%.*s; end the last stage with "
                     "USER and an account%.*s%s",
                     SLICE_ARG(unless), SLICE_ARG(account), advice(check, stage, fact));
    add_user(check, finding, stage);
}

static void look_root(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    if (!stage)
        return;
    const struct instruction *set = stage->end.user_set;
    if (!stage->end.user.len || !is_root(stage->end.user))
        return;
    struct lint_finding *finding;
    if (set && stage_is_windows(check, stage))
        finding = check_report(check, set, set->body,
                               "the container runs as an administrator; end the stage with USER "
                               "ContainerUser");
    else if (set)
        finding = check_report(check, set, set->body,
                               "the last USER is root, so the container runs as root; end the "
                               "stage with another account%s",
                               advice(check, stage, NULL));
    else if (stage->from)
        finding = check_report(check, stage->from, (struct slice){NULL, 0},
                               "the base image runs as root and no USER changes that; end the "
                               "stage with another account%s",
                               advice(check, stage, NULL));
    else
        return;
    /* Back to who it was before, when that was somebody else. */
    const struct stage_state *before = set ? model_state(check->model, set) : NULL;
    if (finding && before && text_is_plain(before->user) && !is_root(before->user) &&
        before->user_set && !text_has_variable(before->user_set->body)) {
        lint_fix(check->report, finding, "go back to the account of line %u",
                 before->user_set->start_line);
        check_fix_line_after(check, finding, stage_tail(check, stage),
                             arena_printf(check->arena, "USER %.*s", SLICE_ARG(before->user)));
    } else if (stage->from)
        add_user(check, finding, stage);
}

static void look_numeric(struct dockerfile_check *check)
{
    const struct stage *stage = stage_final(check);
    const struct instruction *set = stage ? stage->end.user_set : NULL;
    if (!set || stage_is_windows(check, stage))
        return;
    struct slice user = slice_upto(stage->end.user, slice_find(stage->end.user, ':'));
    uint64_t number;
    if (!user.len || slice_u64(user, &number) || is_root(user) || text_has_variable(user))
        return;
    struct lint_finding *finding =
        check_report(check, set, set->body,
                     "Kubernetes' runAsNonRoot cannot tell that %.*s is not root; write the "
                     "account's number",
                     SLICE_ARG(user));
    const struct stage *root = stage_root(stage);
    const struct base_fact *fact = root && root->base.len ? base_fact_find(root->base) : NULL;
    if (!finding || !fact || !fact->user || !slice_equal_str(set->body, fact->user) || !fact->uid)
        return;
    lint_fix(check->report, finding, "write the number of %s", fact->user);
    check_fix_replace(check, finding, set, set->body,
                      arena_printf(check->arena, "%u:%u", fact->uid, fact->gid));
}

const struct dockerfile_rule rules_user[] = {
    {.rule = {.id = "missing-user",
              .codes = "DS-0002 CKV_DOCKER_3 CIS-4.1 CIS-DI-0001",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "container runs as root: no USER is set",
              .why = "Whoever breaks into the process is root in the container, one kernel or "
                     "mount mistake away from root on the host.",
              .bad = "FROM nginx:1.29.4-alpine\nCOPY site /usr/share/nginx/html",
              .good = "FROM nginx:1.29.4-alpine\nCOPY site /usr/share/nginx/html\nUSER 101:101",
              .fix = "adds USER with the base image's account, or makes one"},
     .file = look_missing},
    {.rule = {.id = "root-user",
              .codes = "DL3002 DS-0002 CKV_DOCKER_8 CIS-4.1 CIS-DI-0001",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "container runs as root: the last USER is root",
              .why = "Whoever breaks into the process is root in the container, one kernel or "
                     "mount mistake away from root on the host.",
              .bad = "FROM node:22.21.1-alpine\nUSER root\nCMD [\"node\", \"app.js\"]",
              .good = "FROM node:22.21.1-alpine\nUSER 1000:1000\nCMD [\"node\", \"app.js\"]",
              .fix = "ends the stage with another account"},
     .file = look_root},
    {.rule = {.id = "numeric-user",
              .codes = "DL3066",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT | IN_HADOLINT,
              .title = "USER is a name, not a number",
              .why = "The host and Kubernetes see numbers only; runAsNonRoot refuses a name it "
                     "cannot resolve.",
              .bad = "USER node",
              .good = "USER 1000:1000",
              .fix = "writes the number of the base image's own account"},
     .file = look_numeric},
    {.rule = {.id = NULL}},
};
