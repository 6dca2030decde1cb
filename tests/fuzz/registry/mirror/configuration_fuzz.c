/* The operator's mirror.json, and addresses of registries: any bytes. */
#include "registry/mirror/configuration.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    struct mirror_configuration configuration;
    struct slice scheme, host, bytes = slice_of(data, size);
    if (mirror_configuration_parse(bytes, &arena, &configuration, &err)) {
        (void)mirror_credentials_of(&configuration, bytes);
        (void)mirror_host_of(&configuration, bytes);
        (void)mirror_timing_of(&configuration, bytes);
    }
    (void)mirror_address_parse(bytes, &arena, &scheme, &host, &err);
    arena_done(&arena);
    return 0;
}
