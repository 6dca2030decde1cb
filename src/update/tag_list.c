/* Asking for lists of tags, page by page. */
#include "update/tag_list.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "image/registry_session.h"
#include "update/hub_login.h"
#include "update/tag_gate.h"
#include "update/tag_page.h"

enum {
    PAGE_ARENA = 32 << 20,
    WAITS_MAX = 5,
    ATTEMPTS_MAX = 3,
    PAUSE_MS = 200,
    WAIT_UNTOLD = 30,
    NAMES_A_PAGE = 1000,
    CONNECT_SECONDS = 10,
    STALL_SECONDS = 20,
    PAGE_SECONDS = 60, /* of a page of a few hundred kilobytes, whatever drips meanwhile */
    QUICK_SECONDS = 5, /* a failure that took longer will do so again */
};

/* One list being fetched. */
struct fetching {
    const struct tag_list_options *options;
    struct tag_list_gate *gate;
    struct session *session; /* of a registry; NULL: Docker Hub */
    struct http_client *client;
    struct tag_collection collection;
    struct slice first; /* URL of the first page: others must be of its host */
    struct slice base, repository, authorization; /* of Docker Hub's API; the last after a login */
    bool login_tried;
    bool fresh;        /* the page at hand came from the network */
    bool not_modified; /* so far nothing but "not modified", or nothing asked */
};

/* ---- kept pages ---- */

const char *tag_list_folder(struct arena *arena)
{
    static const struct {
        const char *variable, *tail;
    } places[] = {
        {"PLIMSOLL_CACHE", "tags"},
        {"XDG_CACHE_HOME", "plimsoll/tags"},
        {"HOME", ".cache/plimsoll/tags"},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *base = getenv(places[i].variable);
        if (base && *base == '/')
            return arena_printf(arena, "%s/%s", base, places[i].tail).at;
    }
    return NULL;
}

static const char *page_path(const char *folder, struct slice url, struct arena *arena)
{
    struct digest digest;
    sha256_of(url, &digest);
    return arena_printf(arena, "%s/%.32s", folder, digest.text + strlen("sha256:")).at;
}

/* http and https are one: offline nobody can say which a registry speaks. */
static struct slice key_of(struct slice url)
{
    size_t behind = slice_search(url, SLICE("://"));
    return behind < url.len ? slice_from(url, behind + 3) : url;
}

static bool read_kept(const struct fetching *fetching, struct slice url, struct arena *arena,
                      struct tag_page *page)
{
    struct error ignored;
    struct slice bytes;
    const char *folder = fetching->options->keep_in;
    const char *path = folder ? page_path(folder, key_of(url), arena) : NULL;
    return path && file_read(path, TAG_LIST_PAGE_MAX + (1 << 20), arena, &bytes, &ignored) &&
           tag_page_parse(bytes, key_of(url), page);
}

/* What cannot be kept is asked for again the next time. */
static void keep(const struct fetching *fetching, const struct tag_page *page, struct arena *arena)
{
    struct error ignored;
    const char *folder = fetching->options->keep_in;
    if (!folder || !file_make_folder(folder, &ignored))
        return;
    const char *path = page_path(folder, page->url, arena);
    struct slice text = tag_page_text(page, arena);
    if (path && text.at)
        file_write(path, text, &ignored);
}

/* ---- asking ---- */

static bool ask_once(struct fetching *fetching, struct slice url, const struct tag_page *kept,
                     struct arena *arena, struct http_response *response, struct error *err)
{
    struct http_request request = {.url = url,
                                   .limit = TAG_LIST_PAGE_MAX,
                                   .compressed = true,
                                   .authorization = fetching->authorization,
                                   .etag = kept->etag,
                                   .last_modified = kept->modified};
    struct tag_listing *listing = fetching->collection.listing;
    if (!http_headers_add(&request.headers, SLICE("Accept"), SLICE("application/json"), arena, err))
        return false;
    listing->requests++;
    return fetching->session ? session_perform(fetching->session, fetching->client, &request, arena,
                                               response, err)
                             : http_perform(fetching->client, &request, arena, response, err);
}

static void pause_before(unsigned next)
{
    struct timespec step = {.tv_nsec = (long)(next * PAUSE_MS) * 1000000};
    nanosleep(&step, NULL);
}

/* What may pass is tried a few times. A 429 is not tried again here: see ask. */
static bool ask_patiently(struct fetching *fetching, struct slice url, const struct tag_page *kept,
                          struct arena *arena, struct http_response *response, struct error *err)
{
    for (unsigned attempt = 1;; attempt++) {
        time_t before = time(NULL);
        bool answered = ask_once(fetching, url, kept, arena, response, err);
        bool passing = answered ? response->status >= 500 : err->kind == ERROR_NETWORK;
        if (!passing || attempt == ATTEMPTS_MAX || time(NULL) - before > QUICK_SECONDS)
            return answered;
        pause_before(attempt);
    }
}

/* A rate limit is waited for as often as the options have patience. */
static bool ask(struct fetching *fetching, struct slice url, const struct tag_page *kept,
                struct arena *arena, struct http_response *response, struct error *err)
{
    struct slice host = fetching->collection.listing->host;
    unsigned seconds;
    for (unsigned waits = 0;; waits++) {
        if (!tag_gate_pass(fetching->gate, host, fetching->options->wait_max, err) ||
            !ask_patiently(fetching, url, kept, arena, response, err))
            return false;
        bool told = tag_gate_wait(&response->headers, time(NULL), &seconds);
        if (response->status != 429) {
            if (told && tag_gate_is_spent(&response->headers))
                tag_gate_close(fetching->gate, host, seconds);
            return true;
        }
        tag_gate_close(fetching->gate, host, told && seconds ? seconds : WAIT_UNTOLD);
        if (waits == WAITS_MAX)
            return error_set(err, ERROR_NETWORK, "%.*s: too many requests, %d times in a row",
                             SLICE_ARG(host), WAITS_MAX + 1);
    }
}

/* Docker Hub says of private repositories that they are not there: with a login it is asked once
   more. */
static bool ask_as_somebody(struct fetching *fetching, struct slice url,
                            const struct tag_page *kept, struct arena *arena,
                            struct http_response *response, struct error *err)
{
    if (!ask(fetching, url, kept, arena, response, err))
        return false;
    bool hidden = response->status == 401 || response->status == 403 || response->status == 404;
    if (!hidden || fetching->session || fetching->login_tried)
        return true;
    fetching->login_tried = true;
    if (!hub_login(fetching->client, fetching->base, fetching->repository,
                   fetching->collection.arena, &fetching->authorization, err))
        return false;
    return !fetching->authorization.len || ask(fetching, url, kept, arena, response, err);
}

static bool refused(const struct fetching *fetching, const struct http_response *response,
                    struct arena *arena, struct error *err)
{
    if (fetching->session)
        return session_refused(fetching->session, "tags/list", response, arena, err);
    return http_status_error(response, err);
}

/* What is to be read of the page now: of the answer, or as it was kept. */
static bool fetch_page(struct fetching *fetching, struct slice url, struct arena *arena,
                       struct tag_page *page, struct error *err)
{
    struct tag_page kept = {0};
    struct http_response response;
    bool known = read_kept(fetching, url, arena, &kept);
    fetching->fresh = false;
    if (fetching->options->source.offline) {
        *page = kept;
        return known || error_set(err, ERROR_NOT_FOUND,
                                  "%.*s: nothing is kept of an earlier run; run once without "
                                  "--offline",
                                  SLICE_ARG(fetching->collection.listing->host));
    }
    if (!ask_as_somebody(fetching, url, &kept, arena, &response, err))
        return false;
    struct slice now = clock_format(time(NULL), arena);
    if (response.status == 304 && known) {
        *page = kept;
        page->at = now;
        return true;
    }
    fetching->not_modified = false;
    if (response.status != 200)
        return refused(fetching, &response, arena, err);
    *page = (struct tag_page){.url = key_of(url),
                              .etag = http_header_get(&response.headers, "ETag"),
                              .modified = http_header_get(&response.headers, "Last-Modified"),
                              .link = http_header_get(&response.headers, "Link"),
                              .at = now,
                              .body = response.body};
    fetching->fresh = true;
    return true;
}

/* ---- pages ---- */

/* Who stands in for Docker Hub may pass its answers on as they are. */
static void stay_here(const struct fetching *fetching, const struct url *first, struct url *found)
{
    if (fetching->session || !slice_equal_str(found->host, "hub.docker.com"))
        return;
    found->scheme = first->scheme;
    found->host = first->host;
    found->port = first->port;
}

/* `next` as seen from the page's own address; never another host's: then *url is empty, and the
   listing says so. */
static bool next_url(const struct fetching *fetching, struct slice from, struct slice next,
                     struct arena *arena, struct slice *url, struct error *err)
{
    struct url first, base, found;
    struct tag_listing *listing = fetching->collection.listing;
    if (!url_parse(fetching->first, arena, &first, err) || !url_parse(from, arena, &base, err))
        return false;
    if (!url_resolve(&base, next, arena, &found, err)) {
        err->kind = ERROR_FORMAT;
        return error_add(err, "the next page");
    }
    stay_here(fetching, &first, &found);
    if (url_same_origin(&first, &found)) {
        *url = url_text(&found, arena);
        if (slice_equal(*url, from))
            return error_set(err, ERROR_FORMAT, "the list of tags names itself as its next page");
        return url->at || arena_error(err);
    }
    listing->complete = false;
    listing->problem =
        arena_printf(fetching->collection.arena,
                     "the list of tags is not whole: its next page is said to be on another host "
                     "(%.*s), which is not followed",
                     SLICE_ARG(url_authority(&found, arena)));
    *url = (struct slice){0};
    return listing->problem.at || arena_error(err);
}

static bool read_page(struct fetching *fetching, const struct tag_page *page, struct slice *next,
                      struct error *err)
{
    if (!fetching->session)
        return tag_page_read_hub(page->body, &fetching->collection, next, err);
    *next = tag_page_next_link(page->link);
    return tag_page_read_names(page->body, &fetching->collection, err);
}

/* Reads the page at `*url` and sets it to the next one's, in `fetching`'s arena; empty at the
   end. */
static bool take_page(struct fetching *fetching, struct slice *url, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct tag_page page;
    struct slice next, found;
    struct tag_listing *listing = fetching->collection.listing;
    arena_init(&arena, PAGE_ARENA);
    if (!fetch_page(fetching, *url, &arena, &page, err) || !read_page(fetching, &page, &next, err))
        return false;
    if (fetching->fresh) /* and it could be read */
        keep(fetching, &page, &arena);
    if (!listing->asked_at.len)
        listing->asked_at = arena_copy(fetching->collection.arena, page.at);
    struct slice from = *url;
    *url = (struct slice){0};
    if (!next.len)
        return true;
    if (!next_url(fetching, from, next, &arena, &found, err))
        return false;
    if (!found.len)
        return true;
    *url = arena_copy(fetching->collection.arena, found);
    return url->at || arena_error(err);
}

static bool take_pages(struct fetching *fetching, struct error *err)
{
    struct slice url = fetching->first;
    for (unsigned pages = 0; url.len; pages++) {
        if (tag_collection_full(&fetching->collection)) {
            fetching->collection.listing->complete = false;
            break;
        }
        if (pages == TAG_LIST_PAGES_MAX)
            return error_set(err, ERROR_LIMIT, "over %d pages of tags", TAG_LIST_PAGES_MAX);
        if (!take_page(fetching, &url, err))
            return false;
    }
    fetching->collection.listing->cached = fetching->not_modified;
    return true;
}

/* ---- the two kinds ---- */

static bool fetch_all(struct fetching *fetching, const struct http_options *http, struct error *err)
{
    struct http_options options = *http;
    struct tag_list_gate *own = fetching->gate ? NULL : tag_list_gate_new();
    options.attempts = 1; /* what is tried again, and when, is told by ask */
    options.connect_seconds = CONNECT_SECONDS;
    options.stall_seconds = STALL_SECONDS;
    options.total_seconds = PAGE_SECONDS;
    CLEANUP_HTTP struct http_client *client = http_client_new(&options);
    fetching->client = client;
    fetching->gate = fetching->gate ? fetching->gate : own;
    bool fine = client && fetching->gate ? take_pages(fetching, err) : arena_error(err);
    tag_list_gate_free(own);
    return fine;
}

static bool fetch_hub(struct fetching *fetching, const struct reference *reference,
                      struct error *err)
{
    const char *hub = fetching->options->hub, *given = getenv("PLIMSOLL_HUB_URL");
    struct arena *arena = fetching->collection.arena;
    struct http_options http = {.insecure = fetching->options->source.insecure};
    struct url url;
    if (!hub)
        hub = given && *given ? given : "https://hub.docker.com";
    struct slice base = slice_str(hub);
    while (slice_ends(base, SLICE("/")))
        base.len--;
    fetching->base = base;
    fetching->repository = reference->repository;
    fetching->first =
        arena_printf(arena, "%.*s/v2/repositories/%.*s/tags?page_size=100&ordering=last_updated",
                     SLICE_ARG(base), SLICE_ARG(reference->repository));
    if (!fetching->first.at)
        return arena_error(err);
    if (!url_parse(fetching->first, arena, &url, err))
        return error_add(err, "PLIMSOLL_HUB_URL");
    fetching->collection.listing->host = url_authority(&url, arena);
    return fetch_all(fetching, &http, err);
}

static bool fetch_registry(struct fetching *fetching, const struct reference *reference,
                           struct error *err)
{
    const struct source_options *source = &fetching->options->source;
    struct arena *arena = fetching->collection.arena;
    struct session session;
    /* Without a word to the registry there is no telling TLS from none; kept pages are the same. */
    struct slice scheme = source->offline ? SLICE("https") : SLICE("");
    fetching->collection.listing->host = reference->host;
    if (!session_open(&session, reference, scheme, source, err)) {
        session_close(&session);
        return false;
    }
    fetching->session = &session;
    fetching->first = arena_printf(
        arena, "%.*s?n=%d", SLICE_ARG(session_url(&session, "tags/list", arena)), NAMES_A_PAGE);
    bool fine = fetching->first.at ? fetch_all(fetching, &session.http, err) : arena_error(err);
    session_close(&session);
    return fine;
}

bool tag_list_fetch(const struct reference *reference, const struct tag_list_options *options,
                    struct arena *arena, struct tag_listing *listing, struct error *err)
{
    struct tag_listing made = {.complete = true};
    struct fetching fetching = {
        .options = options,
        .gate = options->gate,
        .collection = {.listing = &made, .arena = arena, .most = options->most},
        .not_modified = true,
    };
    bool hub = slice_equal_str(reference->host, "docker.io");
    bool fine =
        hub ? fetch_hub(&fetching, reference, err) : fetch_registry(&fetching, reference, err);
    if (!fine)
        return error_add(err, "tags of %.*s", SLICE_ARG(reference->repository));
    *listing = made;
    return true;
}
