#pragma once
/*
 * One answer of a list of tags: what it says, and how it is kept on disk with what is needed to ask
 * "has it changed?". A kept page is lines and the body as it came:
 *
 *     plimsoll tag page 1
 *     url: https://hub.docker.com/v2/repositories/library/nginx/tags?…
 *     etag: "0123"
 *     modified: Sun, 22 Nov 2026 08:49:37 GMT
 *     link: </v2/nginx/tags/list?n=1000&last=x>; rel="next"
 *     at: 2026-11-23T10:00:00Z
 *
 *     {"count": …
 *
 * All input is hostile, the files too. Any thread may call.
 */
#include "update/tag_list.h"

struct tag_page {
    struct slice url, etag, modified, link, at;
    struct slice body;
};

/* The bytes of the file; `at` NULL when the budget is spent. */
struct slice tag_page_text(const struct tag_page *page, struct arena *arena);
/* Slices of `bytes`. False when it is none, or one of another URL. */
bool tag_page_parse(struct slice bytes, struct slice url, struct tag_page *page);

/* A listing that grows. */
struct tag_collection {
    struct tag_listing *listing;
    struct arena *arena;
    size_t room;
    size_t most; /* 0: TAG_LIST_TAGS_MAX */
};

/* True when there is room for no more. */
bool tag_collection_full(const struct tag_collection *collection);
/* Docker Hub's object {next, results}; `*next` becomes its URL as written, or empty. ERROR_FORMAT
   when it is none. */
bool tag_page_read_hub(struct slice body, struct tag_collection *collection, struct slice *next,
                       struct error *err);
/* {name, tags: ["1.0", …]} of a registry (registry_write.h reads it); null tags are none. */
bool tag_page_read_names(struct slice body, struct tag_collection *collection, struct error *err);
/* The target of rel="next" of a Link header (RFC 8288); empty: there is none. */
struct slice tag_page_next_link(struct slice link);
