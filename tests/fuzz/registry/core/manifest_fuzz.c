/* Manifests: any bytes, as what they may be sent. What is taken must survive being stored. */
#include "registry/core/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_type(struct slice bytes, struct slice type)
{
    CLEANUP_ARENA struct arena arena;
    struct manifest_facts facts, back;
    struct failure failure;
    struct slice value;
    struct error err;
    arena_init(&arena, 256 * 1024 * 1024);
    if (!manifest_facts_parse(bytes, type, &arena, &facts, &failure))
        return;
    if (!manifest_encode(&facts, &arena, &value) || value.len > META_VALUE_MAX)
        return;
    if (!manifest_decode(value, &arena, &back, &err) || back.layer_count != facts.layer_count ||
        back.child_count != facts.child_count || !slice_equal(back.media_type, facts.media_type))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice bytes = slice_of(data, size);
    try_type(bytes, SLICE(""));
    try_type(bytes, SLICE("application/vnd.oci.image.manifest.v1+json"));
    try_type(bytes, SLICE("application/vnd.oci.image.index.v1+json"));
    try_type(bytes, SLICE("application/vnd.unknown+json"));
    return 0;
}
