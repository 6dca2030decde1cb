#pragma once
/*
 * Reads one layer (or a folder that is a root) into an analysis: image's walk hands files to the
 * finders by path and to the program scanner by content. Runs in the jailed child; any thread, each
 * call has its own scanner. The analysis and all in it live in `arena`.
 *
 * Whose file a program is gets not decided here but when layers are merged (scan/merge.h): the
 * package database that owns it may stand in another layer.
 */
#include "catalog/analysis.h"
#include "image/layer.h"

/* What is looked for beside packages. NULL: nothing. */
struct catalog_options {
    bool secrets; /* in all that seems to be text */
};

/* `stored` is not closed. A layer that could not be read to its end gives true, an analysis that is
   `partial`, and a note that says why; false: nothing of it can be had (out of memory budget). */
bool catalog_layer(struct stream *stored, const struct layer_options *options,
                   const struct catalog_options *wanted, struct arena *arena,
                   struct analysis *analysis, struct error *err);
/* The same of a folder, an open descriptor that stays the caller's. */
bool catalog_folder(int folder, const struct catalog_options *wanted, struct arena *arena,
                    struct analysis *analysis, struct error *err);
