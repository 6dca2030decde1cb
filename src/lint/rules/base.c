/* Base images as a choice: as small as the service allows, and still maintained. */
#include "base/clock.h"
#include "lint/base_image.h"
#include "lint/rules/rule_text.h"

static bool is_small(struct slice base)
{
    static const char *const words[] = {
        "alpine",  "slim",       "distroless", "scratch",    "minimal", "micro",       "static",
        "busybox", "chainguard", "cgr.dev",    "nanoserver", "wolfi",   "ubi-minimal", NULL};
    for (const char *const *word = words; *word; word++)
        if (text_contains(base, *word))
            return true;
    return false;
}

static const struct base_image *resolved(const struct dockerfile_check *check,
                                         struct slice reference, struct slice platform)
{
    const struct base_image *image =
        check->resolver->image(check->resolver->context, reference, platform);
    return image && image->known && image->size ? image : NULL;
}

enum { MEGABYTE = 1000000 };

static void look_minimal(struct dockerfile_check *check)
{
    const struct stage *root = stage_root(stage_final(check));
    if (!root || !root->from || !root->base.len || root->base_unset || is_small(root->base))
        return;
    const struct base_fact *fact = base_fact_find(root->base);
    if (!fact || !fact->slim)
        return;
    struct base_name name = base_name_split(root->base);
    struct slice tag =
        name.tag.len && !slice_equal_str(name.tag, "latest") ? name.tag : (struct slice){NULL, 0};
    struct slice smaller =
        tag.len ? arena_printf(check->arena, "%.*s:%.*s%s", SLICE_ARG(name.name), SLICE_ARG(tag),
                               fact->slim)
                : arena_printf(check->arena, "%.*s:%s", SLICE_ARG(name.name), fact->slim + 1);
    const struct base_image *big = root->image->known && root->image->size ? root->image : NULL;
    const struct base_image *small = big ? resolved(check, smaller, root->platform) : NULL;
    struct slice word = root->from->arguments[0];
    if (small && small->size < big->size)
        check_report(check, root->from, word,
                     "%.*s (%llu MB) has a smaller variant, %.*s (%llu MB), with less in it that "
                     "can be attacked",
                     SLICE_ARG(root->base), (unsigned long long)(big->size / MEGABYTE),
                     SLICE_ARG(smaller), (unsigned long long)(small->size / MEGABYTE));
    else if (!small)
        check_report(check, root->from, word,
                     "%.*s is a full distribution; %.*s has less in it that can be attacked and "
                     "updated",
                     SLICE_ARG(root->base), SLICE_ARG(smaller));
}

static void look_end_of_life(struct dockerfile_check *check, const struct stage *stage)
{
    struct slice product, cycle;
    int64_t end;
    if (!stage->from || stage->parent || !stage->base.len || stage->base_unset)
        return;
    struct slice date = base_end_of_life(stage->base, &product, &cycle);
    if (!date.len || !clock_parse(date, &end) || clock_now() < end)
        return;
    check_report(check, stage->from, stage->from->arguments[0],
                 "%.*s %.*s had its last fixes on %.*s; move to a version that is maintained",
                 SLICE_ARG(product), SLICE_ARG(cycle), SLICE_ARG(date));
}

const struct dockerfile_rule rules_base[] = {
    {.rule = {.id = "minimal-base",
              .codes = "CIS-4.3 CIS-DI-0003",
              .severity = LINT_INFO,
              .profiles = IN_DEFAULT,
              .title = "base image is a full distribution where a smaller one exists",
              .why = "Every program in the image can have a vulnerability, is scanned, stored and "
                     "pulled. Only the stage that ships counts.",
              .bad = "FROM nginx:1.29.4",
              .good = "FROM nginx:1.29.4-alpine",
              .fix = NULL},
     .file = look_minimal},
    {.rule = {.id = "base-end-of-life",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "base image is past its end of life",
              .why = "Vulnerabilities found since then stay open.",
              .bad = "FROM node:18.20.8-alpine",
              .good = "FROM node:22.21.1-alpine",
              .fix = NULL},
     .stage = look_end_of_life},
    {.rule = {.id = NULL}},
};
