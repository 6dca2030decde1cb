#include "image/remote.h"

#include <pthread.h>
#include <stdatomic.h>

enum { REMOTE_ARENA = 32 * 1024 * 1024 };

/*
 * A ring between the two threads: bytes [taken, filled) are ready, modulo the ring's size.
 *
 *   fetching thread: waits for room, copies in, moves `filled`
 *   reading thread:  gets a piece in place, and gives it back (moves `taken`) at its next call
 */
struct remote {
    struct stream stream;
    remote_fetch fetch;
    void *owner;
    char *ring;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t moved; /* any of what follows */
    uint64_t taken, filled;
    size_t lent; /* bytes of the piece that the reader has now */
    bool started, ended;
    atomic_bool cancelled;
    struct error error; /* kind ERROR_NONE when all went well */
};

static bool remote_take(void *owner, struct slice bytes, struct error *err)
{
    struct remote *remote = owner;
    pthread_mutex_lock(&remote->lock);
    while (bytes.len && !atomic_load(&remote->cancelled)) {
        size_t room = REMOTE_AHEAD - (size_t)(remote->filled - remote->taken);
        size_t at = (size_t)(remote->filled % REMOTE_AHEAD), len = REMOTE_AHEAD - at;
        len = len < room ? len : room;
        len = len < bytes.len ? len : bytes.len;
        if (!len) {
            pthread_cond_wait(&remote->moved, &remote->lock);
            continue;
        }
        /* Nobody else touches this part of the ring. */
        pthread_mutex_unlock(&remote->lock);
        memcpy(remote->ring + at, bytes.at, len);
        bytes = slice_from(bytes, len);
        pthread_mutex_lock(&remote->lock);
        remote->filled += len;
        pthread_cond_broadcast(&remote->moved);
    }
    pthread_mutex_unlock(&remote->lock);
    return bytes.len == 0 || error_set(err, ERROR_NETWORK, "nobody reads any more");
}

static void *remote_run(void *argument)
{
    struct remote *remote = argument;
    struct error err = {0};
    CLEANUP_ARENA struct arena arena = {.limit = REMOTE_ARENA};
    struct http_request request = {.sink = {remote, remote_take, NULL},
                                   .cancel = &remote->cancelled};
    bool fine = remote->fetch(remote->owner, &request, &arena, &err);
    pthread_mutex_lock(&remote->lock);
    if (!fine)
        remote->error = err;
    remote->ended = true;
    pthread_cond_broadcast(&remote->moved);
    pthread_mutex_unlock(&remote->lock);
    return NULL;
}

static bool remote_start(struct remote *remote, struct error *err)
{
    int failed = pthread_create(&remote->thread, NULL, remote_run, remote);
    if (failed)
        return error_set(err, ERROR_IO, "starting a thread: %s", strerror(failed));
    remote->started = true;
    return true;
}

static bool remote_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct remote *remote = (struct remote *)self;
    if (!remote->started && !remote_start(remote, err))
        return false;
    pthread_mutex_lock(&remote->lock);
    remote->taken += remote->lent;
    pthread_cond_broadcast(&remote->moved);
    while (remote->filled == remote->taken && !remote->ended)
        pthread_cond_wait(&remote->moved, &remote->lock);
    size_t ready = (size_t)(remote->filled - remote->taken);
    size_t at = (size_t)(remote->taken % REMOTE_AHEAD);
    remote->lent = ready < REMOTE_AHEAD - at ? ready : REMOTE_AHEAD - at;
    *piece = slice_of(remote->ring + at, remote->lent);
    bool fine = ready || remote->error.kind == ERROR_NONE;
    if (!fine)
        *err = remote->error;
    pthread_mutex_unlock(&remote->lock);
    return fine;
}

static void remote_close(struct stream *self)
{
    struct remote *remote = (struct remote *)self;
    pthread_mutex_lock(&remote->lock);
    atomic_store(&remote->cancelled, true);
    pthread_cond_broadcast(&remote->moved);
    pthread_mutex_unlock(&remote->lock);
    if (remote->started)
        pthread_join(remote->thread, NULL);
    pthread_cond_destroy(&remote->moved);
    pthread_mutex_destroy(&remote->lock);
}

static const struct stream_ops remote_ops = {
    .name = "remote", .next = remote_next, .close = remote_close};

struct stream *remote_stream(remote_fetch fetch, void *owner, struct arena *arena,
                             struct error *err)
{
    struct remote *remote = arena_new(arena, struct remote);
    char *ring = arena_alloc(arena, REMOTE_AHEAD);
    if (!remote || !ring) {
        arena_error(err);
        return NULL;
    }
    *remote =
        (struct remote){.stream.ops = &remote_ops, .fetch = fetch, .owner = owner, .ring = ring};
    pthread_mutex_init(&remote->lock, NULL);
    pthread_cond_init(&remote->moved, NULL);
    return &remote->stream;
}
