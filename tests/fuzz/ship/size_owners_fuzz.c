/* Package databases of hostile layers. The first byte says which; the rest is its content. */
#include "ship/size/owners.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const paths[] = {
        "lib/apk/db/installed",
        "var/lib/dpkg/status",
        "var/lib/dpkg/info/a:b.list",
        "var/lib/dpkg/status.d/a.md5sums",
        "x/site-packages/a-1.dist-info/RECORD",
        "a/node_modules/@b/c/package.json",
        "node_modules/.package-lock.json",
    };
    struct arena arena, scratch;
    struct listing listing, again;
    struct builder builder;
    struct slice bytes;
    struct error err;
    if (!size)
        return 0;
    arena_init(&arena, (size_t)64 << 20);
    arena_init(&scratch, (size_t)16 << 20);
    builder_init(&builder, &arena, &listing);
    owners_read(slice_str(paths[data[0] % (sizeof paths / sizeof *paths)]),
                slice_of(data + 1, size - 1), &builder, &scratch);
    if (builder_finish(&builder, &err) && listing_encode(&listing, &arena, &bytes, &err) &&
        !listing_decode(bytes, &arena, &again, &err))
        abort();
    arena_done(&scratch);
    arena_done(&arena);
    return 0;
}
