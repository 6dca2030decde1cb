#include "store/meta_range.h"

static struct slice below_of(const struct range_walk *walk)
{
    return slice_of(walk->below, walk->range->scope.len + 1);
}

static void begin_at(struct range_walk *walk, struct slice scope, struct slice name, bool after)
{
    walk->scope = scope;
    walk->name = name;
    walk->after = after;
}

void range_walk_begin(struct range_walk *walk, const struct meta_range *range)
{
    walk->range = range;
    walk->taken = 0;
    if (range->scope.len)
        memcpy(walk->below, range->scope.at, range->scope.len);
    walk->below[range->scope.len] = '/';
    if (range->below && slice_compare(range->after_scope, range->scope) > 0)
        begin_at(walk, range->after_scope, range->after, true);
    else if (range->below && range->after_scope.len < range->scope.len)
        begin_at(walk, range->scope, SLICE(""), false);
    else if (range->after.len && slice_compare(range->after, range->prefix) >= 0)
        begin_at(walk, range->scope, range->after, true);
    else
        begin_at(walk, range->scope, range->prefix, false);
}

static enum range_verdict judge_below(struct range_walk *walk, struct slice scope)
{
    struct slice own = walk->range->scope, below = below_of(walk);
    if (!own.len || slice_equal(scope, own) || slice_starts(scope, below))
        return RANGE_TAKE;
    if (slice_compare(scope, below) > 0)
        return RANGE_END;
    begin_at(walk, below, SLICE(""), false);
    return RANGE_JUMP;
}

enum range_verdict range_walk_judge(struct range_walk *walk, struct slice scope, struct slice name)
{
    const struct meta_range *range = walk->range;
    enum range_verdict verdict = RANGE_END;
    if (range->limit && walk->taken == range->limit)
        return RANGE_END;
    if (range->below)
        verdict = judge_below(walk, scope);
    else if (slice_equal(scope, range->scope) && slice_starts(name, range->prefix))
        verdict = RANGE_TAKE;
    walk->taken += verdict == RANGE_TAKE;
    return verdict;
}
