/*
 * A tar that is compressed as a whole, read at several places without a temporary file. A reader
 * inflates from the beginning, in a process of its own (unpack.h); when a layer is closed its
 * reader waits, and the next layer behind it goes on from there. Nothing is inflated twice by one
 * thread that opens layers in the archive's order.
 */
#include <pthread.h>

#include "image/bundle.h"
#include "image/unpack.h"

enum { READERS_MAX = 16, READER_BUDGET = 4 * 1024 * 1024 };

struct reader {
    struct arena arena;
    struct stream *stream;
    bool busy;
};

struct packed {
    int fd;
    uint64_t size;
    pthread_mutex_t lock; /* guards the readers' `busy` and `stream` */
    struct reader readers[READERS_MAX];
};

struct part {
    struct stream stream;
    struct packed *packed;
    struct reader *reader;
    uint64_t left;
};

struct packed *packed_new(int fd, uint64_t size, struct arena *arena, struct error *err)
{
    struct packed *packed = arena_new(arena, struct packed);
    if (!packed || pthread_mutex_init(&packed->lock, NULL) != 0) {
        arena_error(err);
        return NULL;
    }
    packed->fd = fd;
    packed->size = size;
    return packed;
}

static void reader_reset(struct reader *reader)
{
    stream_close(reader->stream);
    reader->stream = NULL;
    arena_done(&reader->arena);
}

void packed_free(struct packed *packed)
{
    if (!packed)
        return;
    for (size_t i = 0; i < READERS_MAX; i++)
        reader_reset(&packed->readers[i]);
    pthread_mutex_destroy(&packed->lock);
}

/* An idle reader: the one that is nearest before `offset`, else one that begins anew; NULL when all
   are busy. */
static struct reader *claim(struct packed *packed, uint64_t offset)
{
    struct reader *best = NULL;
    pthread_mutex_lock(&packed->lock);
    for (size_t i = 0; i < READERS_MAX; i++) {
        struct reader *each = &packed->readers[i];
        bool usable = !each->busy && each->stream && !each->stream->failed &&
                      each->stream->position <= offset;
        if (usable && (!best || each->stream->position > best->stream->position))
            best = each;
    }
    for (size_t i = 0; i < READERS_MAX && !best; i++)
        if (!packed->readers[i].busy)
            best = &packed->readers[i];
    if (best) {
        best->busy = true;
        if (best->stream && (best->stream->failed || best->stream->position > offset))
            reader_reset(best);
    }
    pthread_mutex_unlock(&packed->lock);
    return best;
}

static void release(struct packed *packed, struct reader *reader)
{
    pthread_mutex_lock(&packed->lock);
    reader->busy = false;
    pthread_mutex_unlock(&packed->lock);
}

static bool start(struct packed *packed, struct reader *reader, struct error *err)
{
    arena_init(&reader->arena, READER_BUDGET);
    reader->stream = unpack_open(&reader->arena, packed->fd, packed->size, err);
    return reader->stream != NULL;
}

static bool part_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct part *part = (struct part *)self;
    size_t most = part->left < SIZE_MAX ? (size_t)part->left : SIZE_MAX;
    if (part->left == 0) {
        *piece = (struct slice){0};
        return true;
    }
    if (!stream_take(part->reader->stream, most, piece, err))
        return false;
    part->left -= piece->len;
    return piece->len || error_set(err, ERROR_FORMAT, "the archive ends too early");
}

static void part_close(struct stream *self)
{
    struct part *part = (struct part *)self;
    release(part->packed, part->reader);
}

static const struct stream_ops part_ops = {
    .name = "packed", .next = part_next, .close = part_close};

bool packed_open(struct packed *packed, uint64_t offset, uint64_t size, struct arena *arena,
                 struct stream **stream, struct error *err)
{
    uint64_t skipped;
    struct part *part = arena_new(arena, struct part);
    if (!part)
        return arena_error(err);
    struct reader *reader = claim(packed, offset);
    if (!reader)
        return error_set(err, ERROR_LIMIT, "more than %d layers of an archive read at once",
                         READERS_MAX);
    if ((!reader->stream && !start(packed, reader, err)) ||
        !stream_skip(reader->stream, offset - reader->stream->position, &skipped, err)) {
        release(packed, reader);
        return false;
    }
    *part =
        (struct part){.stream.ops = &part_ops, .packed = packed, .reader = reader, .left = size};
    *stream = &part->stream;
    return true;
}
