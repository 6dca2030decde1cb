/* Layers as a child that was taken over may tell them: any bytes, cut into analyses at marks,
   decoded and merged. */
#include "scan/merge.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LAYERS_MAX = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char mark[] = "-next-layer-";
    struct arena arena;
    struct error err;
    struct analysis analyses[LAYERS_MAX];
    const struct analysis *layers[LAYERS_MAX] = {NULL};
    struct merge_result result;
    struct slice rest = slice_of(data, size);
    arena_init(&arena, (size_t)64 << 20);
    size_t count = 0;
    while (count < LAYERS_MAX && rest.len) {
        size_t cut = slice_search(rest, slice_str(mark));
        struct slice piece = slice_upto(rest, cut);
        rest = slice_from(rest, cut + strlen(mark));
        if (analysis_decode(piece, &arena, &analyses[count], &err))
            layers[count] = &analyses[count];
        count++;
    }
    merge_layers(layers, count, &arena, &result, &err);
    arena_done(&arena);
    return 0;
}
