#pragma once
/*
 * Whose a file is, by the databases that stand in the layer itself: apk's, dpkg's, Python's
 * RECORD, npm's package.json and lock file. Hostile bytes: what cannot be read tells nothing.
 * Any thread; `scratch` is the caller's to reset.
 */
#include "ship/size/builder.h"

enum { OWNERS_FILE_MAX = 32 << 20 };

/* By the path alone: whether owners_read wants the whole file. */
bool owners_wants(struct slice clean_path, uint64_t size);
void owners_read(struct slice clean_path, struct slice bytes, struct builder *builder,
                 struct arena *scratch);
