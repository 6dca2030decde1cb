/* Any bytes as the list of referrers under a tag, as a document to attach, as a Dockerfile whose
   base has the version. */
#include "ship/push/from_base.h"
#include "ship/push/referrer.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct error err;
    struct slice made;
    struct from_base found;
    struct digest digest = {"sha256:"};
    arena_init(&arena, 32 << 20);
    referrer_list_add(slice_of(data, size), SLICE("{}"), &digest, &arena, &made, &err);
    referrer_type_of(slice_of(data, size));
    from_base_read(slice_of(data, size), "Dockerfile", NULL, &arena, &found, &err);
    return 0;
}
