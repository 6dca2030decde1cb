#pragma once
/* OSV's events ("introduced", "fixed", "last_affected", in any order) made into ranges. */
#include "advisory/entry.h"
#include "version/version.h"

enum osv_event_kind { OSV_INTRODUCED, OSV_FIXED, OSV_LAST_AFFECTED };

struct osv_event {
    enum osv_event_kind kind;
    struct slice version;
    size_t number; /* place in the file */
};

/*
 * Sorts the events by `order` (NULL, or versions that it does not know: as they are written) and
 * walks them as the schema's evaluation algorithm does: "introduced" opens a range that is not
 * open, "fixed" and "last_affected" close one that is. Appends to *ranges.
 */
bool osv_ranges(struct osv_event *events, size_t event_count, const struct version_scheme *order,
                struct arena *arena, struct version_range **ranges, size_t *count, size_t *room,
                struct error *err);
