/* Which steps, in which order; see remedy.h. */
#include <stdlib.h>

#include "ship/remedy/remedy.h"

bool remedy_note(struct remedy *remedy, struct arena *arena, struct slice text)
{
    struct slice copied = text.at ? arena_copy(arena, text) : text;
    return copied.at &&
           ARENA_PUSH(arena, remedy->notes, remedy->note_count, remedy->note_room, copied);
}

bool remedy_step_add(struct remedy *remedy, struct arena *arena, const struct remedy_step *step)
{
    return ARENA_PUSH(arena, remedy->steps, remedy->step_count, remedy->step_room, *step);
}

/* What mends most; among equals what changes least. */
static int by_count(const void *a, const void *b)
{
    const struct remedy_step *x = a, *y = b;
    if (x->allowed != y->allowed)
        return x->allowed ? -1 : 1;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->kind != y->kind)
        return x->kind < y->kind ? -1 : 1;
    return slice_compare(x->title, y->title);
}

static bool is_base(const struct remedy_step *step)
{
    return step->kind == REMEDY_REBUILD || step->kind == REMEDY_BASE;
}

static size_t adds(const struct remedy *remedy, const struct remedy_step *step)
{
    size_t count = 0;
    for (size_t i = 0; i < remedy->count; i++)
        count += step->mends[i] && !remedy->findings[i].step;
    return count;
}

static struct remedy_step *best(struct remedy *remedy, bool has_base)
{
    struct remedy_step *found = NULL;
    for (size_t i = 0; i < remedy->step_count; i++) {
        struct remedy_step *step = &remedy->steps[i];
        if (!step->allowed || step->place || (has_base && is_base(step)))
            continue;
        step->adds = adds(remedy, step);
        if (step->adds && (!found || step->adds > found->adds))
            found = step;
    }
    return found;
}

static void take(struct remedy *remedy, struct remedy_step *step)
{
    remedy->plan[remedy->plan_count++] = (size_t)(step - remedy->steps);
    step->place = remedy->plan_count;
    remedy->mended += step->adds;
    for (size_t i = 0; i < remedy->count; i++)
        if (step->mends[i] && !remedy->findings[i].step)
            remedy->findings[i].step = step->place;
}

bool remedy_plan(struct remedy *remedy, struct arena *arena)
{
    bool has_base = false;
    remedy->plan = arena_array(arena, remedy->step_count + 1, sizeof *remedy->plan);
    if (!remedy->plan)
        return false;
    if (remedy->step_count)
        qsort(remedy->steps, remedy->step_count, sizeof *remedy->steps, by_count);
    for (struct remedy_step *step; (step = best(remedy, has_base));) {
        take(remedy, step);
        has_base |= is_base(step);
    }
    for (size_t i = 0; i < remedy->step_count; i++)
        if (!remedy->steps[i].place)
            remedy->steps[i].adds = 0;
    return true;
}
