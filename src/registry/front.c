#include "registry/front.h"

#include <stdlib.h>

#include "base/clock.h"
#include "registry/ecr/ecr.h"
#include "registry/ecr/operations.h"
#include "registry/iam/iam.h"
#include "registry/oci/oci.h"
#include "registry/ops/access_log.h"
#include "registry/ops/metrics.h"
#include "registry/ops/ops.h"
#include "registry/ops/rate.h"

enum {
    ECR_BODY_MAX = 32 << 20, /* a layer part of 20 MiB in base64 */
    FORM_BODY_MAX = 1 << 20,
    STRANGER_BODY_MAX = 64 << 10, /* of who brings no credentials */
};

/* Wrong credentials of one address: each costs us a password hash. */
static const double wrong_per_second = 10, wrong_burst = 200;

struct front {
    struct front_options options;
    struct oci *oci;
    struct access_log *log; /* NULL: none */
    struct rate *rate;      /* NULL: none */
    struct rate *wrong;
};

/* request->api, compared by address. */
static const char api_layer[] = "layer", api_oci[] = "oci", api_token[] = "token",
                  api_ecr[] = "ecr", api_iam[] = "iam", api_ops[] = "ops", api_none[] = "none";

static bool path_is_below(struct slice path, struct slice folder)
{
    return slice_starts(path, folder) && (path.len == folder.len || path.at[folder.len] == '/');
}

static const char *api_of(const struct server_request *request)
{
    struct slice ignored;
    if (path_is_below(request->path, SLICE("/v2")))
        return api_oci;
    if (slice_equal_str(request->path, "/token"))
        return api_token;
    if (slice_starts(request->path, SLICE(ECR_LAYER_PATH)))
        return api_layer;
    if (slice_equal_str(request->path, "/")) {
        if (server_header(request, "X-Amz-Target").len)
            return api_ecr;
        if (slice_equal_str(request->method, "POST") || server_query(request, "Action", &ignored))
            return api_iam;
    }
    return ops_knows(request->path) ? api_ops : api_none;
}

static bool brings_credentials(const struct server_request *request)
{
    return server_header(request, "Authorization").len ||
           slice_search(request->query, SLICE("X-Amz-Signature")) < request->query.len;
}

static enum server_plan too_many(struct server_request *request, struct server_response *response,
                                 unsigned wait)
{
    const char *type = "application/json";
    response->status = request->api == api_ecr || request->api == api_iam ? 400 : 429;
    server_set(request, response, "Retry-After",
               arena_printf(request->arena, "%u", wait ? wait : 1));
    if (request->api == api_ecr) { /* as AWS has it: clients then wait and try again */
        type = "application/x-amz-json-1.1";
        server_set(request, response, "X-Amzn-ErrorType", SLICE("ThrottlingException"));
        response->body =
            SLICE("{\"__type\":\"ThrottlingException\",\"message\":\"Rate exceeded\"}");
    } else if (request->api == api_iam) {
        type = "text/xml";
        response->body = arena_printf(
            request->arena,
            "<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded"
            "</Message></Error><RequestId>%s</RequestId></ErrorResponse>",
            request->id);
    } else {
        response->body = SLICE("{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"too many "
                               "requests; wait as long as Retry-After says\"}]}\n");
    }
    if (response->status == 400)
        server_set(request, response, "x-amzn-RequestId", slice_str(request->id));
    server_set(request, response, "Content-Type", slice_str(type));
    return SERVER_ANSWER;
}

/* Who is remembered is not held up by others behind its address, wrong as their words may be. */
static bool is_guessing(struct front *front, struct server_request *request, unsigned *wait)
{
    struct caller caller = {0};
    return !rate_has(front->wrong, request->client, request->started, wait) &&
           brings_credentials(request) &&
           auth_recall(front->options.node->auth, request, &caller) != AUTH_KNOWN;
}

/* A remembered caller has a bucket of its own wherever it calls from; all others their address's.
 */
static bool is_too_fast(struct front *front, struct server_request *request, unsigned *wait)
{
    struct caller caller = {0};
    struct slice key = request->client;
    if (auth_recall(front->options.node->auth, request, &caller) == AUTH_KNOWN)
        key = arena_printf(request->arena, "%.*s/%.*s", SLICE_ARG(caller.account),
                           SLICE_ARG(caller.name));
    return !rate_take(front->rate, key, request->started, wait);
}

static enum server_plan begin_ecr(struct server_request *request)
{
    struct slice target = server_header(request, "X-Amz-Target");
    struct slice name = slice_from(target, slice_find_last(target, '.') + 1);
    const struct ecr_operation *operation = ecr_operation_find(name);
    request->operation = operation ? operation->name : "unknown";
    request->body_limit = brings_credentials(request) ? ECR_BODY_MAX : STRANGER_BODY_MAX;
    return SERVER_BODY;
}

static enum server_plan no_such_path(struct server_request *request,
                                     struct server_response *response)
{
    bool root = slice_equal_str(request->path, "/");
    response->status = root ? 200 : 404;
    server_set(request, response, "Content-Type", SLICE("text/plain; charset=utf-8"));
    response->body = root ? SLICE("plimsoll " PLIMSOLL_VERSION ": a registry is at /v2/\n")
                          : SLICE("nothing is here; the registry is at /v2/\n");
    return SERVER_ANSWER;
}

static enum server_plan front_begin(void *context, struct server_request *request,
                                    struct server_response *response)
{
    struct front *front = context;
    unsigned wait = 0;
    if (!request->api) {
        request->api = api_of(request);
        if (request->api != api_ops && (is_guessing(front, request, &wait) ||
                                        (front->rate && is_too_fast(front, request, &wait))))
            return too_many(request, response, wait);
    }
    if (request->api == api_oci)
        return oci_begin(front->oci, request, response);
    if (request->api == api_ecr)
        return begin_ecr(request);
    if (request->api == api_layer) {
        request->operation = "layer-get";
        return SERVER_RUN;
    }
    if (request->api == api_ops)
        return ops_begin(request, response);
    request->body_limit = brings_credentials(request) ? FORM_BODY_MAX : STRANGER_BODY_MAX;
    return request->api == api_none ? no_such_path(request, response) : SERVER_BODY;
}

static void front_prepare(void *context, struct server_request *request)
{
    struct front *front = context;
    if (request->api == api_oci)
        oci_prepare(front->oci, request);
}

static bool front_piece(void *context, struct server_request *request, struct slice bytes,
                        struct server_response *response)
{
    struct front *front = context;
    return oci_piece(front->oci, request, bytes, response);
}

static void front_run(void *context, struct server_request *request,
                      struct server_response *response)
{
    struct front *front = context;
    const struct node *node = front->options.node;
    if (request->api == api_oci)
        oci_run(front->oci, request, response);
    else if (request->api == api_ecr)
        ecr_run(node, request, response);
    else if (request->api == api_layer)
        ecr_layer_run(node, request, response);
    else if (request->api == api_iam)
        iam_run(node, request, response);
    else if (request->api == api_token)
        auth_token_run(node->auth, request, response);
    else
        ops_run(node, front->options.server ? *front->options.server : NULL, request, response);
}

/* Who it was, for the log, where the API did not say. */
static void find_who(struct front *front, struct server_request *request)
{
    struct caller caller = {0};
    if (!request->who.len && request->api != api_ops &&
        auth_recall(front->options.node->auth, request, &caller) == AUTH_KNOWN)
        request->who = caller.name;
}

static void front_end(void *context, struct server_request *request, int status, uint64_t sent)
{
    struct front *front = context;
    double now = clock_monotonic(), seconds = now - request->started;
    unsigned ignored;
    if (status == 401 && brings_credentials(request))
        (void)rate_take(front->wrong, request->client, now, &ignored);
    if (front->log)
        find_who(front, request);
    if (request->api == api_oci)
        oci_end(front->oci, request);
    metrics_request(front->options.node->metrics, request->api,
                    request->operation ? request->operation : "other", status, seconds,
                    request->received, sent);
    if (front->log)
        access_log_add(front->log, request, status, sent, seconds);
}

static void front_too_large(void *context, struct server_request *request,
                            struct server_response *response)
{
    (void)context;
    if (request->api == api_oci) {
        oci_too_large(request, response);
        return;
    }
    response->status = 413;
    response->body = SLICE("the body is larger than what is taken here\n");
    server_set(request, response, "Content-Type", SLICE("text/plain; charset=utf-8"));
}

static void front_refused(void *context, const struct server_request *request, int status)
{
    struct front *front = context;
    metrics_request(front->options.node->metrics, api_none, "refused", status,
                    clock_monotonic() - request->started, 0, 0);
    if (front->log)
        access_log_refused(front->log, request, status);
}

struct server_handler front_handler(struct front *front)
{
    return (struct server_handler){.context = front,
                                   .begin = front_begin,
                                   .prepare = front_prepare,
                                   .piece = front_piece,
                                   .run = front_run,
                                   .too_large = front_too_large,
                                   .refused = front_refused,
                                   .end = front_end};
}

static bool open_parts(struct front *front, struct error *err)
{
    const struct front_options *options = &front->options;
    front->wrong = rate_new(wrong_per_second, wrong_burst);
    if (options->rate > 0)
        front->rate = rate_new(options->rate, 0);
    if (!front->wrong || (options->rate > 0 && !front->rate))
        return arena_error(err);
    return oci_new(&front->oci, options->node, err) &&
           (!options->access_log || access_log_open(&front->log, options->access_log, err));
}

bool front_new(struct front **front, const struct front_options *options, struct error *err)
{
    struct front *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->options = *options;
    if (open_parts(made, err)) {
        *front = made;
        return true;
    }
    front_free(made);
    return false;
}

void front_free(struct front *front)
{
    if (!front)
        return;
    oci_free(front->oci);
    access_log_close(front->log);
    rate_free(front->rate);
    rate_free(front->wrong);
    free(front);
}
