/* What is taken as a URL is written so that it is taken again, as the same; so is what it resolves.
 */
#include <stdlib.h>

#include "net/url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct slice rest = slice_of(data, size), first = slice_cut(&rest, '\n');
    struct url url, again, resolved;
    if (!url_parse(first, &arena, &url, &err))
        return 0;
    struct slice text = url_text(&url, &arena);
    if (!url_parse(text, &arena, &again, &err) || !slice_equal(text, url_text(&again, &arena)) ||
        !url_same_origin(&url, &again))
        abort();
    if (url_resolve(&url, rest, &arena, &resolved, &err) &&
        !url_parse(url_text(&resolved, &arena), &arena, &again, &err) && err.kind != ERROR_LIMIT)
        abort();
    url_decode(first, &arena);
    return 0;
}
