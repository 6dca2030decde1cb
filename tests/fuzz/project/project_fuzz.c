/* plimsoll.yaml of any bytes: every image is found again by its name and by its repository. */
#include "project/project.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct error err;
    struct yaml_node *tree;
    struct project project;
    arena_init(&arena, (size_t)64 << 20);
    if (yaml_read(slice_of(data, size), &arena, &tree, &err) &&
        project_read("a/plimsoll.yaml", tree, &arena, &project, &err))
        for (size_t i = 0; i < project.image_count; i++) {
            const struct project_image *image = &project.images[i];
            if (project_image_find(&project, image->name) != image || !image->dockerfile ||
                !image->context || !project_image_find(&project, image->repository))
                abort();
        }
    arena_done(&arena);
    return 0;
}
