/* The first line is a path, the rest the patterns: read, and asked, with an answer among them. */
#include <stdlib.h>

#include "lint/dockerignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    struct slice patterns = slice_of(data, size);
    struct slice path = slice_cut(&patterns, '\n');
    struct dockerignore ignore = {0};
    struct slice clean = dockerignore_clean(path, &arena);
    if (!clean.at || !clean.len || !slice_equal(dockerignore_clean(clean, &arena), clean))
        abort();
    if (!dockerignore_parse(patterns, &arena, &ignore))
        return 0;
    const struct dockerignore_pattern *found = dockerignore_match(&ignore, clean);
    if (found && (found < ignore.patterns || found >= ignore.patterns + ignore.count ||
                  found->exclusion || !found->line))
        abort();
    return 0;
}
