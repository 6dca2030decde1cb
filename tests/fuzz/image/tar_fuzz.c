/* Any bytes as a tar: members come with sane sizes, content never exceeds them. */
#include <stdio.h>
#include <stdlib.h>

#include "image/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_member(struct tar *tar, const struct tar_entry *entry)
{
    uint64_t sum = 0, offset = 0, end = 0;
    struct slice piece;
    struct error err;
    while (tar_piece(tar, 100, &offset, &piece, &err) && piece.len) {
        if (offset < end)
            abort();
        end = offset + piece.len;
        sum += piece.len;
    }
    if (sum > entry->stored || end > entry->size)
        abort();
}

/* Gives every block the checksum of a header, so that mutations get behind the check. */
static void repair(char *blocks, size_t size)
{
    for (char *block = blocks; size >= 512; block += 512, size -= 512) {
        unsigned sum = 0, used = 0;
        memset(block + 148, ' ', 8);
        for (size_t i = 0; i < 512; i++) {
            sum += (unsigned char)block[i];
            used |= (unsigned char)block[i] & 0xdf;
        }
        if (used)
            snprintf(block + 148, 8, "%06o", sum);
        else
            memset(block, 0, 512);
    }
}

static void read_all(struct slice bytes)
{
    CLEANUP_ARENA struct arena arena;
    struct tar tar;
    struct tar_entry entry;
    struct error err;
    unsigned count = 0;
    arena_init(&arena, 1 << 20);
    struct stream *stream = stream_of_memory(&arena, bytes, &err);
    tar_init(&tar, stream, NULL);
    while (tar_next(&tar, &entry, &err)) {
        if (entry.path.len > tar_limits_default.path_max)
            abort();
        if (count++ % 3)
            read_member(&tar, &entry);
    }
    tar_done(&tar);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size + 1);
    if (!copy)
        return 0;
    read_all(slice_of(data, size));
    if (size)
        memcpy(copy, data, size);
    repair(copy, size);
    read_all(slice_of(copy, size));
    free(copy);
    return 0;
}
