/* Any bytes: a score within the scale, or invalid. */
#include <stdlib.h>

#include "version/cvss.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cvss cvss;
    if (cvss_parse(slice_of(data, size), &cvss) && !(cvss.score >= 0 && cvss.score <= 10))
        abort();
    return 0;
}
