/* An address of a git remote; what is read of it has no blanks, and shows no user. */
#include <stdlib.h>

#include "update/forge/remote_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct remote_url url;
    struct error err = {0};
    struct slice text = slice_of(data, size);
    arena_init(&arena, 1 << 20);
    if (!remote_url_parse(text, &arena, &url, &err))
        return err.kind == ERROR_USAGE ? 0 : (abort(), 0);
    if (!url.name.len || slice_find(url.name, ' ') < url.name.len ||
        (url.kind != REMOTE_FILE && (!url.host.len || !url.owner.len)))
        abort();
    struct slice shown = remote_url_show(text, &arena);
    size_t scheme = slice_search(shown, SLICE("://"));
    struct slice rest = scheme < shown.len ? slice_from(shown, scheme + 3) : shown;
    if (!shown.at || slice_find(slice_upto(rest, slice_find(rest, '/')), '@') <
                         slice_upto(rest, slice_find(rest, '/')).len)
        abort();
    remote_url_is_loopback(&url);
    return 0;
}
