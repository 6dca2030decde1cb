#pragma once
/*
 * The jailed child: reads layers and tells what is in them. It has no network, no files but the
 * descriptors of its job, and nothing it says is believed unchecked. Runs in a process of its own,
 * which broker.c starts with empty memory (base/fresh.h), or the nursery forks (registry/inspect).
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

/* A question has a name, since the child may be a process to which pointers mean nothing. At most
   15 letters. */
struct child_question {
    const char *name;
    child_reader read;
};

struct child_job {
    const struct child_layer *layers;
    size_t count;
    int answers;                           /* where records go (wire.h) */
    bool secrets;                          /* look for them, too */
    const struct child_question *question; /* NULL: the catalogue's, which tells an analysis */
};

/* Does the whole job; returns when all is told, or nobody listens any more. */
void child_main(const struct child_job *job);

/* child_job.c: the job in bytes (without layers that grow), and what does a job from them; it gives
   an exit status. `questions` are those that may be asked besides the catalogue's. */
bool child_job_encode(const struct child_job *job, struct arena *arena, struct slice *bytes,
                      struct error *err);
int child_job_run(struct slice bytes, const struct child_question *const *questions, size_t count);
/* inputs.c: what an SBOM file tells (catalog/sbom_form.h). */
extern const struct child_question sbom_question;
/* What broker.c starts a fresh process by. */
#define CHILD_ENTRY "layers"
