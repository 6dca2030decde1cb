/* Manifests. Blobs are in registry_upload.c, tags and repositories in registry_names.c. See
 * registry_write.h. */
#include "image/registry_write.h"

#include <time.h>

#include "image/manifest.h"
#include "image/registry_link.h"

static const struct slice accepted =
    SLICE("application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
          "application/vnd.docker.distribution.manifest.list.v2+json, "
          "application/vnd.docker.distribution.manifest.v2+json, "
          "application/vnd.oci.artifact.manifest.v1+json, */*;q=0.1");

bool registry_link_is_cancelled(const struct registry_link *link)
{
    return link->cancel && atomic_load(link->cancel);
}

void registry_link_wait(const struct registry_link *link, unsigned next)
{
    enum { FIRST = 500, LONGEST = 16000, STEP = 100, DOUBLINGS = 5 }; /* milliseconds */
    unsigned left = next <= DOUBLINGS ? (unsigned)FIRST << (next - 1) : LONGEST;
    for (; left && !registry_link_is_cancelled(link); left -= STEP)
        nanosleep(&(struct timespec){.tv_nsec = STEP * 1000000L}, NULL);
}

bool registry_link_perform(const struct registry_link *link, struct http_request *request,
                           const char *path, struct arena *arena, struct http_response *response,
                           struct error *err)
{
    request->cancel = link->cancel;
    if (!request->url.at)
        request->url = session_url(link->session, path, arena);
    if (!request->url.at)
        return arena_error(err);
    for (unsigned tries = 1;; tries++) {
        if (session_perform(link->session, link->client, request, arena, response, err)) {
            atomic_store(&link->session->answered, true);
            return true;
        }
        /* One that never answered is more often a wrong name than one that is away. */
        if (request->attempts || tries >= link->tries || err->kind != ERROR_NETWORK ||
            !atomic_load(&link->session->answered) || registry_link_is_cancelled(link))
            return false;
        registry_link_wait(link, tries);
    }
}

static bool check_digest(struct slice bytes, struct slice wanted, struct digest *digest,
                         struct error *err)
{
    if (!digest_parse_any(digest, wanted, err))
        return false;
    return digest_is_of(digest, bytes) ||
           error_set(err, ERROR_DIGEST, "what came does not have the digest %s", digest->text);
}

/* The bytes' own digest; it must be that asked for, and that told. */
static bool find_digest(const struct http_response *response, struct slice reference, bool head,
                        struct digest *digest, struct error *err)
{
    struct slice told = http_header_get(&response->headers, "Docker-Content-Digest");
    bool by_digest = slice_find(reference, ':') < reference.len;
    struct error ignored;
    *digest = (struct digest){0};
    if (head) {
        if (told.len && !digest_parse_any(digest, told, &ignored))
            *digest = (struct digest){0};
        return true;
    }
    if (by_digest)
        return check_digest(response->body, reference, digest, err);
    if (told.len && digest_parse_any(digest, told, &ignored))
        return check_digest(response->body, told, digest, err);
    sha256_of(response->body, digest);
    return true;
}

static bool fetch(const struct registry_link *link, struct slice reference, bool head,
                  struct arena *arena, struct registry_manifest *manifest, struct error *err)
{
    struct registry_manifest got = {0};
    struct http_response response;
    struct http_request request = {.limit = MANIFEST_MAX, .method = head ? "HEAD" : NULL};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(reference));
    if (!path.at)
        return arena_error(err);
    if (!http_headers_add(&request.headers, SLICE("Accept"), accepted, arena, err) ||
        !registry_link_perform(link, &request, path.at, arena, &response, err))
        return false;
    if (response.status != 200)
        return session_refused(link->session, path.at, &response, arena, err);
    if (!find_digest(&response, reference, head, &got.digest, err))
        return false;
    struct slice type = http_header_get(&response.headers, "Content-Type");
    got.media_type = slice_trim(slice_upto(type, slice_find(type, ';')));
    got.bytes = response.body;
    got.conditional = http_header_get(&response.headers, REGISTRY_CONDITIONAL).len > 0;
    *manifest = got;
    return true;
}

bool registry_manifest_head(const struct registry_link *link, struct slice reference,
                            struct arena *arena, struct registry_manifest *manifest,
                            struct error *err)
{
    return fetch(link, reference, true, arena, manifest, err);
}

bool registry_manifest_get(const struct registry_link *link, struct slice reference,
                           struct arena *arena, struct registry_manifest *manifest,
                           struct error *err)
{
    return fetch(link, reference, false, arena, manifest, err);
}

static bool add_condition(struct http_request *request, const struct digest *only_if,
                          struct arena *arena, struct error *err)
{
    if (!only_if)
        return true;
    if (!only_if->text[0])
        return http_headers_add(&request->headers, SLICE("If-None-Match"), SLICE("*"), arena, err);
    struct slice tag = arena_printf(arena, "\"%s\"", only_if->text);
    if (!tag.at)
        return arena_error(err);
    return http_headers_add(&request->headers, SLICE("If-Match"), tag, arena, err);
}

/* What the registry says it has stored must be what was sent. */
static bool check_told(const struct http_response *response, struct slice bytes, struct error *err)
{
    struct digest told;
    struct error ignored;
    struct slice text = http_header_get(&response->headers, "Docker-Content-Digest");
    if (!text.len || !digest_parse_any(&told, text, &ignored) || digest_is_of(&told, bytes))
        return true;
    return error_set(err, ERROR_DIGEST,
                     "the registry says that it keeps %s, which is not what was sent", told.text);
}

bool registry_manifest_put(const struct registry_link *link, struct slice reference,
                           const struct registry_manifest *manifest, const struct digest *only_if,
                           bool *subject, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {
        .method = "PUT", .body = manifest->bytes, .body_type = manifest->media_type};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(reference));
    if (!path.at)
        return arena_error(err);
    if (!add_condition(&request, only_if, arena, err) ||
        !registry_link_perform(link, &request, path.at, arena, &response, err))
        return false;
    if (response.status == 412)
        return error_set(err, ERROR_BUSY, "%.*s is not what it was: somebody else has moved it",
                         SLICE_ARG(reference));
    /* 201 it is; a 200 from whoever stands in front (a proxy, a hotel's page) has stored nothing.
     */
    bool told = http_header_get(&response.headers, "Docker-Content-Digest").len > 0;
    if (response.status != 201 && !(response.status == 200 && told))
        return session_refused(link->session, path.at, &response, arena, err);
    if (subject)
        *subject = http_header_get(&response.headers, "OCI-Subject").len > 0;
    return check_told(&response, manifest->bytes, err);
}

bool registry_manifest_delete(const struct registry_link *link, struct slice reference,
                              struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "DELETE"};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(reference));
    if (!path.at)
        return arena_error(err);
    if (!registry_link_perform(link, &request, path.at, arena, &response, err))
        return false;
    return response.status == 202 || response.status == 200 || response.status == 404 ||
           session_refused(link->session, path.at, &response, arena, err);
}
