#include "registry/ops/ops.h"

#include "base/log.h"
#include "registry/ops/metrics.h"

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

bool ops_knows(struct slice path)
{
    return slice_equal_str(path, "/healthz") || slice_equal_str(path, "/readyz") ||
           slice_equal_str(path, "/metrics");
}

static void say(struct server_request *request, struct server_response *response, int status,
                struct slice text)
{
    response->status = status;
    response->body = text;
    server_set(request, response, "Content-Type", SLICE("text/plain; charset=utf-8"));
    server_set(request, response, "Cache-Control", SLICE("no-store"));
}

enum server_plan ops_begin(struct server_request *request, struct server_response *response)
{
    bool reads =
        slice_equal_str(request->method, "GET") || slice_equal_str(request->method, "HEAD");
    request->operation = slice_equal_str(request->path, "/metrics")   ? "metrics"
                         : slice_equal_str(request->path, "/healthz") ? "health"
                                                                      : "ready";
    if (!reads) {
        say(request, response, 405, SLICE("only GET and HEAD\n"));
        server_set(request, response, "Allow", SLICE("GET, HEAD"));
        return SERVER_ANSWER;
    }
    if (!slice_equal_str(request->path, "/healthz"))
        return SERVER_RUN;
    say(request, response, 200, SLICE("ok\n"));
    return SERVER_ANSWER;
}

/* Whether the metadata can be read; why not is for the log, not for strangers. */
static void ready(const struct node *node, struct server_request *request,
                  struct server_response *response)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice value;
    struct error err = {0};
    bool found;
    if (meta_begin(node->registry->meta, false, &txn, &err) &&
        meta_get(txn, "counter", SLICE(""), SLICE("ready"), request->arena, &value, &found, &err)) {
        say(request, response, 200, SLICE("ready\n"));
        return;
    }
    log_warning("not ready: %s", err.text);
    say(request, response, 503, SLICE("not ready\n"));
}

/* A proxy that is trusted must name a client on this machine; of others on this machine, who name
   anybody, none is. */
static bool is_local(const struct server_request *request)
{
    struct slice client = request->client;
    if (!slice_starts(client, SLICE("127.")) && !slice_equal_str(client, "::1"))
        return false;
    if (request->proxy.len)
        return request->named;
    return !server_header(request, "X-Forwarded-For").at && !server_header(request, "Forwarded").at;
}

static bool is_admin(const struct node *node, struct server_request *request,
                     struct server_response *response)
{
    struct caller caller = {0};
    struct failure failure = {0};
    const char *code = NULL;
    if (!auth_identify(node->auth, request, &caller, &code, &failure) ||
        caller.kind == CALLER_ANONYMOUS) {
        say(request, response, 401, SLICE("metrics are for admins\n"));
        server_set(request, response, "WWW-Authenticate", SLICE("Basic realm=\"plimsoll\""));
        return false;
    }
    request->who = caller.name;
    if (!caller.admin || caller.token)
        say(request, response, 403, SLICE("metrics are for admins\n"));
    return caller.admin && !caller.token;
}

static void metrics(const struct node *node, const struct server *server,
                    struct server_request *request, struct server_response *response)
{
    struct server_stats stats;
    if (!is_local(request) && !is_admin(node, request, response))
        return;
    if (server)
        server_stats(server, &stats);
    response->body = metrics_text(node->metrics, server ? &stats : NULL, request->arena);
    response->status = response->body.at ? 200 : 500;
    server_set(request, response, "Content-Type", SLICE(METRICS_TYPE));
}

void ops_run(const struct node *node, const struct server *server, struct server_request *request,
             struct server_response *response)
{
    if (slice_equal_str(request->path, "/readyz"))
        ready(node, request, response);
    else
        metrics(node, server, request, response);
}
