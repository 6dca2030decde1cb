#include "registry/ecr/layer_url.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>

#include "base/hmac.h"
#include "registry/core/repository.h"
#include "registry/core/upload.h"
#include "registry/ecr/ecr.h"
#include "registry/oci/range.h"

#define KEY_SETTING "layer-url-key"

static bool no_memory(struct failure *failure)
{
    return failure_set(failure, FAILURE_INTERNAL,
                       "The request needs more memory than one may have");
}

/* The account's key; made under a lock when it is not there, so that two do not make two. */
static bool find_key(const struct node *node, const struct scope *scope, bool make,
                     struct arena *arena, struct slice *key, struct failure *failure)
{
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    struct scope account = {.account = scope->account, .region = scope->region};
    struct hmac bytes;
    char hex[2 * HMAC_SIZE + 1];
    struct error err;
    bool exists;
    if (!setting_get(node->registry, &account, KEY_SETTING, arena, key, &exists, failure))
        return false;
    if (exists || !make)
        return exists || failure_set(failure, FAILURE_DENIED, "the URL was not made here");
    struct world *world = node->registry->world;
    if (!world->ops->random(world, bytes.bytes, sizeof bytes.bytes, &err))
        return failure_of(failure, &err);
    hmac_hex(&bytes, hex);
    pthread_mutex_lock(&lock);
    bool done = setting_get(node->registry, &account, KEY_SETTING, arena, key, &exists, failure) &&
                (exists || (setting_put(node->registry, &account, KEY_SETTING, slice_str(hex),
                                        "CreateLayerUrlKey", &caller_system, failure) &&
                            setting_get(node->registry, &account, KEY_SETTING, arena, key, &exists,
                                        failure)));
    pthread_mutex_unlock(&lock);
    secret_forget(hex, sizeof hex);
    return done;
}

/* Over what stands in the URL before "&signature=". */
static struct slice signed_text(const struct scope *scope, const struct digest *digest,
                                uint64_t expires, struct arena *arena)
{
    return arena_printf(arena, ECR_LAYER_PATH "%.*s/%.*s/%.*s/%s?expires=%" PRIu64,
                        SLICE_ARG(scope->account), SLICE_ARG(scope->region),
                        SLICE_ARG(scope->repository), digest->text, expires);
}

bool layer_url_make(const struct node *node, const struct scope *scope, const struct digest *digest,
                    struct arena *arena, struct slice *url, struct failure *failure)
{
    struct world *world = node->registry->world;
    uint64_t expires = (uint64_t)world->ops->now(world) + LAYER_URL_SECONDS;
    struct slice key, text = signed_text(scope, digest, expires, arena);
    struct hmac mac;
    char hex[2 * HMAC_SIZE + 1];
    if (!text.at)
        return no_memory(failure);
    if (!find_key(node, scope, true, arena, &key, failure))
        return false;
    hmac_of(key, &text, 1, &mac);
    hmac_hex(&mac, hex);
    struct slice endpoint = node_endpoint(node, scope, arena);
    *url = arena_printf(arena, "%.*s%.*s&signature=%s", SLICE_ARG(endpoint), SLICE_ARG(text), hex);
    return url->at || no_memory(failure);
}

bool layer_claim_parse(struct slice path, struct slice expires, struct slice signature,
                       struct layer_claim *claim)
{
    struct error err;
    if (!slice_starts(path, SLICE(ECR_LAYER_PATH)))
        return false;
    struct slice rest = slice_from(path, sizeof ECR_LAYER_PATH - 1);
    claim->scope.account = slice_cut(&rest, '/');
    claim->scope.region = slice_cut(&rest, '/');
    size_t last = slice_find_last(rest, '/');
    claim->scope.repository = slice_upto(rest, last);
    claim->signature = signature;
    return claim->scope.account.len && claim->scope.region.len && last < rest.len &&
           repository_name_is_valid(claim->scope.repository) &&
           digest_parse_any(&claim->digest, slice_from(rest, last + 1), &err) &&
           slice_u64(expires, &claim->expires);
}

static bool verify(const struct node *node, const struct layer_claim *claim, struct arena *arena,
                   struct failure *failure)
{
    struct world *world = node->registry->world;
    struct slice key, text = signed_text(&claim->scope, &claim->digest, claim->expires, arena);
    struct hmac mac;
    char hex[2 * HMAC_SIZE + 1];
    if (!text.at)
        return no_memory(failure);
    if (!find_key(node, &claim->scope, false, arena, &key, failure))
        return false;
    hmac_of(key, &text, 1, &mac);
    hmac_hex(&mac, hex);
    if (!secret_equal(slice_str(hex), claim->signature))
        return failure_set(failure, FAILURE_DENIED, "the URL's signature is not ours");
    if ((double)claim->expires < world->ops->now(world))
        return failure_set(failure, FAILURE_DENIED, "the URL has expired: ask for a new one");
    return true;
}

static void refuse(struct server_request *request, struct server_response *response, int status,
                   const char *text)
{
    response->status = status;
    (void)server_set(request, response, "Content-Type", SLICE("text/plain; charset=utf-8"));
    response->body = arena_printf(request->arena, "%s\n", text);
}

static void set_range(struct server_request *request, struct server_response *response,
                      uint64_t first, uint64_t count, uint64_t size)
{
    struct slice text = count
                            ? arena_printf(request->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64,
                                           first, first + count - 1, size)
                            : arena_printf(request->arena, "bytes */%" PRIu64, size);
    if (!text.at || !server_set(request, response, "Content-Range", text))
        response->status = 500;
}

static void send_blob(struct server_request *request, struct server_response *response,
                      const struct blob *blob, const struct digest *digest)
{
    uint64_t first = 0, count = blob->size;
    struct slice header = server_header(request, "Range");
    enum oci_range range =
        header.len ? oci_range_of(header, blob->size, &first, &count) : OCI_RANGE_ALL;
    if (range == OCI_RANGE_IMPOSSIBLE) {
        refuse(request, response, 416, "the layer has no such bytes");
        set_range(request, response, 0, 0, blob->size);
        return;
    }
    int file = fcntl(blob->file, F_DUPFD_CLOEXEC, 0); /* the server closes it, and so do blobs */
    if (file < 0) {
        refuse(request, response, 503, "too many layers are being read");
        return;
    }
    response->status = range == OCI_RANGE_PART ? 206 : 200;
    (void)server_set(request, response, "Content-Type", SLICE("application/octet-stream"));
    (void)server_set(request, response, "Docker-Content-Digest", digest_slice(digest));
    (void)server_set(request, response, "Accept-Ranges", SLICE("bytes"));
    if (range == OCI_RANGE_PART)
        set_range(request, response, first, count, blob->size);
    response->fd = file;
    response->has_file = true;
    response->offset = first;
    response->size = count;
}

void ecr_layer_run(const struct node *node, struct server_request *request,
                   struct server_response *response)
{
    struct slice expires = {NULL, 0}, signature = {NULL, 0};
    struct layer_claim claim;
    struct failure failure = {.reason = FAILURE_NONE};
    struct blob blob = {0};
    if (!slice_equal(request->method, SLICE("GET")) &&
        !slice_equal(request->method, SLICE("HEAD"))) {
        refuse(request, response, 405, "layers can only be read here");
        return;
    }
    if (!server_query(request, "expires", &expires) ||
        !server_query(request, "signature", &signature) ||
        !layer_claim_parse(request->path, expires, signature, &claim)) {
        refuse(request, response, 403, "this is no URL of a layer");
        return;
    }
    if (!verify(node, &claim, request->arena, &failure) ||
        !blob_get(node->registry, &claim.scope, &claim.digest, &blob, &failure)) {
        refuse(request, response,
               failure.reason == FAILURE_DENIED         ? 403
               : failure.reason == FAILURE_BLOB_UNKNOWN ? 404
                                                        : 500,
               failure.text);
        return;
    }
    send_blob(request, response, &blob, &claim.digest);
    blob_close(&blob);
}
