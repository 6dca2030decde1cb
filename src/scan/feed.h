#pragma once
/* The broker's side of one layer's bytes: hashing files beside the child, fetching the others into
   the child's pipe. Runs in threads of the broker. */
#include <stdatomic.h>

#include "scan/broker.h"

struct feed {
    struct broker_layer *layer;
    int pipe;          /* where fetched bytes go; -1 for files. Closed by feed_run */
    atomic_bool *stop; /* set when the child is gone or a layer failed: no more work then */
    atomic_uint_fast64_t *moved; /* bytes moved by all feeds: a sign of life */
};

/* Sets layer->verified, or layer->error. */
void feed_run(struct feed *feed);
