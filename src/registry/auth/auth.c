/* Opening, forgetting, and what is the same for all kinds of credentials. */
#include "registry/auth/auth.h"

#include <stdlib.h>

#include "registry/auth/parts.h"
#include "registry/auth/password.h"

#define TOKEN_KEY_ROW "token-key"

static bool random_bytes(struct auth *auth, void *to, size_t len, struct error *err)
{
    struct world *world = auth->registry->world;
    return world->ops->random(world, to, len, err);
}

static bool load_token_key(struct auth *auth, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 10};
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice value;
    bool found;
    if (!meta_begin(auth->registry->meta, true, &txn, err) ||
        !meta_get(txn, ROW_SECRET, SLICE(""), SLICE(TOKEN_KEY_ROW), &arena, &value, &found, err))
        return false;
    if (found && value.len != TOKEN_KEY_SIZE)
        return error_set(err, ERROR_FORMAT, "the row of the token key is damaged");
    if (found) {
        memcpy(auth->token_key, value.at, TOKEN_KEY_SIZE);
        return true;
    }
    return random_bytes(auth, auth->token_key, TOKEN_KEY_SIZE, err) &&
           meta_put(txn, ROW_SECRET, SLICE(""), SLICE(TOKEN_KEY_ROW),
                    slice_of(auth->token_key, TOKEN_KEY_SIZE), err) &&
           meta_commit(&txn, err);
}

static bool make_decoy(struct auth *auth, struct error *err)
{
    uint8_t random[PASSWORD_SALT_BYTES], password[PASSWORD_LEAST * 2];
    struct password_hash hash;
    if (!random_bytes(auth, random, sizeof random, err) ||
        !random_bytes(auth, password, sizeof password, err))
        return false;
    for (size_t i = 0; i < sizeof password; i++)
        password[i] = (uint8_t)('a' + password[i] % 26);
    if (!password_make(slice_of(password, sizeof password), random, &hash, err))
        return false;
    auth->decoy = arena_copy(&auth->arena, slice_str(hash.text));
    return auth->decoy.at || arena_error(err);
}

static const char *keep_text(struct auth *auth, const char *text, const char *standard)
{
    return arena_string(&auth->arena, slice_str(text ? text : standard));
}

static bool keep_options(struct auth *auth, const struct auth_options *options, struct error *err)
{
    enum { SKEW_SECONDS = 900 };
    auth->options = *options;
    auth->options.account = keep_text(auth, options->account, "123456789012");
    auth->options.region = keep_text(auth, options->region, "us-east-1");
    auth->options.service = keep_text(auth, options->service, "ecr.amazonaws.com");
    if (auth->options.skew_seconds == 0)
        auth->options.skew_seconds = SKEW_SECONDS;
    return (auth->options.account && auth->options.region && auth->options.service) ||
           arena_error(err);
}

static void forget_scope(void *context, struct slice scope)
{
    struct auth *auth = context;
    if (scope.len)
        policy_cache_forget(auth->policies, scope);
    else
        auth_forget(auth);
}

static bool open_parts(struct auth *auth, const struct auth_options *options, struct error *err)
{
    uint8_t key[SIPHASH_KEY];
    if (!keep_options(auth, options, err) ||
        !random_bytes(auth, auth->header_key, SIPHASH_KEY, err) ||
        !random_bytes(auth, auth->certificate_key, SIPHASH_KEY, err) ||
        !random_bytes(auth, key, SIPHASH_KEY, err))
        return false;
    auth->remember = remember_new();
    auth->policies = policy_cache_new(key);
    auth->slow = slow_new(key);
    if (!auth->remember || !auth->policies || !auth->slow)
        return arena_error(err);
    return load_token_key(auth, err) && make_decoy(auth, err) &&
           htpasswd_open(&auth->htpasswd, options->htpasswd, err);
}

static void slots_init(struct hash_slots *slots)
{
    pthread_mutex_init(&slots->lock, NULL);
    pthread_cond_init(&slots->free, NULL);
}

bool auth_open(struct auth **out, struct registry *registry, const struct auth_options *options,
               struct error *err)
{
    enum { MEMORY_MAX = 64 << 10 };
    struct auth *auth = calloc(1, sizeof *auth);
    *err = (struct error){0};
    if (!auth)
        return arena_error(err);
    auth->registry = registry;
    arena_init(&auth->arena, MEMORY_MAX);
    slots_init(&auth->slots);
    if (!open_parts(auth, options, err)) {
        auth_close(auth);
        return false;
    }
    registry_tap(registry, &(struct registry_taps){.context = auth, .changed = forget_scope});
    *out = auth;
    return true;
}

void auth_close(struct auth *auth)
{
    if (!auth)
        return;
    remember_free(auth->remember);
    policy_cache_free(auth->policies);
    slow_free(auth->slow);
    htpasswd_close(auth->htpasswd);
    pthread_mutex_destroy(&auth->slots.lock);
    pthread_cond_destroy(&auth->slots.free);
    arena_done(&auth->arena);
    secret_forget(auth, sizeof *auth);
    free(auth);
}

void auth_forget(struct auth *auth)
{
    remember_forget(auth->remember);
    policy_cache_forget_all(auth->policies);
}

struct scope auth_scope(struct auth *auth, const struct caller *caller)
{
    return (struct scope){
        .account = caller->account.len ? caller->account : slice_str(auth->options.account),
        .region = caller->region.len ? caller->region : slice_str(auth->options.region),
    };
}

struct slice user_arn(struct slice account, struct slice name, struct arena *arena)
{
    return arena_printf(arena, "arn:aws:iam::%.*s:user/%.*s", SLICE_ARG(account), SLICE_ARG(name));
}

struct slice stamp_of(const struct auth *auth, struct slice hash, struct arena *arena)
{
    struct slice pieces[2] = {SLICE("stamp\n"), hash};
    struct hmac mac;
    hmac_of(slice_of(auth->token_key, TOKEN_KEY_SIZE), pieces, 2, &mac);
    return arena_copy(arena, slice_upto(hmac_slice(&mac), STAMP_SIZE));
}
