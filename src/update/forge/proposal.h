#pragma once
/*
 * What a pull request says: changes gathered by their branch, a title, a commit message, a body in
 * markdown. Pure; any thread may call. Slices live in the arena, and as long as the changes.
 */
#include "update/change.h"

struct proposal {
    struct slice branch;
    struct slice title;
    struct slice message; /* of the commit */
    struct slice body;    /* markdown */
    const struct update_change **changes;
    size_t count;
};

/* The grouped pull request's branch. */
#define PROPOSAL_GROUP_BRANCH "plimsoll/updates"

/* One for each image's series, or one for all (`group`). */
bool proposal_make(const struct update_change *changes, size_t count, bool group,
                   struct arena *arena, struct proposal **proposals, size_t *made,
                   struct error *err);
