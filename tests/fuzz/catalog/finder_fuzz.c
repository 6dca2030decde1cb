/* Every finder on any bytes: the first byte chooses which. */
#include <stdlib.h>

#include "catalog/finder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const paths[] = {
    "lib/apk/db/installed",     "var/lib/dpkg/status",
    "var/lib/dpkg/info/a.list", "var/lib/dpkg/status.d/a.md5sums",
    "etc/os-release",           "etc/alpine-release",
    "etc/debian_version",       "etc/redhat-release",
    "etc/lsb-release",          "etc/passwd",
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct arena arena, scratch;
    struct collector collector;
    struct analysis analysis;
    struct error err;
    struct slice path = slice_str(paths[data[0] % (sizeof paths / sizeof paths[0])]);
    arena_init(&arena, 8 * 1024 * 1024);
    arena_init(&scratch, 8 * 1024 * 1024);
    collector_init(&collector, &arena, &scratch, &analysis);
    const struct finder *finder = finder_for(path);
    if (!finder)
        abort();
    finder->read(path, slice_of(data + 1, size - 1), &collector);
    (void)collector_finish(&collector, &err);
    arena_done(&arena);
    arena_done(&scratch);
    return 0;
}
