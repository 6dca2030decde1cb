/* Lists with pages: tags, catalogue, referrers. n, last and Link as the specification has them
   ("Listing tags"); order is that of bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "net/url.h"
#include "registry/oci/parts.h"

enum {
    TAGS_PAGE_MAX = 10000,
    CATALOG_PAGE_MAX = 1000,
    CATALOG_STEP_MIN = 200, /* read at once, to be asked about */
    REFERRERS_PAGE_MAX = 500,
    REFERRERS_BYTES_MAX = 3 << 20, /* of a page; clients refuse indexes over 4 MiB */
};

#define INDEX_TYPE "application/vnd.oci.image.index.v1+json"

struct page {
    size_t n;
    struct slice last;
};

static bool page_of(struct oci_request *state, size_t max, struct page *page)
{
    struct slice text;
    uint64_t n = max;
    *page = (struct page){.n = max};
    (void)server_query(state->http, "last", &page->last);
    if (server_query(state->http, "n", &text) && !slice_u64(text, &n))
        return oci_fail(state, FAILURE_PARAMETER, "the parameter n is no number");
    if (n < max)
        page->n = (size_t)n;
    return true;
}

/* Where it goes on: `path` has no query. */
static void set_link(struct oci_request *state, struct server_response *response, struct slice path,
                     const char *more, size_t n, struct slice last)
{
    struct slice encoded = url_encode(last, state->http->arena);
    oci_set(state->http, response, "Link", "<%.*s?n=%zu&last=%.*s%s>; rel=\"next\"",
            SLICE_ARG(path), n, SLICE_ARG(encoded), more);
}

/* A JSON text under construction. */
struct text {
    char *bytes;
    size_t len;
    FILE *file;
    struct json_writer json;
};

static bool text_open(struct oci_request *state, struct text *text)
{
    *text = (struct text){0};
    text->file = open_memstream(&text->bytes, &text->len);
    if (!text->file)
        return oci_fail(state, FAILURE_INTERNAL, "out of memory");
    json_writer_init(&text->json, text->file, 0);
    json_begin_object(&text->json);
    return true;
}

static void text_answer(struct oci_request *state, struct server_response *response,
                        struct text *text, const char *media_type)
{
    struct slice body = {0};
    json_end_object(&text->json);
    if (fclose(text->file) == 0)
        body = arena_copy(state->http->arena, slice_of(text->bytes, text->len));
    free(text->bytes);
    oci_answer(state->http, response, 200);
    oci_json(state->http, response, body, media_type);
}

/* One more than the page says whether there is a next one; no page (n=0) asks for nothing. */
static bool list_tags(struct oci_request *state, const struct page *page, struct slice **tags,
                      size_t *count)
{
    struct registry *registry = state->oci->node->registry;
    return tag_list(registry, &state->scope, page->last, page->n + 1, state->http->arena, tags,
                    NULL, count, &state->failure);
}

void oci_tags(struct oci_request *state, struct server_response *response)
{
    struct page page;
    struct slice *tags = NULL, name = state->route.repository;
    size_t count = 0;
    struct text text;
    if (!page_of(state, TAGS_PAGE_MAX, &page) || !list_tags(state, &page, &tags, &count) ||
        !text_open(state, &text)) {
        oci_fail_answer(state, response);
        return;
    }
    bool more = count > page.n && page.n;
    json_field(&text.json, "name", name);
    json_field_strings(&text.json, "tags", tags, count < page.n ? count : page.n);
    text_answer(state, response, &text, "application/json; charset=utf-8");
    if (more)
        set_link(state, response,
                 arena_printf(state->http->arena, "/v2/%.*s/tags/list", SLICE_ARG(name)), "",
                 page.n, tags[page.n - 1]);
}

/* A token for the catalogue says nothing of repositories: what counts there is whose it is. */
static bool may_see(struct oci_request *state, const struct scope *repository)
{
    struct caller caller = state->caller;
    struct failure ignored;
    caller.token = false;
    return (caller.admin && slice_equal(caller.account, repository->account)) ||
           auth_allows(state->oci->node->auth, &caller, "ecr:DescribeRepositories", repository,
                       &ignored);
}

/* Those of the next repositories that the caller may see, until `want` are found. */
static bool list_visible(struct oci_request *state, struct slice after, size_t want,
                         struct slice *names, size_t *found)
{
    const struct node *node = state->oci->node;
    struct scope account = state->scope, one = state->scope;
    account.repository = SLICE("");
    for (size_t step = want < CATALOG_STEP_MIN ? CATALOG_STEP_MIN : want, got = step;
         *found < want && got == step;) {
        struct slice *some;
        if (!repository_list_names(node->registry, &account, after, step, state->http->arena, &some,
                                   &got, &state->failure))
            return false;
        for (size_t i = 0; i < got && *found < want; i++) {
            one.repository = after = some[i];
            if (may_see(state, &one))
                names[(*found)++] = after;
        }
    }
    return true;
}

/* Everybody may ask, and sees what is theirs; but nobody in particular, and who has a token that is
   not for the catalogue, could be somebody else. */
static bool may_ask(struct oci_request *state)
{
    struct scope account = state->scope;
    account.repository = SLICE("");
    return oci_may(state, &account, "ecr:DescribeRepositories", &state->failure) ||
           (state->failure.reason == FAILURE_DENIED && state->caller.kind != CALLER_ANONYMOUS);
}

void oci_catalog(struct oci_request *state, struct server_response *response)
{
    struct page page;
    struct text text;
    struct slice *names = NULL;
    size_t count = 0;
    bool fine = may_ask(state) && page_of(state, CATALOG_PAGE_MAX, &page);
    if (fine) {
        names = arena_array(state->http->arena, page.n + 1, sizeof *names);
        fine = names ? list_visible(state, page.last, page.n ? page.n + 1 : 0, names, &count)
                     : oci_fail(state, FAILURE_INTERNAL, "out of memory");
    }
    if (!fine || !text_open(state, &text)) {
        oci_fail_answer(state, response);
        return;
    }
    json_field_strings(&text.json, "repositories", names, count < page.n ? count : page.n);
    text_answer(state, response, &text, "application/json; charset=utf-8");
    if (count > page.n && page.n)
        set_link(state, response, SLICE("/v2/_catalog"), "", page.n, names[page.n - 1]);
}

static void put_referrer(struct json_writer *json, const struct manifest_facts *facts,
                         struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "mediaType", facts->media_type);
    json_field(json, "digest", digest_slice(&facts->digest));
    json_field_int(json, "size", (int64_t)facts->length);
    json_field_text(json, "artifactType", facts->artifact_type);
    if (facts->annotation_count) {
        json_name(json, "annotations");
        json_begin_object(json);
        for (size_t i = 0; i < facts->annotation_count; i++) {
            const char *name = arena_string(arena, facts->annotation_names[i]);
            json_name(json, name ? name : "");
            json_put_string(json, facts->annotation_values[i]);
        }
        json_end_object(json);
    }
    json_end_object(json);
}

/* Writes as many as a page holds; how many that was. */
static size_t put_referrers(struct text *text, const struct manifest_list *list, size_t n,
                            struct arena *arena)
{
    size_t done = 0;
    json_field(&text->json, "mediaType", SLICE(INDEX_TYPE));
    json_name(&text->json, "manifests");
    json_begin_array(&text->json);
    for (; done < list->count && done < n; done++) {
        put_referrer(&text->json, &list->items[done], arena);
        fflush(text->file);
        if (text->len > REFERRERS_BYTES_MAX) {
            done++;
            break;
        }
    }
    json_end_array(&text->json);
    return done;
}

static void link_referrers(struct oci_request *state, struct server_response *response,
                           struct slice type, size_t n, const struct digest *last)
{
    struct arena *arena = state->http->arena;
    struct slice name = state->route.repository, encoded = url_encode(type, arena);
    const char *more =
        type.len ? arena_printf(arena, "&artifactType=%.*s", SLICE_ARG(encoded)).at : "";
    set_link(
        state, response,
        arena_printf(arena, "/v2/%.*s/referrers/%s", SLICE_ARG(name), state->route.digest.text),
        more ? more : "", n, digest_slice(last));
}

/* A repository that is not there has no referrers, either: the specification wants an empty list.
 */
static bool list_referrers(struct oci_request *state, struct slice type, const struct page *page,
                           struct manifest_list *list)
{
    return manifest_referrers(state->oci->node->registry, &state->scope, &state->route.digest, type,
                              page->last, page->n + 1, state->http->arena, list, &state->failure) ||
           state->failure.reason == FAILURE_REPOSITORY_UNKNOWN;
}

void oci_referrers(struct oci_request *state, struct server_response *response)
{
    struct page page;
    struct slice type = {0};
    struct manifest_list list = {0};
    struct text text;
    (void)server_query(state->http, "artifactType", &type);
    if (!page_of(state, REFERRERS_PAGE_MAX, &page) || !list_referrers(state, type, &page, &list) ||
        !text_open(state, &text)) {
        oci_fail_answer(state, response);
        return;
    }
    json_field_int(&text.json, "schemaVersion", 2);
    size_t done = put_referrers(&text, &list, page.n, state->http->arena);
    text_answer(state, response, &text, INDEX_TYPE);
    if (type.len)
        server_set(state->http, response, "OCI-Filters-Applied", SLICE("artifactType"));
    if (done && done < list.count)
        link_referrers(state, response, type, page.n, &list.items[done - 1].digest);
}
