/*
 * The first byte says apk or deb, and whether the rest is a file as it is published (gzip) or text,
 * fed in pieces of a size. In pieces and whole the same is found; the newest is one of the
 * versions.
 */
#include <stdlib.h>

#include "update/pins/pin_index.h"

enum { BUDGET = 256 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void begin(struct pin_index *index, enum package_type type, struct arena *arena)
{
    struct error err;
    pin_index_init(index, type, arena);
    if (!pin_index_want(index, SLICE("curl"), &err) || !pin_index_want(index, SLICE("tar"), &err))
        abort();
}

static void feed(struct pin_index *index, struct slice text, size_t step)
{
    struct error err;
    while (text.len) {
        if (!pin_index_feed(index, slice_upto(text, step), &err))
            abort();
        text = slice_from(text, step);
    }
    if (!pin_index_end(index, &err))
        abort();
}

static void check(const struct indexed *indexed)
{
    bool found = !indexed->newest.len;
    for (size_t i = 0; i < indexed->count; i++)
        found = found || slice_equal(indexed->versions[i], indexed->newest);
    if (!found || indexed->count > PIN_VERSIONS_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = BUDGET};
    static struct pin_index one, other; /* lines make them large */
    struct slice rest = slice_from(slice_of(data, size), 1);
    struct error err;
    if (!size)
        return 0;
    enum package_type type = data[0] & 1 ? PACKAGE_DEB : PACKAGE_APK;
    begin(&one, type, &arena);
    begin(&other, type, &arena);
    if (data[0] & 2) {
        (void)pin_index_read(&one, rest, &err);
        check(pin_index_find(&one, SLICE("curl")));
        return 0;
    }
    feed(&one, rest, rest.len);
    feed(&other, rest, 1 + data[0] / 4);
    const struct indexed *a = pin_index_find(&one, SLICE("curl")),
                         *b = pin_index_find(&other, SLICE("curl"));
    check(a);
    check(pin_index_find(&one, SLICE("tar")));
    if (a->count != b->count || !slice_equal(a->newest, b->newest) ||
        !slice_equal(a->source, b->source))
        abort();
    return 0;
}
