#include "registry/oci/oci.h"

#include <stdarg.h>
#include <stdlib.h>

#include "registry/oci/parts.h"

static void forget(void *context, struct slice scope)
{
    stored_forget(((struct oci *)context)->stored, scope);
}

bool oci_new(struct oci **oci, const struct node *node, struct error *err)
{
    struct oci *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->node = node;
    made->stored = stored_new(STORED_BYTES_MAX, err);
    if (!made->stored) {
        free(made);
        return false;
    }
    registry_tap(node->registry, &(struct registry_taps){.context = made, .changed = forget});
    *oci = made;
    return true;
}

void oci_free(struct oci *oci)
{
    if (!oci)
        return;
    stored_free(oci->stored);
    free(oci);
}

bool oci_fail(struct oci_request *state, enum failure_reason reason, const char *format, ...)
{
    char text[sizeof state->failure.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    state->failure = (struct failure){0};
    return failure_set(&state->failure, reason, "%s", text);
}

void oci_fail_answer(struct oci_request *state, struct server_response *response)
{
    if (oci_status_of(state->failure.reason) == 401)
        oci_challenge(state, response);
    oci_upload_where(state, response);
    oci_refuse(state->http, response, &state->route, &state->failure);
}

bool oci_has_it(const struct server_request *request, const struct digest *digest)
{
    struct slice rest = server_header(request, "If-None-Match");
    while (rest.len) {
        struct slice tag = slice_trim(slice_cut(&rest, ','));
        if (slice_starts(tag, SLICE("W/")))
            tag = slice_from(tag, 2);
        if (slice_equal(tag, SLICE("*")) ||
            (tag.len > 2 && tag.at[0] == '"' &&
             slice_equal(slice_upto(slice_from(tag, 1), tag.len - 2), digest_slice(digest))))
            return true;
    }
    return false;
}

/* Texts of what a path or its method is refused for. */
static void refuse_route(struct server_request *request, struct server_response *response,
                         const struct oci_route *route)
{
    struct failure failure = {0};
    switch (route->why) {
    case FAILURE_NAME_INVALID:
        failure_set(&failure, route->why, "this is no name of a repository");
        break;
    case FAILURE_TAG_INVALID:
        failure_set(&failure, route->why,
                    "a tag has at most 128 letters, digits, '_', '-' and '.', and does not begin "
                    "with '-' or '.'");
        break;
    case FAILURE_DIGEST_INVALID:
        failure_set(&failure, route->why,
                    "a digest is \"sha256:\" and 64, or \"sha512:\" and 128 hexadecimal digits");
        break;
    case FAILURE_UNSUPPORTED:
        failure_set(&failure, route->why, "the method is not for this path, which knows %s",
                    route->allow);
        break;
    case FAILURE_MANIFEST_UNKNOWN:
        failure_set(&failure, route->why, "manifest unknown");
        break;
    case FAILURE_UPLOAD_UNKNOWN:
        failure_set(&failure, route->why, "blob upload unknown to registry");
        break;
    case FAILURE_NOT_FOUND:
        failure_set(&failure, route->why, "the distribution API has no such path");
        break;
    default:
        failure_set(&failure, FAILURE_INTERNAL, "the request takes too much memory");
    }
    /* The name may be anything when it is what is wrong. */
    oci_refuse(request, response, route->why == FAILURE_NAME_INVALID ? NULL : route, &failure);
}

static struct oci_request *state_new(struct oci *oci, struct server_request *request,
                                     const struct oci_route *route)
{
    struct oci_request *state = arena_new(request->arena, struct oci_request);
    if (!state)
        return NULL;
    state->oci = oci;
    state->http = request;
    state->route = *route;
    enum auth_recall recall = auth_recall(oci->node->auth, request, &state->caller);
    state->identified = recall != AUTH_ASK;
    request->who = state->caller.name;
    request->state = state;
    return state;
}

void oci_too_large(struct server_request *request, struct server_response *response)
{
    struct oci_request *state = request->state;
    oci_fail(state, FAILURE_TOO_LARGE, "a manifest has at most %zu bytes",
             state->oci->node->registry->limits.manifest_max);
    oci_fail_answer(state, response);
}

/* What is done with a request that memory does not answer. */
static enum server_plan plan(struct oci_request *state, struct server_response *response)
{
    struct server_request *request = state->http;
    if (state->route.operation == OCI_MANIFEST_PUT) {
        request->body_limit = state->oci->node->registry->limits.manifest_max;
        if (request->has_length && request->length > request->body_limit) {
            oci_too_large(request, response);
            return SERVER_ANSWER;
        }
        return SERVER_PREPARE;
    }
    return oci_upload_wants_body(state) ? SERVER_PREPARE : SERVER_RUN;
}

enum server_plan oci_begin(struct oci *oci, struct server_request *request,
                           struct server_response *response)
{
    struct oci_request *state = request->state;
    struct oci_route route;
    if (state && state->refused) {
        oci_fail_answer(state, response);
        return SERVER_ANSWER;
    }
    if (state)
        return state->route.operation == OCI_MANIFEST_PUT ? SERVER_BODY : SERVER_STREAM;
    bool leads = oci_route(request->method, request->path, request->arena, &route);
    request->operation = oci_operation_name(route.operation);
    if (!leads) {
        refuse_route(request, response, &route);
        return SERVER_ANSWER;
    }
    request->operation = oci_operation_name(route.operation);
    if (route.operation == OCI_MANIFEST_GET &&
        oci_manifest_from_memory(oci, request, &route, response))
        return SERVER_ANSWER;
    state = state_new(oci, request, &route);
    if (!state) {
        response->status = 500;
        return SERVER_ANSWER;
    }
    return plan(state, response);
}

void oci_prepare(struct oci *oci, struct server_request *request)
{
    (void)oci;
    struct oci_request *state = request->state;
    state->refused = !oci_admit(state) ||
                     (state->route.operation != OCI_MANIFEST_PUT && !oci_upload_open(state));
}

bool oci_piece(struct oci *oci, struct server_request *request, struct slice bytes,
               struct server_response *response)
{
    (void)oci;
    struct oci_request *state = request->state;
    if (oci_upload_piece(state, bytes))
        return true;
    oci_fail_answer(state, response);
    return false;
}

/* Clients ask here who they have to be, so anonymous ones are told, also where they may pull: they
   would never show their credentials otherwise. */
static void ping(struct oci_request *state, struct server_response *response)
{
    if (state->caller.kind == CALLER_ANONYMOUS && !state->caller.token) {
        oci_fail(state, FAILURE_UNAUTHENTICATED, "authentication required");
        oci_fail_answer(state, response);
        return;
    }
    oci_answer(state->http, response, 200);
    oci_json(state->http, response, SLICE("{}\n"), "application/json; charset=utf-8");
}

static void run(struct oci_request *state, struct server_response *response)
{
    switch (state->route.operation) {
    case OCI_NONE:
        break; /* begin answered it */
    case OCI_PING:
        ping(state, response);
        break;
    case OCI_CATALOG:
        oci_catalog(state, response);
        break;
    case OCI_TAGS:
        oci_tags(state, response);
        break;
    case OCI_REFERRERS:
        oci_referrers(state, response);
        break;
    case OCI_MANIFEST_GET:
        oci_manifest_get(state, response);
        break;
    case OCI_MANIFEST_PUT:
        oci_manifest_put(state, response);
        break;
    case OCI_MANIFEST_DELETE:
        oci_manifest_delete(state, response);
        break;
    case OCI_BLOB_GET:
        oci_blob_get(state, response);
        break;
    case OCI_BLOB_DELETE:
        oci_blob_delete(state, response);
        break;
    case OCI_UPLOAD_START:
    case OCI_UPLOAD_STATUS:
    case OCI_UPLOAD_APPEND:
    case OCI_UPLOAD_FINISH:
    case OCI_UPLOAD_CANCEL:
        oci_upload_run(state, response);
        break;
    }
}

void oci_run(struct oci *oci, struct server_request *request, struct server_response *response)
{
    (void)oci;
    struct oci_request *state = request->state;
    if (oci_admit(state))
        run(state, response);
    else
        oci_fail_answer(state, response);
}

void oci_end(struct oci *oci, struct server_request *request)
{
    (void)oci;
    if (request->state)
        oci_upload_end(request->state);
    request->state = NULL;
}
