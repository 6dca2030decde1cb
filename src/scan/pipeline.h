#pragma once
/*
 * The whole way: source → layers (cache, broker) → merge → match → exceptions → result. Every
 * command that needs to know what is in an image goes through scan_run. Runs in the broker; must be
 * called before the process has other threads.
 */
#include "image/source.h"
#include "scan/exceptions.h"
#include "scan/layers.h"
#include "scan/merge.h"
#include "scan/result.h"

struct scan_options {
    const char *input;   /* as for source_open; NULL when there are purls */
    struct slice *purls; /* packages without an image */
    size_t purl_count;
    struct source_options source;
    const char *store;      /* advisory store; NULL or absent: the starter database */
    bool without_match;     /* only what is in it (sbom): the store is not opened */
    const char *cache;      /* layer cache; NULL: none */
    uint64_t cache_limit;   /* 0: the default */
    const char *exceptions; /* file; NULL: none */
    bool secrets;           /* look for them, too */
    struct broker_options broker;
};

/* A scan and all that its result points into. */
struct scan {
    struct scan_result result;
    /* The packages of each image, as match got them: for explain. */
    struct scan_image {
        const struct image *image;
        struct distribution distribution;
        struct package *packages;
        size_t *layers; /* beside `packages` */
        size_t package_count;
        const struct slice *purls;               /* beside `packages`; NULL: to be made */
        const struct sbom_component *components; /* the same of an SBOM; else NULL */
        const struct merged_observation *observations;
        size_t observation_count;
        const struct merged_secret *secrets;
        size_t secret_count;
    } * images;
    size_t image_count;
    struct exceptions exceptions;
    struct store_reader *store; /* NULL with without_match */
    struct image_list list;
    struct layer_set layers;
    struct arena *arena;
    size_t package_room, finding_room, note_room, secret_room; /* of the result's arrays */
};

/* `scan` must be given to scan_done in any case. All lives in `arena`, in the store or the cache,
   until then. */
bool scan_run(struct scan *scan, const struct scan_options *options, struct arena *arena,
              struct error *err);
void scan_done(struct scan *scan);
/* assemble.c: packages and findings of all images into the result, when `images`, `store` and
   `arena` are set: the second half of scan_run, for whoever has the packages already. */
bool scan_assemble(struct scan *scan, struct error *err);
/* "layer 3 (sha256:0123456789ab…): TEXT": which of the layers could not be read, and why. */
struct slice scan_layer_note(const struct layer *layer, size_t index, struct slice text,
                             struct arena *arena);
/* notes.c: what is to be said of the advisories' age and reach. */
bool scan_note_database(struct scan *scan, struct error *err);
#define CLEANUP_SCAN __attribute__((cleanup(scan_done)))
