/* Blobs: GET with ranges (sendfile), HEAD, DELETE. */
#include <fcntl.h>
#include <unistd.h>

#include "registry/mirror/mirror.h"
#include "registry/oci/parts.h"
#include "registry/oci/range.h"

static bool may_be_upstream(struct oci_request *state)
{
    struct mirror *mirror = state->oci->node->mirror;
    return mirror && mirror_applies(mirror, &state->scope) &&
           (state->failure.reason == FAILURE_BLOB_UNKNOWN ||
            state->failure.reason == FAILURE_REPOSITORY_UNKNOWN);
}

/* An upstream's blob is brought when somebody asks for it. */
static bool bring(struct oci_request *state)
{
    return may_be_upstream(state) &&
           mirror_blob(state->oci->node->mirror, &state->scope, &state->route.digest,
                       &state->caller, &state->failure);
}

static bool open_blob(struct oci_request *state, struct blob *blob)
{
    struct registry *registry = state->oci->node->registry;
    return blob_get(registry, &state->scope, &state->route.digest, blob, &state->failure) ||
           (bring(state) &&
            blob_get(registry, &state->scope, &state->route.digest, blob, &state->failure));
}

static void set_names(struct oci_request *state, struct server_response *response)
{
    const struct digest *digest = &state->route.digest;
    server_set(state->http, response, "Docker-Content-Digest", digest_slice(digest));
    oci_set(state->http, response, "ETag", "\"%s\"", digest->text);
    server_set(state->http, response, "Accept-Ranges", SLICE("bytes"));
    server_set(state->http, response, "Cache-Control",
               SLICE("private, max-age=31536000, immutable"));
}

static enum oci_range wanted_range(struct oci_request *state, uint64_t size, uint64_t *first,
                                   uint64_t *count)
{
    struct slice header = server_header(state->http, "Range");
    struct slice condition = slice_trim(server_header(state->http, "If-Range"));
    *first = 0;
    *count = size;
    if (!header.len ||
        (condition.len && !slice_equal(condition, arena_printf(state->http->arena, "\"%s\"",
                                                               state->route.digest.text))))
        return OCI_RANGE_ALL;
    return oci_range_of(header, size, first, count);
}

static void impossible(struct oci_request *state, struct server_response *response, uint64_t size)
{
    oci_answer(state->http, response, 416);
    oci_set(state->http, response, "Content-Range", "bytes */%llu", (unsigned long long)size);
    oci_json(state->http, response,
             SLICE("{\"errors\":[{\"code\":\"RANGE_INVALID\",\"message\":\"the blob has no such "
                   "bytes\",\"detail\":{}}]}\n"),
             "application/json; charset=utf-8");
}

static void answer(struct oci_request *state, struct server_response *response, struct blob *blob)
{
    uint64_t first, count;
    enum oci_range range = wanted_range(state, blob->size, &first, &count);
    if (range == OCI_RANGE_IMPOSSIBLE) {
        impossible(state, response, blob->size);
        return;
    }
    int file = fcntl(blob->file, F_DUPFD_CLOEXEC, 0); /* the server closes it, and so do blobs */
    if (file < 0) {
        oci_fail(state, FAILURE_BUSY, "too many blobs are being read");
        oci_fail_answer(state, response);
        return;
    }
    oci_answer(state->http, response, range == OCI_RANGE_PART ? 206 : 200);
    server_set(state->http, response, "Content-Type", SLICE("application/octet-stream"));
    set_names(state, response);
    if (range == OCI_RANGE_PART)
        oci_set(state->http, response, "Content-Range", "bytes %llu-%llu/%llu",
                (unsigned long long)first, (unsigned long long)(first + count - 1),
                (unsigned long long)blob->size);
    response->fd = file;
    response->has_file = true;
    response->offset = first;
    response->size = count;
}

/* Who asks whether a blob is there counts on it from now on. */
static bool stat_blob(struct oci_request *state, uint64_t *size)
{
    struct registry *registry = state->oci->node->registry;
    const struct digest *digest = &state->route.digest;
    return blob_stat(registry, &state->scope, digest, true, size, &state->failure) ||
           (may_be_upstream(state) &&
            mirror_blob_stat(state->oci->node->mirror, &state->scope, digest, &state->caller, size,
                             &state->failure));
}

static void head(struct oci_request *state, struct server_response *response)
{
    uint64_t size;
    if (!stat_blob(state, &size)) {
        oci_fail_answer(state, response);
        return;
    }
    oci_answer(state->http, response, 200);
    server_set(state->http, response, "Content-Type", SLICE("application/octet-stream"));
    set_names(state, response);
    response->has_size = true;
    response->size = size;
}

void oci_blob_get(struct oci_request *state, struct server_response *response)
{
    struct blob blob = {0};
    if (state->route.head) {
        head(state, response);
    } else if (!open_blob(state, &blob)) {
        oci_fail_answer(state, response);
    } else if (oci_has_it(state->http, &state->route.digest)) {
        oci_answer(state->http, response, 304);
        set_names(state, response);
    } else {
        answer(state, response, &blob);
    }
    blob_close(&blob);
}

void oci_blob_delete(struct oci_request *state, struct server_response *response)
{
    const struct node *node = state->oci->node;
    if (!node->options.deletes)
        oci_fail(state, FAILURE_UNSUPPORTED, "this registry deletes nothing over this API");
    else if (blob_delete(node->registry, &state->scope, &state->route.digest, &state->caller,
                         &state->failure)) {
        oci_answer(state->http, response, 202);
        return;
    }
    oci_fail_answer(state, response);
}
