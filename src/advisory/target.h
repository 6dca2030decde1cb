#pragma once
/*
 * Where the advisories for a package are looked up: (scope, name) pairs of the store (entry.h),
 * each with the version to compare and its order. A distribution's package has one target, its
 * release's feeds, because back-ports make upstream's ranges wrong for it; a program compiled from
 * source has one for each product it is known by. Pure functions.
 */
#include "advisory/match.h"
#include "version/version.h"

struct target {
    struct slice scope;   /* "apk:alpine:3.16", "cpe", "pypi" */
    struct slice name;    /* as the scope writes it: origin, "haproxy:haproxy", "foo-bar" */
    struct slice version; /* what is compared */
    const struct version_scheme *order;
    bool distribution; /* the scope is a distribution's release */
};

enum { TARGETS_MAX = 16 };

struct targets {
    struct target items[TARGETS_MAX];
    size_t count;
};

/* The scope of a distribution's release: "apk:alpine:3.16". `type` is the kind of packages that are
   its own. Empty when the distribution is none that we know of. */
struct release {
    struct slice scope;
    struct slice product, cycle; /* as endoflife.date has them: "alpine", "3.16" */
    enum package_type type;
};

/* False when the arena's budget is spent. */
bool release_of(const struct distribution *distribution, struct arena *arena,
                struct release *release);
/* No targets: nobody publishes advisories for it. False when the arena's budget is spent. */
bool targets_of(const struct package *package, const struct release *release, struct arena *arena,
                struct targets *targets);
