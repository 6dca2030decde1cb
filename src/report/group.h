#pragma once
/*
 * Findings as people mend them: package by package. Packages made of one source package with one
 * version (libssl and libcrypto of openssl) are one group, since one update mends them all, and a
 * vulnerability stands once in it. Suppressed findings and those of the baseline are left out.
 */
#include "scan/result.h"

struct report_group {
    const struct scan_finding **findings; /* severity down; one for each id */
    size_t count, room;
    struct slice *names; /* of the installed packages */
    size_t name_count, name_room;
    struct slice fix; /* the one version that mends most; empty: none mends any */
    size_t mended;    /* findings that it mends */
};

struct report_groups {
    struct report_group *groups; /* the worst first */
    size_t count, room;
    size_t vulnerabilities; /* sum of their counts */
};

/* False when the arena's budget is spent. */
bool report_group(const struct scan_result *result, struct arena *arena,
                  struct report_groups *groups, struct error *err);

/* The package that all have in common: any of them. */
const struct package *group_package(const struct report_group *group);
