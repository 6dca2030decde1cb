#include <zstd.h>
#include <zstd_errors.h>

#include "image/compression.h"

enum { OUTPUT = 256 * 1024 };

struct zstd {
    struct stream stream;
    struct stream *inner;
    char *buffer; /* of zstd_next */
    ZSTD_DCtx *decoder;
    ZSTD_inBuffer input;
    uint64_t fetched; /* bytes of `inner` */
    uint64_t window_max;
    bool between; /* no frame is open */
    bool full;    /* the last call filled its output */
};

static bool fetch(struct zstd *zstd, bool *ended, struct error *err)
{
    struct slice piece;
    *ended = false;
    if (zstd->input.pos < zstd->input.size)
        return true;
    if (!stream_next(zstd->inner, &piece, err))
        return false;
    *ended = piece.len == 0;
    zstd->fetched += piece.len;
    zstd->input = (ZSTD_inBuffer){.src = piece.at, .size = piece.len};
    return true;
}

static bool decode_failed(const struct zstd *zstd, size_t code, struct error *err)
{
    unsigned long long at = zstd->fetched - (zstd->input.size - zstd->input.pos);
    if (ZSTD_getErrorCode(code) == ZSTD_error_frameParameter_windowTooLarge)
        return error_set(err, ERROR_LIMIT,
                         "zstd: a frame at byte %llu needs a window of more than %llu MiB", at,
                         (unsigned long long)(zstd->window_max >> 20));
    if (ZSTD_getErrorCode(code) == ZSTD_error_memory_allocation)
        return error_set(err, ERROR_LIMIT, "zstd: out of memory");
    return error_set(err, ERROR_FORMAT, "zstd: %s at byte %llu", ZSTD_getErrorName(code), at);
}

static bool zstd_into(struct stream *self, char *to, size_t room, size_t *got, struct error *err)
{
    struct zstd *zstd = (struct zstd *)self;
    ZSTD_outBuffer output = {.dst = to, .size = room};
    while (output.pos == 0) {
        bool ended = false;
        if (!zstd->full && !fetch(zstd, &ended, err))
            return false;
        if (ended) {
            *got = 0;
            return zstd->between ||
                   error_set(err, ERROR_FORMAT, "zstd: ends too early, at byte %llu",
                             (unsigned long long)zstd->fetched);
        }
        size_t left = ZSTD_decompressStream(zstd->decoder, &output, &zstd->input);
        if (ZSTD_isError(left))
            return decode_failed(zstd, left, err);
        zstd->between = left == 0;
        zstd->full = !zstd->between && output.pos == output.size;
    }
    *got = output.pos;
    return true;
}

static bool zstd_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct zstd *zstd = (struct zstd *)self;
    size_t got;
    if (!zstd_into(self, zstd->buffer, OUTPUT, &got, err))
        return false;
    *piece = slice_of(zstd->buffer, got);
    return true;
}

static void zstd_close(struct stream *self)
{
    struct zstd *zstd = (struct zstd *)self;
    ZSTD_freeDCtx(zstd->decoder);
    zstd->decoder = NULL;
    stream_close(zstd->inner);
}

static const struct stream_ops zstd_ops = {
    .name = "zstd", .next = zstd_next, .into = zstd_into, .close = zstd_close};

/* Windows are powers of two or a little more; the limit is given to the decoder as a logarithm. */
static int window_log(uint64_t window_max)
{
    int log = 10;
    while (log < 31 && (1ull << (log + 1)) <= window_max)
        log++;
    return log;
}

struct stream *stream_of_zstd(struct arena *arena, struct stream *inner, uint64_t window_max,
                              struct error *err)
{
    struct zstd *zstd = arena_new(arena, struct zstd);
    if (!zstd || !(zstd->buffer = arena_alloc(arena, OUTPUT)) ||
        !(zstd->decoder = ZSTD_createDCtx())) {
        arena_error(err);
        return NULL;
    }
    ZSTD_DCtx_setParameter(zstd->decoder, ZSTD_d_windowLogMax, window_log(window_max));
    zstd->stream.ops = &zstd_ops;
    zstd->inner = inner;
    zstd->window_max = window_max;
    zstd->between = true;
    return &zstd->stream;
}
