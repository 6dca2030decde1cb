#pragma once
/*
 * Reads layers that nobody has read before: starts one jailed child for all of them (child.h),
 * hashes the stored bytes beside it, fetches those that are not files, and checks what the child
 * tells.
 *
 *   file layer:   child preads it; a broker thread preads and hashes the same bytes
 *   other layer:  a broker thread fetches, hashes, and copies into a pipe that the child reads
 *
 * So the digest is verified by code that parses nothing, and a child that hostile bytes have taken
 * over cannot choose the name under which its tale is kept. The child is a fresh process of this
 * program (base/fresh.h), so that nothing the broker ever read is in its memory; in programs that
 * cannot start those (unit tests) it is a plain fork.
 */
#include "catalog/analysis.h"
#include "scan/child.h"

struct broker_layer {
    /* in */
    const struct image *image;
    const struct layer *layer;
    bool verify; /* hash the stored bytes against layer->digest */
    /* out */
    bool told;                /* `analysis` holds */
    bool verified;            /* the stored bytes have layer->digest */
    struct slice encoded;     /* of the analysis, for the cache */
    struct analysis analysis; /* strings are slices of `encoded` */
    void *made;               /* what options->decode made of `encoded`, in its place */
    struct error error;       /* kind ERROR_NONE unless something failed; then told is false */
    bool started;             /* the child has begun with it: to name it when the child dies */
};

struct broker_options {
    unsigned idle_seconds; /* a child that is silent for so long is killed; 0: the default */
    void (*child)(const struct child_job *job); /* NULL: child_main. Tests fork others here */
    bool secrets;                               /* look for them, too */
    /* Both or none: another question asked of each layer, and who takes its answers, which are
       hostile; what it makes lives in `arena`. `analysis` then only says what went wrong. */
    const struct child_question *question;
    void *(*decode)(struct slice encoded, struct arena *arena, struct error *err);
    /* Told from the broker's threads how far the work is; may be NULL. */
    void (*progress)(void *context, size_t done, size_t count);
    void *context;
};

/* False when the child could not be started, died, was killed or answered nonsense: err names the
   layers it was at. Errors of single layers are in them. All in `arena`. */
bool broker_read_layers(struct broker_layer *layers, size_t count,
                        const struct broker_options *options, struct arena *arena,
                        struct error *err);
