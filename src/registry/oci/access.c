/* Who may do what over the distribution API, in the words of IAM, and how the others are told to
   show who they are. */
#include "registry/mirror/template.h"
#include "registry/oci/host.h"
#include "registry/oci/parts.h"

static const struct access_row {
    const char *action; /* of ECR; NULL: anybody who is somebody */
    const char *grants; /* of a bearer token's scope */
} rows[] = {
    [OCI_NONE] = {NULL, NULL},
    [OCI_PING] = {NULL, NULL},
    [OCI_CATALOG] = {"ecr:DescribeRepositories", "*"},
    [OCI_TAGS] = {"ecr:ListImages", "pull"},
    [OCI_REFERRERS] = {"ecr:BatchGetImage", "pull"},
    [OCI_MANIFEST_GET] = {"ecr:BatchGetImage", "pull"},
    [OCI_MANIFEST_PUT] = {"ecr:PutImage", "pull,push"},
    [OCI_MANIFEST_DELETE] = {"ecr:BatchDeleteImage", "delete"},
    [OCI_BLOB_GET] = {"ecr:GetDownloadUrlForLayer", "pull"},
    [OCI_BLOB_DELETE] = {"ecr:BatchDeleteImage", "delete"},
    [OCI_UPLOAD_START] = {"ecr:InitiateLayerUpload", "pull,push"},
    [OCI_UPLOAD_STATUS] = {"ecr:UploadLayerPart", "pull,push"},
    [OCI_UPLOAD_APPEND] = {"ecr:UploadLayerPart", "pull,push"},
    [OCI_UPLOAD_FINISH] = {"ecr:CompleteLayerUpload", "pull,push"},
    [OCI_UPLOAD_CANCEL] = {"ecr:UploadLayerPart", "pull,push"},
};

const char *oci_action_of(const struct oci_route *route)
{
    if (route->operation == OCI_BLOB_GET && route->head)
        return "ecr:BatchCheckLayerAvailability"; /* asked before a push, too */
    return rows[route->operation].action;
}

bool oci_may(struct oci_request *state, const struct scope *scope, const char *action,
             struct failure *failure)
{
    return auth_allows(state->oci->node->auth, &state->caller, action, scope, failure);
}

struct scope oci_scope(struct oci *oci, const struct server_request *request,
                       const struct caller *caller, struct slice repository)
{
    struct scope scope = auth_scope(oci->node->auth, caller);
    struct slice pattern = oci->node->options.uri_template;
    scope.repository = repository;
    if (pattern.len)
        (void)oci_host_scope(pattern, request->server_name, &scope);
    return scope;
}

bool oci_might(struct oci_request *state, const struct scope *scope, const char *action)
{
    struct caller caller = state->caller;
    struct failure ignored;
    caller.token = false;
    return state->caller.token &&
           auth_allows(state->oci->node->auth, &caller, action, scope, &ignored);
}

static bool identify(struct oci_request *state)
{
    struct auth *auth = state->oci->node->auth;
    const char *code = NULL;
    if (!state->identified &&
        !auth_identify(auth, state->http, &state->caller, &code, &state->failure))
        return false;
    state->identified = true;
    state->http->who = state->caller.name;
    state->scope = oci_scope(state->oci, state->http, &state->caller, state->route.repository);
    return true;
}

/* A token for less than this is asked for again with more, unless its user has no right to more:
   then it is said why, which no new token would tell. */
static bool refuse(struct oci_request *state, const char *action)
{
    struct caller caller = state->caller;
    struct failure why = {0};
    caller.token = false;
    if (state->caller.token && caller.kind != CALLER_ANONYMOUS &&
        state->failure.reason == FAILURE_UNAUTHENTICATED &&
        !auth_allows(state->oci->node->auth, &caller, action, &state->scope, &why) &&
        why.reason == FAILURE_DENIED)
        state->failure = why;
    return false;
}

bool oci_admit(struct oci_request *state)
{
    if (state->authorized)
        return true;
    const char *action = oci_action_of(&state->route);
    if (!identify(state))
        return false;
    /* The catalogue holds what the caller may see: lists.c asks for each repository. */
    if (action && state->route.operation != OCI_CATALOG &&
        !oci_may(state, &state->scope, action, &state->failure))
        return refuse(state, action);
    state->authorized = true;
    return true;
}

/* "https://host:port", as the client sees us: its own Host header, unless that is odd. */
static struct slice base_url(const struct oci_request *state)
{
    const struct server_request *request = state->http;
    struct slice host = request->server_name;
    for (size_t i = 0; i < host.len; i++)
        if (host.at[i] <= ' ' || host.at[i] >= 127 || strchr("\"\\/@?#,;<>", host.at[i]))
            host.len = 0;
    if (!host.len || host.len > 255)
        return state->oci->node->options.public_url;
    struct slice url = state->oci->node->options.public_url;
    if (slice_starts(url, SLICE("https://")) &&
        slice_equal_nocase(slice_from(url, strlen("https://")), host))
        return url;
    return arena_printf(request->arena, "%s://%.*s", request->tls ? "https" : "http",
                        SLICE_ARG(host));
}

static struct slice token_scope(const struct oci_request *state)
{
    const char *grants = rows[state->route.operation].grants;
    if (!grants)
        return SLICE("");
    if (state->route.operation == OCI_CATALOG)
        return SLICE(",scope=\"registry:catalog:*\"");
    struct slice from = state->mount_from;
    return arena_printf(state->http->arena, ",scope=\"repository:%.*s:%s%s%.*s%s\"",
                        SLICE_ARG(state->route.repository), grants, from.len ? " repository:" : "",
                        SLICE_ARG(from), from.len ? ":pull" : "");
}

void oci_challenge(const struct oci_request *state, struct server_response *response)
{
    const struct server_request *request = state->http;
    struct slice base = base_url(state), scope = token_scope(state);
    oci_set(request, response, "WWW-Authenticate",
            "Bearer realm=\"%.*s/token\",service=\"ecr.amazonaws.com\"%.*s%s", SLICE_ARG(base),
            SLICE_ARG(scope),
            state->caller.token && state->identified ? ",error=\"insufficient_scope\"" : "");
    oci_set(request, response, "WWW-Authenticate",
            "Basic realm=\"%.*s/\",service=\"ecr.amazonaws.com\"", SLICE_ARG(base));
}

bool oci_create_repository(struct oci_request *state)
{
    const struct node *node = state->oci->node;
    struct failure failure = {0};
    if (!node->options.create_on_push || state->failure.reason != FAILURE_REPOSITORY_UNKNOWN ||
        !oci_may(state, &state->scope, "ecr:CreateRepository", &failure))
        return false;
    if (template_make_repository(node->registry, &state->scope, TEMPLATE_ON_PUSH, &state->caller,
                                 state->http->arena, &failure))
        return true;
    state->failure = failure;
    return false;
}
