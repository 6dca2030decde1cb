/* Any bytes as a name and as a path: what is taken is taken again in its long form. */
#include <stdlib.h>

#include "image/path.h"
#include "image/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct reference reference, again;
    struct error err;
    struct slice bytes = slice_of(data, size);
    arena_init(&arena, 1 << 20);
    if (reference_parse(bytes, &arena, &reference, &err)) {
        struct slice text = reference_text(&reference, &arena);
        if (!reference_parse(text, &arena, &again, &err) ||
            !slice_equal(text, reference_text(&again, &arena)))
            abort();
    }
    struct slice clean = path_clean(&arena, bytes);
    if (clean.at && !slice_equal(clean, path_clean(&arena, clean)))
        abort();
    if (clean.len && (clean.at[0] == '/' || clean.at[clean.len - 1] == '/'))
        abort();
    path_key(clean);
    return 0;
}
