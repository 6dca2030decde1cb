/* A blob's bytes from any offset. See contents.h. */
#include "base/file.h"
#include "ship/push/contents.h"

enum { READER_ARENA = 64 << 20 }; /* a compressed archive is inflated in it */

void blob_reader_init(struct blob_reader *reader, const struct push_contents *contents,
                      const struct push_blob *blob)
{
    *reader = (struct blob_reader){.contents = contents, .blob = blob};
    arena_init(&reader->arena, READER_ARENA);
}

void blob_reader_done(struct blob_reader *reader)
{
    stream_close(reader->stream);
    reader->stream = NULL;
    arena_done(&reader->arena);
}

/* Streams only go forward: for what has to be sent once more it is opened again. */
static bool place_stream(struct blob_reader *reader, uint64_t offset, struct error *err)
{
    uint64_t skipped = 0;
    struct source *source = reader->contents->images.source;
    if (reader->stream && reader->position > offset) {
        stream_close(reader->stream);
        reader->stream = NULL;
        arena_reset(&reader->arena);
    }
    if (!reader->stream) {
        reader->position = 0;
        if (!source->ops->content(source, &reader->blob->digest, false, &reader->arena,
                                  &reader->stream, err))
            return false;
    }
    if (reader->position == offset)
        return true;
    if (!stream_skip(reader->stream, offset - reader->position, &skipped, err))
        return false;
    reader->position += skipped;
    return reader->position == offset ||
           error_set(err, ERROR_IO, "blob %s is shorter than its manifest says",
                     reader->blob->digest.text);
}

bool blob_reader_read(void *context, uint64_t offset, void *to, size_t len, size_t *got,
                      struct error *err)
{
    struct blob_reader *reader = context;
    const struct push_blob *blob = reader->blob;
    if (blob->memory.at) {
        struct slice part = slice_upto(slice_from(blob->memory, offset), len);
        memcpy(to, part.at, part.len);
        *got = part.len;
        return true;
    }
    if (blob->fd >= 0)
        return file_pread(blob->fd, to, len, blob->offset + offset, got, err);
    if (!place_stream(reader, offset, err) || !stream_read(reader->stream, to, len, got, err))
        return false;
    reader->position += *got;
    return true;
}
