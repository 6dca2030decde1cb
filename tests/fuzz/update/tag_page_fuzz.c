/*
 * An answer of Docker Hub, of a registry, a Link header, and a kept page. Whatever the bytes: names
 * are tags, digests are digests, and a page that was kept is read again as it was.
 */
#include <stdlib.h>

#include "base/hash.h"
#include "registry/core/scope.h"
#include "update/tag_page.h"

enum { BUDGET = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct tag_listing *listing)
{
    struct digest digest;
    struct error err;
    for (size_t i = 0; i < listing->count; i++)
        if (!tag_name_is_valid(listing->tags[i].name) || listing->tags[i].updated.len > 64 ||
            (listing->tags[i].digest.len &&
             !digest_parse_any(&digest, listing->tags[i].digest, &err)))
            abort();
}

/* Lines of a kept page come from header values, which have no line breaks. */
static void keep_again(struct slice body, struct arena *arena)
{
    struct tag_page page = {.url = SLICE("x"), .etag = SLICE("\"e\""), .body = body}, again;
    struct slice text = tag_page_text(&page, arena);
    if (!text.at || body.len > 1 << 20 || memchr(body.at ? body.at : "", 0, body.len))
        return;
    if (!tag_page_parse(text, SLICE("x"), &again) || !slice_equal(again.body, body) ||
        !slice_equal(again.etag, page.etag))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    struct slice input = slice_of(data, size), next;
    struct tag_listing hub = {0}, names = {0};
    struct tag_collection one = {.listing = &hub, .arena = &arena, .most = 1000};
    struct tag_collection other = {.listing = &names, .arena = &arena};
    struct tag_page page;
    struct error err;
    arena_init(&arena, BUDGET);
    tag_page_read_hub(input, &one, &next, &err);
    tag_page_read_names(input, &other, &err);
    check(&hub);
    check(&names);
    if (hub.count > 1000)
        abort();
    struct slice link = tag_page_next_link(input);
    if (link.len && (link.at < input.at || link.at + link.len > input.at + input.len))
        abort();
    tag_page_parse(input, SLICE("hub.docker.com/x"), &page);
    keep_again(input, &arena);
    return 0;
}
