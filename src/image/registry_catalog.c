/* The repositories of a registry, page by page. See registry_write.h. */
#include "base/ascii.h"
#include "image/document.h"
#include "image/registry_link.h"

enum { PAGE = 1000, NAME_LENGTH_MAX = 255, NAMES_PAGES_MAX = 1000 };

static bool is_name(struct slice text)
{
    if (!text.len || text.len > NAME_LENGTH_MAX || !ascii_alnum(text.at[0]))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]) && !(text.at[i] >= 'a' && text.at[i] <= 'z') &&
            text.at[i] != '_' && text.at[i] != '.' && text.at[i] != '-' && text.at[i] != '/')
            return false;
    return true;
}

bool registry_catalog_read(struct slice page, struct arena *arena, struct registry_tags *names,
                           struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse_large(page, REGISTRY_PAGE_MAX, err);
    const json_t *list = json_object_get(document, "repositories");
    if (!document)
        return error_add(err, "the list of repositories");
    if (!json_is_object(document) || (list && !json_is_array(list) && !json_is_null(list)))
        return error_set(err, ERROR_FORMAT, "the list of repositories is none");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct slice name;
        if (!is_name(document_view(json_array_get(list, i))))
            continue;
        if (names->count >= REGISTRY_TAGS_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d repositories", REGISTRY_TAGS_MAX);
        if (!document_string(json_array_get(list, i), arena, &name) ||
            !ARENA_PUSH(arena, names->items, names->count, names->room, name))
            return arena_error(err);
    }
    return true;
}

static bool read_page(const struct registry_link *link, struct slice url, struct arena *arena,
                      struct registry_tags *names, struct slice *next, struct error *err)
{
    CLEANUP_ARENA struct arena scratch = {.limit = 4u * REGISTRY_PAGE_MAX};
    struct http_response response;
    struct http_request request = {.url = url, .limit = REGISTRY_PAGE_MAX};
    struct slice following;
    if (!registry_link_perform(link, &request, "", &scratch, &response, err))
        return false;
    if (response.status != 200)
        return session_refused(link->session, "_catalog", &response, &scratch, err);
    if (!registry_catalog_read(response.body, arena, names, err) ||
        !registry_page_next(&response, url, &scratch, &following, err))
        return false;
    *next = following.len ? arena_copy(arena, following) : following;
    return !following.len || next->at || arena_error(err);
}

bool registry_catalog_list(const struct registry_link *link, struct arena *arena,
                           struct registry_tags *names, struct error *err)
{
    *names = (struct registry_tags){0};
    struct slice base = link->session->base;
    struct slice url = arena_printf(arena, "%.*s/v2/_catalog?n=%d", SLICE_ARG(base), PAGE);
    if (!url.at)
        return arena_error(err);
    for (unsigned page = 0; url.len; page++) {
        size_t before = names->count;
        struct slice next = {0};
        if (page == NAMES_PAGES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d pages of repositories",
                             NAMES_PAGES_MAX);
        if (!read_page(link, url, arena, names, &next, err))
            return error_add(err, "repositories of %.*s", SLICE_ARG(link->session->shown));
        if (next.len && names->count == before)
            return error_set(err, ERROR_FORMAT, "an empty page of repositories, not the last");
        url = next;
    }
    return true;
}
