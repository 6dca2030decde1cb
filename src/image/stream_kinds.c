/* Where streams begin: file ranges, descriptors, memory; and the one that hashes on the way. */
#include <errno.h>
#include <unistd.h>

#include "base/file.h"
#include "image/stream.h"

/*
 * Window of a range: after a seek little is read (a tar header is 512 bytes and the next seek may
 * follow), and more and more while reading goes on in a row.
 */
enum { WINDOW_FIRST = 2048, WINDOW_MAX = 256 * 1024, FD_BUFFER = 64 * 1024 };

struct range {
    struct stream stream;
    int fd;
    uint64_t offset, left;
    size_t window;
    char *buffer;
};

static bool range_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct range *range = (struct range *)self;
    size_t want = range->left < range->window ? (size_t)range->left : range->window, got = 0;
    if (want && !file_pread(range->fd, range->buffer, want, range->offset, &got, err))
        return false;
    if (got < want)
        return error_set(err, ERROR_FORMAT, "the file ends at byte %llu, %llu bytes too early",
                         (unsigned long long)range->offset + got,
                         (unsigned long long)range->left - got);
    range->offset += got;
    range->left -= got;
    range->window = range->window * 2 < WINDOW_MAX ? range->window * 2 : WINDOW_MAX;
    *piece = slice_of(range->buffer, got);
    return true;
}

static bool range_skip(struct stream *self, uint64_t count, uint64_t *skipped, struct error *err)
{
    struct range *range = (struct range *)self;
    (void)err;
    *skipped = count < range->left ? count : range->left;
    range->offset += *skipped;
    range->left -= *skipped;
    if (*skipped >= WINDOW_FIRST)
        range->window = WINDOW_FIRST;
    return true;
}

static const struct stream_ops range_ops = {
    .name = "range", .next = range_next, .skip = range_skip};

struct stream *stream_of_range(struct arena *arena, int fd, uint64_t offset, uint64_t size,
                               struct error *err)
{
    struct range *range = arena_new(arena, struct range);
    if (!range || !(range->buffer = arena_alloc(arena, WINDOW_MAX))) {
        arena_error(err);
        return NULL;
    }
    range->stream.ops = &range_ops;
    range->fd = fd;
    range->offset = offset;
    range->left = size;
    range->window = WINDOW_FIRST;
    return &range->stream;
}

struct descriptor_stream {
    struct stream stream;
    int fd;
    bool owned;
    char buffer[FD_BUFFER];
};

static bool descriptor_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct descriptor_stream *from = (struct descriptor_stream *)self;
    ssize_t got;
    do {
        got = read(from->fd, from->buffer, sizeof from->buffer);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(err, "reading");
    *piece = slice_of(from->buffer, (size_t)got);
    return true;
}

static void descriptor_close(struct stream *self)
{
    struct descriptor_stream *from = (struct descriptor_stream *)self;
    if (from->owned)
        file_close_fd(&from->fd);
}

static const struct stream_ops descriptor_ops = {
    .name = "descriptor", .next = descriptor_next, .close = descriptor_close};

struct stream *stream_of_fd(struct arena *arena, int fd, bool owned, struct error *err)
{
    struct descriptor_stream *from = arena_new(arena, struct descriptor_stream);
    if (!from) {
        arena_error(err);
        return NULL;
    }
    from->stream.ops = &descriptor_ops;
    from->fd = fd;
    from->owned = owned;
    return &from->stream;
}

struct growing {
    struct stream stream;
    int fd, tick;
    uint64_t offset, size;
    bool complete; /* `size` does not matter any more */
    char *buffer;
};

/* Waits until there is more, or never will be. Sizes are written whole, and never come back. */
static bool growing_wait(struct growing *growing, struct error *err)
{
    uint64_t sizes[512];
    ssize_t got;
    do {
        got = read(growing->tick, sizes, sizeof sizes);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return error_errno(err, "waiting for more bytes");
    if ((size_t)got % sizeof *sizes)
        return error_set(err, ERROR_INTERNAL, "a size was not told whole");
    growing->complete = got == 0;
    if (got)
        growing->size = sizes[(size_t)got / sizeof *sizes - 1];
    return true;
}

static bool growing_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct growing *growing = (struct growing *)self;
    size_t got = 0, want = WINDOW_MAX;
    while (!growing->complete && growing->offset >= growing->size)
        if (!growing_wait(growing, err))
            return false;
    if (!growing->complete && growing->size - growing->offset < want)
        want = (size_t)(growing->size - growing->offset);
    if (!file_pread(growing->fd, growing->buffer, want, growing->offset, &got, err))
        return false;
    if (!got && !growing->complete)
        return error_set(err, ERROR_FORMAT, "the file ends at byte %llu, although more was told",
                         (unsigned long long)growing->offset);
    growing->offset += got;
    *piece = slice_of(growing->buffer, got);
    return true;
}

static const struct stream_ops growing_ops = {.name = "growing", .next = growing_next};

struct stream *stream_of_growing(struct arena *arena, int fd, int tick, uint64_t size,
                                 struct error *err)
{
    struct growing *growing = arena_new(arena, struct growing);
    if (!growing || !(growing->buffer = arena_alloc(arena, WINDOW_MAX))) {
        arena_error(err);
        return NULL;
    }
    growing->stream.ops = &growing_ops;
    growing->fd = fd;
    growing->tick = tick;
    growing->size = size;
    return &growing->stream;
}

struct memory {
    struct stream stream;
    struct slice rest;
};

static bool memory_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct memory *memory = (struct memory *)self;
    (void)err;
    *piece = memory->rest;
    memory->rest = slice_from(memory->rest, memory->rest.len);
    return true;
}

static const struct stream_ops memory_ops = {.name = "memory", .next = memory_next};

struct stream *stream_of_memory(struct arena *arena, struct slice bytes, struct error *err)
{
    struct memory *memory = arena_new(arena, struct memory);
    if (!memory) {
        arena_error(err);
        return NULL;
    }
    memory->stream.ops = &memory_ops;
    memory->rest = bytes;
    return &memory->stream;
}

struct digest_stream {
    struct stream stream;
    struct stream *inner;
    struct sha256 hash;
    uint64_t size;
};

static bool digest_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct digest_stream *digest = (struct digest_stream *)self;
    if (!stream_next(digest->inner, piece, err))
        return false;
    sha256_add(&digest->hash, piece->at, piece->len);
    digest->size += piece->len;
    return true;
}

static bool digest_into(struct stream *self, char *to, size_t room, size_t *got, struct error *err)
{
    struct digest_stream *digest = (struct digest_stream *)self;
    if (!stream_into(digest->inner, to, room, got, err))
        return false;
    sha256_add(&digest->hash, to, *got);
    digest->size += *got;
    return true;
}

static void digest_close(struct stream *self)
{
    struct digest_stream *digest = (struct digest_stream *)self;
    sha256_done(&digest->hash);
    stream_close(digest->inner);
}

static const struct stream_ops digest_ops = {
    .name = "digest", .next = digest_next, .into = digest_into, .close = digest_close};

struct stream *stream_of_digest(struct arena *arena, struct stream *inner, struct error *err)
{
    struct digest_stream *digest = arena_new(arena, struct digest_stream);
    if (!digest) {
        arena_error(err);
        return NULL;
    }
    digest->stream.ops = &digest_ops;
    digest->inner = inner;
    sha256_init(&digest->hash);
    return &digest->stream;
}

bool stream_digest_finish(struct stream *stream, struct digest *digest, uint64_t *size,
                          struct error *err)
{
    struct digest_stream *self = (struct digest_stream *)stream;
    struct slice piece;
    do {
        if (!stream_next(stream, &piece, err))
            return false;
    } while (piece.len);
    sha256_finish(&self->hash, digest);
    *size = self->size;
    return true;
}
