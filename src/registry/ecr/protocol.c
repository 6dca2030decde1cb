/*
 * AWS's JSON 1.1 protocol: which operation, who asks, what with; and the form of answers.
 *   {"__type":"RepositoryNotFoundException","message":"…"}, HTTP 400 (500: ServerException)
 */
#include "base/ascii.h"
#include "base/log.h"
#include "image/document.h"
#include "registry/ecr/blob_member.h"
#include "registry/ecr/ecr.h"
#include "registry/ecr/operations.h"

enum { INPUT_MAX = 32 << 20, STATUS_OK = 200, STATUS_REFUSED = 400, STATUS_OURS = 500 };

#define TARGET_PREFIX "AmazonEC2ContainerRegistry_V20150921."

static void set_header(struct server_request *request, struct server_response *response,
                       const char *name, struct slice value)
{
    (void)server_set(request, response, name, value); /* without it the answer still says it all */
}

static bool put_body(struct server_request *request, struct server_response *response,
                     const json_t *document)
{
    char *text = json_dumps(document, JSON_COMPACT);
    if (!text)
        return false;
    response->body = arena_copy(request->arena, slice_str(text));
    free(text);
    return response->body.at != NULL;
}

static void answer(struct ecr_call *call, struct server_request *request,
                   struct server_response *response)
{
    json_t *document = call->output;
    response->status = STATUS_OK;
    if (call->exception) {
        document = call->trouble ? call->trouble : call->output;
        if (!call->trouble)
            json_object_clear(document);
        put_text(document, "__type", slice_str(call->exception));
        put_text(document, "message", slice_str(call->failure.text));
        set_header(request, response, "X-Amzn-ErrorType", slice_str(call->exception));
        response->status =
            strcmp(call->exception, "ServerException") == 0 ? STATUS_OURS : STATUS_REFUSED;
    }
    set_header(request, response, "x-amzn-RequestId", slice_str(request->id));
    set_header(request, response, "Content-Type", SLICE("application/x-amz-json-1.1"));
    if (put_was_whole() && put_body(request, response, document))
        return;
    response->status = STATUS_OURS;
    response->body = SLICE("{\"__type\":\"ServerException\",\"message\":\"no memory\"}");
}

bool repository_name_is_ecr(struct slice name)
{
    return name.len >= 2 && repository_name_is_valid(name);
}

bool account_is_valid(struct slice id)
{
    enum { LEAST = 9, MOST = 12 };
    for (size_t i = 0; i < id.len; i++)
        if (!ascii_digit(id.at[i]))
            return false;
    return id.len >= LEAST && id.len <= MOST;
}

/* "arn:aws:ecr:REGION:ACCOUNT:repository/NAME" to call->scope. */
static bool scope_of_arn(struct ecr_call *call)
{
    struct slice arn;
    if (!call_text_in(call, "resourceArn", true, 1, 0, &arn))
        return false;
    struct slice rest = arn;
    bool ours = slice_equal(slice_cut(&rest, ':'), SLICE("arn")) &&
                slice_starts(slice_cut(&rest, ':'), SLICE("aws")) &&
                slice_equal(slice_cut(&rest, ':'), SLICE("ecr"));
    struct scope scope = {.region = slice_cut(&rest, ':')};
    scope.account = slice_cut(&rest, ':');
    ours = ours && slice_equal(slice_cut(&rest, '/'), SLICE("repository"));
    scope.repository = rest;
    if (!ours || !repository_name_is_ecr(rest) || !account_is_valid(scope.account) ||
        !slice_equal(scope.region, call->scope.region))
        return call_invalid(call, "resourceArn", "must be the ARN of a repository in %.*s",
                            SLICE_ARG(call->scope.region));
    call->scope = scope;
    return true;
}

static bool read_scope(struct ecr_call *call)
{
    struct slice account;
    if (call->operation->target == ECR_ON_ARN)
        return scope_of_arn(call);
    if (!call_text_like(call, "registryId", false, account_is_valid, ACCOUNT_PATTERN, &account))
        return false;
    if (account.len)
        call->scope.account = account;
    if (call->operation->target != ECR_ON_REPOSITORY)
        return true;
    return call_text_in(call, "repositoryName", true, 2, REPOSITORY_NAME_MAX,
                        &call->scope.repository) &&
           (repository_name_is_ecr(call->scope.repository) ||
            call_invalid(call, "repositoryName", "must satisfy regular expression '%s'",
                         REPOSITORY_NAME_PATTERN));
}

static bool parse(struct ecr_call *call, struct slice body, json_t **input)
{
    struct error err;
    if (call->operation->blob &&
        !blob_member_cut(&body, call->operation->blob, call->arena, &call->blob))
        return call_no_memory(call);
    *input = body.len ? document_parse_large(body, INPUT_MAX, &err) : json_object();
    if (json_is_object(*input))
        return true;
    return call_fail(call, "SerializationException", "%s",
                     *input ? "Unexpected token: an object is expected" : err.text);
}

static bool identify(struct ecr_call *call)
{
    const char *code = NULL;
    if (!auth_identify(call->node->auth, call->request, &call->caller, &code, &call->failure)) {
        if (call->failure.reason == FAILURE_UNAUTHENTICATED)
            call->exception = code;
        return false;
    }
    if (call->caller.login)
        return call_fail(call, "UnrecognizedClientException",
                         "An authorization token is for pushing and pulling. Sign the request with "
                         "an access key.");
    if (call->caller.kind == CALLER_ANONYMOUS)
        return call_fail(call, "MissingAuthenticationTokenException",
                         "Request is missing Authentication Token");
    call->scope = auth_scope(call->node->auth, &call->caller);
    return true;
}

static bool perform(struct ecr_call *call, struct slice body, json_t **input)
{
    struct slice target = server_header(call->request, "X-Amz-Target");
    bool known = slice_starts(target, SLICE(TARGET_PREFIX));
    if (known)
        call->operation = ecr_operation_find(slice_from(target, sizeof TARGET_PREFIX - 1));
    if (!call->operation)
        return call_fail(call, "UnknownOperationException", "There is no operation %.*s",
                         SLICE_ARG(slice_upto(target, 100)));
    if (!identify(call) || !parse(call, body, input))
        return false;
    call->whole = call->input = *input;
    return read_scope(call) && (call->operation->own_checks || call_allows(call, &call->scope)) &&
           call->operation->run(call);
}

void ecr_run(const struct node *node, struct server_request *request,
             struct server_response *response)
{
    CLEANUP_JSON json_t *input = NULL;
    CLEANUP_JSON json_t *output = json_object();
    struct ecr_call call = {
        .node = node, .request = request, .path = "", .output = output, .arena = request->arena};
    (void)put_was_whole();
    if (!perform(&call, request->body, &input))
        call_explain_failure(&call);
    request->who = call.caller.name;
    if (call.exception && call.failure.inside.kind != ERROR_NONE)
        log_warning("%s %s: %s", request->id, call.operation ? call.operation->name : "",
                    call.failure.inside.text);
    request->who = call.caller.name;
    answer(&call, request, response);
    json_decref(call.trouble);
}
