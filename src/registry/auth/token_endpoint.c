/*
 * GET and POST /token, as the Distribution project documents them ("Token Authentication
 * Specification", "Token Scope", "OAuth2 Token Authentication"). Who asks is told by Basic
 * credentials or, in the form, by a password grant; nobody is anonymous, where that is allowed.
 * There are no refresh tokens: a client that asks for one is given none, and keeps its password.
 */
#include <jansson.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "base/clock.h"
#include "image/document.h"
#include "net/base64.h"
#include "net/form.h"
#include "registry/auth/parts.h"

enum { STATUS_OK = 200, BAD_REQUEST = 400, UNAUTHORIZED = 401, TOO_MANY = 429, UNAVAILABLE = 503 };

struct wants {
    struct caller_grant *grants;
    size_t count, room;
    struct slice text; /* the scopes as they were asked for, of a form */
};

static void set(struct server_request *request, struct server_response *response, const char *name,
                struct slice value)
{
    (void)server_set(request, response, name, value); /* without it the answer still says it all */
}

static void send(struct server_request *request, struct server_response *response, int status,
                 json_t *object)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    response->status = status;
    if (text)
        response->body = arena_copy(request->arena, slice_str(text));
    free(text);
    json_decref(object);
    set(request, response, "Content-Type", SLICE("application/json"));
    set(request, response, "Cache-Control", SLICE("no-store"));
}

/* Both forms of an error at once: Distribution's and OAuth2's (RFC 6749 section 5.2). */
static void refuse(struct server_request *request, struct server_response *response, int status,
                   const char *code, const char *oauth, const char *text)
{
    send(request, response, status,
         json_pack("{s:[{s:s,s:s}],s:s,s:s}", "errors", "code", code, "message", text, "error",
                   oauth, "error_description", text));
}

static void challenge(struct auth *auth, struct server_request *request,
                      struct server_response *response, const char *text)
{
    struct slice value = arena_printf(request->arena, "Basic realm=\"plimsoll\",service=\"%s\"",
                                      auth->options.service);
    if (value.at)
        set(request, response, "WWW-Authenticate", value);
    refuse(request, response, UNAUTHORIZED, "UNAUTHORIZED", "invalid_client", text);
}

static void explain(struct auth *auth, struct server_request *request,
                    struct server_response *response, const struct failure *failure)
{
    switch (failure->reason) {
    case FAILURE_UNAUTHENTICATED:
        challenge(auth, request, response, failure->text);
        return;
    case FAILURE_RATE:
    case FAILURE_BUSY: {
        struct slice wait = arena_printf(request->arena, "%u", failure->retry_seconds);
        if (wait.at)
            set(request, response, "Retry-After", wait);
        bool rate = failure->reason == FAILURE_RATE;
        refuse(request, response, rate ? TOO_MANY : UNAVAILABLE,
               rate ? "TOOMANYREQUESTS" : "UNAVAILABLE", "temporarily_unavailable", failure->text);
        return;
    }
    case FAILURE_PARAMETER:
        refuse(request, response, BAD_REQUEST, "UNSUPPORTED", "invalid_scope", failure->text);
        return;
    default:
        refuse(request, response, UNAVAILABLE, "UNAVAILABLE", "server_error",
               "the token could not be made");
    }
}

static void take_actions(struct slice actions, struct caller_grant *grant)
{
    while (actions.len) {
        struct slice action = slice_trim(slice_cut(&actions, ','));
        bool all = slice_equal_str(action, "*");
        grant->pull = grant->pull || all || slice_equal_str(action, "pull");
        grant->push = grant->push || all || slice_equal_str(action, "push");
        grant->remove = grant->remove || all || slice_equal_str(action, "delete");
    }
}

/* "repository:team/app:pull,push", "repository(plugin):…", "registry:catalog:*". Other types of
   resources are none of ours, and not granted. */
static bool take_scope(struct slice scope, struct arena *arena, struct wants *wants,
                       struct failure *failure)
{
    struct slice type = slice_cut(&scope, ':');
    size_t last = slice_find_last(scope, ':');
    struct slice name = slice_upto(scope, last), actions = slice_from(scope, last + 1);
    struct caller_grant grant = {0};
    type = slice_upto(type, slice_find(type, '('));
    if (slice_equal_str(type, "repository") && repository_name_is_valid(name)) {
        grant.repository = name;
        take_actions(actions, &grant);
    } else if (slice_equal_str(type, "registry") && slice_equal_str(name, "catalog")) {
        grant.catalog = true;
    } else {
        return true;
    }
    if (wants->count >= TOKEN_GRANTS_MAX)
        return failure_set(failure, FAILURE_PARAMETER, "over %d scopes", TOKEN_GRANTS_MAX);
    return ARENA_PUSH(arena, wants->grants, wants->count, wants->room, grant) ||
           failure_set(failure, FAILURE_LIMIT, "no memory for this request");
}

static bool take_scopes(const struct form *form, struct arena *arena, struct wants *wants,
                        struct failure *failure)
{
    for (size_t i = 0; i < form->count; i++) {
        struct slice scopes = form->items[i].value;
        if (!slice_equal_str(form->items[i].name, "scope"))
            continue;
        wants->text = scopes;
        while (scopes.len)
            if (!take_scope(slice_cut(&scopes, ' '), arena, wants, failure))
                return false;
    }
    return true;
}

static bool is_password_grant(struct server_request *request, const struct form *form)
{
    return slice_equal_str(request->method, "POST") &&
           slice_equal_str(form_get(form, "grant_type"), "password");
}

/* The caller by the request's own credentials; by those of the form through the same door. */
static bool identify(struct auth *auth, struct server_request *request, const struct form *form,
                     struct caller *caller, struct failure *failure)
{
    const char *code;
    enum auth_recall recall;
    if (is_password_grant(request, form) && !auth->options.none)
        return auth_identify_password(auth, request, form_get(form, "username"),
                                      form_get(form, "password"), caller, failure);
    recall = auth_recall(auth, request, caller);
    if (recall == AUTH_ANONYMOUS && !auth->options.anonymous_pull)
        return failure_set(failure, FAILURE_UNAUTHENTICATED, "authentication required");
    return recall != AUTH_ASK || auth_identify(auth, request, caller, &code, failure);
}

static void answer(struct auth *auth, struct server_request *request,
                   struct server_response *response, const struct wants *wants, struct slice token,
                   unsigned seconds)
{
    double now = auth->registry->world->ops->now(auth->registry->world);
    struct slice issued = clock_format((int64_t)now, request->arena);
    json_t *object = json_object();
    json_object_set_new(object, "token", json_stringn(token.at, token.len));
    json_object_set_new(object, "access_token", json_stringn(token.at, token.len));
    json_object_set_new(object, "expires_in", json_integer(seconds));
    json_object_set_new(object, "issued_at", json_stringn(issued.at, issued.len));
    if (slice_equal_str(request->method, "POST"))
        json_object_set_new(object, "scope",
                            json_stringn(wants->text.at ? wants->text.at : "", wants->text.len));
    send(request, response, STATUS_OK, object);
}

static bool read_form(struct server_request *request, struct server_response *response,
                      struct form *form)
{
    struct error err = {0};
    bool post = slice_equal_str(request->method, "POST");
    struct slice grant;
    if (!post && !slice_equal_str(request->method, "GET")) {
        refuse(request, response, BAD_REQUEST, "UNSUPPORTED", "invalid_request",
               "GET or POST is expected");
        return false;
    }
    if (!form_parse(post ? request->body : request->query, request->arena, form, &err)) {
        refuse(request, response, BAD_REQUEST, "UNSUPPORTED", "invalid_request", err.text);
        return false;
    }
    grant = form_get(form, "grant_type");
    if (post && grant.len && !slice_equal_str(grant, "password")) {
        refuse(request, response, BAD_REQUEST, "UNSUPPORTED", "unsupported_grant_type",
               "only the grant type password is known here");
        return false;
    }
    return true;
}

void auth_token_run(struct auth *auth, struct server_request *request,
                    struct server_response *response)
{
    struct failure failure = {0};
    struct wants wants = {0};
    struct caller caller;
    struct form form;
    struct slice token;
    unsigned seconds;
    if (!read_form(request, response, &form))
        return;
    if (identify(auth, request, &form, &caller, &failure) && caller.token)
        failure_set(&failure, FAILURE_UNAUTHENTICATED, "a token is not given for a token");
    if (failure.reason == FAILURE_NONE && take_scopes(&form, request->arena, &wants, &failure) &&
        auth_bearer_for(auth, &caller, wants.grants, wants.count, request->arena, &token, &seconds,
                        &failure))
        answer(auth, request, response, &wants, token, seconds);
    else
        explain(auth, request, response, &failure);
}
