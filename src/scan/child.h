#pragma once
/*
 * The jailed child: reads layers and tells what is in them. It has no network, no files but the
 * descriptors of its job, and nothing it says is believed unchecked. Runs in a process of its own,
 * which broker.c forks.
 */
#include "image/image.h"
#include "image/layer.h"

struct child_layer {
    size_t index;              /* in the broker's list: what records name */
    const struct image *image; /* for its kind */
    const struct layer *layer; /* offset, size, media type */
    int fd;                    /* the file, or a pipe */
    bool pipe;                 /* the stored bytes come in order, to the end */
    bool grows;                /* the file is still written: `tick` as for stream_of_growing */
    int tick;
};

struct child_job;
/*
 * What is to be told of a layer, encoded, in `arena` (192 MiB). `stored` is closed by the caller;
 * NULL: the layer is an open folder (layer->fd). False: nothing of it can be told, and why. Called
 * in several threads at once.
 */
typedef bool (*child_reader)(const struct child_job *job, const struct child_layer *layer,
                             struct stream *stored, const struct layer_options *options,
                             struct arena *arena, struct slice *bytes, struct error *err);

struct child_job {
    const struct child_layer *layers;
    size_t count;
    int answers;         /* where records go (wire.h) */
    bool secrets;        /* look for them, too */
    child_reader reader; /* NULL: the catalogue's, which tells an encoded analysis */
};

/* Does the whole job; returns when all is told, or nobody listens any more. */
void child_main(const struct child_job *job);
