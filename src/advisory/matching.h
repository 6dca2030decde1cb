#pragma once
/* One run of matching: what match.c and match_explain.c share. */
#include "advisory/claim.h"
#include "base/table.h"

struct matching {
    struct store_reader *store;
    struct arena *arena;
    struct release release;
    struct table sets;  /* targets as text → struct claim_set: packages of one source share it */
    struct table facts; /* id → struct vulnerability */
    struct feed_status *feeds;
    size_t feed_count;
};

bool matching_init(struct matching *matching, struct store_reader *store,
                   const struct distribution *distribution, struct arena *arena, struct error *err);
/* Date of a feed's data; empty when not known. */
struct slice matching_feed_date(const struct matching *matching, struct slice feed);
/* The claims of the package's targets; an empty set when it has none. */
bool matching_claims(struct matching *matching, const struct targets *targets,
                     const struct claim_set **set, struct error *err);
/* Whether any feed speaks of this release, scope or ecosystem. */
bool matching_covers(const struct matching *matching, const struct targets *targets);
