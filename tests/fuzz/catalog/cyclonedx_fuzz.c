/* Any bytes are an SBOM or are refused; what is read points into layers that there are. */
#include <stdlib.h>

#include "catalog/cyclonedx.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena CLEANUP_ARENA arena;
    struct sbom sbom;
    struct error err;
    struct slice bytes = slice_of(data, size);
    arena_init(&arena, 32 << 20);
    cyclonedx_looks_like(bytes);
    if (!cyclonedx_read(bytes, &arena, &sbom, &err))
        return 0;
    for (size_t i = 0; i < sbom.count; i++) {
        const struct sbom_component *component = &sbom.components[i];
        if (component->layer_index != SIZE_MAX && component->layer_index >= sbom.image.layer_count)
            abort();
        if (component->package.type <= 0 || component->package.type >= PACKAGE_TYPES)
            abort();
    }
    return 0;
}
