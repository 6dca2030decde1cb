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
};

const char *inspect_status_name(enum inspect_status status); /* "COMPLETE" */

/* JSON, in `arena`; `at` NULL when the budget is spent. */
struct slice scan_row_encode(const struct scan_row *row, struct arena *arena);
bool scan_row_decode(struct slice bytes, struct arena *arena, struct scan_row *row,
                     struct error *err);
