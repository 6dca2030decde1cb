/* The export of a hostile engine: every member is read, and the manifest bound. */
#include <stdlib.h>

#include "image/archive_stream.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct error err = {0};
    struct archive_stream archive;
    struct archive_member member;
    struct digest digest;
    struct slice bytes, *names;
    size_t count;
    struct stream *stream = stream_of_memory(&arena, slice_of(data, size), &err);
    if (!stream)
        return 0;
    archive_stream_init(&archive, stream, &arena);
    while (archive_stream_next(&archive, &member, &err)) {
        uint64_t total = 0;
        archive_stream_digest(member.name, &digest);
        while (archive_stream_piece(&archive, &bytes, &err) && bytes.len)
            total += bytes.len;
        if (total > size)
            abort();
    }
    archive_stream_layers(&archive, SLICE("demo:1"), &arena, &names, &count, &err);
    archive_stream_done(&archive);
    stream_close(stream);
    return 0;
}
