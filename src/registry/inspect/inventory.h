#pragma once
/*
 * What an image holds once its layers are merged: the packages with their layers, the distribution,
 * what could not be read. It does not depend on advisories, so it is kept for good, and findings
 * are had from it by matching. Pure computation; any thread may call.
 *
 * Encoded: "PLIN", u32 packages, u32 of each package's layer, zeros up to 8, then an encoded
 * analysis (catalog/analysis.h) of the packages, the distribution and the notes.
 */
#include "catalog/analysis.h"
#include "image/image.h"

struct inventory {
    struct package *packages;
    size_t *layers; /* beside `packages`: index of the layer that brought it */
    size_t package_count;
    struct distribution distribution; /* empty id: none */
    struct note *notes;
    size_t note_count;
    bool partial;
};

/* From encoded analyses, lowest first; an empty slice is a layer that is not to be had (foreign).
   `image` names the layers. */
bool inventory_merge(const struct image *image, const struct slice *encoded, struct arena *arena,
                     struct inventory *inventory, struct error *err);
bool inventory_encode(const struct inventory *inventory, struct arena *arena, struct slice *bytes,
                      struct error *err);
/* Bytes may be anything. `bytes` must outlive the result. */
bool inventory_decode(struct slice bytes, struct arena *arena, struct inventory *inventory,
                      struct error *err);
