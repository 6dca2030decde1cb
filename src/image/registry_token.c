/* From a challenge to what stands in the Authorization header. See registry_session.h. */
#include "image/document.h"
#include "image/registry_session.h"
#include "net/base64.h"

enum { TOKEN_MAX = 256 * 1024 };

/* The token server may be any host, as the specification has it; but a password that came over TLS
   does not go on without. */
static bool check_realm(const struct session *session, const struct url *realm, struct error *err)
{
    if (slice_starts(session->base, SLICE("https:")) && slice_equal_str(realm->scheme, "http"))
        return error_set(err, ERROR_DENIED,
                         "%.*s wants tokens to be fetched without TLS from %.*s: not done",
                         SLICE_ARG(session->shown), SLICE_ARG(realm->host));
    return true;
}

static bool read_token(struct slice body, struct arena *arena, struct slice *authorization,
                       struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse(body, err);
    struct slice token = {0};
    if (!document)
        return false;
    if (!document_text(document, "token", arena, &token) ||
        (!token.len && !document_text(document, "access_token", arena, &token)))
        return arena_error(err);
    if (!token.len)
        return error_set(err, ERROR_FORMAT, "no token in the answer");
    *authorization = arena_printf(arena, "Bearer %.*s", SLICE_ARG(token));
    return authorization->at || arena_error(err);
}

/* POST with the identity token (OAuth2 refresh grant). */
static bool refresh_request(const struct session *session, const struct challenge *challenge,
                            struct slice scope, struct arena *arena, struct http_request *request,
                            struct error *err)
{
    request->body =
        arena_printf(arena,
                     "grant_type=refresh_token&client_id=plimsoll&service=%s&scope=%s&"
                     "refresh_token=%s",
                     url_encode(challenge->service, arena).at, url_encode(scope, arena).at,
                     url_encode(session->credentials.identity_token, arena).at);
    request->method = "POST";
    request->body_type = SLICE("application/x-www-form-urlencoded");
    return request->body.at || arena_error(err);
}

/* GET, with user and password where we have them. */
static bool token_request(const struct session *session, const struct challenge *challenge,
                          struct slice scope, struct url *url, struct arena *arena,
                          struct http_request *request, struct error *err)
{
    const struct credentials *credentials = &session->credentials;
    if (challenge->service.len && !url_query_add(url, "service", challenge->service, arena, err))
        return false;
    if (scope.len && !url_query_add(url, "scope", scope, arena, err))
        return false;
    if (!credentials->user.len)
        return true;
    request->authorization = base64_basic(credentials->user, credentials->password, arena);
    return request->authorization.at || arena_error(err);
}

static bool fetch_token(struct session *session, struct http_client *client,
                        const struct challenge *challenge, struct arena *arena,
                        struct slice *authorization, struct error *err)
{
    struct url url;
    struct http_request request = {.limit = TOKEN_MAX};
    struct http_response response;
    struct slice scope = challenge->scope;
    if (!scope.len && session->reference.repository.len)
        scope =
            arena_printf(arena, "repository:%.*s:pull", SLICE_ARG(session->reference.repository));
    if (session->pushes && slice_ends(scope, SLICE(":pull")))
        scope = arena_printf(arena, "%.*s,push", SLICE_ARG(scope));
    if (!url_parse(challenge->realm, arena, &url, err))
        return error_add(err, "the token server that %.*s names", SLICE_ARG(session->shown));
    bool refresh = session->credentials.identity_token.len > 0;
    if (!check_realm(session, &url, err) ||
        !(refresh ? refresh_request(session, challenge, scope, arena, &request, err)
                  : token_request(session, challenge, scope, &url, arena, &request, err)))
        return false;
    request.url = url_text(&url, arena);
    if (!http_perform(client, &request, arena, &response, err))
        return error_add(err, "fetching a token");
    if (response.status == 401 || response.status == 403 || response.status == 400) {
        *authorization = (struct slice){0}; /* the credentials are no good: session_get tells */
        return true;
    }
    if (response.status != 200)
        return http_status_error(&response, err) || error_add(err, "fetching a token");
    return read_token(response.body, arena, authorization, err) ||
           error_add(err, "fetching a token from %.*s", SLICE_ARG(url.host));
}

bool session_answer(struct session *session, struct http_client *client,
                    const struct challenges *challenges, struct arena *arena,
                    struct slice *authorization, struct error *err)
{
    const struct credentials *credentials = &session->credentials;
    const struct challenge *bearer = challenges_find(challenges, CHALLENGE_BEARER);
    bool basic = challenges_find(challenges, CHALLENGE_BASIC) != NULL;
    struct slice answer = {0};
    if (bearer && credentials->bearer.len)
        answer = arena_printf(arena, "Bearer %.*s", SLICE_ARG(credentials->bearer));
    else if (bearer)
        return fetch_token(session, client, bearer, arena, authorization, err);
    else if (basic && credentials->user.len)
        answer = base64_basic(credentials->user, credentials->password, arena);
    *authorization = answer;
    return true;
}

struct slice session_error_text(struct slice body, struct arena *arena)
{
    struct error ignored = {0};
    struct slice code = {0}, message = {0};
    CLEANUP_JSON json_t *document = document_parse(body, &ignored);
    json_t *first = json_array_get(json_object_get(document, "errors"), 0);
    if (!first || !document_text(first, "code", arena, &code) ||
        !document_text(first, "message", arena, &message) || !(code.len || message.len))
        return (struct slice){"", 0};
    return arena_printf(arena, ": %.*s%s%.*s", SLICE_ARG(slice_upto(code, 60)),
                        message.len ? ": " : "", SLICE_ARG(slice_upto(message, 200)));
}
