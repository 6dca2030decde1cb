/* The tokens that are handed out, and what they are worth when they come back. */
#include "registry/auth/parts.h"

static double now_of(const struct auth *auth)
{
    return auth->registry->world->ops->now(auth->registry->world);
}

static bool gone(struct attempt *attempt)
{
    return attempt_refused(attempt, "UnrecognizedClientException",
                           "The security token included in the request is invalid.");
}

static struct slice role_name_of(const struct caller *caller)
{
    return slice_upto(caller->name, slice_find(caller->name, '/'));
}

/* By its key when it came by one, else by its password: with that removed, it is over. */
static bool user_token_holds(struct attempt *attempt, const struct token *token,
                             const struct user *user, bool *holds)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    struct user_key key;
    if (!token->access_key.len) {
        struct slice stamp = stamp_of(attempt->auth, user->password, attempt->arena);
        *holds = stamp.at && secret_equal(stamp, token->stamp);
        return true;
    }
    if (!meta_begin(attempt->auth->registry->meta, false, &txn, &err) ||
        !user_key_get(txn, token->access_key, attempt->arena, &key, holds, &err))
        return failure_of(attempt->failure, &err);
    *holds = *holds && !key.disabled && slice_equal(key.user, user->name);
    return true;
}

static bool user_of_token(struct attempt *attempt, const struct token *token)
{
    struct user user;
    bool found, holds = false;
    if (!user_to_caller(attempt, token->name, &user, &found))
        return false;
    if (!found || !slice_equal(user.account, token->account))
        return gone(attempt);
    if (!user_token_holds(attempt, token, &user, &holds))
        return false;
    attempt->caller.access_key = token->access_key;
    return holds || gone(attempt);
}

static bool role_of_token(struct attempt *attempt, const struct token *token)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    struct role role;
    bool found;
    struct caller *caller = &attempt->caller;
    *caller = (struct caller){.kind = CALLER_ROLE, .name = token->name, .account = token->account};
    if (!meta_begin(attempt->auth->registry->meta, false, &txn, &err) ||
        !role_get(txn, token->account, role_name_of(caller), attempt->arena, &role, &found, &err))
        return failure_of(attempt->failure, &err);
    if (!found || !slice_equal(role.id, token->stamp))
        return gone(attempt);
    caller->access_key = token->access_key;
    caller->arn = arena_printf(attempt->arena, "arn:aws:sts::%.*s:assumed-role/%.*s",
                               SLICE_ARG(token->account), SLICE_ARG(token->name));
    return caller->arn.at || failure_set(attempt->failure, FAILURE_LIMIT, "no memory");
}

bool token_to_caller(struct attempt *attempt, const struct token *token)
{
    bool good = true;
    if (token->who == CALLER_USER)
        good = user_of_token(attempt, token);
    else if (token->who == CALLER_ROLE)
        good = role_of_token(attempt, token);
    else
        attempt->caller = (struct caller){.kind = CALLER_ANONYMOUS};
    if (!good)
        return false;
    attempt->expires = token->expires;
    attempt->caller.region = token->region;
    attempt->caller.token = token->kind == TOKEN_BEARER;
    attempt->caller.grants = token->grants;
    attempt->caller.grant_count = token->grant_count;
    return true;
}

bool attempt_bearer(struct attempt *attempt, struct slice text)
{
    struct token token;
    struct error err = {0};
    if (!token_open(text, TOKEN_BEARER, attempt->auth->token_key, attempt->arena, &token, &err))
        return attempt_refused(attempt, "UnrecognizedClientException", err.text);
    if (now_of(attempt->auth) >= token.expires)
        return attempt_refused(attempt, "ExpiredTokenException", "the token has expired");
    return token_to_caller(attempt, &token);
}

/* What the caller's tokens carry: of a user its password's stamp, of a role its id. */
static bool stamp_for(struct auth *auth, const struct caller *caller, struct arena *arena,
                      struct slice *stamp, struct failure *failure)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    struct user user = {0};
    struct role role = {0};
    bool found = false;
    *stamp = (struct slice){0};
    if (auth->options.none || caller->kind == CALLER_ANONYMOUS)
        return true; /* good for nothing where somebody is asked */
    if (!meta_begin(auth->registry->meta, false, &txn, &err))
        return failure_of(failure, &err);
    if (caller->kind == CALLER_ROLE) {
        if (!role_get(txn, caller->account, role_name_of(caller), arena, &role, &found, &err))
            return failure_of(failure, &err);
        *stamp = role.id;
        return found || failure_set(failure, FAILURE_UNAUTHENTICATED, "the role is gone");
    }
    if (!user_get(txn, caller->name, arena, &user, &found, &err))
        return failure_of(failure, &err);
    *stamp = stamp_of(auth,
                      user.password.len ? user.password
                                        : htpasswd_hash(auth->htpasswd, caller->name, arena),
                      arena);
    return stamp->at || failure_set(failure, FAILURE_LIMIT, "no memory for this request");
}

static bool seal_for(struct auth *auth, const struct caller *caller, struct token *token,
                     struct arena *arena, struct slice *text, struct failure *failure)
{
    if (!stamp_for(auth, caller, arena, &token->stamp, failure))
        return false;
    token->who = caller->kind;
    token->name = caller->name;
    token->account = caller->account;
    token->region = caller->region;
    /* Temporary keys are no rows: the token of a role ends with the role. */
    if (!slice_starts(caller->access_key, SLICE("ASIA")))
        token->access_key = caller->access_key;
    *text = token_seal(token, auth->token_key, arena);
    return text->at || failure_set(failure, FAILURE_LIMIT, "too much for one token");
}

bool auth_password_for(struct auth *auth, const struct caller *caller, struct arena *arena,
                       struct slice *password, double *expires, struct failure *failure)
{
    struct token token = {.kind = TOKEN_PASSWORD, .expires = now_of(auth) + AUTH_TOKEN_SECONDS};
    if (caller->kind == CALLER_ANONYMOUS || caller->token)
        return failure_set(failure, FAILURE_DENIED,
                           "only a user or role gets an authorization token");
    *expires = token.expires;
    return seal_for(auth, caller, &token, arena, password, failure);
}

static bool may(struct auth *auth, const struct caller *caller, const struct scope *scope,
                const char *first, const char *second)
{
    struct failure refused = {0};
    return auth_allows(auth, caller, first, scope, &refused) &&
           (!second || auth_allows(auth, caller, second, scope, &refused));
}

static struct caller_grant grantable(struct auth *auth, const struct caller *caller,
                                     const struct caller_grant *wanted)
{
    struct scope scope = auth_scope(auth, caller);
    struct caller_grant grant = {.repository = wanted->repository};
    scope.repository = wanted->repository;
    grant.pull = wanted->pull &&
                 may(auth, caller, &scope, "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer");
    grant.push =
        wanted->push && may(auth, caller, &scope, "ecr:PutImage", "ecr:InitiateLayerUpload");
    grant.remove = wanted->remove && may(auth, caller, &scope, "ecr:BatchDeleteImage", NULL);
    /* The catalogue shows each caller what is theirs. */
    grant.catalog = wanted->catalog && caller->kind != CALLER_ANONYMOUS && !caller->token;
    return grant;
}

bool auth_bearer_for(struct auth *auth, const struct caller *caller,
                     const struct caller_grant *wanted, size_t count, struct arena *arena,
                     struct slice *text, unsigned *seconds, struct failure *failure)
{
    enum { BEARER_SECONDS = 300 };
    struct token token = {.kind = TOKEN_BEARER, .expires = now_of(auth) + BEARER_SECONDS};
    if (count > TOKEN_GRANTS_MAX)
        return failure_set(failure, FAILURE_PARAMETER, "over %d scopes in one token",
                           TOKEN_GRANTS_MAX);
    token.grants = arena_array(arena, count + 1, sizeof *token.grants);
    if (!token.grants)
        return failure_set(failure, FAILURE_LIMIT, "no memory for this request");
    for (size_t i = 0; i < count; i++) {
        struct caller_grant grant = grantable(auth, caller, &wanted[i]);
        if (grant.pull || grant.push || grant.remove || grant.catalog)
            token.grants[token.grant_count++] = grant;
    }
    *seconds = BEARER_SECONDS;
    return seal_for(auth, caller, &token, arena, text, failure);
}

bool auth_session_for(struct auth *auth, const struct caller *caller, struct slice account,
                      struct slice role, struct slice role_id, struct slice session,
                      unsigned seconds, struct arena *arena, struct auth_session *keys,
                      struct failure *failure)
{
    struct token token = {.kind = TOKEN_SESSION, .expires = now_of(auth) + seconds};
    struct session_key *key = arena_new(arena, struct session_key);
    struct slice text;
    if (role.len) {
        token.who = CALLER_ROLE;
        token.account = account;
        token.stamp = role_id;
        token.name = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(role), SLICE_ARG(session));
        text = token_seal(&token, auth->token_key, arena);
    } else if (!seal_for(auth, caller, &token, arena, &text, failure)) {
        return false;
    }
    if (!key || !text.at || !token_session_key(text, auth->token_key, arena, key))
        return failure_set(failure, FAILURE_LIMIT, "no memory for this request");
    *keys = (struct auth_session){slice_str(key->id), slice_str(key->secret), text, token.expires};
    return true;
}
