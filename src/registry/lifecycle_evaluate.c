/* What a policy does to the images of a repository. */
#include <stdlib.h>

#include "base/table.h"
#include "registry/lifecycle.h"

enum { DAY = 86400 };

struct evaluation {
    const struct lifecycle_image *images;
    size_t count;
    int64_t now;
    struct arena *arena;
    struct lifecycle_verdict *verdicts;
    bool *marked;           /* by the rule at hand */
    const size_t **parents; /* of each image: positions of the indexes that name it */
    size_t *parent_counts, *parent_rooms;
    struct table positions; /* digest → position + 1 */
};

const char *lifecycle_action_name(enum lifecycle_action action)
{
    static const char *const names[] = {"none", "expire", "transition"};
    return names[action];
}

/* Referrers (signatures, SBOMs) are no candidates: they go with what they are about. */
static bool is_candidate(const struct lifecycle_image *image)
{
    return image->kind != LIFECYCLE_ARTIFACT && !image->subject.len;
}

/* "*" stands for any characters; all else is meant as it is. */
bool lifecycle_pattern_fits(struct slice pattern, struct slice tag)
{
    size_t p = 0, t = 0, star = SIZE_MAX, from = 0;
    while (t < tag.len) {
        if (p < pattern.len && pattern.at[p] == '*') {
            star = p++;
            from = t;
        } else if (p < pattern.len && pattern.at[p] == tag.at[t]) {
            p++, t++;
        } else if (star != SIZE_MAX) { /* the last star takes one more */
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.at[p] == '*')
        p++;
    return p == pattern.len;
}

/* Every entry must fit some tag of the image. */
static bool tags_fit(const struct lifecycle_rule *rule, const struct lifecycle_image *image)
{
    for (size_t i = 0; i < rule->list_count; i++) {
        bool fits = false;
        for (size_t j = 0; j < image->tag_count && !fits; j++)
            fits = rule->patterns ? lifecycle_pattern_fits(rule->list[i], image->tags[j])
                                  : slice_starts(image->tags[j], rule->list[i]);
        if (!fits)
            return false;
    }
    return true;
}

static bool is_selected(const struct lifecycle_rule *rule, const struct lifecycle_image *image)
{
    if (!is_candidate(image) || image->storage_class != rule->storage_class)
        return false;
    if (rule->tags == LIFECYCLE_ANY)
        return true;
    if (rule->tags == LIFECYCLE_UNTAGGED)
        return image->tag_count == 0;
    return image->tag_count > 0 && tags_fit(rule, image);
}

/* One that came back from the archive counts as pushed then. */
static int64_t pushed_at(const struct lifecycle_image *image)
{
    return image->activated_at != LIFECYCLE_NEVER ? image->activated_at : image->pushed_at;
}

/* Strictly longer ago than that many days; what never happened is not long ago. */
static bool is_older(int64_t since, int64_t now, int64_t days)
{
    int64_t limit, age;
    if (since == LIFECYCLE_NEVER || __builtin_mul_overflow(days, (int64_t)DAY, &limit) ||
        __builtin_sub_overflow(now, since, &age))
        return false;
    return age > limit;
}

static bool is_due(const struct lifecycle_rule *rule, const struct lifecycle_image *image,
                   int64_t now)
{
    int64_t since = pushed_at(image);
    if (rule->count_type == LIFECYCLE_SINCE_PULLED && image->pulled_at != LIFECYCLE_NEVER)
        since = image->pulled_at;
    if (rule->count_type == LIFECYCLE_SINCE_TRANSITIONED)
        since = image->archived_at;
    return is_older(since, now, rule->count);
}

/* Newest first; equal times by digest. */
static int by_age(const void *a, const void *b)
{
    const struct lifecycle_image *x = *(const struct lifecycle_image *const *)a;
    const struct lifecycle_image *y = *(const struct lifecycle_image *const *)b;
    int64_t left = pushed_at(x), right = pushed_at(y);
    if (left != right)
        return left > right ? -1 : 1;
    return slice_compare(x->digest, y->digest);
}

static bool mark_overflow(struct evaluation *all, const struct lifecycle_rule *rule)
{
    const struct lifecycle_image **ranked =
        arena_array(all->arena, all->count + 1, sizeof(const struct lifecycle_image *));
    size_t count = 0;
    if (!ranked)
        return false;
    for (size_t i = 0; i < all->count; i++)
        if (is_selected(rule, &all->images[i]))
            ranked[count++] = &all->images[i];
    qsort(ranked, count, sizeof(const struct lifecycle_image *), by_age);
    for (size_t i = 0; i < count; i++)
        all->marked[ranked[i] - all->images] = (uint64_t)i >= (uint64_t)rule->count;
    return true;
}

static bool apply_rule(struct evaluation *all, const struct lifecycle_rule *rule)
{
    memset(all->marked, 0, all->count * sizeof *all->marked);
    if (rule->count_type == LIFECYCLE_MORE_THAN && !mark_overflow(all, rule))
        return false;
    for (size_t i = 0; i < all->count; i++) {
        struct lifecycle_verdict *verdict = &all->verdicts[i];
        if (verdict->rule || !is_selected(rule, &all->images[i]))
            continue;
        verdict->rule = rule; /* out of reach for all rules behind it, marked or not */
        if (rule->count_type != LIFECYCLE_MORE_THAN)
            all->marked[i] = is_due(rule, &all->images[i], all->now);
        verdict->retained = all->marked[i] && all->images[i].retained;
        if (all->marked[i] && !verdict->retained)
            verdict->action = rule->action;
    }
    return true;
}

/* ---- what an index names ---- */

static bool find_position(const struct evaluation *all, struct slice digest, size_t *position)
{
    size_t found = (uintptr_t)table_get(&all->positions, digest);
    *position = found - 1;
    return found > 0;
}

static bool collect_parents(struct evaluation *all)
{
    table_init(&all->positions, all->arena);
    for (size_t i = 0; i < all->count; i++)
        if (!table_put(&all->positions, all->images[i].digest, (void *)(uintptr_t)(i + 1)))
            return false;
    for (size_t i = 0; i < all->count; i++)
        for (size_t j = 0; j < all->images[i].child_count; j++) {
            size_t child;
            if (!find_position(all, all->images[i].children[j], &child) || child == i)
                continue;
            size_t *parents = (size_t *)(uintptr_t)all->parents[child];
            if (!ARENA_PUSH(all->arena, parents, all->parent_counts[child],
                            all->parent_rooms[child], i))
                return false;
            all->parents[child] = parents;
        }
    return true;
}

/* An index that is only archived still needs a child that would expire. */
static bool lets_go(const struct lifecycle_verdict *index, enum lifecycle_action child)
{
    return index->action == LIFECYCLE_EXPIRE ||
           (index->action == LIFECYCLE_TRANSITION && child == LIFECYCLE_TRANSITION);
}

/* A child stays unless every index that names it goes in the same pass; one that stays may be an
   index itself, so it is asked again until nothing changes. */
static void keep_children(struct evaluation *all)
{
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < all->count; i++)
            for (size_t j = 0; j < all->parent_counts[i]; j++) {
                struct lifecycle_verdict *child = &all->verdicts[i];
                if (child->action == LIFECYCLE_NONE ||
                    lets_go(&all->verdicts[all->parents[i][j]], child->action))
                    continue;
                child->action = LIFECYCLE_NONE;
                child->kept_by_index = true;
                child->keeper = all->parents[i][j];
                changed = true;
            }
    }
}

/* ---- what follows its subject ---- */

/* Chains of referrers (a signature of an SBOM) are followed to the image; one that bites its own
   tail, or ends nowhere, stays. */
static const struct lifecycle_verdict *verdict_of_subject(const struct evaluation *all, size_t i)
{
    for (size_t steps = 0; steps <= all->count; steps++) {
        if (!all->images[i].subject.len)
            return is_candidate(&all->images[i]) ? &all->verdicts[i] : NULL;
        if (!find_position(all, all->images[i].subject, &i))
            return NULL;
    }
    return NULL;
}

static void follow_subjects(struct evaluation *all)
{
    for (size_t i = 0; i < all->count; i++) {
        const struct lifecycle_verdict *subject =
            is_candidate(&all->images[i]) ? NULL : verdict_of_subject(all, i);
        if (!subject)
            continue;
        all->verdicts[i] = *subject;
        all->verdicts[i].retained = false;
        if (subject->action != LIFECYCLE_NONE && all->images[i].retained) {
            all->verdicts[i].action = LIFECYCLE_NONE;
            all->verdicts[i].retained = true;
        }
    }
}

bool lifecycle_evaluate(const struct lifecycle_policy *policy, const struct lifecycle_image *images,
                        size_t count, int64_t now, struct arena *arena,
                        struct lifecycle_verdict *verdicts, struct error *err)
{
    struct evaluation all = {.images = images,
                             .count = count,
                             .now = now,
                             .arena = arena,
                             .verdicts = verdicts,
                             .marked = arena_array(arena, count + 1, sizeof(bool)),
                             .parents = arena_array(arena, count + 1, sizeof(const size_t *)),
                             .parent_counts = arena_array(arena, count + 1, sizeof(size_t)),
                             .parent_rooms = arena_array(arena, count + 1, sizeof(size_t))};
    if (!all.marked || !all.parents || !all.parent_counts || !all.parent_rooms)
        return arena_error(err);
    memset(verdicts, 0, count * sizeof *verdicts);
    for (size_t i = 0; i < policy->rule_count; i++)
        if (!apply_rule(&all, &policy->rules[i]))
            return arena_error(err);
    if (!collect_parents(&all))
        return arena_error(err);
    keep_children(&all);
    follow_subjects(&all);
    return true;
}
