/* Names that a registry lists page by page: tags of a repository, repositories. See
   registry_write.h. */
#include "base/ascii.h"
#include "image/document.h"
#include "image/registry_link.h"

enum {
    PAGE = 1000,
    TAG_LENGTH_MAX = 128,
    REPOSITORY_LENGTH_MAX = 255,
    TAG_PAGES_MAX = 20000,
    REPOSITORY_PAGES_MAX = 1000,
};

struct listing {
    const char *path;   /* for messages: where it was asked */
    const char *member; /* of a page's document: the array, and in messages what they are */
    bool (*is_name)(struct slice text);
    unsigned pages_max;
};

static bool is_tag(struct slice text)
{
    if (!text.len || text.len > TAG_LENGTH_MAX || text.at[0] == '.' || text.at[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '_' && text.at[i] != '.' && text.at[i] != '-')
            return false;
    return true;
}

static bool is_repository(struct slice text)
{
    if (!text.len || text.len > REPOSITORY_LENGTH_MAX || !ascii_alnum(text.at[0]))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]) && !(text.at[i] >= 'a' && text.at[i] <= 'z') &&
            text.at[i] != '_' && text.at[i] != '.' && text.at[i] != '-' && text.at[i] != '/')
            return false;
    return true;
}

static const struct listing tags_listing = {"tags/list", "tags", is_tag, TAG_PAGES_MAX};
static const struct listing repositories_listing = {"_catalog", "repositories", is_repository,
                                                    REPOSITORY_PAGES_MAX};

/* ---- one page ---- */

static bool read_names(const struct listing *listing, struct slice page, struct arena *arena,
                       struct registry_names *names, struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse_large(page, REGISTRY_PAGE_MAX, err);
    const json_t *list = json_object_get(document, listing->member);
    if (!document)
        return error_add(err, "the list of %s", listing->member);
    if (!json_is_object(document) || (list && !json_is_array(list) && !json_is_null(list)))
        return error_set(err, ERROR_FORMAT, "the list of %s is none", listing->member);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct slice name;
        if (!listing->is_name(document_view(json_array_get(list, i))))
            continue;
        if (names->count >= REGISTRY_NAMES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d %s", REGISTRY_NAMES_MAX,
                             listing->member);
        if (!document_string(json_array_get(list, i), arena, &name) ||
            !ARENA_PUSH(arena, names->items, names->count, names->room, name))
            return arena_error(err);
    }
    return true;
}

bool registry_tags_read(struct slice page, struct arena *arena, struct registry_names *tags,
                        struct error *err)
{
    return read_names(&tags_listing, page, arena, tags, err);
}

bool registry_catalog_read(struct slice page, struct arena *arena, struct registry_names *names,
                           struct error *err)
{
    return read_names(&repositories_listing, page, arena, names, err);
}

/* Link: <…>; rel="next" (RFC 8288), only at the registry itself; empty: that was the last page. */
static bool next_page(const struct http_response *response, struct slice asked, struct arena *arena,
                      struct slice *next, struct error *err)
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

/* The page's document is forgotten at once; *next is copied to `arena`. */
static bool read_page(const struct registry_link *link, const struct listing *listing,
                      struct slice url, struct arena *arena, struct registry_names *names,
                      struct slice *next, struct error *err)
{
    CLEANUP_ARENA struct arena scratch = {.limit = 4u * REGISTRY_PAGE_MAX};
    struct http_response response;
    struct http_request request = {.url = url, .limit = REGISTRY_PAGE_MAX};
    struct slice following;
    if (!registry_link_perform(link, &request, "", &scratch, &response, err))
        return false;
    if (response.status != 200)
        return session_refused(link->session, listing->path, &response, &scratch, err);
    if (!read_names(listing, response.body, arena, names, err) ||
        !next_page(&response, url, &scratch, &following, err))
        return false;
    *next = following.len ? arena_copy(arena, following) : following;
    return !following.len || next->at || arena_error(err);
}

/* ---- all pages ---- */

static bool read_all(const struct registry_link *link, const struct listing *listing,
                     struct slice first, struct arena *arena, struct registry_names *names,
                     struct error *err)
{
    struct slice url = arena_printf(arena, "%.*s?n=%d", SLICE_ARG(first), PAGE);
    *names = (struct registry_names){0};
    if (!first.at || !url.at)
        return arena_error(err);
    for (unsigned page = 0; url.len; page++) {
        size_t before = names->count;
        struct slice next = {0};
        if (page == listing->pages_max)
            return error_set(err, ERROR_LIMIT, "more than %u pages of %s", listing->pages_max,
                             listing->member);
        if (!read_page(link, listing, url, arena, names, &next, err))
            return false;
        if (next.len && names->count == before)
            return error_set(err, ERROR_FORMAT, "an empty page of %s that is not the last",
                             listing->member);
        url = next;
    }
    return true;
}

bool registry_tags_list(const struct registry_link *link, struct arena *arena, struct slice **tags,
                        size_t *count, struct error *err)
{
    struct registry_names found;
    struct slice first = session_url(link->session, "tags/list", arena);
    if (!read_all(link, &tags_listing, first, arena, &found, err))
        return error_add(err, "tags of %.*s", SLICE_ARG(link->session->reference.repository));
    *tags = found.items;
    *count = found.count;
    return true;
}

bool registry_catalog_list(const struct registry_link *link, struct arena *arena,
                           struct registry_names *names, struct error *err)
{
    struct slice first = arena_printf(arena, "%.*s/v2/_catalog", SLICE_ARG(link->session->base));
    return read_all(link, &repositories_listing, first, arena, names, err) ||
           error_add(err, "repositories of %.*s", SLICE_ARG(link->session->shown));
}
