#pragma once
/*
 * Observations: what is worth saying of a file by its path, mode and owner alone, whatever it is
 * for
 * (`lint image` makes findings of them). Asked for every entry of every layer, so it looks at no
 * content; accounts are read by a finder (accounts.c).
 */
#include "catalog/finder.h"
#include "image/layer.h"

/* Package caches of the layer at hand: one observation each, made at its end. */
enum { OBSERVE_CACHES = 16, OBSERVE_MOST = 500 };
struct observe {
    struct observe_cache {
        struct slice sample; /* path of the first file; in the analysis' arena */
        uint64_t bytes;
        uint64_t files;
    } caches[OBSERVE_CACHES];
    size_t counts[OBSERVATION_KINDS]; /* so that a hostile layer cannot fill the report */
};

void observe_entry(struct observe *observe, const struct layer_entry *entry,
                   struct collector *collector);
/* Behind the last entry. */
void observe_finish(struct observe *observe, struct collector *collector);
