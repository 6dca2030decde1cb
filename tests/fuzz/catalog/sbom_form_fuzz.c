/* sbom_decode on any bytes; what it takes must encode and decode again to the same bytes. Bytes
   that are CycloneDX are read and encoded first. */
#include <stdlib.h>

#include "catalog/sbom_form.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void there_and_back(const struct sbom *sbom, struct arena *arena)
{
    struct slice bytes, again;
    struct sbom other;
    struct error err;
    if (!sbom_encode(sbom, arena, &bytes, &err))
        return;
    if (!sbom_decode(bytes, arena, &other, &err) || !sbom_encode(&other, arena, &again, &err) ||
        !slice_equal(bytes, again))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct sbom sbom;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    if (sbom_decode(slice_of(data, size), &arena, &sbom, &err) ||
        (size && data[0] == '{' && cyclonedx_read(slice_of(data, size), &arena, &sbom, &err)))
        there_and_back(&sbom, &arena);
    arena_done(&arena);
    return 0;
}
