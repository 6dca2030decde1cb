#include "update/pins/pin_fetch.h"

#include <stdlib.h>

#include "base/file.h"

enum { BODY_MAX = 128 << 20, META_MAX = 64 * 1024, LISTS = 3 };

#define ALPINE_MIRROR "https://dl-cdn.alpinelinux.org/alpine"
#define DEBIAN_MIRROR "https://deb.debian.org/debian"

/* ---- where ---- */

struct list {
    struct slice url;
    bool needed; /* the release is not there when this one is not */
};

static struct slice mirror_of(const char *variable, const char *standard)
{
    const char *text = getenv(variable);
    struct slice mirror = slice_str(text && text[0] ? text : standard);
    while (slice_ends(mirror, SLICE("/")))
        mirror.len--;
    return mirror;
}

static size_t alpine_lists(const struct pin_release *release, struct arena *arena,
                           struct list *lists)
{
    struct slice mirror = mirror_of("PLIMSOLL_ALPINE_MIRROR", ALPINE_MIRROR);
    static const char *const parts[] = {"main", "community"};
    const char *v = slice_equal_str(release->version, "edge") ? "" : "v";
    for (size_t i = 0; i < 2; i++)
        lists[i] =
            (struct list){arena_printf(arena, "%.*s/%s%.*s/%s/x86_64/APKINDEX.tar.gz",
                                       SLICE_ARG(mirror), v, SLICE_ARG(release->version), parts[i]),
                          i == 0};
    return 2;
}

static size_t debian_lists(const struct pin_release *release, struct arena *arena,
                           struct list *lists)
{
    struct slice mirror = mirror_of("PLIMSOLL_DEBIAN_MIRROR", DEBIAN_MIRROR), name;
    struct slice security = mirror_of("PLIMSOLL_DEBIAN_SECURITY_MIRROR", "");
    static const char *const suites[] = {"", "-updates", "-security"};
    if (!security.len)
        security = arena_printf(arena, "%.*s-security", SLICE_ARG(mirror));
    name = release->codename;
    for (size_t i = 0; i < LISTS; i++)
        lists[i] = (struct list){
            arena_printf(arena, "%.*s/dists/%.*s%s/main/binary-amd64/Packages.gz",
                         SLICE_ARG(i == 2 ? security : mirror), SLICE_ARG(name), suites[i]),
            i == 0};
    return slice_equal_str(name, "sid") ? 1 : LISTS;
}

/* ---- what is kept: the body, and beside it its URL, ETag and date, a line each ---- */

struct kept {
    const char *body, *meta; /* paths; NULL: nothing is kept */
    bool there;
    struct slice etag, last_modified;
};

static bool find_kept(struct pin_fetch *fetch, struct slice url, struct kept *kept,
                      struct error *err)
{
    struct slice text, first;
    struct error ignored;
    *kept = (struct kept){0};
    if (!fetch->keep_in)
        return true;
    unsigned long long hash = hash64(url);
    kept->body = arena_printf(fetch->arena, "%s/%016llx.list", fetch->keep_in, hash).at;
    kept->meta = arena_printf(fetch->arena, "%s/%016llx.meta", fetch->keep_in, hash).at;
    if (!kept->body || !kept->meta)
        return arena_error(err);
    if (!file_read(kept->meta, META_MAX, fetch->arena, &text, &ignored))
        return true;
    first = slice_cut_line(&text);
    kept->etag = slice_cut_line(&text);
    kept->last_modified = slice_cut_line(&text);
    kept->there = slice_equal(first, url);
    return true;
}

/* A cache that cannot be written is none. */
static void keep(struct pin_fetch *fetch, struct slice url, const struct kept *kept,
                 const struct http_response *response)
{
    struct error ignored;
    struct slice meta =
        arena_printf(fetch->arena, "%.*s\n%.*s\n%.*s\n", SLICE_ARG(url),
                     SLICE_ARG(http_header_get(&response->headers, "ETag")),
                     SLICE_ARG(http_header_get(&response->headers, "Last-Modified")));
    if (!kept->body || !meta.at || !file_make_folder(fetch->keep_in, &ignored))
        return;
    /* The old description must not stand beside the new body. */
    if (file_write(kept->meta, SLICE(""), &ignored) &&
        file_write(kept->body, response->body, &ignored))
        (void)file_write(kept->meta, meta, &ignored);
}

/* ---- one list ---- */

static bool read_kept(const struct kept *kept, struct arena *arena, struct slice *bytes,
                      struct error *err)
{
    return file_read(kept->body, BODY_MAX, arena, bytes, err);
}

static bool ask(struct pin_fetch *fetch, struct slice url, const struct kept *kept,
                struct arena *arena, struct slice *bytes, struct error *err)
{
    struct http_response response;
    struct http_request request = {.url = url, .limit = BODY_MAX};
    if (kept->there) {
        request.etag = kept->etag;
        request.last_modified = kept->last_modified;
    }
    fetch->requests++;
    if (!http_get(fetch->client, &request, -1, arena, &response, err))
        return false;
    if (response.status == 304)
        return read_kept(kept, arena, bytes, err);
    keep(fetch, url, kept, &response);
    *bytes = response.body;
    return true;
}

static bool fetch_list(struct pin_fetch *fetch, struct slice url, struct pin_index *index,
                       struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct kept kept;
    struct slice bytes;
    if (!url.at)
        return arena_error(err);
    arena_init(&arena, (size_t)BODY_MAX * 3);
    if (!find_kept(fetch, url, &kept, err))
        return false;
    if (fetch->offline && !kept.there)
        return error_set(err, ERROR_NOT_FOUND, "offline, and %.*s was not kept", SLICE_ARG(url));
    return (fetch->offline ? read_kept(&kept, &arena, &bytes, err)
                           : ask(fetch, url, &kept, &arena, &bytes, err)) &&
           (pin_index_read(index, bytes, err) || error_add(err, "%.*s", SLICE_ARG(url)));
}

bool pin_fetch_release(struct pin_fetch *fetch, const struct pin_release *release,
                       struct pin_index *index, struct error *err)
{
    struct list lists[LISTS];
    size_t count = release->type == PACKAGE_APK ? alpine_lists(release, fetch->arena, lists)
                                                : debian_lists(release, fetch->arena, lists);
    for (size_t i = 0; i < count; i++) {
        if (fetch_list(fetch, lists[i].url, index, err))
            continue;
        if (err->kind == ERROR_NOT_FOUND && !lists[i].needed)
            continue;
        if (err->kind == ERROR_NOT_FOUND && !fetch->offline)
            error_add(err,
                      "the mirror has no such release (archived ones are elsewhere; "
                      "PLIMSOLL_%s_MIRROR names another)",
                      release->type == PACKAGE_APK ? "ALPINE" : "DEBIAN");
        return false;
    }
    return true;
}
