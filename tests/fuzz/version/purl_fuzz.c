/* What parses has a canonical form that parses to the same again. */
#include <stdlib.h>

#include "version/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct slice canonical(struct slice text, struct arena *arena)
{
    struct purl purl;
    struct error err;
    return purl_parse(text, arena, &purl, &err) ? purl_format(&purl, arena) : (struct slice){0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 * 1024 * 1024);
    struct slice once = canonical(slice_of(data, size), &arena);
    if (once.at && once.len < 60000 && !slice_equal(canonical(once, &arena), once))
        abort();
    return 0;
}
