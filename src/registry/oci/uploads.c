/*
 * Blob uploads, specification 1.1 "Pushing blobs":
 *   POST …/uploads/                     a session                      202
 *   POST …/uploads/?mount=D[&from=N]    out of another repository      201, or a session: 202
 *   POST …/uploads/?digest=D            all at once                    201
 *   PATCH …/uploads/ID                  the next bytes, streamed or with Content-Range
 *   PUT …/uploads/ID?digest=D           the last bytes, if any; verified: 201
 *   GET, DELETE …/uploads/ID            how far it is; give it up
 * A body streams on the I/O thread into the upload that was opened in a worker before it.
 */
#include <time.h>

#include "registry/core/rows.h"
#include "registry/oci/parts.h"
#include "registry/oci/range.h"

enum {
    MOUNT_CANDIDATES_MAX = 64,
    BUSY_TRIES = 10, /* a client that lost its connection asks before we know that it is lost */
    BUSY_WAIT_MS = 50,
};

static bool has_body(const struct server_request *request)
{
    return request->chunked || (request->has_length && request->length > 0);
}

/* False and refused when the parameter is there, and is no digest. */
static bool digest_parameter(struct oci_request *state, const char *name)
{
    struct slice text;
    struct error err;
    if (!server_query(state->http, name, &text))
        return true;
    state->has_digest = digest_parse_any(&state->digest, text, &err);
    return state->has_digest ||
           oci_fail(state, FAILURE_DIGEST_INVALID, "the parameter %s is no digest", name);
}

bool oci_upload_wants_body(const struct oci_request *state)
{
    struct slice text;
    if (!has_body(state->http))
        return false;
    switch (state->route.operation) {
    case OCI_UPLOAD_START: /* without a digest, a body would be for nobody */
        return server_query(state->http, "digest", &text) &&
               !server_query(state->http, "mount", &text);
    case OCI_UPLOAD_APPEND:
    case OCI_UPLOAD_FINISH:
        return true;
    default:
        return false;
    }
}

static void set_location(const struct oci_request *state, struct server_response *response,
                         uint64_t size)
{
    struct slice name = state->route.repository;
    oci_set(state->http, response, "Location", "/v2/%.*s/blobs/uploads/%s", SLICE_ARG(name),
            state->upload_id);
    /* Nothing yet is "0-0", as all registries have it. */
    oci_set(state->http, response, "Range", "0-%llu", (unsigned long long)(size ? size - 1 : 0));
    oci_set(state->http, response, "Docker-Upload-UUID", "%s", state->upload_id);
}

static void answer_stored(struct oci_request *state, struct server_response *response)
{
    struct slice name = state->route.repository;
    oci_answer(state->http, response, 201);
    oci_set(state->http, response, "Location", "/v2/%.*s/blobs/%s", SLICE_ARG(name),
            state->digest.text);
    server_set(state->http, response, "Docker-Content-Digest", digest_slice(&state->digest));
}

static bool start(struct oci_request *state)
{
    struct registry *registry = state->oci->node->registry;
    return upload_start(registry, &state->scope, &state->caller, state->upload_id,
                        &state->failure) ||
           (oci_create_repository(state) && upload_start(registry, &state->scope, &state->caller,
                                                         state->upload_id, &state->failure));
}

static bool take(struct oci_request *state)
{
    struct registry *registry = state->oci->node->registry;
    struct slice id = slice_str(state->upload_id);
    for (int i = 0; i < BUSY_TRIES; i++) {
        if (upload_take(registry, &state->scope, id, &state->upload, &state->failure))
            return true;
        if (state->failure.reason != FAILURE_UPLOAD_BUSY)
            return false;
        nanosleep(&(struct timespec){.tv_nsec = BUSY_WAIT_MS * 1000000L}, NULL);
    }
    return false;
}

/* Content-Range against what is there, and against the length of the body. */
static bool check_range(struct oci_request *state)
{
    struct server_request *request = state->http;
    struct slice header = server_header(request, "Content-Range");
    uint64_t size = upload_size(state->upload);
    if (!header.len)
        return true;
    if (!oci_chunk_range(header, &state->first, &state->last))
        return oci_fail(state, FAILURE_SIZE_INVALID, "Content-Range is not FIRST-LAST");
    if (state->first != size) {
        oci_fail(state, FAILURE_UPLOAD_RANGE,
                 "the next byte of this upload is %llu, and the chunk begins with %llu",
                 (unsigned long long)size, (unsigned long long)state->first);
        state->failure.have = size;
        return false;
    }
    state->has_range = true;
    if (request->has_length && request->length != state->last - state->first + 1)
        return oci_fail(state, FAILURE_SIZE_INVALID,
                        "Content-Range names %llu bytes, and the body has %llu",
                        (unsigned long long)(state->last - state->first + 1),
                        (unsigned long long)request->length);
    return true;
}

/* A client whose chunk does not fit is told how far the upload is. */
void oci_upload_where(const struct oci_request *state, struct server_response *response)
{
    if (state->failure.reason == FAILURE_UPLOAD_RANGE && state->upload_id[0])
        set_location(state, response, state->failure.have);
}

/* Everything before the first byte of the body. */
bool oci_upload_open(struct oci_request *state)
{
    bool fresh = state->route.operation == OCI_UPLOAD_START;
    if (state->opened)
        return true;
    if (!digest_parameter(state, "digest"))
        return false;
    if (!state->has_digest && state->route.operation == OCI_UPLOAD_FINISH)
        return oci_fail(state, FAILURE_DIGEST_INVALID,
                        "the parameter digest has to say which blob this is");
    if (!fresh)
        memcpy(state->upload_id, state->route.reference.at, state->route.reference.len);
    if (fresh && !start(state))
        return false;
    if (!take(state) || !check_range(state))
        return false;
    state->opened = true;
    return true;
}

bool oci_upload_piece(struct oci_request *state, struct slice bytes)
{
    struct server_request *request = state->http;
    if (state->has_range && request->received > state->last - state->first + 1)
        return oci_fail(state, FAILURE_SIZE_INVALID, "more bytes come than Content-Range names");
    return upload_append(state->upload, bytes, &state->failure);
}

static void finish(struct oci_request *state, struct server_response *response)
{
    struct upload *upload = state->upload;
    state->upload = NULL; /* consumed, whatever comes of it */
    if (upload_finish(upload, &state->digest, &state->caller, &state->failure))
        answer_stored(state, response);
    else
        oci_fail_answer(state, response);
}

static void accepted(struct oci_request *state, struct server_response *response, int status)
{
    uint64_t size = state->upload ? upload_size(state->upload) : 0;
    upload_release(state->upload);
    state->upload = NULL;
    oci_answer(state->http, response, status);
    set_location(state, response, size);
}

/* All of the body is there. */
static void complete(struct oci_request *state, struct server_response *response)
{
    if (state->has_range && upload_size(state->upload) != state->last + 1) {
        oci_fail(state, FAILURE_SIZE_INVALID, "fewer bytes came than Content-Range names");
        oci_fail_answer(state, response);
    } else if (state->has_digest) {
        finish(state, response);
    } else {
        accepted(state, response, 202);
    }
}

/* A token that was made for this repository alone says nothing of the other one: where the client
   can get one for both, it is told so. */
static bool mount(struct oci_request *state, const struct scope *from)
{
    struct failure failure = {0};
    if (oci_may(state, from, "ecr:GetDownloadUrlForLayer", &failure))
        return blob_mount(state->oci->node->registry, &state->scope, from, &state->digest,
                          &state->caller, &failure);
    if (!state->mount_from.len && oci_might(state, from, "ecr:GetDownloadUrlForLayer"))
        state->mount_from = from->repository;
    return false;
}

struct homes {
    struct arena *arena;
    struct slice scopes[MOUNT_CANDIDATES_MAX];
    size_t count, digest_len;
};

static bool add_home(void *context, const struct meta_row *row)
{
    struct homes *homes = context;
    struct slice scope = arena_copy(homes->arena, slice_from(row->name, homes->digest_len + 1));
    if (scope.at)
        homes->scopes[homes->count++] = scope;
    return scope.at && homes->count < MOUNT_CANDIDATES_MAX;
}

/* Which repositories have the blob. A failure finds none: the client uploads. */
static void find_homes(struct oci_request *state, struct homes *homes)
{
    struct meta_txn CLEANUP_META *txn = NULL;
    struct error err;
    *homes =
        (struct homes){.arena = state->http->arena, .digest_len = digest_slice(&state->digest).len};
    struct meta_range range = {.kind = ROW_BLOBFILE,
                               .prefix = arena_printf(homes->arena, "%s/", state->digest.text)};
    if (range.prefix.at && meta_begin(state->oci->node->registry->meta, false, &txn, &err))
        (void)meta_scan(txn, &range, add_home, homes, &err);
}

/* Without `from`: out of any repository of the account that the caller may read. */
static bool mount_from_any(struct oci_request *state)
{
    struct homes homes;
    struct scope from;
    find_homes(state, &homes);
    for (size_t i = 0; i < homes.count; i++)
        if (scope_parse(homes.scopes[i], &from) &&
            slice_equal(from.account, state->scope.account) &&
            slice_equal(from.region, state->scope.region) && mount(state, &from))
            return true;
    return false;
}

/* ECR's account setting BLOB_MOUNTING. */
static bool mounting_is_off(struct oci_request *state)
{
    struct scope account = {.account = state->scope.account, .region = state->scope.region};
    struct slice value;
    struct failure failure;
    bool exists;
    return setting_get(state->oci->node->registry, &account, "account-setting/BLOB_MOUNTING",
                       state->http->arena, &value, &exists, &failure) &&
           exists && slice_equal(value, SLICE("DISABLED"));
}

static bool try_mount(struct oci_request *state)
{
    struct slice name;
    struct scope from = state->scope;
    if (mounting_is_off(state))
        return false;
    if (!server_query(state->http, "from", &name) || !name.len)
        return mount_from_any(state);
    from.repository = name;
    return repository_name_is_valid(name) && mount(state, &from);
}

/* A mount needs its repository to be there first: where pushes make repositories, this is one. */
static bool has_repository(struct oci_request *state)
{
    struct repository repository;
    return repository_get(state->oci->node->registry, &state->scope, state->http->arena,
                          &repository, &state->failure) ||
           oci_create_repository(state);
}

static bool begin_session(struct oci_request *state, struct server_response *response)
{
    struct slice text;
    if (server_query(state->http, "mount", &text)) {
        if (!digest_parameter(state, "mount") || !has_repository(state))
            return false;
        if (try_mount(state)) {
            answer_stored(state, response);
            return true;
        }
        if (state->mount_from.len)
            return oci_fail(state, FAILURE_UNAUTHENTICATED,
                            "the token's scope does not include the repository to mount from");
        state->has_digest = false;
    } else if (server_query(state->http, "digest", &text)) {
        if (!oci_upload_open(state)) /* of no bytes */
            return false;
        complete(state, response);
        return true;
    }
    if (!start(state))
        return false;
    accepted(state, response, 202);
    server_set(state->http, response, "OCI-Chunk-Min-Length", SLICE("1"));
    return true;
}

static bool cancel(struct oci_request *state, struct server_response *response)
{
    struct upload *upload;
    memcpy(state->upload_id, state->route.reference.at, state->route.reference.len);
    if (!take(state))
        return false;
    upload = state->upload;
    state->upload = NULL;
    if (!upload_cancel(upload, &state->failure))
        return false;
    oci_answer(state->http, response, 204);
    return true;
}

static bool status(struct oci_request *state, struct server_response *response)
{
    memcpy(state->upload_id, state->route.reference.at, state->route.reference.len);
    if (!take(state))
        return false;
    accepted(state, response, 204);
    return true;
}

static bool go_on(struct oci_request *state, struct server_response *response)
{
    if (!oci_upload_open(state))
        return false;
    complete(state, response);
    return true;
}

void oci_upload_run(struct oci_request *state, struct server_response *response)
{
    bool fine;
    switch (state->route.operation) {
    case OCI_UPLOAD_START:
        fine = state->opened ? go_on(state, response) : begin_session(state, response);
        break;
    case OCI_UPLOAD_STATUS:
        fine = status(state, response);
        break;
    case OCI_UPLOAD_CANCEL:
        fine = cancel(state, response);
        break;
    default:
        fine = go_on(state, response);
    }
    if (!fine)
        oci_fail_answer(state, response);
}

void oci_upload_end(struct oci_request *state)
{
    upload_release(state->upload); /* what came can be gone on with */
    state->upload = NULL;
}
