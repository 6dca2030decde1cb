/*
 * An analysis beside its blob (object "analysis"):
 *   "PLAN", u32 ANALYSIS_VERSION, u64 0, the encoded analysis
 * in the machine's byte order: an object of another machine's is one of another version.
 */
#include <string.h>

#include "catalog/analysis.h"
#include "registry/inspect/readings_parts.h"

struct object_head {
    char mark[4];
    uint32_t version;
    uint64_t zero;
};

bool analysis_object_put(struct blobs *blobs, const struct digest *digest, struct slice encoded,
                         struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct object_head head = {{'P', 'L', 'A', 'N'}, ANALYSIS_VERSION, 0};
    arena_init(&arena, encoded.len + sizeof head + 4096);
    char *all = arena_alloc(&arena, encoded.len + sizeof head);
    if (!all)
        return arena_error(err);
    memcpy(all, &head, sizeof head);
    memcpy(all + sizeof head, encoded.at, encoded.len);
    return object_put(blobs, "analysis", digest, slice_of(all, encoded.len + sizeof head), err);
}

bool analysis_object_get(struct blobs *blobs, const struct digest *digest, struct arena *arena,
                         struct slice *encoded, struct error *err)
{
    struct object_head head = {{0}};
    struct slice all;
    if (!object_get(blobs, "analysis", digest, arena, &all, err))
        return false;
    if (all.len >= sizeof head)
        memcpy(&head, all.at, sizeof head);
    if (memcmp(head.mark, "PLAN", 4) != 0 || head.version != ANALYSIS_VERSION)
        return error_set(err, ERROR_NOT_FOUND, "the analysis is of another version");
    *encoded = slice_from(all, sizeof head);
    return true;
}
