#pragma once
/*
 * From images to the analyses of their layers: from the cache where they are known, from the broker
 * for the rest, each layer once however many images share it.
 */
#include "scan/broker.h"
#include "scan/cache.h"

struct layer_set_options {
    const struct broker_options *broker;
    bool use_cache;
    struct cache_settings cache;
};

/* A layer, once. */
struct known_layer {
    const struct image *image; /* the first that has it */
    const struct layer *layer;
    const struct analysis *analysis; /* NULL: not to be had, see `note` */
    const void *made;                /* with options->broker->decode */
    struct slice file_key;           /* for the cache, where no digest is verified */
    bool verify;                     /* the broker is to hash the stored bytes */
};

struct layer_set {
    struct arena *arena;
    struct cache cache; /* open until layer_set_close: analyses may point into it */
    struct known_layer *layers;
    size_t count, room;
    struct note *notes;
    size_t note_count, note_room;
};

/* Fails when a layer cannot be fetched, has not its digest, or the reading process fails. Analyses
   live in `arena` or the cache. `set` must be closed in any case. */
bool layer_set_read(struct layer_set *set, const struct image *images, size_t count,
                    const struct layer_set_options *options, struct arena *arena,
                    struct error *err);
void layer_set_close(struct layer_set *set);

/* What broker->decode made of a layer (use_cache must be false then); NULL when nothing was. */
const void *layer_set_made(const struct layer_set *set, const struct image *image,
                           const struct layer *layer);
/* The analysis of a layer of one of the images; NULL when it could not be had. */
const struct analysis *layer_set_get(const struct layer_set *set, const struct image *image,
                                     const struct layer *layer);
