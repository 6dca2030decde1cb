#pragma once
/* What the feeds do not tell: releases and kinds of packages without advisories, and ends of life.
   A scan never takes silence for health. */
#include "advisory/matching.h"

struct note_list {
    struct arena *arena;
    struct note *items;
    size_t count, room;
};
/* False when the arena's budget is spent, also when `text.at` is NULL because of that. */
bool note_add(struct note_list *list, struct slice path, struct slice text);

/* Packages whose scope no feed has, by kind. */
struct uncovered {
    size_t by_type[PACKAGE_TYPES];
    size_t vendor;            /* of them: built by somebody else than the distribution */
    struct slice vendor_name; /* the first of these */
    struct slice first[PACKAGE_TYPES];
};
void uncovered_count(struct uncovered *uncovered, const struct package *package);

/* All false when the arena's budget is spent. */
bool coverage_find(const struct matching *matching, const struct distribution *distribution,
                   struct coverage *coverage);
bool coverage_notes(const struct matching *matching, const struct distribution *distribution,
                    const struct coverage *coverage, const struct uncovered *uncovered,
                    struct note_list *notes);
/* Programs whose release branch is past its end of life. */
bool coverage_note_programs(const struct matching *matching, const struct package *packages,
                            size_t count, struct note_list *notes);
