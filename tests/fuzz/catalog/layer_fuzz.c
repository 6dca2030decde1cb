/* A whole layer: any bytes as a tar (perhaps compressed), read into an analysis and encoded; every
   other length with a search for secrets. */
#include <stdlib.h>

#include "catalog/layer_catalog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct layer_limits limits = layer_limits_default;
    limits.size_max = 16 * 1024 * 1024;
    limits.window_max = 1024 * 1024;
    struct layer_options options = {.limits = &limits, .one_thread = true};
    struct catalog_options wanted = {.secrets = size % 2 == 1};
    struct arena arena;
    struct analysis analysis, again;
    struct slice bytes;
    struct error err;
    arena_init(&arena, 128 * 1024 * 1024);
    struct stream *stream = stream_of_memory(&arena, slice_of(data, size), &err);
    if (stream && catalog_layer(stream, &options, &wanted, &arena, &analysis, &err) &&
        analysis_encode(&analysis, &arena, &bytes, &err) &&
        !analysis_decode(bytes, &arena, &again, &err))
        abort();
    stream_close(stream);
    arena_done(&arena);
    return 0;
}
