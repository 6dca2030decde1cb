/* Scanning configurations: any bytes; what is taken must answer for any name. */
#include "registry/scanning.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct scanning_configuration configuration;
    struct error err;
    arena_init(&arena, 16 * 1024 * 1024);
    if (scanning_parse(slice_of(data, size), &arena, &configuration, &err))
        (void)scanning_of(&configuration, slice_of(data, size < 256 ? size : 256), true);
    arena_done(&arena);
    return 0;
}
