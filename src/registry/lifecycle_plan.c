#include "registry/lifecycle_plan.h"

enum { BATCH = 500, SCRATCH_MAX = 64 << 20 };

static bool no_memory(struct failure *failure)
{
    return failure_set(failure, FAILURE_INTERNAL, "the repository has too many images");
}

static int64_t moment(double when)
{
    return when > 0 ? (int64_t)when : LIFECYCLE_NEVER;
}

static bool copy_all(const struct slice *from, size_t count, struct arena *arena, struct slice **to)
{
    *to = arena_array(arena, count + 1, sizeof **to);
    for (size_t i = 0; *to && i < count; i++) {
        (*to)[i] = arena_copy(arena, from[i]);
        if (!(*to)[i].at)
            return false;
    }
    return *to != NULL;
}

static bool copy_children(const struct manifest_facts *facts, struct arena *arena,
                          struct slice **children)
{
    *children = arena_array(arena, facts->child_count + 1, sizeof **children);
    for (size_t i = 0; *children && i < facts->child_count; i++) {
        (*children)[i] = arena_copy(arena, digest_slice(&facts->children[i].digest));
        if (!(*children)[i].at)
            return false;
    }
    return *children != NULL;
}

static enum lifecycle_kind kind_of(const struct manifest_facts *facts)
{
    if (facts->subject.text[0])
        return LIFECYCLE_ARTIFACT;
    return facts->kind == MANIFEST_IS_INDEX ? LIFECYCLE_INDEX : LIFECYCLE_IMAGE;
}

static bool image_of(const struct manifest_facts *facts, struct arena *arena,
                     struct lifecycle_image *image)
{
    *image = (struct lifecycle_image){
        .digest = arena_copy(arena, digest_slice(&facts->digest)),
        .tag_count = facts->tag_count,
        .pushed_at = moment(facts->pushed),
        .pulled_at = moment(facts->pulled),
        .archived_at = moment(facts->archived),
        .activated_at = moment(facts->activated),
        .storage_class = facts->is_archived ? LIFECYCLE_ARCHIVE : LIFECYCLE_STANDARD,
        .kind = kind_of(facts),
        .child_count = facts->child_count,
        .subject = arena_copy(arena, digest_slice(&facts->subject)),
    };
    return image->digest.at && image->subject.at &&
           copy_all(facts->tags, facts->tag_count, arena, &image->tags) &&
           copy_children(facts, arena, &image->children);
}

bool lifecycle_images_load(struct registry *registry, const struct scope *scope,
                           struct arena *arena, struct lifecycle_plan *plan,
                           struct failure *failure)
{
    struct arena scratch CLEANUP_ARENA;
    struct slice after = {NULL, 0};
    arena_init(&scratch, SCRATCH_MAX);
    for (;;) {
        struct manifest_list list = {NULL, 0, 0};
        struct lifecycle_image image;
        if (!manifest_list(registry, scope, after, BATCH, &scratch, &list, failure))
            return false;
        for (size_t i = 0; i < list.count; i++)
            if (!image_of(&list.items[i], arena, &image) ||
                !ARENA_PUSH(arena, plan->images, plan->count, plan->room, image))
                return no_memory(failure);
        if (list.count < BATCH)
            return true;
        after = plan->images[plan->count - 1].digest;
        arena_reset(&scratch);
    }
}

bool lifecycle_plan_make(struct registry *registry, const struct scope *scope, struct slice policy,
                         int64_t now, struct arena *arena, struct lifecycle_plan *plan,
                         struct failure *failure)
{
    struct error err;
    *plan = (struct lifecycle_plan){.images = NULL};
    if (!lifecycle_policy_parse(policy, arena, &plan->policy, &err))
        return failure_set(failure, FAILURE_PARAMETER, "%s", err.text);
    if (!lifecycle_images_load(registry, scope, arena, plan, failure))
        return false;
    plan->verdicts = arena_array(arena, plan->count + 1, sizeof *plan->verdicts);
    if (!plan->verdicts || !lifecycle_evaluate(&plan->policy, plan->images, plan->count, now, arena,
                                               plan->verdicts, &err))
        return no_memory(failure);
    for (size_t i = 0; i < plan->count; i++) {
        plan->expired += plan->verdicts[i].action == LIFECYCLE_EXPIRE;
        plan->transitioned += plan->verdicts[i].action == LIFECYCLE_TRANSITION;
    }
    return true;
}
