/*
 * From a request to its caller.
 *
 *   auth_recall    hash of the credentials ─> remembered and nothing changed? ─> the caller
 *   auth_identify  remembered, but something changed: verified again, the same password not hashed
 *                  again; else verified by its kind; then remembered
 *
 * Signed requests are not remembered: each is another.
 */
#include "base/ascii.h"
#include "net/base64.h"
#include "registry/auth/parts.h"

static double now_of(const struct auth *auth)
{
    return auth->registry->world->ops->now(auth->registry->world);
}

static double monotonic_of(const struct auth *auth)
{
    return auth->registry->world->ops->monotonic(auth->registry->world);
}

static bool is_signed(struct slice header, const struct server_request *request)
{
    return slice_starts(header, SLICE("AWS4-HMAC-SHA256")) ||
           (!header.len && request->query.len &&
            slice_search(request->query, SLICE("X-Amz-Signature=")) < request->query.len);
}

static void set_request(struct caller *caller, const struct server_request *request)
{
    caller->address = request->client;
    caller->request = slice_str(request->id);
    caller->secure = request->tls;
}

static void set_admin(struct auth *auth, struct caller *caller)
{
    *caller = (struct caller){.kind = CALLER_USER,
                              .name = SLICE("admin"),
                              .account = slice_str(auth->options.account),
                              .admin = true};
}

/* --no-auth: nothing is verified, but a signature still tells the region that is meant. */
static void set_everybody(struct auth *auth, const struct server_request *request,
                          struct caller *caller)
{
    enum { REGION_PART = 2 };
    struct slice header = server_header(request, "Authorization");
    set_admin(auth, caller);
    caller->arn = arena_printf(request->arena, "arn:aws:iam::%s:root", auth->options.account);
    set_request(caller, request);
    size_t at = slice_search(header, SLICE("Credential="));
    struct slice scope = slice_from(header, at);
    for (int i = 0; i < REGION_PART; i++)
        slice_cut(&scope, '/');
    struct slice region = slice_cut(&scope, '/');
    if (is_signed(header, request) && region_is_valid(region))
        caller->region = region;
}

static struct siphash key_of(const struct auth *auth, struct slice header,
                             const struct server_request *request)
{
    return header.len ? siphash_of(auth->header_key, header)
                      : siphash_of(auth->certificate_key, request->client_certificate);
}

bool region_is_valid(struct slice region)
{
    enum { REGION_MAX = 32 };
    for (size_t i = 0; i < region.len; i++)
        if (!ascii_digit(region.at[i]) && region.at[i] != '-' &&
            (region.at[i] < 'a' || region.at[i] > 'z'))
            return false;
    return region.len > 0 && region.len <= REGION_MAX;
}

enum auth_recall auth_recall(struct auth *auth, const struct server_request *request,
                             struct caller *caller)
{
    if (auth->options.none) {
        set_everybody(auth, request, caller);
        return AUTH_KNOWN;
    }
    double now = monotonic_of(auth), until;
    struct slice header = server_header(request, "Authorization");
    bool stale = false;
    if (htpasswd_poll(auth->htpasswd, now))
        auth_forget(auth);
    if (is_signed(header, request))
        return AUTH_ASK;
    if (!header.len && !request->client_certificate.len) {
        *caller = (struct caller){.kind = CALLER_ANONYMOUS};
        set_request(caller, request);
        return AUTH_ANONYMOUS;
    }
    struct identity *identity =
        remember_find(auth->remember, key_of(auth, header, request), now, &stale, &until);
    bool good = identity && !stale &&
                (identity->expires <= 0 || now_of(auth) < identity->expires) &&
                identity_copy(identity, request->arena, caller);
    identity_unref(identity);
    if (!good)
        return AUTH_ASK;
    set_request(caller, request);
    return AUTH_KNOWN;
}

bool attempt_refused(struct attempt *attempt, const char *code, const char *text)
{
    attempt->code = code;
    return failure_set(attempt->failure, FAILURE_UNAUTHENTICATED, "%s", text);
}

static bool scheme_is(struct slice header, const char *scheme, struct slice *rest)
{
    struct slice word = slice_cut(&header, ' ');
    *rest = slice_trim(header);
    return slice_equal_nocase(word, slice_str(scheme));
}

static bool verify(struct attempt *attempt, struct slice header)
{
    struct slice rest;
    if (is_signed(header, attempt->request))
        return attempt_signature(attempt);
    if (scheme_is(header, "Basic", &rest))
        return attempt_basic(attempt, rest);
    if (scheme_is(header, "Bearer", &rest))
        return attempt_bearer(attempt, rest);
    if (header.len)
        return attempt_refused(attempt, "UnrecognizedClientException",
                               "this kind of authorization is not known here");
    if (attempt->request->client_certificate.len)
        return attempt_certificate(attempt);
    return attempt_refused(attempt, "MissingAuthenticationTokenException",
                           "Missing Authentication Token");
}

static void keep(struct attempt *attempt, double now, double until)
{
    struct auth *auth = attempt->auth;
    struct identity *identity = identity_new(&attempt->caller, attempt->expires, attempt->stamp);
    if (!identity)
        return; /* asked again the next time */
    if (!attempt->earlier || until > now + AUTH_REMEMBER_SECONDS)
        until = now + AUTH_REMEMBER_SECONDS;
    remember_put(auth->remember, attempt->key, identity, until, attempt->generation);
    identity_unref(identity);
}

static bool identify_by(struct auth *auth, const struct server_request *request,
                        struct slice header, struct caller *caller, const char **code,
                        struct failure *failure)
{
    struct attempt attempt = {.auth = auth,
                              .request = request,
                              .arena = request->arena,
                              .generation = remember_generation(auth->remember),
                              .failure = failure};
    double now = monotonic_of(auth), until = 0;
    bool stale = false, remembered = !is_signed(header, request);
    attempt.key = key_of(auth, header, request);
    if (remembered)
        attempt.earlier = remember_find(auth->remember, attempt.key, now, &stale, &until);
    bool good = verify(&attempt, header);
    if (good && remembered)
        keep(&attempt, now, until);
    identity_unref(attempt.earlier);
    *code = attempt.code;
    if (!good)
        return false;
    *caller = attempt.caller;
    set_request(caller, request);
    return true;
}

bool auth_identify(struct auth *auth, const struct server_request *request, struct caller *caller,
                   const char **code, struct failure *failure)
{
    *code = NULL;
    if (!auth->options.none)
        return identify_by(auth, request, server_header(request, "Authorization"), caller, code,
                           failure);
    set_everybody(auth, request, caller);
    return true;
}

bool auth_identify_password(struct auth *auth, const struct server_request *request,
                            struct slice user, struct slice password, struct caller *caller,
                            struct failure *failure)
{
    const char *code;
    struct slice header = base64_basic(user, password, request->arena);
    if (!header.at)
        return failure_set(failure, FAILURE_LIMIT, "no memory for this request");
    return identify_by(auth, request, header, caller, &code, failure);
}
