#pragma once
/*
 * Going through a range of rows, for the backends: where to begin, and of each row that comes in
 * ascending order of (scope, name) whether it belongs. A scope's rows and those of the scopes below
 * it are not neighbours ("a/b" < "a/b-c" < "a/b/c"), so a walk may jump once. One thread.
 */
#include "store/meta.h"

enum range_verdict {
    RANGE_TAKE,
    RANGE_JUMP, /* begin again at (scope, name) of the walk */
    RANGE_END,
};

struct range_walk {
    const struct meta_range *range;
    struct slice scope, name; /* begin here … */
    bool after;               /* … or with what comes after it */
    size_t taken;
    char below[META_SCOPE_MAX + 1]; /* range->scope and "/" */
};

/* `range` must outlive the walk. */
void range_walk_begin(struct range_walk *walk, const struct meta_range *range);
enum range_verdict range_walk_judge(struct range_walk *walk, struct slice scope, struct slice name);
