#pragma once
/* The package URL of a package that was found in an image (purl specification and its types). */
#include "catalog/analysis.h"

/* In `arena`; empty for types without one; `at` NULL when the budget is spent. */
struct slice package_purl(const struct package *package, const struct distribution *distribution,
                          struct arena *arena);
