#include "image/compression.h"

enum { MAGIC_MAX = 6 };

static const struct {
    struct slice magic;
    enum layer_compression compression; /* COMPRESSION_UNKNOWN: we know it, and do not read it */
    const char *name;
} magics[] = {
    {{"\x1f\x8b", 2}, COMPRESSION_GZIP, "gzip"},
    {{"\x28\xb5\x2f\xfd", 4}, COMPRESSION_ZSTD, "zstd"},
    {{"BZh", 3}, COMPRESSION_UNKNOWN, "bzip2"},
    {{"\xfd\x37zXZ\0", 6}, COMPRESSION_UNKNOWN, "xz"},
    {{"\x04\x22\x4d\x18", 4}, COMPRESSION_UNKNOWN, "lz4"},
};

/* zstd's skippable frames: 0x184D2A50 … 5F, little-endian (RFC 8878 section 3.1.2). A tar cannot
   begin so: its first bytes are a name. */
static bool skippable(struct slice head)
{
    return head.len >= 4 && ((unsigned char)head.at[0] & 0xf0) == 0x50 &&
           memcmp(head.at + 1, "\x2a\x4d\x18", 3) == 0;
}

bool compression_look(struct slice head, enum layer_compression *compression, struct error *err)
{
    *compression = skippable(head) ? COMPRESSION_ZSTD : COMPRESSION_NONE;
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (!slice_starts(head, magics[i].magic))
            continue;
        *compression = magics[i].compression;
        if (*compression == COMPRESSION_UNKNOWN)
            return error_set(err, ERROR_UNSUPPORTED, "compressed by %s", magics[i].name);
    }
    return true;
}

struct stream *stream_of_compressed(struct arena *arena, struct stream *inner, uint64_t window_max,
                                    enum layer_compression *compression, struct error *err)
{
    struct slice head;
    *compression = COMPRESSION_NONE;
    if (!stream_peek(inner, MAGIC_MAX, &head, err) || !compression_look(head, compression, err))
        return NULL;
    if (*compression == COMPRESSION_GZIP)
        return stream_of_gzip(arena, inner, err);
    if (*compression == COMPRESSION_ZSTD)
        return stream_of_zstd(arena, inner, window_max, err);
    return inner;
}
