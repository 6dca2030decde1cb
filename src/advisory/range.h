#pragma once
/* One version against what an advisory says is affected. Pure functions; versions and ranges are
   hostile. */
#include "advisory/entry.h"
#include "version/version.h"

enum range_place {
    RANGE_BEFORE,  /* older than all of it; or another version than the one it names */
    RANGE_INSIDE,  /* affected */
    RANGE_AFTER,   /* at or past its end */
    RANGE_INVALID, /* one of the versions is none in this order */
};

enum range_place range_place(const struct version_range *range, const struct version_scheme *order,
                             struct slice version);

/* Whether `version` stands past the end of a range that ends in the version's own branch (same
   major.minor): upstream mended that branch before. */
bool range_mends_branch(const struct version_range *range, const struct version_scheme *order,
                        struct slice version);

/* "< 1.1.1t-r0", ">= 2.0, < 2.0.31", "= 1.4", "all versions"; `at` NULL when the budget is spent.
 */
struct slice range_text(const struct version_range *range, struct arena *arena);
