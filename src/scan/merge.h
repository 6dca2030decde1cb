#pragma once
/*
 * The analyses of an image's layers, lowest first, put together into what the image holds: what a
 * container started from it would see. Pure computation on read-only input; any thread may call.
 *
 * A path that a layer speaks of is hidden by a later layer that writes it again, removes it
 * (whiteout), removes a folder above it, makes a folder above it opaque, or puts a file where such
 * a folder was (OCI image specification, "Layer Filesystem Changeset").
 */
#include "catalog/analysis.h"

struct merge_result {
    struct package *packages; /* visible ones; strings are the analyses' */
    size_t *layers;           /* beside `packages`: index of the layer that brought it */
    size_t package_count;
    struct distribution distribution; /* empty id when no layer tells of one */
    struct note *notes;               /* of visible paths */
    size_t *note_layers;
    size_t note_count;
    /* All of them, those that a later layer removed or replaced as well: what was once in a layer
       can still be had from it. */
    struct merged_observation {
        const struct observation *observation;
        size_t layer;
        bool hidden;
    } * observations;
    size_t observation_count;
    /* Of all layers, too. One that later layers copy along is told once, of the lowest; hidden: no
       layer's copy is seen any more. */
    struct merged_secret {
        const struct layer_secret *secret;
        size_t layer;
        bool hidden;
    } * secrets;
    size_t secret_count;
    bool partial; /* some layer was not read to its end, or something visible in it not at all */
};

/*
 * `layers[i]` may be NULL: a layer that could not be had. Results are in `arena`, strings point
 * into the analyses. A package belongs to the lowest layer from which on its database had it in
 * this version without a break, so that the instruction that installed it is named, not the last
 * one that rewrote the database. Programs and language packages whose file a distribution package
 * owns are left out.
 */
bool merge_layers(const struct analysis *const *layers, size_t count, struct arena *arena,
                  struct merge_result *result, struct error *err);
