/* The query protocol: which operation, who asks, and the form of answers. */
#include "registry/iam/iam.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "registry/core/journal.h"
#include "registry/iam/operations.h"

enum { STATUS_OK = 200, BAD_REQUEST = 400, FORBIDDEN = 403, UNAVAILABLE = 503, OURS = 500 };

#define STS_SPACE "https://sts.amazonaws.com/doc/2011-06-15/"
#define IAM_SPACE "https://iam.amazonaws.com/doc/2010-05-08/"

struct group {
    const struct iam_operation *operations; /* ends with name NULL */
    const char *version, *space;
};

static const struct group groups[] = {
    {sts_operations, "2011-06-15", STS_SPACE},
    {iam_role_operations, "2010-05-08", IAM_SPACE},
    {iam_role_policy_operations, "2010-05-08", IAM_SPACE},
    {iam_user_operations, "2010-05-08", IAM_SPACE},
    {iam_key_operations, "2010-05-08", IAM_SPACE},
};

bool iam_fail(struct iam_call *call, int status, const char *code, const char *format, ...)
{
    char text[sizeof call->failure.text];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    call->status = status;
    call->code = code;
    return failure_set(&call->failure, FAILURE_PARAMETER, "%s", text);
}

/* Words of AWS's JSON services to those of its query services. */
static const struct {
    const char *json, *query;
    int status;
} words[] = {
    {"MissingAuthenticationTokenException", "MissingAuthenticationToken", FORBIDDEN},
    {"IncompleteSignatureException", "IncompleteSignature", BAD_REQUEST},
    {"InvalidSignatureException", "SignatureDoesNotMatch", FORBIDDEN},
    {"UnrecognizedClientException", "InvalidClientTokenId", FORBIDDEN},
    {"ExpiredTokenException", "ExpiredToken", FORBIDDEN},
    {"ThrottlingException", "Throttling", BAD_REQUEST},
};

bool iam_fail_of(struct iam_call *call)
{
    switch (call->failure.reason) {
    case FAILURE_DENIED:
        call->status = FORBIDDEN;
        call->code = "AccessDenied";
        return false;
    case FAILURE_UNAUTHENTICATED:
        call->status = FORBIDDEN;
        call->code = call->code ? call->code : "InvalidClientTokenId";
        return false;
    case FAILURE_BUSY:
    case FAILURE_RATE:
        call->status = UNAVAILABLE;
        call->code = "Throttling";
        return false;
    default:
        call->status = OURS;
        call->code = "ServiceFailure";
        return false;
    }
}

bool iam_fail_error(struct iam_call *call, const struct error *err)
{
    failure_of(&call->failure, err);
    return iam_fail_of(call);
}

static bool identify(struct iam_call *call)
{
    const char *code = NULL;
    if (auth_identify(call->node->auth, call->request, &call->caller, &code, &call->failure) &&
        call->caller.kind != CALLER_ANONYMOUS && !call->caller.token && !call->caller.login) {
        call->account = auth_scope(call->node->auth, &call->caller).account;
        return true;
    }
    if (call->failure.reason == FAILURE_NONE)
        failure_set(&call->failure, FAILURE_UNAUTHENTICATED,
                    "Request is missing Authentication "
                    "Token");
    for (size_t i = 0; code && i < sizeof words / sizeof *words; i++) {
        if (strcmp(code, words[i].json) != 0)
            continue;
        call->code = words[i].query;
        call->status = words[i].status;
        return false;
    }
    return iam_fail_of(call);
}

static const struct group *find(struct slice action, struct slice version,
                                const struct iam_operation **operation)
{
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        for (const struct iam_operation *row = groups[i].operations; row->name; row++)
            if (slice_equal_str(action, row->name) &&
                (!version.len || slice_equal_str(version, groups[i].version))) {
                *operation = row;
                return &groups[i];
            }
    return NULL;
}

static void tell_journal(struct iam_call *call)
{
    struct scope scope = auth_scope(call->node->auth, &call->caller);
    struct journal_entry entry = {.action = slice_str(call->operation->name),
                                  .account = call->account};
    struct error err = {0};
    if (!journal_tell(call->node->registry, &scope, &entry, &call->caller, &err))
        log_warning("%s %s is not in the audit log: %s", call->request->id, call->operation->name,
                    err.text);
}

static bool perform(struct iam_call *call, const struct group **group)
{
    struct error err = {0};
    bool post = slice_equal_str(call->request->method, "POST");
    if (!form_parse(post ? call->request->body : call->request->query, call->arena, &call->form,
                    &err))
        return iam_fail(call, BAD_REQUEST, "MalformedQueryString", "%s", err.text);
    struct slice action = form_get(&call->form, "Action"),
                 version = form_get(&call->form, "Version");
    *group = find(action, version, &call->operation);
    if (!*group)
        return iam_fail(call, BAD_REQUEST, "InvalidAction",
                        "Could not find operation %.*s for version %.*s",
                        SLICE_ARG(slice_upto(action, 100)), SLICE_ARG(slice_upto(version, 40)));
    call->request->operation = call->operation->name;
    return identify(call) && call->operation->run(call);
}

static void write_error(struct iam_call *call, struct xml *xml, const char *space)
{
    xml_open(xml, "ErrorResponse", space);
    xml_open(xml, "Error", NULL);
    xml_text(xml, "Type", call->status >= OURS ? SLICE("Receiver") : SLICE("Sender"));
    xml_text(xml, "Code", slice_str(call->code));
    xml_text(xml, "Message", slice_str(call->failure.text));
    xml_close(xml, "Error");
    xml_text(xml, "RequestId", slice_str(call->request->id));
    xml_close(xml, "ErrorResponse");
}

static void write_answer(struct iam_call *call, struct xml *xml, const char *space)
{
    enum { NAME_MAX = 80 };
    char response[NAME_MAX], result[NAME_MAX];
    snprintf(response, sizeof response, "%sResponse", call->operation->name);
    snprintf(result, sizeof result, "%sResult", call->operation->name);
    xml_open(xml, response, space);
    if (!call->operation->no_result) {
        xml_open(xml, result, NULL);
        xml_raw(xml, slice_of(call->out.at, call->out.len));
        xml_close(xml, result);
    }
    xml_open(xml, "ResponseMetadata", NULL);
    xml_text(xml, "RequestId", slice_str(call->request->id));
    xml_close(xml, "ResponseMetadata");
    xml_close(xml, response);
}

static void send(struct iam_call *call, struct server_response *response, const char *space)
{
    struct xml xml;
    xml_init(&xml, call->arena);
    if (call->code)
        write_error(call, &xml, space);
    else
        write_answer(call, &xml, space);
    bool whole = !xml.failed && !call->out.failed;
    response->status = whole ? call->status : OURS;
    response->body = whole ? slice_of(xml.at, xml.len) : SLICE("<ErrorResponse/>");
    (void)server_set(call->request, response, "Content-Type", SLICE("text/xml"));
    (void)server_set(call->request, response, "x-amzn-RequestId", slice_str(call->request->id));
}

void iam_run(const struct node *node, struct server_request *request,
             struct server_response *response)
{
    struct iam_call call = {
        .node = node, .request = request, .arena = request->arena, .status = STATUS_OK};
    const struct group *group = NULL;
    xml_init(&call.out, request->arena);
    if (perform(&call, &group)) {
        call.code = NULL;
        if (call.operation->changes) {
            auth_forget(node->auth);
            tell_journal(&call);
        }
    }
    if (call.failure.inside.kind != ERROR_NONE)
        log_warning("%s %s: %s", request->id, call.operation ? call.operation->name : "",
                    call.failure.inside.text);
    send(&call, response, group ? group->space : IAM_SPACE);
}
