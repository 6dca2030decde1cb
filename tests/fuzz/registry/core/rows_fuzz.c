/* Values of rows as a damaged disk or a curious administrator may leave them; the first byte says
   of which kind. What is taken can be written again. */
#include "registry/core/codec.h"
#include "registry/core/parts.h"
#include "registry/expire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(unsigned kind, struct slice value, struct arena *arena)
{
    struct manifest_facts facts = {0};
    struct repository repository = {0};
    struct recycled recycled = {0};
    struct journal_entry entry = {0};
    struct blob_row blob;
    struct digest digest;
    struct slice again;
    struct error err;
    switch (kind % 8) {
    case 0:
        if (manifest_decode(value, arena, &facts, &err))
            (void)manifest_encode(&facts, arena, &again);
        break;
    case 1:
        if (repository_decode(value, arena, &repository, &err)) {
            (void)repository_encode(&repository, arena, &again);
            (void)repository_tag_is_mutable(&repository, SLICE("v1"));
        }
        break;
    case 2:
        if (recycled_decode(value, arena, &recycled, &err))
            (void)recycled_encode(&recycled, arena, &again);
        break;
    case 3:
        if (journal_decode(value, arena, &entry, &err))
            (void)journal_encode(&entry, arena, &again);
        break;
    case 4:
        (void)tag_decode(value, &digest, &err);
        break;
    case 5:
        blob_row_decode(value, &blob);
        break;
    case 6:
        (void)upload_heard(value);
        break;
    default:
        (void)expire_retain_check(value, &err);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    if (!size)
        return 0;
    arena_init(&arena, 64 * 1024 * 1024);
    decode(data[0], slice_of(data + 1, size - 1), &arena);
    arena_done(&arena);
    return 0;
}
