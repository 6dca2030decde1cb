/* Sending to a registry, Distribution specification 1.1, "Push". See upstream.h. */
#include "registry/mirror/upstream.h"

#include <stdlib.h>

enum { SEND_PIECE = 8 << 20, SEND_ARENA = 4 << 20 };

static bool perform(struct upstream *upstream, struct http_request *request, const char *path,
                    struct arena *arena, struct http_response *response, struct error *err)
{
    request->cancel = upstream->cancel;
    if (!request->url.at)
        request->url = session_url(&upstream->session, path, arena);
    if (!request->url.at)
        return arena_error(err);
    return session_perform(&upstream->session, upstream->client, request, arena, response, err);
}

bool upstream_has_blob(struct upstream *upstream, const struct digest *digest, bool *has,
                       struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "HEAD"};
    struct slice path = arena_printf(arena, "blobs/%s", digest->text);
    if (!path.at)
        return arena_error(err);
    if (!perform(upstream, &request, path.at, arena, &response, err))
        return false;
    *has = response.status == 200;
    return *has || response.status == 404 ||
           session_refused(&upstream->session, path.at, &response, arena, err);
}

/* Where the upload goes on, as the answer's Location says. */
static bool next_place(const struct http_response *response, struct slice asked,
                       struct arena *arena, struct slice *place, struct error *err)
{
    struct url base, url;
    struct slice location = http_header_get(&response->headers, "Location");
    if (!location.len)
        return error_set(err, ERROR_FORMAT, "the registry does not say where the upload goes on");
    if (!url_parse(asked, arena, &base, err) || !url_resolve(&base, location, arena, &url, err))
        return error_add(err, "where the registry wants the upload to go on");
    *place = url_text(&url, arena);
    return place->at || arena_error(err);
}

static bool begin(struct upstream *upstream, struct arena *arena, struct slice *place,
                  struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "POST", .body = {"", 0}};
    if (!perform(upstream, &request, "blobs/uploads/", arena, &response, err))
        return false;
    if (response.status != 202)
        return session_refused(&upstream->session, "blobs/uploads/", &response, arena, err);
    return next_place(&response, request.url, arena, place, err);
}

static bool append(struct upstream *upstream, struct slice bytes, uint64_t offset,
                   struct arena *arena, struct slice *place, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "PATCH",
                                   .url = *place,
                                   .body = bytes,
                                   .body_type = SLICE("application/octet-stream")};
    struct slice range = arena_printf(arena, "%llu-%llu", (unsigned long long)offset,
                                      (unsigned long long)(offset + bytes.len - 1));
    if (!range.at)
        return arena_error(err);
    if (!http_headers_add(&request.headers, SLICE("Content-Range"), range, arena, err) ||
        !perform(upstream, &request, "", arena, &response, err))
        return false;
    if (response.status != 202)
        return session_refused(&upstream->session, "upload", &response, arena, err);
    return next_place(&response, request.url, arena, place, err);
}

/* The last piece (all of a small blob) and what it should come to. */
static bool finish(struct upstream *upstream, const struct digest *digest, struct slice bytes,
                   struct arena *arena, struct slice place, struct error *err)
{
    struct url url;
    struct http_response response;
    struct http_request request = {
        .method = "PUT", .body = bytes, .body_type = SLICE("application/octet-stream")};
    if (!url_parse(place, arena, &url, err) ||
        !url_query_add(&url, "digest", digest_slice(digest), arena, err))
        return false;
    request.url = url_text(&url, arena);
    if (!request.url.at)
        return arena_error(err);
    if (!perform(upstream, &request, "", arena, &response, err))
        return false;
    return response.status == 201 || response.status == 204 ||
           session_refused(&upstream->session, "upload", &response, arena, err);
}

static bool fill(const struct upstream_source *source, uint64_t offset, char *piece, size_t *len,
                 struct error *err)
{
    size_t want = source->size - offset < SEND_PIECE ? (size_t)(source->size - offset) : SEND_PIECE;
    for (*len = 0; *len < want;) {
        size_t got = 0;
        if (!source->read(source->context, offset + *len, piece + *len, want - *len, &got, err))
            return false;
        if (!got)
            return error_set(err, ERROR_IO, "a blob is shorter than it was");
        *len += got;
    }
    return true;
}

static bool send_pieces(struct upstream *upstream, const struct digest *digest,
                        const struct upstream_source *source, char *piece, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = SEND_ARENA};
    struct slice place;
    size_t len;
    if (!begin(upstream, &arena, &place, err))
        return false;
    uint64_t offset = 0;
    for (; source->size - offset > SEND_PIECE; offset += len)
        if (!fill(source, offset, piece, &len, err) ||
            !append(upstream, slice_of(piece, len), offset, &arena, &place, err))
            return false;
    if (offset) { /* all of it in pieces: not every registry takes the rest with the last request */
        if (!fill(source, offset, piece, &len, err) ||
            !append(upstream, slice_of(piece, len), offset, &arena, &place, err))
            return false;
        len = 0;
    } else if (!fill(source, 0, piece, &len, err)) {
        return false;
    }
    return finish(upstream, digest, slice_of(piece, len), &arena, place, err);
}

bool upstream_send_blob(struct upstream *upstream, const struct digest *digest,
                        const struct upstream_source *source, struct error *err)
{
    char *piece = malloc(source->size < SEND_PIECE ? (size_t)source->size + 1 : SEND_PIECE);
    if (!piece)
        return arena_error(err);
    bool fine = send_pieces(upstream, digest, source, piece, err);
    free(piece);
    return fine || error_add(err, "sending %s", digest->text);
}

bool upstream_send_manifest(struct upstream *upstream, struct slice reference, struct slice bytes,
                            struct slice media_type, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "PUT", .body = bytes, .body_type = media_type};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(reference));
    if (!path.at)
        return arena_error(err);
    if (!perform(upstream, &request, path.at, arena, &response, err))
        return false;
    return response.status == 201 || response.status == 200 ||
           session_refused(&upstream->session, path.at, &response, arena, err);
}

bool upstream_delete_manifest(struct upstream *upstream, struct slice reference,
                              struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "DELETE"};
    struct slice path = arena_printf(arena, "manifests/%.*s", SLICE_ARG(reference));
    if (!path.at)
        return arena_error(err);
    if (!perform(upstream, &request, path.at, arena, &response, err))
        return false;
    return response.status == 202 || response.status == 200 || response.status == 404 ||
           session_refused(&upstream->session, path.at, &response, arena, err);
}
