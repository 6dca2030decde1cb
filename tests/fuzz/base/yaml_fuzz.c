#include "base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 64 << 20);
    struct yaml_node *node;
    struct error err;
    if (yaml_read(slice_of(data, size), &arena, &node, &err))
        yaml_text(node, "key");
    return 0;
}
