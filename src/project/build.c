/* See build.h. */
#include "project/build.h"

bool project_build(const struct project_image *image, struct arena *arena,
                   struct model_build *build)
{
    struct model_argument *arguments =
        arena_array(arena, image->argument_count + 1, sizeof *arguments);
    *build = (struct model_build){
        .arguments = arguments, .count = image->argument_count, .target = image->target};
    for (size_t i = 0; arguments && i < image->argument_count; i++)
        arguments[i] = (struct model_argument){image->arguments[i].name, image->arguments[i].value};
    return arguments != NULL;
}
