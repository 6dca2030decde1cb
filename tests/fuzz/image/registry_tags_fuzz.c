/* Any bytes as a page of tags. */
#include "image/registry_write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct registry_names tags = {0};
    struct error err;
    arena_init(&arena, 8 << 20);
    registry_tags_read(slice_of(data, size), &arena, &tags, &err);
    return 0;
}
