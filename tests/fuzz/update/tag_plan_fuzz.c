/*
 * The first line is a release, behind a character that says whether the v is kept; the second a
 * pattern of immutable tags; all others existing tags. A tag moves if and only if it changes; a
 * pre-release moves no tag but its own; nothing moves back; a version that is released again on top
 * of what the plan says changes nothing.
 */
#include <stdlib.h>

#include "update/tag_plan.h"
#include "version/version.h"

enum { TAGS_MAX = 1000, BUDGET = 64 * 1024 * 1024, MOVING_TAGS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_tag(const struct tag_plan *plan, const struct tag_move *tag, bool own)
{
    int order = 0;
    bool prerelease = slice_find(plan->release, '-') < plan->release.len;
    if (tag->move == slice_equal(tag->from, tag->to) || !slice_starts(tag->reason, tag->name))
        abort();
    if (tag->move && (!slice_equal(tag->to, plan->release) || (prerelease && !own)))
        abort();
    if (tag->move && version_compare(&version_semver, tag->from, tag->to, &order) && order >= 0)
        abort();
    if (tag->name.len == 0 || tag->name.len > 128)
        abort();
}

/* Without digests: what the plan made is there, and the same release moves nothing. */
static void check_again(struct tag_plan_request *request, const struct tag_plan *plan,
                        struct slice *tags, struct arena *arena)
{
    struct tag_plan again;
    struct error err;
    for (size_t i = 0; i < request->existing_count; i++)
        if (slice_find(tags[i], '=') < tags[i].len)
            return;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->tags[i].move)
            tags[request->existing_count++] = plan->tags[i].name;
    if (!tag_plan_make(request, arena, &again, &err))
        return; /* the release has a digest, or the budget is spent */
    for (size_t i = 0; i < again.count; i++)
        if (again.tags[i].move)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct slice tags[TAGS_MAX + TAG_PLAN_TAGS_MAX];
    struct slice rest = slice_of(data, size), first = slice_cut(&rest, '\n');
    struct slice pattern = slice_cut(&rest, '\n');
    struct tag_plan_request request = {.release = slice_from(first, 1),
                                       .existing = tags,
                                       .immutable = &pattern,
                                       .immutable_count = pattern.len > 0,
                                       .keep_v = slice_starts(first, SLICE("v"))};
    struct tag_plan plan;
    struct error err;
    arena_init(&arena, BUDGET);
    while (rest.len && request.existing_count < TAGS_MAX)
        tags[request.existing_count++] = slice_cut(&rest, '\n');
    if (!tag_plan_make(&request, &arena, &plan, &err)) {
        if (err.kind != ERROR_USAGE && err.kind != ERROR_LIMIT)
            abort();
        return 0;
    }
    for (size_t i = 0; i < plan.count; i++)
        check_tag(&plan, &plan.tags[i], i + MOVING_TAGS < plan.count);
    check_again(&request, &plan, tags, &arena);
    return 0;
}
