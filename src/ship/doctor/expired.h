#pragma once
/* What plimsoll's own audit log knows of an image that is not there any more. */
#include "base/arena.h"

/*
 * ", expired at TIME (WHY)" or ", deleted at TIME by WHO": the last of them in the journal of the
 * data folder `data`, which a server may be using. Empty: it knows nothing of it. `digest` may be
 * empty: then the last one that had `tag`.
 */
bool expired_find(const char *data, struct slice repository, struct slice tag, struct slice digest,
                  struct arena *arena, struct slice *words, struct error *err);
