/* A list of images as an engine, or whoever stands in for it, may write it; its first line is the
   name that is asked for. */
#include "ship/engine/engine.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena CLEANUP_ARENA;
    struct slice text = slice_of(data, size), name = slice_cut_line(&text), *tags;
    struct error err;
    size_t count;
    arena_init(&arena, (size_t)64 << 20);
    if (ship_engine_tags_read(text, name, &arena, &tags, &count, &err))
        for (size_t i = 0; i < count; i++)
            if (!tags[i].len || tags[i].at[tags[i].len] != '\0')
                abort();
    return 0;
}
