/* Any bytes as a manifest, an index, a configuration. */
#include "image/manifest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct manifest manifest;
    struct image image = {0};
    struct error err;
    struct platform want = {
        .os = SLICE("linux"), .architecture = SLICE("arm"), .variant = SLICE("v7")};
    struct slice bytes = slice_of(data, size);
    arena_init(&arena, 32 << 20);
    if (manifest_parse(bytes, SLICE(""), &arena, &manifest, &err)) {
        if (manifest.kind == MANIFEST_INDEX)
            manifest_choose(&manifest, &want, &err);
        else
            manifest_layers(&manifest, &arena, &image, &err);
    }
    image.layer_count = image.layers ? image.layer_count : 0;
    manifest_config(bytes, &arena, &image, &err);
    platform_parse(bytes, &want, &err);
    return 0;
}
