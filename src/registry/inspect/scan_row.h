#pragma once
/* The row `scan` of a manifest: how its scan went, and its findings counted. Any thread may call.
 */
#include "registry/inspect/inspect.h"

struct scan_row {
    enum inspect_status status;
    bool is_index; /* look at its children */
    struct slice why;
    double completed, advisories;
    uint64_t
        counts[SEVERITY_CRITICAL + 1]; /* exceptions left aside: they are a matter of the day */
    uint64_t packages;
    bool partial, starter_database;
    uint64_t analysis; /* ANALYSIS_VERSION of its inventory */
};

/* It was COMPLETE, but its inventory is of another version and cannot be read (stale.c). */
bool scan_row_is_stale(const struct scan_row *row);

const char *inspect_status_name(enum inspect_status status); /* "COMPLETE" */

/* JSON, in `arena`; `at` NULL when the budget is spent. */
struct slice scan_row_encode(const struct scan_row *row, struct arena *arena);
bool scan_row_decode(struct slice bytes, struct arena *arena, struct scan_row *row,
                     struct error *err);
