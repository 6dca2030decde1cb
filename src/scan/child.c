/* See child.h. One thread a layer, up to the number of processors; where there are fewer layers,
   the inflating of a layer runs beside its parsing (image/pipeline.c). */
#include "scan/child.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/jail.h"
#include "base/threads.h"
#include "catalog/layer_catalog.h"
#include "image/layer.h"
#include "scan/wire.h"

/* One layer's findings, encoded and not: a hundred thousand files take 3 MiB of it. */
#define CHILD_LAYER_BUDGET ((size_t)192 << 20)
/* All of the process: two decoders with the largest zstd window, and the budgets. */
#define CHILD_MEMORY ((size_t)1 << 30)

struct child {
    const struct child_job *job;
    pthread_mutex_t answering; /* records are not to be mixed */
    bool one_thread;           /* a layer: there are enough layers for all processors */
};

static void child_answer(struct child *child, enum wire_kind kind, size_t layer,
                         struct slice payload)
{
    pthread_mutex_lock(&child->answering);
    bool heard = wire_write(child->job->answers, &(struct wire_record){kind, layer, 0, payload});
    pthread_mutex_unlock(&child->answering);
    if (!heard)
        _Exit(1); /* nobody listens any more */
}

static bool child_catalog(const struct child *child, const struct child_layer *layer,
                          struct arena *arena, struct analysis *analysis, struct error *err)
{
    if (strcmp(layer->image->kind, "folder") == 0)
        return catalog_folder(layer->fd, arena, analysis, err);
    struct stream *stored = layer->pipe ? stream_of_fd(arena, layer->fd, true, err)
                                        : stream_of_range(arena, layer->fd, layer->layer->offset,
                                                          layer->layer->size, err);
    if (!stored)
        return false;
    struct layer_options options = {.one_thread = child->one_thread};
    bool fine = catalog_layer(stored, &options, arena, analysis, err);
    stream_close(stored);
    return fine;
}

static void child_read_layer(void *context, size_t index)
{
    struct child *child = context;
    const struct child_layer *layer = &child->job->layers[index];
    struct arena arena CLEANUP_ARENA;
    struct analysis analysis = {NULL};
    struct error err = {0};
    struct slice bytes;
    arena_init(&arena, CHILD_LAYER_BUDGET);
    child_answer(child, WIRE_STARTED, layer->index, (struct slice){NULL, 0});
    if (child_catalog(child, layer, &arena, &analysis, &err) &&
        analysis_encode(&analysis, &arena, &bytes, &err))
        child_answer(child, WIRE_ANALYSIS, layer->index, bytes);
    else
        child_answer(child, WIRE_FAILURE, layer->index, slice_str(err.text));
}

void child_main(const struct child_job *job)
{
    struct child child = {.job = job, .answering = PTHREAD_MUTEX_INITIALIZER};
    struct jail_options jail = {.memory = CHILD_MEMORY};
    for (size_t i = 0; i < job->count; i++)
        if (strcmp(job->layers[i].image->kind, "folder") == 0)
            jail = (struct jail_options){CHILD_MEMORY, true, job->layers[i].fd};
    struct error err = {0};
    child.one_thread = job->count >= threads_count();
    /* Only for tests of what happens without it. */
    if (!getenv("PLIMSOLL_NO_JAIL") && !jail_enter(&jail, &err)) {
        child_answer(&child, WIRE_BROKEN, 0, slice_str(err.text));
        return;
    }
    threads_run(job->count, child_read_layer, &child);
}
