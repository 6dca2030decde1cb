/* analysis_decode on any bytes; what it takes must encode and decode again to as much. */
#include <stdlib.h>

#include "catalog/analysis.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct analysis analysis, again;
    struct slice bytes;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    if (analysis_decode(slice_of(data, size), &arena, &analysis, &err) &&
        analysis_encode(&analysis, &arena, &bytes, &err)) {
        if (!analysis_decode(bytes, &arena, &again, &err) ||
            again.package_count != analysis.package_count ||
            again.written.count != analysis.written.count)
            abort();
    }
    arena_done(&arena);
    return 0;
}
