/* See inspect_parts.h: layers by their bytes. */
#include "image/manifest.h"
#include "image/tar.h"
#include "registry/core/upload.h"
#include "registry/inspect/inspect_parts.h"

enum { HEAD_BYTES = 512 };

/* What engines recognise a compressed layer by (moby's DetectCompression, containerd's). */
static bool is_compressed(struct slice head)
{
    static const struct slice beginnings[] = {
        {"\x1f\x8b", 2},         /* gzip */
        {"\x28\xb5\x2f\xfd", 4}, /* zstd */
        {"BZh", 3},              /* bzip2 */
        {"\xfd"
         "7zXZ",
         5},                     /* xz */
        {"\x04\x22\x4d\x18", 4}, /* lz4 */
    };
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (slice_starts(head, beginnings[i]))
            return true;
    /* zstd's skippable frames */
    return head.len >= 4 && (head.at[0] & 0xf0) == 0x50 &&
           memcmp(head.at + 1, "\x2a\x4d\x18", 3) == 0;
}

/* The beginning of what any engine unpacks: 512 bytes, or all there are. */
static bool is_archive(struct slice head)
{
    return is_compressed(head) || (head.len >= HEAD_BYTES && tar_may_begin(head.at));
}

static bool look(struct inspect *inspect, const struct digest *digest, enum layer_kind *kind,
                 struct error *err)
{
    struct blob blob;
    char head[HEAD_BYTES];
    size_t got = 0;
    if (!blob_open(inspect->registry->blobs, digest, &blob, err))
        return false;
    bool read = blob_read(&blob, 0, head, sizeof head, &got, err);
    blob_close(&blob);
    *kind = is_archive(slice_of(head, got)) ? LAYER_ARCHIVE : LAYER_STATEMENT;
    return read;
}

bool layer_kind_find(struct inspect *inspect, const struct scope *scope,
                     const struct blob_reference *layer, enum layer_kind *kind, struct error *err)
{
    enum layer_compression compression;
    struct failure failure = {.reason = FAILURE_NONE};
    bool foreign;
    uint64_t size;
    *kind = LAYER_ARCHIVE;
    if (!blob_stat(inspect->registry, scope, &layer->digest, false, &size, &failure)) {
        *kind = LAYER_ELSEWHERE;
        return failure.reason == FAILURE_BLOB_UNKNOWN ||
               error_set(err, ERROR_INTERNAL, "%s", failure.text);
    }
    return manifest_layer_type(layer->media_type, &compression, &foreign) ||
           look(inspect, &layer->digest, kind, err);
}
