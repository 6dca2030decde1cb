/* Tags of a repository, page by page. See registry_write.h. */
#include "base/ascii.h"
#include "image/document.h"
#include "image/registry_link.h"

enum { PAGE = 1000, TAG_LENGTH_MAX = 128, PAGES_MAX = 20000 };

static bool is_tag(struct slice text)
{
    if (!text.len || text.len > TAG_LENGTH_MAX || text.at[0] == '.' || text.at[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '_' && text.at[i] != '.' && text.at[i] != '-')
            return false;
    return true;
}

bool registry_tags_read(struct slice page, struct arena *arena, struct registry_tags *tags,
                        struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse_large(page, REGISTRY_PAGE_MAX, err);
    const json_t *list = json_object_get(document, "tags");
    if (!document)
        return error_add(err, "the list of tags");
    if (!json_is_object(document) || (list && !json_is_array(list) && !json_is_null(list)))
        return error_set(err, ERROR_FORMAT, "the list of tags is none");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct slice tag;
        if (!is_tag(document_view(json_array_get(list, i))))
            continue;
        if (tags->count >= REGISTRY_TAGS_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d tags", REGISTRY_TAGS_MAX);
        if (!document_string(json_array_get(list, i), arena, &tag) ||
            !ARENA_PUSH(arena, tags->items, tags->count, tags->room, tag))
            return arena_error(err);
    }
    return true;
}

bool registry_page_next(const struct http_response *response, struct slice asked,
                        struct arena *arena, struct slice *next, struct error *err)
{
    struct url base, url;
    struct slice value = http_header_get(&response->headers, "Link");
    size_t open = slice_find(value, '<'), close = slice_find(value, '>');
    *next = (struct slice){0};
    if (open >= close || close == value.len ||
        slice_search(slice_from(value, close), SLICE("next")) == value.len - close)
        return true;
    struct slice target = slice_from(slice_upto(value, close), open + 1);
    if (!url_parse(asked, arena, &base, err) || !url_resolve(&base, target, arena, &url, err))
        return error_add(err, "where the registry has the next page");
    if (!url_same_origin(&base, &url))
        return error_set(err, ERROR_FORMAT, "the registry has the next page on another host");
    *next = url_text(&url, arena);
    return next->at || arena_error(err);
}

/* One page, whose document is forgotten at once; *next is copied to `arena`. */
static bool read_page(const struct registry_link *link, struct slice url, struct arena *arena,
                      struct registry_tags *tags, struct slice *next, struct error *err)
{
    CLEANUP_ARENA struct arena scratch = {.limit = 4u * REGISTRY_PAGE_MAX};
    struct http_response response;
    struct http_request request = {.url = url, .limit = REGISTRY_PAGE_MAX};
    struct slice following;
    if (!registry_link_perform(link, &request, "", &scratch, &response, err))
        return false;
    if (response.status != 200)
        return session_refused(link->session, "tags/list", &response, &scratch, err);
    if (!registry_tags_read(response.body, arena, tags, err) ||
        !registry_page_next(&response, url, &scratch, &following, err))
        return false;
    *next = following.len ? arena_copy(arena, following) : following;
    return !following.len || next->at || arena_error(err);
}

bool registry_tags_list(const struct registry_link *link, struct arena *arena, struct slice **tags,
                        size_t *count, struct error *err)
{
    struct registry_tags found = {0};
    struct slice first = session_url(link->session, "tags/list", arena);
    struct slice url = arena_printf(arena, "%.*s?n=%d", SLICE_ARG(first), PAGE);
    if (!first.at || !url.at)
        return arena_error(err);
    for (unsigned page = 0; url.len; page++) {
        size_t before = found.count;
        struct slice next = {0};
        if (page == PAGES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d pages of tags", PAGES_MAX);
        if (!read_page(link, url, arena, &found, &next, err))
            return error_add(err, "tags of %.*s", SLICE_ARG(link->session->reference.repository));
        if (next.len && found.count == before)
            return error_set(err, ERROR_FORMAT, "an empty page of tags that is not the last");
        url = next;
    }
    *tags = found.items;
    *count = found.count;
    return true;
}
