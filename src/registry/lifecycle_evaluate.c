/* What a policy does to the images of a repository. */
#include <stdlib.h>

#include "base/table.h"
#include "registry/lifecycle.h"

enum { DAY = 86400 };

struct evaluation {
    const struct lifecycle_image *images;
    size_t count;
    double now;
    struct arena *arena;
    struct lifecycle_verdict *verdicts;
    bool *marked;                          /* by the rule at hand */
    const struct lifecycle_image **ranked; /* room for a rule to sort in */
    struct table positions;                /* digest → position + 1 */
    struct dependents *dependents;         /* of each image */
};

/* Positions of what may not go before an image, or without it: its children and its artifacts. */
struct dependents {
    size_t *items;
    size_t count, room;
};

const char *lifecycle_action_name(enum lifecycle_action action)
{
    static const char *const names[] = {"none", "expire", "transition"};
    return names[action];
}

/* Artifacts (signatures, SBOMs) are no candidates: they go with what they are about. */
static bool is_candidate(const struct lifecycle_image *image)
{
    return image->kind != LIFECYCLE_ARTIFACT;
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
static double pushed_at(const struct lifecycle_image *image)
{
    return image->activated_at > LIFECYCLE_NEVER ? image->activated_at : image->pushed_at;
}

static bool is_due(const struct lifecycle_rule *rule, const struct lifecycle_image *image,
                   double now)
{
    double since = pushed_at(image);
    if (rule->count_type == LIFECYCLE_SINCE_PULLED && image->pulled_at > LIFECYCLE_NEVER)
        since = image->pulled_at;
    if (rule->count_type == LIFECYCLE_SINCE_TRANSITIONED)
        since = image->archived_at;
    /* Strictly longer ago than that many days; what never happened is not long ago. */
    return since > LIFECYCLE_NEVER && now - since > (double)rule->count * DAY;
}

/* Newest first; equal times by digest. */
static int by_age(const void *a, const void *b)
{
    const struct lifecycle_image *x = *(const struct lifecycle_image *const *)a;
    const struct lifecycle_image *y = *(const struct lifecycle_image *const *)b;
    double left = pushed_at(x), right = pushed_at(y);
    if (left != right)
        return left > right ? -1 : 1;
    return slice_compare(x->digest, y->digest);
}

static void mark_overflow(struct evaluation *all, const struct lifecycle_rule *rule)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        if (is_selected(rule, &all->images[i]))
            all->ranked[count++] = &all->images[i];
    if (count)
        qsort(all->ranked, count, sizeof *all->ranked, by_age);
    for (size_t i = 0; i < count; i++)
        all->marked[all->ranked[i] - all->images] = (uint64_t)i >= (uint64_t)rule->count;
}

static void apply_rule(struct evaluation *all, const struct lifecycle_rule *rule)
{
    memset(all->marked, 0, all->count * sizeof *all->marked);
    if (rule->count_type == LIFECYCLE_MORE_THAN)
        mark_overflow(all, rule);
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
}

/* ---- what goes together ---- */

static bool find_position(const struct evaluation *all, struct slice digest, size_t *position)
{
    size_t found = (uintptr_t)table_get(&all->positions, digest);
    *position = found - 1;
    return found > 0;
}

static bool add_dependent(struct evaluation *all, size_t needed, size_t dependent)
{
    struct dependents *list = &all->dependents[needed];
    return needed == dependent ||
           ARENA_PUSH(all->arena, list->items, list->count, list->room, dependent);
}

static bool add_links(struct evaluation *all, size_t i)
{
    const struct lifecycle_image *image = &all->images[i];
    size_t other;
    for (size_t k = 0; k < image->child_count; k++)
        if (find_position(all, image->children[k], &other) && !add_dependent(all, i, other))
            return false;
    return is_candidate(image) || !find_position(all, image->subject, &other) ||
           add_dependent(all, other, i);
}

static bool collect_dependents(struct evaluation *all)
{
    table_init(&all->positions, all->arena);
    for (size_t i = 0; i < all->count; i++)
        if (!table_put(&all->positions, all->images[i].digest, (void *)(uintptr_t)(i + 1)))
            return false;
    for (size_t i = 0; i < all->count; i++)
        if (!add_links(all, i))
            return false;
    return true;
}

static bool is_about(const struct evaluation *all, size_t artifact, size_t image)
{
    return !is_candidate(&all->images[artifact]) &&
           slice_equal(all->images[artifact].subject, all->images[image].digest);
}

static void follow(struct evaluation *all, size_t artifact, size_t subject)
{
    struct lifecycle_verdict *verdict = &all->verdicts[artifact];
    *verdict = all->verdicts[subject];
    verdict->retained = verdict->action != LIFECYCLE_NONE && all->images[artifact].retained;
    if (verdict->retained)
        verdict->action = LIFECYCLE_NONE;
}

/* From the images to their artifacts, to the artifacts of those (a signature of an SBOM), and so
   on. A chain that bites its own tail, or ends nowhere, is never come to, and stays. `marked` has
   those that were come to: one may stand twice below its subject, as its child, too. */
static void follow_subjects(struct evaluation *all, size_t *queue)
{
    size_t end = 0;
    memset(all->marked, 0, all->count * sizeof *all->marked);
    for (size_t i = 0; i < all->count; i++)
        if (is_candidate(&all->images[i]))
            queue[end++] = i;
    for (size_t at = 0; at < end; at++) {
        const struct dependents *list = &all->dependents[queue[at]];
        for (size_t i = 0; i < list->count; i++) {
            size_t artifact = list->items[i];
            if (all->marked[artifact] || !is_about(all, artifact, queue[at]))
                continue;
            follow(all, artifact, queue[at]);
            all->marked[artifact] = true;
            queue[end++] = artifact;
        }
    }
}

/* An index that is only archived still needs a child that would expire. */
static bool lets_go(const struct lifecycle_verdict *needs, enum lifecycle_action action)
{
    return needs->action == LIFECYCLE_EXPIRE ||
           (needs->action == LIFECYCLE_TRANSITION && action == LIFECYCLE_TRANSITION);
}

static bool hold(struct evaluation *all, size_t dependent, size_t keeper)
{
    struct lifecycle_verdict *verdict = &all->verdicts[dependent];
    if (verdict->action == LIFECYCLE_NONE || lets_go(&all->verdicts[keeper], verdict->action))
        return false;
    verdict->action = LIFECYCLE_NONE;
    verdict->kept_by_index = !is_about(all, dependent, keeper);
    verdict->keeper = keeper;
    return true;
}

/* A child stays unless every index that names it goes in the same pass, and an artifact stays with
   its subject. What is held so may itself be an index, or have artifacts: it is asked again. */
static void hold_dependents(struct evaluation *all, size_t *queue)
{
    size_t end = 0;
    for (size_t i = 0; i < all->count; i++)
        queue[end++] = i;
    for (size_t at = 0; at < end; at++) {
        const struct dependents *list = &all->dependents[queue[at]];
        for (size_t i = 0; i < list->count; i++)
            if (hold(all, list->items[i], queue[at]))
                queue[end++] = list->items[i];
    }
}

bool lifecycle_evaluate(const struct lifecycle_policy *policy, const struct lifecycle_image *images,
                        size_t count, double now, struct arena *arena,
                        struct lifecycle_verdict *verdicts, struct error *err)
{
    struct evaluation all = {.images = images,
                             .count = count,
                             .now = now,
                             .arena = arena,
                             .verdicts = verdicts,
                             .marked = arena_array(arena, count + 1, sizeof *all.marked),
                             .ranked = arena_array(arena, count + 1, sizeof *all.ranked),
                             .dependents = arena_array(arena, count + 1, sizeof *all.dependents)};
    /* Each image stands in a queue once, and once more when it is held. */
    size_t *queue = arena_array(arena, 2 * count + 1, sizeof *queue);
    if (!all.marked || !all.ranked || !all.dependents || !queue)
        return arena_error(err);
    memset(verdicts, 0, count * sizeof *verdicts);
    for (size_t i = 0; i < policy->rule_count; i++)
        apply_rule(&all, &policy->rules[i]);
    if (!collect_dependents(&all))
        return arena_error(err);
    follow_subjects(&all, queue);
    hold_dependents(&all, queue);
    return true;
}
