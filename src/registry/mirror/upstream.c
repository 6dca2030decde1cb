/* Asking. Sending is in upstream_send.c. See upstream.h. */
#include "registry/mirror/upstream.h"

#include "image/manifest.h"

enum { UPSTREAM_ARENA = 8 << 20, UPSTREAM_PATIENCE = 10 };

static bool copy(struct arena *arena, struct slice *text)
{
    *text = arena_copy(arena, *text);
    return text->at != NULL;
}

static bool who_we_are(struct upstream *upstream, const struct upstream_target *target,
                       struct error *err)
{
    struct credentials *who = &upstream->session.credentials;
    upstream->session.credentials_known = true;
    if (!target->user.len)
        return true;
    *who = (struct credentials){
        .user = target->user, .password = target->password, .origin = SLICE("mirror.json")};
    return (copy(&upstream->arena, &who->user) && copy(&upstream->arena, &who->password)) ||
           arena_error(err);
}

bool upstream_open(struct upstream *upstream, const struct upstream_target *target,
                   struct error *err)
{
    struct slice scheme, host;
    *upstream = (struct upstream){.cancel = target->cancel};
    arena_init(&upstream->arena, UPSTREAM_ARENA);
    struct reference reference = {.repository = target->repository};
    struct source_options options = {.insecure = target->host && target->host->insecure};
    if (!mirror_address_parse(target->url, &upstream->arena, &scheme, &host, err) ||
        !(copy(&upstream->arena, &reference.repository) || arena_error(err))) {
        arena_done(&upstream->arena);
        return false;
    }
    reference.host = host;
    upstream->options = (struct http_options){.insecure = options.insecure,
                                              .attempts = 2,
                                              .connect_seconds = UPSTREAM_PATIENCE,
                                              .stall_seconds = 30,
                                              .wait_max = 5};
    if (target->host && target->host->ca_file.len)
        upstream->options.ca_file = arena_string(&upstream->arena, target->host->ca_file);
    if (!session_open(&upstream->session, &reference, scheme, &options, err)) {
        session_close(&upstream->session);
        arena_done(&upstream->arena);
        return false;
    }
    upstream->client = http_client_new(&upstream->options);
    if (who_we_are(upstream, target, err))
        return true;
    upstream_close(upstream);
    return false;
}

void upstream_close(struct upstream *upstream)
{
    if (!upstream->client)
        return;
    http_client_free(upstream->client);
    upstream->client = NULL;
    session_close(&upstream->session);
    arena_done(&upstream->arena);
}

static const struct slice accepted =
    SLICE("application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
          "application/vnd.docker.distribution.manifest.list.v2+json, "
          "application/vnd.docker.distribution.manifest.v2+json, "
          "application/vnd.oci.artifact.manifest.v1+json, */*;q=0.1");

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

bool upstream_manifest(struct upstream *upstream, struct slice reference, bool head,
                       struct arena *arena, struct upstream_manifest *manifest, struct error *err)
{
    struct upstream_manifest got = {0};
    struct http_response response;
    struct http_request request = {
        .limit = MANIFEST_MAX, .method = head ? "HEAD" : NULL, .cancel = upstream->cancel};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(reference));
    if (!path.at)
        return arena_error(err);
    if (!http_headers_add(&request.headers, SLICE("Accept"), accepted, arena, err) ||
        !session_get(&upstream->session, upstream->client, path.at, &request, arena, &response,
                     err) ||
        !find_digest(&response, reference, head, &got.digest, err))
        return false;
    struct slice type = http_header_get(&response.headers, "Content-Type");
    got.media_type = slice_trim(slice_upto(type, slice_find(type, ';')));
    got.bytes = response.body;
    *manifest = got;
    return true;
}

bool upstream_blob(struct upstream *upstream, const struct digest *digest, uint64_t size,
                   const struct http_sink *sink, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {
        .limit = size ? size : 1, .sink = *sink, .resumable = true, .cancel = upstream->cancel};
    struct slice path = arena_printf(arena, "blobs/%s", digest->text);
    if (!path.at)
        return arena_error(err);
    return session_get(&upstream->session, upstream->client, path.at, &request, arena, &response,
                       err);
}

bool upstream_check(struct upstream *upstream, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.cancel = upstream->cancel};
    request.url = arena_printf(arena, "%.*s/v2/", SLICE_ARG(upstream->session.base));
    if (!request.url.at)
        return arena_error(err);
    if (!session_perform(&upstream->session, upstream->client, &request, arena, &response, err))
        return false;
    return response.status == 200 || session_refused(&upstream->session, "", &response, arena, err);
}
