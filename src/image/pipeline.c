/*
 * A stream that is read ahead by a thread of its own: inflate runs beside what the caller does with
 * the bytes. A ring of four buffers; `filled` of them, from `first`, hold bytes for the caller, who
 * also holds one (`held`) until the next call. The inner streams do not allocate once they are
 * made, so the caller's arena stays its own.
 */
#include <pthread.h>

#include "image/stream.h"

enum { SLOTS = 4, SLOT = 256 * 1024 };

struct pipeline {
    struct stream stream;
    struct stream *inner;
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    unsigned first, filled, held;
    bool done; /* the thread will fill no more */
    bool stop; /* the thread should end */
    bool failed;
    struct error error;
    size_t sizes[SLOTS];
    char (*slots)[SLOT];
};

/* The slot to fill next, or -1 to end. */
static int wait_for_room(struct pipeline *pipe)
{
    int slot = -1;
    pthread_mutex_lock(&pipe->lock);
    while (!pipe->stop && pipe->filled + pipe->held == SLOTS)
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    if (!pipe->stop)
        slot = (int)((pipe->first + pipe->filled) % SLOTS);
    pthread_mutex_unlock(&pipe->lock);
    return slot;
}

/* Fills a slot as far as it goes; *got is 0 at the end. */
static bool fill_slot(struct pipeline *pipe, int slot, size_t *got, struct error *err)
{
    *got = 0;
    while (*got < SLOT) {
        size_t some;
        if (!stream_into(pipe->inner, pipe->slots[slot] + *got, SLOT - *got, &some, err))
            return false;
        if (some == 0)
            break;
        *got += some;
    }
    return true;
}

/* False when there is nothing more to fill. */
static bool publish(struct pipeline *pipe, int slot, size_t got, bool good, const struct error *err)
{
    pthread_mutex_lock(&pipe->lock);
    pipe->sizes[slot] = got;
    if (got)
        pipe->filled++;
    if (!good) {
        pipe->failed = true;
        pipe->error = *err;
    }
    bool more = good && got > 0;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    return more;
}

static void *run(void *context)
{
    struct pipeline *pipe = context;
    struct error err = {0};
    int slot;
    while ((slot = wait_for_room(pipe)) >= 0) {
        size_t got;
        bool good = fill_slot(pipe, slot, &got, &err);
        if (!publish(pipe, slot, got, good, &err))
            break;
    }
    pthread_mutex_lock(&pipe->lock);
    pipe->done = true;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    return NULL;
}

static bool pipeline_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct pipeline *pipe = (struct pipeline *)self;
    if (!pipe->threaded)
        return stream_next(pipe->inner, piece, err);
    bool good = true;
    pthread_mutex_lock(&pipe->lock);
    pipe->held = 0;
    pthread_cond_signal(&pipe->changed);
    while (pipe->filled == 0 && !pipe->done)
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    if (pipe->filled) {
        *piece = slice_of(pipe->slots[pipe->first], pipe->sizes[pipe->first]);
        pipe->first = (pipe->first + 1) % SLOTS;
        pipe->filled--;
        pipe->held = 1;
    } else if (pipe->failed) {
        *err = pipe->error;
        good = false;
    } else {
        *piece = (struct slice){0};
    }
    pthread_mutex_unlock(&pipe->lock);
    return good;
}

void stream_pipeline_stop(struct stream *stream)
{
    struct pipeline *pipe = (struct pipeline *)stream;
    if (!pipe->threaded)
        return;
    pthread_mutex_lock(&pipe->lock);
    pipe->stop = true;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    pthread_join(pipe->thread, NULL);
    pthread_cond_destroy(&pipe->changed);
    pthread_mutex_destroy(&pipe->lock);
    pipe->threaded = false;
}

static void pipeline_close(struct stream *self)
{
    stream_pipeline_stop(self);
    stream_close(((struct pipeline *)self)->inner);
}

static const struct stream_ops pipeline_ops = {
    .name = "pipeline", .next = pipeline_next, .close = pipeline_close};

/* Where no thread can be had, the stream reads its inner one itself. */
static void start(struct pipeline *pipe)
{
    if (pthread_mutex_init(&pipe->lock, NULL) != 0)
        return;
    if (pthread_cond_init(&pipe->changed, NULL) != 0) {
        pthread_mutex_destroy(&pipe->lock);
        return;
    }
    pipe->threaded = pthread_create(&pipe->thread, NULL, run, pipe) == 0;
    if (pipe->threaded)
        return;
    pthread_cond_destroy(&pipe->changed);
    pthread_mutex_destroy(&pipe->lock);
}

struct stream *stream_of_pipeline(struct arena *arena, struct stream *inner, struct error *err)
{
    struct pipeline *pipe = arena_new(arena, struct pipeline);
    if (!pipe || !(pipe->slots = arena_array(arena, SLOTS, SLOT))) {
        arena_error(err);
        return NULL;
    }
    pipe->stream.ops = &pipeline_ops;
    pipe->inner = inner;
    start(pipe);
    return &pipe->stream;
}
