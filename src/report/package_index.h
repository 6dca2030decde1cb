#pragma once
/*
 * The installed package of a finding, with its purl and platforms. Findings point at a package or
 * at a copy of it, so it is found by what it says: type, name, version, path, architecture.
 */
#include "base/table.h"
#include "scan/result.h"

struct package_index {
    const struct scan_result *result;
    struct table places; /* what a package says → its place in result->packages + 1 */
};

/* False: the arena's budget is spent. The result and the arena must outlive it. */
bool package_index_init(struct package_index *index, const struct scan_result *result,
                        struct arena *arena);
/* NULL when there is none. */
const struct scan_package *package_index_find(const struct package_index *index,
                                              const struct package *package);
