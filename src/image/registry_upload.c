/*
 * Blobs to a registry. See registry_write.h.
 *
 * What can go wrong on the way is one case: the piece may have arrived whole, in part or not at
 * all. So it is never sent again blindly; the registry is asked how far it is, and the rest is
 * sent. An upload that it knows nothing of any more begins anew.
 */
#include <stdlib.h>
#include <time.h>

#include "image/registry_link.h"

enum {
    SEND_ARENA = 1 << 20,
    TRIES = 7,
    PATIENCE = 30,        /* seconds, for Retry-After */
    PIECE_MAX = 64 << 20, /* that a registry may ask for (OCI-Chunk-Min-Length) */
};

bool registry_blob_has(const struct registry_link *link, const struct digest *digest, bool *has,
                       struct arena *arena, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "HEAD"};
    struct slice path = arena_printf(arena, "blobs/%s", digest->text);
    if (!path.at)
        return arena_error(err);
    if (!registry_link_perform(link, &request, path.at, arena, &response, err))
        return false;
    *has = response.status == 200;
    return *has || response.status == 404 ||
           session_refused(link->session, path.at, &response, arena, err);
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

static bool cancel_upload(const struct registry_link *link, struct slice place, struct arena *arena,
                          struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "DELETE", .url = place};
    return registry_link_perform(link, &request, "", arena, &response, err);
}

bool registry_blob_mount(const struct registry_link *link, const struct digest *digest,
                         struct slice from, bool *mounted, struct arena *arena, struct error *err)
{
    struct http_response response;
    struct error ignored;
    struct slice place;
    struct http_request request = {.method = "POST", .body = {"", 0}};
    struct slice path =
        arena_printf(arena, "blobs/uploads/?mount=%s&from=%s",
                     url_encode(digest_slice(digest), arena).at, url_encode(from, arena).at);
    if (!path.at)
        return arena_error(err);
    if (!registry_link_perform(link, &request, path.at, arena, &response, err))
        return false;
    *mounted = response.status == 201;
    if (response.status == 202 && next_place(&response, request.url, arena, &place, &ignored))
        cancel_upload(link, place, arena, &ignored); /* nobody will go on with it */
    /* Whoever may not read there, or where mounts are unknown, can still send it. */
    return true;
}

bool registry_push_allowed(const struct registry_link *link, struct arena *arena, struct error *err)
{
    static const char path[] = "blobs/uploads/";
    struct http_response response;
    struct error ignored; /* an upload that nobody goes on with is forgotten by the registry */
    struct slice place;
    struct http_request request = {.method = "POST", .body = {"", 0}};
    if (!registry_link_perform(link, &request, path, arena, &response, err))
        return false;
    if (response.status != 202)
        return session_refused(link->session, path, &response, arena, err);
    if (next_place(&response, request.url, arena, &place, &ignored))
        cancel_upload(link, place, arena, &ignored);
    return true;
}

/* ---- one upload ---- */

struct upload {
    struct registry_link link; /* that does not try by itself: `run` does */
    const struct digest *digest;
    const struct registry_blob_source *source;
    const struct registry_sending *sending;
    struct arena arena;   /* of the requests since the last reset */
    struct slice place;   /* where it goes on; in `at` */
    char at[URL_MAX + 1]; /* outlives the arena */
    char *piece;
    size_t piece_size;
    uint64_t offset; /* bytes that the registry has, as far as is known */
    bool begun;
    bool whole;  /* it takes no pieces */
    bool unsure; /* something broke: what the registry has must be asked first */
};

static bool keep_place(struct upload *upload, struct slice place, struct error *err)
{
    if (place.len > URL_MAX)
        return error_set(err, ERROR_LIMIT, "the registry's address of an upload is too long");
    memcpy(upload->at, place.at, place.len);
    upload->place = slice_of(upload->at, place.len);
    return true;
}

static bool follow(struct upload *upload, const struct http_response *response, struct slice asked,
                   struct error *err)
{
    struct slice place;
    return next_place(response, asked, &upload->arena, &place, err) &&
           keep_place(upload, place, err);
}

/* A registry that wants larger pieces than we would make gets them, or the blob as a whole. */
static bool fit_pieces(struct upload *upload, const struct http_response *response,
                       struct error *err)
{
    uint64_t least;
    if (!slice_u64(http_header_get(&response->headers, "OCI-Chunk-Min-Length"), &least) ||
        least <= upload->piece_size)
        return true;
    if (least > PIECE_MAX) {
        upload->whole = true;
        return true;
    }
    char *larger = realloc(upload->piece, (size_t)least);
    if (!larger)
        return error_set(err, ERROR_LIMIT, "out of memory");
    upload->piece = larger;
    upload->piece_size = (size_t)least;
    return true;
}

static bool fill(struct upload *upload, uint64_t offset, size_t *len, struct error *err)
{
    const struct registry_blob_source *source = upload->source;
    uint64_t left = source->size - offset;
    size_t want = left < upload->piece_size ? (size_t)left : upload->piece_size;
    for (*len = 0; *len < want;) {
        size_t got = 0;
        if (!source->read(source->context, offset + *len, upload->piece + *len, want - *len, &got,
                          err))
            return false;
        if (!got)
            return error_set(err, ERROR_IO, "a blob is shorter than it was");
        *len += got;
    }
    return true;
}

/* What came of a request. */
enum step {
    STEP_DONE,
    STEP_AGAIN,     /* something broke: ask how far it is, and go on */
    STEP_NO_PIECES, /* the registry does not take blobs in pieces */
    STEP_FAILED,
};

/* Whether it may be otherwise in a moment. A registry that wants to be left alone for longer than
   the client has waited already is believed. */
static bool is_passing(const struct upload *upload, const struct http_response *response)
{
    int status = response->status;
    unsigned seconds;
    struct slice after = http_header_get(&response->headers, "Retry-After");
    if (after.len && http_retry_after(after, time(NULL), &seconds) && seconds > PATIENCE)
        return false;
    return (upload->begun && (status == 404 || status == 416)) || status == 408 || status == 429 ||
           (status >= 500 && status != 501);
}

static enum step judge(struct upload *upload, const char *what,
                       const struct http_response *response, struct error *err)
{
    bool passing = is_passing(upload, response);
    session_refused(upload->link.session, what, response, &upload->arena, err);
    return passing ? STEP_AGAIN : STEP_FAILED;
}

static enum step perform(struct upload *upload, struct http_request *request,
                         struct http_response *response, struct error *err)
{
    request->attempts = 1; /* a second time only after asking how far it is */
    request->body_type = SLICE("application/octet-stream");
    if (registry_link_perform(&upload->link, request, "", &upload->arena, response, err))
        return STEP_DONE;
    return err->kind == ERROR_NETWORK ? STEP_AGAIN : STEP_FAILED;
}

static enum step begin(struct upload *upload, struct error *err)
{
    struct http_response response;
    struct http_request request = {.method = "POST", .body = {"", 0}};
    if (!registry_link_perform(&upload->link, &request, "blobs/uploads/", &upload->arena, &response,
                               err))
        return err->kind == ERROR_NETWORK ? STEP_AGAIN : STEP_FAILED;
    if (response.status != 202)
        return judge(upload, "blobs/uploads/", &response, err);
    if (!follow(upload, &response, request.url, err) || !fit_pieces(upload, &response, err))
        return STEP_FAILED;
    upload->begun = true;
    upload->offset = 0;
    return STEP_DONE;
}

static enum step append(struct upload *upload, struct error *err)
{
    struct http_response response;
    size_t len;
    if (!fill(upload, upload->offset, &len, err))
        return STEP_FAILED;
    struct http_request request = {
        .method = "PATCH", .url = upload->place, .body = slice_of(upload->piece, len)};
    struct slice range =
        arena_printf(&upload->arena, "%llu-%llu", (unsigned long long)upload->offset,
                     (unsigned long long)(upload->offset + len - 1));
    if (!range.at ||
        !http_headers_add(&request.headers, SLICE("Content-Range"), range, &upload->arena, err)) {
        arena_error(err);
        return STEP_FAILED;
    }
    enum step step = perform(upload, &request, &response, err);
    if (step != STEP_DONE)
        return step;
    if (response.status == 405 || response.status == 501 ||
        (upload->offset == 0 &&
         (response.status == 400 || response.status == 413 || response.status == 415)))
        return STEP_NO_PIECES;
    if (response.status != 202)
        return judge(upload, "upload", &response, err);
    if (!follow(upload, &response, request.url, err))
        return STEP_FAILED;
    upload->offset += len;
    return STEP_DONE;
}

/* The bytes of a whole blob as the client asks for them. */
static bool read_whole(void *owner, uint64_t offset, void *to, size_t len, size_t *got,
                       struct error *err)
{
    struct upload *upload = owner;
    return upload->source->read(upload->source->context, offset, to, len, got, err);
}

/* The last request: what it comes to, and the blob itself when that did not go before. */
static enum step finish(struct upload *upload, bool with_bytes, struct error *err)
{
    struct url url;
    struct http_response response;
    struct http_request request = {.method = "PUT", .body = {"", 0}};
    size_t len = 0;
    if (with_bytes && upload->source->size <= upload->piece_size) {
        if (!fill(upload, 0, &len, err))
            return STEP_FAILED;
        request.body = slice_of(upload->piece, len);
    } else if (with_bytes) {
        request.body_source = (struct http_body_source){upload, read_whole, upload->source->size};
    }
    if (!url_parse(upload->place, &upload->arena, &url, err) ||
        !url_query_add(&url, "digest", digest_slice(upload->digest), &upload->arena, err))
        return STEP_FAILED;
    request.url = url_text(&url, &upload->arena);
    enum step step = perform(upload, &request, &response, err);
    if (step != STEP_DONE || response.status == 201 || response.status == 204)
        return step;
    return judge(upload, "upload", &response, err);
}

/* "Range: 0-1023": so many bytes are there; "0-0" is what some say of nothing. */
static uint64_t told_length(const struct http_response *response)
{
    uint64_t last;
    struct slice range = http_header_get(&response->headers, "Range");
    if (slice_starts(range, SLICE("bytes=")))
        range = slice_from(range, 6);
    if (!slice_starts(range, SLICE("0-")) || !slice_u64(slice_from(range, 2), &last))
        return 0;
    return last ? last + 1 : 0;
}

/* How far the registry is. What it does not know any more begins anew. */
static enum step ask_status(struct upload *upload, struct error *err)
{
    struct http_response response;
    struct http_request request = {.url = upload->place, .attempts = 1};
    if (!registry_link_perform(&upload->link, &request, "", &upload->arena, &response, err))
        return err->kind == ERROR_NETWORK ? STEP_AGAIN : STEP_FAILED;
    uint64_t length = told_length(&response);
    bool known = (response.status == 204 || response.status == 200 || response.status == 202) &&
                 length <= upload->source->size;
    upload->begun = known;
    upload->offset = known ? length : 0;
    struct slice location = http_header_get(&response.headers, "Location");
    if (known && location.len && !follow(upload, &response, request.url, err))
        return STEP_FAILED;
    return STEP_DONE;
}

/* After something broke, until somebody answers: whether the blob is there, else how far it is. */
static enum step find_out(struct upload *upload, bool *done, struct error *err)
{
    if (!registry_blob_has(&upload->link, upload->digest, done, &upload->arena, err))
        return err->kind == ERROR_NETWORK ? STEP_AGAIN : STEP_FAILED;
    upload->unsure = false;
    if (*done)
        return STEP_DONE;
    if (upload->whole)
        upload->begun = false;
    if (!upload->begun)
        return STEP_DONE;
    upload->unsure = true;
    enum step step = ask_status(upload, err);
    upload->unsure = step == STEP_AGAIN;
    return step;
}

static enum step advance(struct upload *upload, bool *done, struct error *err)
{
    uint64_t size = upload->source->size;
    bool pieces = !upload->whole && size > upload->piece_size;
    *done = false;
    if (upload->unsure)
        return find_out(upload, done, err);
    if (!upload->begun)
        return begin(upload, err);
    if ((pieces || upload->offset) && upload->offset < size)
        return append(upload, err);
    *done = true;
    return finish(upload, upload->offset == 0, err);
}

static void report(const struct upload *upload, uint64_t sent)
{
    const struct registry_sending *sending = upload->sending;
    if (sending && sending->progress)
        sending->progress(sending->context, sent);
}

static bool run(struct upload *upload, struct error *err)
{
    unsigned tries = 0;
    unsigned most = upload->sending && upload->sending->tries ? upload->sending->tries : TRIES;
    for (uint64_t farthest = 0;;) {
        bool done;
        arena_reset(&upload->arena);
        enum step step = advance(upload, &done, err);
        if (step == STEP_FAILED)
            return false;
        if (step == STEP_DONE && done)
            return true;
        if (step == STEP_NO_PIECES) {
            upload->whole = true;
            upload->begun = false;
        }
        if (step == STEP_AGAIN) {
            if (++tries >= most || registry_link_is_cancelled(&upload->link))
                return error_add(err, "%u tries in a row", tries);
            registry_link_wait(&upload->link, tries);
            upload->unsure = true;
        }
        if (upload->offset > farthest) {
            farthest = upload->offset;
            tries = 0;
        }
        report(upload, upload->offset);
    }
}

bool registry_blob_send(const struct registry_link *link, const struct digest *digest,
                        const struct registry_blob_source *source,
                        const struct registry_sending *sending, struct error *err)
{
    struct upload *upload = calloc(1, sizeof *upload);
    if (!upload)
        return error_set(err, ERROR_LIMIT, "out of memory");
    upload->link = *link;
    upload->link.tries = 0;
    upload->digest = digest;
    upload->source = source;
    upload->sending = sending;
    upload->piece_size = REGISTRY_PIECE;
    upload->piece =
        malloc(source->size < REGISTRY_PIECE ? (size_t)source->size + 1 : REGISTRY_PIECE);
    arena_init(&upload->arena, SEND_ARENA);
    bool fine = upload->piece ? run(upload, err) : error_set(err, ERROR_LIMIT, "out of memory");
    arena_done(&upload->arena);
    free(upload->piece);
    free(upload);
    if (fine && sending && sending->progress)
        sending->progress(sending->context, source->size);
    return fine || error_add(err, "sending %s", digest->text);
}
