/*
 * Basic credentials: "AWS" and a password of GetAuthorizationToken; an access key and its secret; a
 * user's password, ours or htpasswd's. And client certificates, whose name is a user's.
 *
 * A name that nobody has costs the same hashing as a wrong password, so that time does not tell
 * which names there are.
 */
#include "base/clock.h"
#include "net/base64.h"
#include "registry/auth/parts.h"
#include "registry/auth/password.h"

#define WRONG "the user name or the password is wrong"

static double monotonic_of(const struct auth *auth)
{
    return auth->registry->world->ops->monotonic(auth->registry->world);
}

static bool trouble(struct attempt *attempt, const struct error *err)
{
    return failure_of(attempt->failure, err);
}

static bool slot_take(struct hash_slots *slots)
{
    struct timespec end = clock_after(HASH_WAIT_SECONDS);
    bool taken;
    int waited = 0;
    pthread_mutex_lock(&slots->lock);
    while (slots->busy >= HASHES_AT_ONCE && waited == 0)
        waited = pthread_cond_clockwait(&slots->free, &slots->lock, CLOCK_MONOTONIC, &end);
    taken = slots->busy < HASHES_AT_ONCE;
    slots->busy += taken;
    pthread_mutex_unlock(&slots->lock);
    return taken;
}

static void slot_give(struct hash_slots *slots)
{
    pthread_mutex_lock(&slots->lock);
    slots->busy--;
    pthread_cond_signal(&slots->free);
    pthread_mutex_unlock(&slots->lock);
}

/* Many requests with one password come at once: the first hashes, the others find it here. */
static bool was_verified_meanwhile(struct attempt *attempt, struct siphash stamp)
{
    bool stale = false;
    double until;
    struct identity *identity = remember_find(attempt->auth->remember, attempt->key,
                                              monotonic_of(attempt->auth), &stale, &until);
    bool same = identity && identity->stamp.low == stamp.low && identity->stamp.high == stamp.high;
    identity_unref(identity);
    return same;
}

bool attempt_password(struct attempt *attempt, struct slice password, struct slice hash,
                      bool *right)
{
    struct auth *auth = attempt->auth;
    struct siphash stamp = siphash_of(auth->certificate_key, hash);
    const struct identity *earlier = attempt->earlier;
    attempt->stamp = stamp;
    *right =
        hash.len && earlier && earlier->stamp.low == stamp.low && earlier->stamp.high == stamp.high;
    if (*right)
        return true;
    if (!slot_take(&auth->slots)) {
        failure_set(attempt->failure, FAILURE_BUSY, "too many logins at once, try again");
        attempt->failure->retry_seconds = 1;
        return false;
    }
    if (hash.len && was_verified_meanwhile(attempt, stamp))
        *right = true;
    else
        *right = password_matches(password, hash.len ? hash : auth->decoy) && hash.len;
    slot_give(&auth->slots);
    return true;
}

static bool refuse_wrong(struct attempt *attempt, struct slice name)
{
    slow_wrong(attempt->auth->slow, attempt->request->client, name, monotonic_of(attempt->auth));
    return attempt_refused(attempt, "UnrecognizedClientException", WRONG);
}

static bool may_try(struct attempt *attempt, struct slice name)
{
    unsigned wait =
        slow_wait(attempt->auth->slow, attempt->request->client, name, monotonic_of(attempt->auth));
    if (wait == 0)
        return true;
    failure_set(attempt->failure, FAILURE_RATE,
                "too many wrong passwords from here, try again in %u seconds", wait);
    attempt->failure->retry_seconds = wait;
    attempt->code = "ThrottlingException";
    return false;
}

static struct caller caller_of_user(const struct user *user, struct arena *arena)
{
    return (struct caller){.kind = CALLER_USER,
                           .name = user->name,
                           .account = user->account,
                           .arn = user_arn(user->account, user->name, arena),
                           .admin = user->admin};
}

bool user_to_caller(struct attempt *attempt, struct slice name, struct user *user, bool *found)
{
    struct auth *auth = attempt->auth;
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    if (!meta_begin(auth->registry->meta, false, &txn, &err) ||
        !user_get(txn, name, attempt->arena, user, found, &err))
        return trouble(attempt, &err);
    struct slice hash = htpasswd_hash(auth->htpasswd, name, attempt->arena);
    if (!*found && hash.len) {
        *user = (struct user){.name = arena_copy(attempt->arena, name),
                              .account = slice_str(auth->options.account)};
        *found = true;
    }
    if (*found && !user->password.len)
        user->password = hash;
    *found = *found && !user->disabled;
    if (*found)
        attempt->caller = caller_of_user(user, attempt->arena);
    if (*found && (!attempt->caller.arn.at || !user->name.at))
        return failure_set(attempt->failure, FAILURE_LIMIT, "no memory for this request");
    return true;
}

/* An access key as user name, its secret as password. */
static bool find_key(struct attempt *attempt, struct slice id, struct user_key *key, bool *found)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct error err = {0};
    if (!meta_begin(attempt->auth->registry->meta, false, &txn, &err) ||
        !user_key_get(txn, id, attempt->arena, key, found, &err))
        return trouble(attempt, &err);
    *found = *found && !key->disabled;
    return true;
}

static bool log_in_with_key(struct attempt *attempt, const struct user_key *key,
                            struct slice secret, bool *right)
{
    struct user user;
    bool found;
    if (!secret_equal(secret, key->secret)) /* as slow as all that is wrong */
        return attempt_password(attempt, secret, (struct slice){0}, right);
    if (!user_to_caller(attempt, key->user, &user, &found))
        return false;
    attempt->caller.access_key = key->id;
    *right = found;
    return true;
}

static bool log_in(struct attempt *attempt, struct slice name, struct slice password, bool *right)
{
    struct user_key key;
    struct user user = {0};
    bool found = false;
    enum { KEY_ID_MAX = 128 };
    if (name.len <= KEY_ID_MAX && !find_key(attempt, name, &key, &found))
        return false;
    if (found)
        return log_in_with_key(attempt, &key, password, right);
    if (!user_to_caller(attempt, name, &user, &found))
        return false;
    return attempt_password(attempt, password, found ? user.password : (struct slice){0}, right);
}

static bool take_aws_password(struct attempt *attempt, struct slice password)
{
    struct token token;
    struct error err = {0};
    double now = attempt->auth->registry->world->ops->now(attempt->auth->registry->world);
    if (!token_open(password, TOKEN_PASSWORD, attempt->auth->token_key, attempt->arena, &token,
                    &err))
        return attempt_refused(attempt, "UnrecognizedClientException",
                               "the authorization token is not one of this registry");
    if (now >= token.expires)
        return attempt_refused(attempt, "ExpiredTokenException",
                               "Your authorization token has expired. Reauthenticate and try "
                               "again.");
    if (!token_to_caller(attempt, &token))
        return false;
    attempt->caller.login = true;
    return true;
}

bool attempt_basic(struct attempt *attempt, struct slice encoded)
{
    struct slice pair;
    struct error err = {0};
    bool right = false;
    if (encoded.len > TOKEN_TEXT_MAX * 2 || !base64_decode(encoded, attempt->arena, &pair, &err) ||
        slice_find(pair, ':') == pair.len)
        return attempt_refused(attempt, "UnrecognizedClientException",
                               "Basic credentials that cannot be read");
    struct slice name = slice_cut(&pair, ':');
    if (slice_equal_str(name, "AWS"))
        return take_aws_password(attempt, pair);
    if (!may_try(attempt, name) || !log_in(attempt, name, pair, &right))
        return false;
    if (!right)
        return refuse_wrong(attempt, name);
    slow_right(attempt->auth->slow, attempt->request->client, name);
    return true;
}

bool attempt_certificate(struct attempt *attempt)
{
    struct user user;
    bool found;
    if (!user_to_caller(attempt, attempt->request->client_certificate, &user, &found))
        return false;
    return found || attempt_refused(attempt, "UnrecognizedClientException",
                                    "the client certificate is no user's");
}
