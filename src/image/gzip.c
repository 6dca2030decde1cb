#include <isa-l/igzip_lib.h>

#include "image/compression.h"

enum { OUTPUT = 256 * 1024, MAGIC_FIRST = 0x1f };

struct gzip {
    struct stream stream;
    struct stream *inner;
    char *buffer;     /* of gzip_next */
    uint64_t input;   /* bytes of `inner` handed to the decoder */
    uint64_t members; /* finished ones */
    bool between;     /* no member is open */
    bool full;        /* the last call filled its output: there may be more without input */
    struct inflate_state state;
};

static bool fetch(struct gzip *gzip, bool *ended, struct error *err)
{
    struct slice piece = {0};
    *ended = false;
    if (gzip->state.avail_in)
        return true;
    if (!stream_take(gzip->inner, UINT32_MAX, &piece, err))
        return false;
    *ended = piece.len == 0;
    gzip->state.next_in = (uint8_t *)(uintptr_t)piece.at;
    gzip->state.avail_in = (uint32_t)piece.len;
    gzip->input += piece.len;
    return true;
}

/* True in *over when nothing follows that begins a member. */
static bool next_member(struct gzip *gzip, bool *over, struct error *err)
{
    if (!fetch(gzip, over, err))
        return false;
    if (*over && gzip->members == 0)
        return error_set(err, ERROR_FORMAT, "gzip: empty");
    if (!*over && gzip->members && gzip->state.next_in[0] != MAGIC_FIRST)
        *over = true;
    if (*over)
        return true;
    isal_inflate_reset(&gzip->state);
    gzip->state.crc_flag = ISAL_GZIP;
    gzip->between = gzip->full = false;
    return true;
}

static bool inflate_failed(const struct gzip *gzip, int code, struct error *err)
{
    const char *what = "not DEFLATE data";
    if (code == ISAL_INCORRECT_CHECKSUM)
        what = "wrong checksum";
    else if (code == ISAL_INVALID_WRAPPER || code == ISAL_UNSUPPORTED_METHOD)
        what = "not a gzip header";
    return error_set(err, ERROR_FORMAT, "gzip: %s at byte %llu", what,
                     (unsigned long long)(gzip->input - gzip->state.avail_in));
}

/* One step of the decoder. */
static bool inflate_some(struct gzip *gzip, char *to, uint32_t room, size_t *got, struct error *err)
{
    bool ended = false;
    if (!gzip->full && !fetch(gzip, &ended, err))
        return false;
    if (ended)
        return error_set(err, ERROR_FORMAT, "gzip: ends too early, at byte %llu",
                         (unsigned long long)gzip->input);
    gzip->state.next_out = (uint8_t *)to;
    gzip->state.avail_out = room;
    int code = isal_inflate(&gzip->state);
    if (code != ISAL_DECOMP_OK)
        return inflate_failed(gzip, code, err);
    *got = room - gzip->state.avail_out;
    gzip->full = gzip->state.avail_out == 0;
    if (gzip->state.block_state == ISAL_BLOCK_FINISH) {
        gzip->between = true;
        gzip->members++;
    }
    return true;
}

static bool gzip_into(struct stream *self, char *to, size_t room, size_t *got, struct error *err)
{
    struct gzip *gzip = (struct gzip *)self;
    uint32_t most = room < UINT32_MAX ? (uint32_t)room : UINT32_MAX;
    *got = 0;
    while (*got == 0) {
        bool over = false;
        if (gzip->between && !next_member(gzip, &over, err))
            return false;
        if (over)
            return true;
        if (!inflate_some(gzip, to, most, got, err))
            return false;
    }
    return true;
}

static bool gzip_next(struct stream *self, struct slice *piece, struct error *err)
{
    struct gzip *gzip = (struct gzip *)self;
    size_t got;
    if (!gzip_into(self, gzip->buffer, OUTPUT, &got, err))
        return false;
    *piece = slice_of(gzip->buffer, got);
    return true;
}

static void gzip_close(struct stream *self)
{
    stream_close(((struct gzip *)self)->inner);
}

static const struct stream_ops gzip_ops = {
    .name = "gzip", .next = gzip_next, .into = gzip_into, .close = gzip_close};

struct stream *stream_of_gzip(struct arena *arena, struct stream *inner, struct error *err)
{
    struct gzip *gzip = arena_new(arena, struct gzip);
    if (!gzip || !(gzip->buffer = arena_alloc(arena, OUTPUT))) {
        arena_error(err);
        return NULL;
    }
    gzip->stream.ops = &gzip_ops;
    gzip->inner = inner;
    gzip->between = true;
    isal_inflate_init(&gzip->state);
    return &gzip->stream;
}
