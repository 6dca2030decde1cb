#pragma once
/*
 * Choosing among images: by tag among those of an archive, by platform among those of an index.
 * Shared by all sources that know indexes.
 */
#include "image/manifest.h"
#include "image/source.h"

/* "app.tar:demo:1" → "app.tar" and "demo:1": the longest beginning that exists as a file counts,
   and options->tag before what is behind it. `path` is in `arena`. */
bool select_path(const char *name, const struct source_options *options, struct arena *arena,
                 const char **path, struct slice *tag, struct error *err);

/* Whether somebody who asks for `want` means `have`: equal, equal when both are written in full, or
   `want` is only its tag. */
bool select_name_fits(struct slice want, struct slice have);

/* The error of a choice that cannot be made: `want` is none of `names` (ERROR_NOT_FOUND), or there
   are several and nothing was asked for (ERROR_USAGE). Always false. */
bool select_refuse(struct slice want, const struct slice *names, size_t count, struct error *err);

/* One image manifest, and the index it stood in (empty digest for none). */
struct candidate {
    struct descriptor manifest;
    struct digest index;
};

struct candidate_list {
    struct candidate *items;
    size_t count, room;
};

/* Reads a manifest's bytes by digest; they are verified by the caller of this. */
typedef bool (*manifest_fetch)(void *context, const struct descriptor *descriptor,
                               struct slice *bytes, struct error *err);

/* Adds what `from` is, or, when it is an index, what stands in it, at most three deep. */
bool select_expand(const struct descriptor *from, manifest_fetch fetch, void *context,
                   struct arena *arena, struct candidate_list *list, struct error *err);
/* Leaves in `list` what the options ask for: the best fit for the platform, or all. */
bool select_platform(const struct source_options *options, struct arena *arena,
                     struct candidate_list *list, struct error *err);
