/* See feed.h. */
#include "scan/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "base/file.h"
#include "image/source.h"

enum { FEED_PIECE = 256 << 10 };

static const char *layer_name(const struct layer *layer)
{
    return layer->digest.text[0] ? layer->digest.text : layer->diff_id.text;
}

static void feed_check(struct feed *feed, struct sha256 *hash)
{
    struct digest digest;
    const struct layer *layer = feed->layer->layer;
    sha256_finish(hash, &digest);
    feed->layer->verified = layer->digest.text[0] && digest_equal(&digest, &layer->digest);
    if (layer->digest.text[0] && !feed->layer->verified)
        error_set(&feed->layer->error, ERROR_DIGEST, "layer %s: its bytes have the digest %s",
                  layer_name(layer), digest.text);
}

static bool feed_hash_range(struct feed *feed, struct sha256 *hash, char *buffer)
{
    const struct layer *layer = feed->layer->layer;
    for (uint64_t done = 0; done < layer->size;) {
        if (atomic_load(feed->stop))
            return false;
        uint64_t left = layer->size - done;
        size_t got, len = left < FEED_PIECE ? (size_t)left : FEED_PIECE;
        if (!file_pread(layer->fd, buffer, len, layer->offset + done, &got, &feed->layer->error))
            return false;
        if (!got) /* shorter than it should be: the digest will say so */
            break;
        sha256_add(hash, buffer, got);
        done += got;
        atomic_fetch_add(feed->moved, got);
    }
    return true;
}

static void feed_hash_file(struct feed *feed)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, FEED_PIECE * 2);
    char *buffer = arena_alloc(&arena, FEED_PIECE);
    if (!buffer) {
        arena_error(&feed->layer->error);
        return;
    }
    struct sha256 hash;
    sha256_init(&hash);
    if (feed_hash_range(feed, &hash, buffer))
        feed_check(feed, &hash);
    sha256_done(&hash);
}

static bool feed_write(int fd, struct slice bytes)
{
    while (bytes.len) {
        ssize_t wrote = write(fd, bytes.at, bytes.len);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return false;
        bytes = slice_from(bytes, (size_t)wrote);
    }
    return true;
}

/* All of the stream is hashed, also what the child does not want to read any more. */
static bool feed_copy(struct feed *feed, struct stream *stream, struct sha256 *hash)
{
    const struct layer *layer = feed->layer->layer;
    struct slice piece;
    uint64_t total = 0;
    while (!atomic_load(feed->stop)) {
        if (!stream_next(stream, &piece, &feed->layer->error))
            return error_add(&feed->layer->error, "layer %s", layer_name(layer));
        if (!piece.len)
            return true;
        total += piece.len;
        if (layer->size && total > layer->size)
            return error_set(&feed->layer->error, ERROR_DIGEST,
                             "layer %s: more than the %" PRIu64 " bytes its manifest says",
                             layer_name(layer), layer->size);
        sha256_add(hash, piece.at, piece.len);
        atomic_fetch_add(feed->moved, piece.len);
        if (feed->pipe >= 0 && !feed_write(feed->pipe, piece))
            file_close_fd(&feed->pipe), feed->pipe = -1;
    }
    return false;
}

static void feed_fetch(struct feed *feed)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)64 << 20);
    struct stream *stream;
    struct broker_layer *layer = feed->layer;
    struct source *source = layer->image->source;
    struct sha256 hash;
    sha256_init(&hash);
    if (!source->ops->layer_open(source, layer->image, layer->layer, &arena, &stream,
                                 &layer->error))
        error_add(&layer->error, "layer %s", layer_name(layer->layer));
    else {
        if (feed_copy(feed, stream, &hash))
            feed_check(feed, &hash);
        stream_close(stream);
    }
    sha256_done(&hash);
}

void feed_run(struct feed *feed)
{
    /* A child that ends early closes its pipes: that is an error of write, not a signal. */
    sigset_t pipe_signal, before;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
    if (feed->layer->layer->fd < 0)
        feed_fetch(feed);
    else if (feed->layer->verify)
        feed_hash_file(feed);
    if (feed->layer->error.kind) /* the scan fails: no use in fetching the rest */
        atomic_store(feed->stop, true);
    if (feed->pipe >= 0)
        file_close_fd(&feed->pipe);
    feed->pipe = -1;
    /* One that came meanwhile stays pending for this thread; it must not be delivered later. */
    while (sigtimedwait(&pipe_signal, NULL, &(struct timespec){0, 0}) == SIGPIPE)
        ;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}
