#include "advisory/range.h"

#include "base/ascii.h"

/* OSV's "0" is before everything, also where it is no version of the order. */
static bool from_the_first(const struct version_range *range)
{
    return range->introduced.len == 0 || slice_equal_str(range->introduced, "0");
}

/* A single version that cannot be parsed ("1.5:dev") is still not any other version. */
static enum range_place place_exact(const struct version_range *range,
                                    const struct version_scheme *order, struct slice version)
{
    int compared;
    if (slice_equal(version, range->introduced))
        return RANGE_INSIDE;
    if (!version_compare(order, version, range->introduced, &compared))
        return version_valid(order, version) ? RANGE_BEFORE : RANGE_INVALID;
    return compared < 0 ? RANGE_BEFORE : compared == 0 ? RANGE_INSIDE : RANGE_AFTER;
}

/* "2022-09-29" */
static bool is_date(struct slice text)
{
    for (size_t i = 0; i < 10; i++)
        if (text.len != 10 || (i == 4 || i == 7 ? text.at[i] != '-' : !ascii_digit(text.at[i])))
            return false;
    return true;
}

/* The NVD gives a date at times, of a commit, to programs that number their versions otherwise; any
   number would be before it. */
static bool is_other_kind(struct slice bound, struct slice version)
{
    return is_date(bound) && slice_find(version, '.') < 4;
}

enum range_place range_place(const struct version_range *range, const struct version_scheme *order,
                             struct slice version)
{
    int compared;
    if (range->exact)
        return place_exact(range, order, version);
    if (!from_the_first(range)) {
        if (!version_compare(order, version, range->introduced, &compared))
            return RANGE_INVALID;
        if (compared < 0 || (compared == 0 && range->introduced_excluded))
            return RANGE_BEFORE;
    }
    struct slice end = range->fixed.len ? range->fixed : range->last;
    if (end.len == 0)
        return RANGE_INSIDE;
    if (is_other_kind(end, version) || !version_compare(order, version, end, &compared))
        return RANGE_INVALID;
    return compared > 0 || (compared == 0 && range->fixed.len) ? RANGE_AFTER : RANGE_INSIDE;
}

/* "2.4" of "2.4.13"; empty when there are no two numbers. */
static struct slice branch_of(struct slice version)
{
    size_t at = 0, dots = 0;
    for (; at < version.len; at++) {
        if (version.at[at] == '.' && ++dots == 2)
            break;
        if (version.at[at] != '.' && !ascii_digit(version.at[at]))
            break;
    }
    return dots ? slice_upto(version, at) : (struct slice){0};
}

bool range_mends_branch(const struct version_range *range, const struct version_scheme *order,
                        struct slice version)
{
    struct slice end = range->fixed.len ? range->fixed : range->last, branch = branch_of(version);
    return !range->exact && branch.len && slice_equal(branch, branch_of(end)) &&
           range_place(range, order, version) == RANGE_AFTER;
}

struct slice range_text(const struct version_range *range, struct arena *arena)
{
    struct slice end = range->fixed.len ? range->fixed : range->last;
    const char *less = range->fixed.len ? "<" : "<=";
    if (range->exact)
        return arena_printf(arena, "= %.*s", SLICE_ARG(range->introduced));
    const char *more = range->introduced_excluded ? ">" : ">=";
    if (from_the_first(range))
        return end.len ? arena_printf(arena, "%s %.*s", less, SLICE_ARG(end))
                       : arena_copy(arena, SLICE("all versions"));
    if (end.len == 0)
        return arena_printf(arena, "%s %.*s", more, SLICE_ARG(range->introduced));
    return arena_printf(arena, "%s %.*s, %s %.*s", more, SLICE_ARG(range->introduced), less,
                        SLICE_ARG(end));
}
