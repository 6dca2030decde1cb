/*
 * Signed requests: Signature Version 4 by an access key, or by temporary keys with their session
 * token. Text of refusals: AWS's, so that its clients and their users know them.
 *
 * Replays. Within the skew a request that was overheard can be sent again, to the byte, as AWS
 * allows it. Refusing a signature that was seen would refuse honest clients: timestamps count whole
 * seconds, so two processes with one key that ask the same in the same second send the same bytes
 * (two jobs that call GetAuthorizationToken, say). And a replay brings nobody in: it does once more
 * what the key's owner asked this server for (method, path, query, Host, target and body are
 * signed, and every X-Amz- header must be), whoever overhears it has overheard the answer, too, and
 * it ends with the key and the skew. Who must exclude it uses TLS.
 */
#include "base/clock.h"
#include "registry/auth/parts.h"

#define INVALID_SIGNATURE "InvalidSignatureException"
#define UNKNOWN_KEY       "UnrecognizedClientException"
#define UNKNOWN_KEY_TEXT  "The security token included in the request is invalid."

static bool add_header(const struct server_request *request, struct slice name,
                       struct http_headers *headers, struct error *err)
{
    const char *text = arena_string(request->arena, name);
    if (!text)
        return arena_error(err);
    if (http_header_get(headers, text).len)
        return true;
    struct slice value = server_header(request, text);
    return !value.at || http_headers_add(headers, name, value, request->arena, err);
}

/* The headers that a signature may be about: those it names, and those that must be named. */
static bool collect_headers(const struct server_request *request, struct slice names,
                            struct http_headers *headers, struct error *err)
{
    static const char *const always[] = {
        "authorization",        "host",        "date", "x-amz-date", "x-amz-security-token",
        "x-amz-content-sha256", "x-amz-target"};
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (!add_header(request, slice_str(always[i]), headers, err))
            return false;
    while (names.len) {
        struct slice name = slice_cut(&names, ';');
        if (name.len && headers->count < HTTP_HEADERS_MAX / 2 &&
            !add_header(request, name, headers, err))
            return false;
    }
    return true;
}

static struct slice names_in(const struct server_request *request)
{
    struct slice header = server_header(request, "Authorization"), names = {0};
    size_t at = slice_search(header, SLICE("SignedHeaders="));
    if (at < header.len) {
        header = slice_from(header, at + sizeof "SignedHeaders=" - 1);
        return slice_trim(slice_cut(&header, ','));
    }
    return server_query(request, "X-Amz-SignedHeaders", &names) ? names : (struct slice){0};
}

static bool read_claim(struct attempt *attempt, struct sigv4_request *signed_request,
                       struct http_headers *headers, struct sigv4_claim *claim)
{
    const struct server_request *request = attempt->request;
    struct error err = {0};
    *signed_request = (struct sigv4_request){request->method, request->path, request->query,
                                             headers, request->body};
    if (collect_headers(request, names_in(request), headers, &err) &&
        sigv4_claim_parse(signed_request, attempt->arena, claim, &err))
        return true;
    if (err.kind == ERROR_FORMAT || err.kind == ERROR_NOT_FOUND)
        return attempt_refused(attempt, "IncompleteSignatureException", err.text);
    return failure_of(attempt->failure, &err);
}

static bool check_scope(struct attempt *attempt, const struct sigv4_claim *claim)
{
    static const char *const services[] = {"ecr", "sts", "iam"};
    /* What was signed for STS alone (others take such requests for a proof) moves no image. */
    bool json = server_header(attempt->request, "X-Amz-Target").len > 0;
    if (!region_is_valid(claim->region))
        return attempt_refused(attempt, INVALID_SIGNATURE,
                               "Credential should be scoped to a valid region.");
    for (size_t i = 0; i < (json ? 1 : sizeof services / sizeof *services); i++)
        if (slice_equal_str(claim->service, services[i]))
            return true;
    return attempt_refused(attempt, INVALID_SIGNATURE,
                           "Credential should be scoped to correct service: 'ecr'.");
}

static bool check_time(struct attempt *attempt, const struct sigv4_claim *claim)
{
    double now = attempt->auth->registry->world->ops->now(attempt->auth->registry->world);
    double skew = attempt->auth->options.skew_seconds;
    double last = (double)claim->when + (claim->in_query ? (double)claim->expires : skew);
    bool early = (double)claim->when > now + skew;
    if (now <= last && !early)
        return true;
    attempt->code = INVALID_SIGNATURE;
    struct slice shown = clock_format((int64_t)now, attempt->arena);
    return failure_set(attempt->failure, FAILURE_UNAUTHENTICATED,
                       early ? "Signature not yet current: %.*s is still later than %.*s"
                             : "Signature expired: %.*s is now earlier than %.*s",
                       SLICE_ARG(claim->timestamp), SLICE_ARG(shown));
}

static bool check_signature(struct attempt *attempt, const struct sigv4_request *request,
                            const struct sigv4_claim *claim, struct slice secret)
{
    struct error err = {0};
    if (sigv4_verify(request, claim, secret, attempt->arena, &err))
        return true;
    if (err.kind == ERROR_DENIED)
        return attempt_refused(attempt, INVALID_SIGNATURE, err.text);
    if (err.kind == ERROR_FORMAT)
        return attempt_refused(attempt, "IncompleteSignatureException", err.text);
    return failure_of(attempt->failure, &err);
}

static bool by_access_key(struct attempt *attempt, const struct sigv4_request *request,
                          const struct sigv4_claim *claim)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user_key key;
    struct user user;
    struct error err = {0};
    bool found;
    if (!meta_begin(attempt->auth->registry->meta, false, &txn, &err) ||
        !user_key_get(txn, claim->access_key, attempt->arena, &key, &found, &err))
        return failure_of(attempt->failure, &err);
    meta_abort(&txn);
    if (!found || key.disabled)
        return attempt_refused(attempt, UNKNOWN_KEY, UNKNOWN_KEY_TEXT);
    if (!check_signature(attempt, request, claim, key.secret) ||
        !user_to_caller(attempt, key.user, &user, &found))
        return false;
    attempt->caller.access_key = key.id;
    return found || attempt_refused(attempt, UNKNOWN_KEY, UNKNOWN_KEY_TEXT);
}

static bool by_session(struct attempt *attempt, const struct sigv4_request *request,
                       const struct sigv4_claim *claim)
{
    const struct auth *auth = attempt->auth;
    struct session_key *session = arena_new(attempt->arena, struct session_key);
    struct token token;
    struct error err = {0};
    if (!session ||
        !token_open(claim->session, TOKEN_SESSION, auth->token_key, attempt->arena, &token, &err) ||
        !token_session_key(claim->session, auth->token_key, attempt->arena, session) ||
        !secret_equal(slice_str(session->id), claim->access_key))
        return attempt_refused(attempt, UNKNOWN_KEY, UNKNOWN_KEY_TEXT);
    if (auth->registry->world->ops->now(auth->registry->world) >= token.expires)
        return attempt_refused(attempt, "ExpiredTokenException",
                               "The security token included in the request is expired");
    if (!check_signature(attempt, request, claim, slice_str(session->secret)) ||
        !token_to_caller(attempt, &token))
        return false;
    attempt->caller.access_key = slice_str(session->id);
    return true;
}

bool attempt_signature(struct attempt *attempt)
{
    struct sigv4_request request;
    struct sigv4_claim claim;
    struct http_headers headers = {0};
    if (!read_claim(attempt, &request, &headers, &claim) || !check_scope(attempt, &claim) ||
        !check_time(attempt, &claim))
        return false;
    bool good = claim.session.len ? by_session(attempt, &request, &claim)
                                  : by_access_key(attempt, &request, &claim);
    attempt->caller.region = claim.region;
    return good;
}
