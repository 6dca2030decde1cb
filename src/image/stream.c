#include "image/stream.h"

static bool stream_failed(struct stream *stream, struct error *err)
{
    if (stream->failed)
        *err = stream->error;
    return stream->failed;
}

/* Makes stream->piece non-empty unless the end is reached. */
static bool fill(struct stream *stream, struct error *err)
{
    if (stream_failed(stream, err))
        return false;
    if (stream->piece.len == 0) {
        stream->piece = stream->after;
        stream->after = (struct slice){0};
    }
    if (stream->piece.len || stream->ended)
        return true;
    if (!stream->ops->next(stream, &stream->piece, err)) {
        stream->failed = true;
        stream->error = *err;
        stream->piece = (struct slice){0};
        return false;
    }
    stream->ended = stream->piece.len == 0;
    return true;
}

static struct slice take(struct stream *stream, size_t len)
{
    struct slice taken = slice_upto(stream->piece, len);
    stream->piece = slice_from(stream->piece, taken.len);
    stream->position += taken.len;
    return taken;
}

bool stream_take(struct stream *stream, size_t most, struct slice *piece, struct error *err)
{
    if (!fill(stream, err))
        return false;
    *piece = take(stream, most);
    return true;
}

bool stream_next(struct stream *stream, struct slice *piece, struct error *err)
{
    return stream_take(stream, SIZE_MAX, piece, err);
}

bool stream_read(struct stream *stream, void *to, size_t len, size_t *got, struct error *err)
{
    char *at = to;
    size_t done = 0;
    while (done < len) {
        if (!fill(stream, err))
            return false;
        if (stream->piece.len == 0)
            break;
        struct slice some = take(stream, len - done);
        memcpy(at + done, some.at, some.len);
        done += some.len;
    }
    *got = done;
    return true;
}

bool stream_into(struct stream *stream, char *to, size_t room, size_t *got, struct error *err)
{
    if (stream->ops->into && stream->piece.len + stream->after.len == 0 && !stream->ended &&
        !stream->failed) {
        if (!stream->ops->into(stream, to, room, got, err)) {
            stream->failed = true;
            stream->error = *err;
            return false;
        }
        stream->ended = *got == 0;
        stream->position += *got;
        return true;
    }
    struct slice piece;
    if (!stream_take(stream, room, &piece, err))
        return false;
    if (piece.len)
        memcpy(to, piece.at, piece.len);
    *got = piece.len;
    return true;
}

static bool seek(struct stream *stream, uint64_t count, uint64_t *skipped, struct error *err)
{
    if (stream->ops->skip(stream, count, skipped, err))
        return true;
    stream->failed = true;
    stream->error = *err;
    return false;
}

bool stream_skip(struct stream *stream, uint64_t count, uint64_t *skipped, struct error *err)
{
    uint64_t done = 0;
    while (done < count) {
        uint64_t some = 0;
        if (stream_failed(stream, err))
            return false;
        bool at_hand = stream->piece.len || stream->after.len;
        if (!at_hand && !stream->ended && stream->ops->skip) {
            if (!seek(stream, count - done, &some, err))
                return false;
            done += some;
            stream->position += some;
        }
        if (done == count)
            break;
        if (!fill(stream, err))
            return false;
        if (stream->piece.len == 0)
            break;
        uint64_t left = count - done;
        done += take(stream, left < stream->piece.len ? (size_t)left : stream->piece.len).len;
    }
    *skipped = done;
    return true;
}

bool stream_seeks(const struct stream *stream)
{
    return stream->ops->skip != NULL;
}

/* Gathers in `head` what does not stand in one piece; `after` is the rest of the newest one. */
bool stream_peek(struct stream *stream, size_t len, struct slice *bytes, struct error *err)
{
    if (len > STREAM_PEEK_MAX)
        len = STREAM_PEEK_MAX;
    if (!fill(stream, err))
        return false;
    if (stream->piece.len < len && !stream->ended) {
        char gathered[STREAM_PEEK_MAX];
        size_t have = 0;
        while (have < len) {
            if (!fill(stream, err))
                return false;
            struct slice some = slice_upto(stream->piece, len - have);
            if (some.len == 0)
                break;
            memcpy(gathered + have, some.at, some.len);
            have += some.len;
            stream->piece = slice_from(stream->piece, some.len);
        }
        stream->after = stream->piece;
        memcpy(stream->head, gathered, have);
        stream->piece = slice_of(stream->head, have);
    }
    *bytes = slice_upto(stream->piece, len);
    return true;
}

bool stream_read_all(struct stream *stream, size_t limit, struct arena *arena, struct slice *bytes,
                     struct error *err)
{
    char *text = NULL;
    size_t len = 0, room = 0;
    struct slice piece;
    do {
        if (!stream_next(stream, &piece, err))
            return false;
        if (piece.len > limit - len)
            return error_set(err, ERROR_LIMIT, "more than %zu bytes", limit);
        while (len + piece.len > room) {
            size_t larger = room ? room * 2 : 4096;
            char *moved = arena_alloc(arena, larger);
            if (!moved)
                return arena_error(err);
            if (len)
                memcpy(moved, text, len);
            text = moved;
            room = larger;
        }
        if (piece.len)
            memcpy(text + len, piece.at, piece.len);
        len += piece.len;
    } while (piece.len);
    *bytes = slice_of(text ? text : "", len);
    return true;
}

void stream_close(struct stream *stream)
{
    if (stream && stream->ops->close)
        stream->ops->close(stream);
}
