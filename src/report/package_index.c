/* See package_index.h. */
#include "report/package_index.h"

static struct slice key_of(struct arena *arena, const struct package *package, bool with_arch)
{
    return arena_printf(arena, "%d\n%.*s\n%.*s\n%.*s\n%.*s", (int)package->type,
                        SLICE_ARG(package->name), SLICE_ARG(package->version),
                        SLICE_ARG(package->path), SLICE_ARG(with_arch ? package->arch : SLICE("")));
}

/* Platforms that share an entry (--all-platforms) have the architecture of the first, so there is a
   key without it, too. */
bool package_index_init(struct package_index *index, const struct scan_result *result,
                        struct arena *arena)
{
    index->result = result;
    table_init(&index->places, arena);
    for (size_t i = 0; i < result->package_count; i++) {
        for (int with_arch = 0; with_arch < 2; with_arch++) {
            struct slice key = key_of(arena, &result->packages[i].package, with_arch);
            if (!key.at)
                return false;
            if (!table_get(&index->places, key) &&
                !table_put(&index->places, key, (void *)(uintptr_t)(i + 1)))
                return false;
        }
    }
    return true;
}

const struct scan_package *package_index_find(const struct package_index *index,
                                              const struct package *package)
{
    for (int with_arch = 1; with_arch >= 0; with_arch--) {
        struct slice key = key_of(index->places.arena, package, with_arch);
        uintptr_t place = key.at ? (uintptr_t)table_get(&index->places, key) : 0;
        if (place)
            return &index->result->packages[place - 1];
    }
    return NULL;
}
