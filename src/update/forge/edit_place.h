#pragma once
/*
 * Where edits stand in another version of the same file. They are found in the working tree and
 * made on the branch that the forge has, which may be older or newer: each line with edits is
 * looked for there, as it was and as it will be. Pure; any thread may call.
 */
#include "update/change.h"

enum edit_place {
    EDIT_HERE,    /* the line stands there, as often as here: the edit was moved to it */
    EDIT_DONE,    /* the line stands there with the new text already */
    EDIT_NOWHERE, /* neither */
};

/*
 * `ours`: the bytes that `edits`, all of this file, were made for; `theirs`: the other version.
 * Fills `moved` and `places`, both of `count`. ERROR_BUSY when the edits do not fit `ours`.
 */
bool edit_place_find(struct slice ours, struct slice theirs, const struct update_edit *edits,
                     size_t count, struct arena *arena, struct update_edit *moved,
                     enum edit_place *places, struct error *err);
