#pragma once
/* The one way paths of images are written and hashed. Any thread may call. */
#include "base/arena.h"

/*
 * Cleans a tar or database path: drops leading "/" and "./", empty and "." parts, a "/" at the end,
 * resolves ".." within the root (an engine would refuse to leave it). Returns the input where it is
 * clean already, else a copy in `arena`; `at` NULL when the budget is spent. The root is the empty
 * path.
 */
struct slice path_clean(struct arena *arena, struct slice path);

/*
 * The key by which paths are compared across layers and package databases: hash64 of the clean
 * path, without a leading "usr/" where a merged-/usr system makes both names the same file (bin,
 * sbin, lib*).
 */
uint64_t path_key(struct slice clean_path);

/* The last part: "bash" of "usr/bin/bash". */
struct slice path_base(struct slice path);
/* All before the last "/": "usr/bin" of "usr/bin/bash", empty when there is none. */
struct slice path_folder(struct slice path);
