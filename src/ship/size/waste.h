#pragma once
/*
 * What in an image need not be there: each file has one kind at most, so that savings add up. The
 * advice is the guide's ("Image Size Too Large"): remove unnecessary packages, use multi-stage
 * builds, compress artifacts, clean package manager caches. Pure computation; any thread.
 */
#include "image/image.h"
#include "ship/size/files.h"

enum waste_kind {
    WASTE_NONE,
    WASTE_DELETED,
    WASTE_OVERWRITTEN,
    WASTE_COPIED,
    WASTE_CACHE,
    WASTE_BUILD,
    WASTE_DEBUG,
    WASTE_DOCS,
    WASTE_TESTS,
    WASTE_DUPLICATE,
    WASTE_KINDS,
};

enum guide_advice {
    GUIDE_REMOVE_PACKAGES = 1,
    GUIDE_MULTI_STAGE,
    GUIDE_COMPRESS,
    GUIDE_CLEAN_CACHES,
};

struct waste_kind_facts {
    const char *name;  /* "deleted", in JSON */
    const char *title; /* "deleted in a later layer" */
    enum guide_advice guide;
    const char *advice;
};
extern const struct waste_kind_facts waste_kinds[WASTE_KINDS];
/* "remove unnecessary packages", … */
const char *guide_advice_text(enum guide_advice guide);

enum { WASTE_SAMPLES = 3 };

/* One line: a kind and what it is of. */
struct waste_row {
    enum waste_kind kind;
    struct slice label; /* "apt's package lists", "gcc-12", "layer 3, removed in layer 5" */
    size_t layer, by;   /* SIZE_MAX: of several layers; by: with the first three kinds */
    uint64_t bytes, files;
    uint64_t stored;                     /* estimate: `bytes` by how well their layers compress */
    struct slice samples[WASTE_SAMPLES]; /* the largest first */
    uint64_t sample_bytes[WASTE_SAMPLES];
};

/* The same content under several paths, each carried by itself. */
struct waste_duplicate {
    uint64_t size; /* of one */
    size_t copies;
    struct slice paths[WASTE_SAMPLES];
    size_t layers[WASTE_SAMPLES];
};

struct waste {
    struct waste_row *rows; /* the largest first */
    size_t count, room;
    uint64_t kinds[WASTE_KINDS];        /* bytes of each */
    uint64_t bytes, stored;             /* of all rows */
    struct waste_duplicate *duplicates; /* the largest first; those of other kinds too */
    size_t duplicate_count, duplicate_room;
};

/* The kind that a visible file has by its path and package; *label what of. */
enum waste_kind waste_of_path(struct slice path, const struct size_package *package,
                              struct slice *label);

/* Sets `kind` of the files. `ratios`: stored bytes for each byte of content, a layer. */
bool waste_find(struct waste *waste, struct size_files *files, const double *ratios,
                struct arena *arena, struct error *err);
