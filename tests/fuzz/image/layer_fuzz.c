/* Any bytes as a stored layer: compressed or not, walked with small limits; the same bytes give the
 * same visits with and without a thread, read or hashed. */
#include <stdlib.h>

#include "image/layer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct count {
    uint64_t entries, bytes, ends, removals, size, at;
};

static enum layer_want on_entry(void *context, const struct layer_entry *entry)
{
    struct count *count = context;
    count->entries++;
    count->size = entry->size;
    count->at = 0;
    if (entry->path.len == 0 || entry->path.at[0] == '/')
        abort();
    return (enum layer_want)(entry->path.len % 3);
}

static bool on_bytes(void *context, uint64_t offset, struct slice bytes)
{
    struct count *count = context;
    if (offset < count->at || offset + bytes.len > count->size)
        abort();
    count->at = offset + bytes.len;
    for (size_t i = 0; i < bytes.len; i++)
        count->bytes += (unsigned char)bytes.at[i];
    return true;
}

static void on_end(void *context, bool complete)
{
    ((struct count *)context)->ends += complete;
}

static void on_removal(void *context, struct slice path, bool opaque)
{
    (void)opaque;
    ((struct count *)context)->removals += path.len + 1;
}

static struct count walk(struct slice bytes, bool digest, bool one_thread, bool *good)
{
    static const struct layer_visitor visitor = {on_entry, on_bytes, NULL, on_end, on_removal};
    struct layer_limits limits = layer_limits_default;
    struct layer_options options = {
        .limits = &limits, .digest = digest, .diff_id = digest, .one_thread = one_thread};
    struct layer_summary summary;
    struct count count = {0};
    struct error err;
    CLEANUP_ARENA struct arena arena;
    limits.size_max = 8 << 20;
    limits.whole_max = 1 << 20;
    limits.window_max = 1 << 20;
    arena_init(&arena, 16 << 20);
    *good = layer_read(stream_of_memory(&arena, bytes, &err), &options, &visitor, &count, &arena,
                       &summary, &err);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool plain, hashed;
    struct slice bytes = slice_of(data, size);
    struct count first = walk(bytes, false, true, &plain);
    struct count second = walk(bytes, true, size % 16 != 0, &hashed);
    /* Hashing reads what is behind the tar's end, too, and may fail there. */
    if (plain && hashed && memcmp(&first, &second, sizeof first) != 0)
        abort();
    return 0;
}
