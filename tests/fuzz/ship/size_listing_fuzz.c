/* listing_decode on any bytes; what it takes must encode and decode again to as much, and can be
   put together and judged. */
#include <stdlib.h>

#include "ship/size/waste.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct listing listing, again;
    struct slice bytes;
    struct error err;
    arena_init(&arena, (size_t)256 << 20);
    if (listing_decode(slice_of(data, size), &arena, &listing, &err) &&
        listing_encode(&listing, &arena, &bytes, &err)) {
        if (!listing_decode(bytes, &arena, &again, &err) || again.count != listing.count ||
            again.owned_count != listing.owned_count || again.files != listing.files)
            abort();
        const struct listing *layers[] = {&listing, &again, NULL};
        static const double ratios[] = {0.5, 1, 1};
        struct size_files files;
        struct waste waste;
        if (size_files_merge(&files, layers, 3, &arena, &err))
            waste_find(&waste, &files, ratios, &arena, &err);
    }
    arena_done(&arena);
    return 0;
}
