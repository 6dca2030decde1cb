/* Names of images, and files that the cache may hold. */
#include "lint/base_image_cache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct slice bytes = slice_of(data, size), product, cycle;
    struct base_image image;
    base_cache_parse(bytes, SLICE("a "), &arena, &image);
    base_fact_find(bytes);
    base_end_of_life(bytes, &product, &cycle);
    base_account_find(bytes, size % 2, size);
    return 0;
}
