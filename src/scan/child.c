/* See child.h. One thread a layer, up to the number of processors; where there are fewer layers,
   the inflating of a layer runs beside its parsing (image/pipeline.c). */
#include "scan/child.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/jail.h"
#include "base/threads.h"
#include "catalog/layer_catalog.h"
#include "image/layer.h"
#include "scan/wire.h"

/* One layer's findings, encoded and not: a hundred thousand files take 3 MiB of it. */
#define CHILD_LAYER_BUDGET ((size_t)192 << 20)
/* All of the process: two decoders with the largest zstd window, and the budgets. */
#define CHILD_MEMORY ((size_t)1 << 30)
/* A sign of life each so many stored bytes: less than a second's work. */
enum { PROGRESS_BYTES = 16 << 20 };

struct child {
    const struct child_job *job;
    pthread_mutex_t answering; /* records are not to be mixed */
    bool one_thread;           /* a layer: there are enough layers for all processors */
    const struct child_layer **order;
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

/* The stored bytes on their way through, which now and then tell the broker that work goes on. */
struct progress_stream {
    struct stream stream;
    struct stream *inner;
    struct child *child;
    size_t layer;
    uint64_t moved, told;
};

static void progress_moved(struct progress_stream *self, uint64_t count)
{
    self->moved += count;
    if (self->moved - self->told < PROGRESS_BYTES)
        return;
    self->told = self->moved;
    child_answer(self->child, WIRE_PROGRESS, self->layer, (struct slice){NULL, 0});
}

static bool progress_next(struct stream *stream, struct slice *piece, struct error *err)
{
    struct progress_stream *self = (struct progress_stream *)stream;
    if (!stream_next(self->inner, piece, err))
        return false;
    progress_moved(self, piece->len);
    return true;
}

static bool progress_skip(struct stream *stream, uint64_t count, uint64_t *skipped,
                          struct error *err)
{
    struct progress_stream *self = (struct progress_stream *)stream;
    if (!stream_skip(self->inner, count, skipped, err))
        return false;
    progress_moved(self, *skipped);
    return true;
}

static void progress_close(struct stream *stream)
{
    stream_close(((struct progress_stream *)stream)->inner);
}

static const struct stream_ops progress_seeks = {
    .name = "progress", .next = progress_next, .skip = progress_skip, .close = progress_close};
static const struct stream_ops progress_reads = {
    .name = "progress", .next = progress_next, .close = progress_close};

static struct stream *child_open(struct child *child, const struct child_layer *layer,
                                 struct arena *arena, struct error *err)
{
    struct stream *stored =
        layer->pipe ? stream_of_fd(arena, layer->fd, true, err)
        : layer->grows
            ? stream_of_growing(arena, layer->fd, layer->tick, layer->layer->size, err)
            : stream_of_range(arena, layer->fd, layer->layer->offset, layer->layer->size, err);
    struct progress_stream *progress = arena_new(arena, struct progress_stream);
    if (!stored || !progress) {
        stream_close(stored);
        arena_error(err);
        return NULL;
    }
    *progress = (struct progress_stream){
        .stream = {.ops = stream_seeks(stored) ? &progress_seeks : &progress_reads},
        .inner = stored,
        .child = child,
        .layer = layer->index};
    return &progress->stream;
}

static bool child_catalog(const struct child_job *job, const struct child_layer *layer,
                          struct stream *stored, const struct layer_options *options,
                          struct arena *arena, struct slice *bytes, struct error *err)
{
    struct catalog_options wanted = {.secrets = job->secrets};
    struct analysis analysis = {NULL};
    bool fine = stored ? catalog_layer(stored, options, &wanted, arena, &analysis, err)
                       : catalog_folder(layer->fd, &wanted, arena, &analysis, err);
    return fine && analysis_encode(&analysis, arena, bytes, err);
}

static bool child_read(struct child *child, const struct child_layer *layer, struct arena *arena,
                       struct slice *bytes, struct error *err)
{
    child_reader reader = child->job->question ? child->job->question->read : child_catalog;
    struct layer_options options = {.one_thread = child->one_thread};
    if (strcmp(layer->image->kind, "folder") == 0)
        return reader(child->job, layer, NULL, &options, arena, bytes, err);
    struct stream *stored = child_open(child, layer, arena, err);
    if (!stored)
        return false;
    bool fine = reader(child->job, layer, stored, &options, arena, bytes, err);
    stream_close(stored);
    return fine;
}

static void child_read_layer(void *context, size_t index)
{
    struct child *child = context;
    const struct child_layer *layer = child->order[index];
    struct arena arena CLEANUP_ARENA;
    struct error err = {0};
    struct slice bytes;
    arena_init(&arena, CHILD_LAYER_BUDGET);
    child_answer(child, WIRE_STARTED, layer->index, (struct slice){NULL, 0});
    if (child_read(child, layer, &arena, &bytes, &err))
        child_answer(child, WIRE_ANALYSIS, layer->index, bytes);
    else
        child_answer(child, WIRE_FAILURE, layer->index, slice_str(err.text));
}

static int larger_first(const void *a, const void *b)
{
    uint64_t x = (*(const struct child_layer *const *)a)->layer->size;
    uint64_t y = (*(const struct child_layer *const *)b)->layer->size;
    return x > y ? -1 : x < y;
}

/* Large files first, so that all processors end together. Pipes in their order: the broker fills
   them so, and one that nobody reads stops it. */
static bool child_make_order(struct child *child, struct arena *arena)
{
    bool pipes = false;
    child->order = arena_array(arena, child->job->count, sizeof *child->order);
    for (size_t i = 0; child->order && i < child->job->count; i++) {
        child->order[i] = &child->job->layers[i];
        pipes |= child->job->layers[i].pipe;
    }
    if (child->order && !pipes)
        qsort(child->order, child->job->count, sizeof *child->order, larger_first);
    return child->order != NULL;
}

void child_main(const struct child_job *job)
{
    struct child child = {.job = job, .answering = PTHREAD_MUTEX_INITIALIZER};
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)1 << 20);
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
    if (child_make_order(&child, &arena))
        threads_run(job->count, child_read_layer, &child);
}
