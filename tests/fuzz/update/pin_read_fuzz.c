/* A Dockerfile: each pin that is not left alone has its version's bytes in the file. */
#include <stdlib.h>

#include "update/pins/pin.h"

enum { BUDGET = 256 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct slice bytes = slice_of(data, size);
    struct pins pins = {.arena = &arena};
    struct pin_release release;
    struct error err;
    arena_init(&arena, BUDGET);
    if (!pins_read_dockerfile(&pins, SLICE("Dockerfile"), bytes, &err))
        return 0;
    for (size_t i = 0; i < pins.count; i++) {
        const struct pin *pin = &pins.items[i];
        (void)pin_release_of_name(pin->base, &release);
        if (!pin->name.len || !pin->version.len)
            abort();
        if (pin->problem.len)
            continue;
        if (pin->start > size || pin->version.len > size - pin->start ||
            memcmp(data + pin->start, pin->version.at, pin->version.len) != 0)
            abort();
    }
    return 0;
}
