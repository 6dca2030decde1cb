/* Two versions on two lines, in every scheme: compared both ways, the answers must be opposite, and
 * each must equal itself. */
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct version_scheme *scheme, struct slice a, struct slice b)
{
    int there = 0, back = 0, same = 0;
    bool valid = version_compare(scheme, a, b, &there);
    if (valid != version_compare(scheme, b, a, &back) || there != -back)
        abort();
    if (valid && (!version_compare(scheme, a, a, &same) || same != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice rest = slice_of(data, size);
    struct slice a = slice_cut(&rest, '\n');
    for (size_t i = 0; version_schemes[i]; i++)
        check(version_schemes[i], a, rest);
    return 0;
}
