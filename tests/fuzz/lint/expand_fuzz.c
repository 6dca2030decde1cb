/* The first line are variables (A=x;B=y), the rest is the word: expanded or refused with a reason.
 */
#include <stdlib.h>

#include "lint/dockerfile/expand.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool look_up(void *context, struct slice name, struct slice *value)
{
    struct slice rest = *(struct slice *)context;
    while (rest.len) {
        struct slice pair = slice_cut(&rest, ';');
        if (!slice_equal(slice_cut(&pair, '='), name))
            continue;
        *value = pair;
        return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    struct slice word = slice_of(data, size);
    struct slice variables = slice_cut(&word, '\n');
    for (size_t i = 0; i < 2; i++) {
        struct expansion expansion;
        struct error err = {0};
        char escape = i ? '`' : '\\';
        bool ok = expand_word(word, escape, look_up, &variables, &arena, &expansion, &err);
        if (!ok && (err.kind == ERROR_NONE || !*err.text))
            abort();
        if (ok && expansion.used_count < expansion.unset_count)
            abort();
        expand_has_variables(word, escape);
    }
    return 0;
}
