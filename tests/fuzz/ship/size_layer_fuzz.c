/* The whole walk of a layer's stored bytes, as the jailed child does it; strippable's tables come
   with it. What is told must be what the broker takes. */
#include "ship/size/reader.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct layer_limits limits = {.size_max = 1 << 22,
                                               .ratio_after = 1 << 20,
                                               .ratio_max = 200,
                                               .entries_max = 2000,
                                               .path_max = 4096,
                                               .whole_max = 1 << 20,
                                               .window_max = 1 << 20};
    struct layer_options options = {.limits = &limits, .one_thread = true};
    struct arena arena;
    struct listing listing, again;
    struct slice bytes;
    struct error err;
    arena_init(&arena, (size_t)64 << 20);
    struct stream *stored = stream_of_memory(&arena, slice_of(data, size), &err);
    if (stored && size_read_layer(stored, size, &options, &arena, &listing, &err) &&
        listing_encode(&listing, &arena, &bytes, &err) &&
        !listing_decode(bytes, &arena, &again, &err))
        abort();
    arena_done(&arena);
    return 0;
}
