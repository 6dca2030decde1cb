/* plimsoll lifecycle preview: what a policy does to each image of a repository, and why. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/table.h"
#include "base/terminal.h"
#include "cli/lifecycle_call.h"
#include "cli/registry_call.h"
#include "registry/core/repository.h"
#include "registry/ecr_client.h"
#include "registry/expire.h"
#include "registry/lifecycle_explain.h"
#include "report/table_parts.h"

struct shown {
    struct slice digest, why;
    struct slice *tags;
    size_t tag_count;
    double pushed; /* seconds since 1970; 0: unknown */
    int64_t priority;
    enum lifecycle_action action;
};

struct showing {
    struct shown *images; /* newest first */
    size_t count, expired, archived;
    struct slice note;
};

/* ---- from a registry ---- */

static bool make_shown(struct arena *arena, const struct ecr_client_images *images,
                       const struct lifecycle_verdict *verdicts, struct showing *showing,
                       struct error *err)
{
    struct table here;
    table_init(&here, arena);
    for (size_t i = 0; i < images->count; i++)
        if (!table_put(&here, images->items[i].digest, &images->items[i]))
            return arena_error(err);
    showing->images = arena_array(arena, images->count + 1, sizeof *showing->images);
    if (!showing->images)
        return arena_error(err);
    for (size_t i = 0; i < images->count; i++) {
        const struct lifecycle_image *image = &images->items[i];
        bool subject = table_get(&here, image->subject) != NULL;
        showing->images[showing->count++] =
            (struct shown){.digest = image->digest,
                           .why = lifecycle_why(images->items, verdicts, i, subject, arena),
                           .tags = image->tags,
                           .tag_count = image->tag_count,
                           .pushed = image->pushed_at > 0 ? image->pushed_at : 0,
                           .priority = verdicts[i].rule ? verdicts[i].rule->priority : 0,
                           .action = verdicts[i].action};
    }
    return true;
}

/* The repository's own; where it has none, how one is tried. */
static bool own_policy(struct aws *aws, struct slice repository, struct arena *arena,
                       struct slice *policy, struct error *err)
{
    if (ecr_client_policy_get(aws, repository, arena, policy, err))
        return true;
    if (!strstr(err->text, "LifecyclePolicyNotFound"))
        return false;
    struct error said = *err;
    return error_set(err, said.kind,
                     "%s. Try one: plimsoll lifecycle init | plimsoll lifecycle preview %.*s "
                     "--policy -; plimsoll lifecycle put sets it",
                     said.text, SLICE_ARG(repository));
}

static bool judge_remote(struct invocation *call, struct slice policy, struct showing *showing,
                         struct error *err)
{
    struct aws CLEANUP_AWS aws = {0};
    struct ecr_client_images images;
    struct lifecycle_policy rules;
    struct slice repository = slice_str(call->operands[0]);
    if (!aws_open(&aws, "ecr", option_text(call, "endpoint-url"), option_text(call, "region"),
                  call->arena, err) ||
        (!policy.len && !own_policy(&aws, repository, call->arena, &policy, err)) ||
        !lifecycle_policy_parse(policy, call->arena, &rules, err) ||
        !ecr_client_images(&aws, repository, call->arena, &images, err))
        return false;
    struct lifecycle_verdict *verdicts =
        arena_array(call->arena, images.count + 1, sizeof *verdicts);
    if (!verdicts)
        return arena_error(err);
    bool indexes = false;
    for (size_t i = 0; i < images.count; i++)
        indexes = indexes || images.items[i].kind == LIFECYCLE_INDEX;
    showing->note = lifecycle_policy_note(&rules, indexes, call->arena);
    return lifecycle_evaluate(&rules, images.items, images.count, (double)clock_now(), call->arena,
                              verdicts, err) &&
           make_shown(call->arena, &images, verdicts, showing, err);
}

/* ---- from a data folder: expiry's own code, retain rules included ---- */

static bool note_local(struct registry_call *registry, struct slice policy, bool has_indexes,
                       struct arena *arena, struct showing *showing, struct error *err)
{
    struct lifecycle_policy rules;
    struct failure failure = {.reason = FAILURE_NONE};
    bool exists;
    if (!policy.len && !setting_get(&registry->folder.registry, &registry->scope, EXPIRE_POLICY,
                                    arena, &policy, &exists, &failure))
        return registry_call_error(&failure, err);
    if (!lifecycle_policy_parse(policy, arena, &rules, err))
        return false;
    showing->note = lifecycle_policy_note(&rules, has_indexes, arena);
    return true;
}

static bool judge_local(struct invocation *call, struct slice policy, struct showing *showing,
                        struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct expire_preview preview;
    struct failure failure = {.reason = FAILURE_NONE};
    if (!registry_call_look(&registry, call, call->operands[0], err))
        return false;
    if (!registry.scope.region.len) /* as serve has it */
        registry.scope.region = SLICE("us-east-1");
    if (!expire_preview(&registry.folder.registry, &registry.scope, policy, call->arena, &preview,
                        &failure))
        return registry_call_error(&failure, err);
    showing->images = arena_array(call->arena, preview.count + 1, sizeof *showing->images);
    if (!showing->images)
        return arena_error(err);
    bool indexes = false;
    for (size_t i = 0; i < preview.count; i++) {
        const struct expire_image *image = &preview.images[i];
        indexes = indexes || image->kind == MANIFEST_IS_INDEX;
        showing->images[showing->count++] = (struct shown){.digest = image->digest,
                                                           .why = image->why,
                                                           .tags = image->tags,
                                                           .tag_count = image->tag_count,
                                                           .pushed = image->pushed,
                                                           .priority = image->priority,
                                                           .action = image->action};
    }
    return note_local(&registry, policy, indexes, call->arena, showing, err);
}

/* ---- showing it ---- */

static int newest_first(const void *a, const void *b)
{
    const struct shown *x = a, *y = b;
    if (x->pushed != y->pushed)
        return x->pushed > y->pushed ? -1 : 1;
    return slice_compare(x->digest, y->digest);
}

static const char *word_of(enum lifecycle_action action)
{
    return action == LIFECYCLE_EXPIRE       ? "expire"
           : action == LIFECYCLE_TRANSITION ? "archive"
                                            : "stay";
}

static void show_image(const struct shown *image, struct arena *arena)
{
    enum { INDENT = 9, DIGEST_SHOWN = 19 }; /* "sha256:" and twelve digits */
    struct line line = {.file = stdout, .width = terminal_width(stdout)};
    line_styled(&line,
                image->action == LIFECYCLE_EXPIRE       ? STYLE_RED
                : image->action == LIFECYCLE_TRANSITION ? STYLE_YELLOW
                                                        : STYLE_GREEN,
                slice_str(word_of(image->action)));
    line_pad(&line, INDENT);
    line_put(&line, slice_upto(image->digest, DIGEST_SHOWN));
    line_print(&line, "  pushed ");
    line_put(&line,
             image->pushed > 0 ? clock_format((int64_t)image->pushed, arena) : SLICE("never"));
    for (size_t i = 0; i < image->tag_count; i++)
        line_piece(&line, INDENT, STYLE_PLAIN,
                   arena_printf(arena, "%s%.*s%s", i ? " " : "  ", SLICE_ARG(image->tags[i]),
                                i + 1 < image->tag_count ? "," : ""));
    if (!image->tag_count)
        line_piece(&line, INDENT, STYLE_PLAIN, SLICE("  (untagged)"));
    line_end(&line);
    line_wrap(&line, INDENT, image->why);
}

static void show_text(const struct showing *showing, struct arena *arena)
{
    for (size_t i = 0; i < showing->count; i++)
        show_image(&showing->images[i], arena);
    printf("%zu image%s: %zu expire, %zu are archived, %zu stay\n", showing->count,
           showing->count == 1 ? "" : "s", showing->expired, showing->archived,
           showing->count - showing->expired - showing->archived);
    if (!showing->note.len)
        return;
    printf("note: ");
    terminal_put(stdout, showing->note);
    putchar('\n');
}

static void write_image(struct json_writer *json, const struct shown *image, struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "digest", image->digest);
    json_field_strings(json, "tags", image->tags, image->tag_count);
    if (image->pushed > 0)
        json_field(json, "pushedAt", clock_format((int64_t)image->pushed, arena));
    json_field(json, "verdict", slice_str(word_of(image->action)));
    if (image->priority)
        json_field_int(json, "priority", image->priority);
    json_field(json, "why", image->why);
    json_end_object(json);
}

static void show_json(const struct showing *showing, struct slice repository, struct arena *arena)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/lifecycle-preview/1"));
    json_field(&json, "repository", repository);
    json_field_text(&json, "note", showing->note);
    json_name(&json, "images");
    json_begin_array(&json);
    for (size_t i = 0; i < showing->count; i++)
        write_image(&json, &showing->images[i], arena);
    json_end_array(&json);
    json_end_object(&json);
}

static bool run_preview(struct invocation *call, struct error *err)
{
    struct showing showing = {NULL};
    struct slice policy = {NULL, 0};
    const char *path = option_text(call, "policy");
    bool local = option_text(call, "data") != NULL;
    if (path && !lifecycle_call_policy(call, path, &policy, err))
        return false;
    if (!(local ? judge_local : judge_remote)(call, policy, &showing, err))
        return false;
    if (showing.count)
        qsort(showing.images, showing.count, sizeof *showing.images, newest_first);
    for (size_t i = 0; i < showing.count; i++) {
        showing.expired += showing.images[i].action == LIFECYCLE_EXPIRE;
        showing.archived += showing.images[i].action == LIFECYCLE_TRANSITION;
    }
    if (strcmp(option_text(call, "format"), "json") == 0)
        show_json(&showing, slice_str(call->operands[0]), call->arena);
    else
        show_text(&showing, call->arena);
    return true;
}

static const struct option options[] = {
    {.name = "policy",
     .type = OPTION_STRING,
     .argument = "FILE",
     .prose = "A policy to try, - standard input; without it, the repository's own."},
    {.name = "format",
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "text",
     .choices = "text json",
     .prose = "How it is written."},
    LIFECYCLE_CALL_OPTIONS,
    {.name = "data",
     .type = OPTION_STRING,
     .argument = "DIR",
     .prose = "A data folder of plimsoll serve, instead of asking a registry; serve may be running "
              "on it."},
    {.name = "account",
     .type = OPTION_STRING,
     .argument = "ID",
     .standard = "123456789012",
     .variable = "PLIMSOLL_ACCOUNT",
     .key = "serve.account",
     .prose = "With --data: the account."},
    {NULL},
};

static const struct command_example examples[] = {
    {"plimsoll lifecycle preview react-app-haproxy --endpoint-url http://127.0.0.1:5000",
     "with the policy that the repository has"},
    {"plimsoll lifecycle init | plimsoll lifecycle preview react-app-haproxy --policy -",
     "what another one would do, at Amazon ECR"},
    {"plimsoll lifecycle preview react-app-haproxy --data ./plimsoll-data",
     "from a data folder, retain rules included"},
    {NULL, NULL},
};

const struct command lifecycle_preview = {
    .name = "preview",
    .summary = "why each image of a repository stays or goes by its lifecycle policy",
    .operands = "REPOSITORY",
    .prose = "Says of each image, the newest first, whether it expires, is archived or stays, and "
             "by which rule. Nothing is changed. Over ECR's API (Amazon's or a plimsoll "
             "registry's) the images are listed and judged here; with --data it is the very code "
             "that expires images there.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run_preview,
};
