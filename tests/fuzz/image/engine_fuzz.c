/* What an engine says of an image: inspect, a line break, history. */
#include "image/daemon_engine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct error err = {0};
    struct image image;
    struct slice history = slice_of(data, size), inspect = slice_cut(&history, '\n');
    if (engine_image(inspect, history, &arena, &image, &err))
        image_platform(&image, &arena);
    return 0;
}
