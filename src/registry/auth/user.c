/* Users and access keys: what auth.h offers of them. */
#include "registry/auth/user.h"

#include "base/ascii.h"
#include "base/hmac.h"
#include "image/document.h"
#include "net/base64.h"
#include "registry/auth/password.h"
#include "registry/auth/policy.h"

enum { KEY_ID_LEN = 20, KEY_ID_MAX = 128, KEY_LEAST = 3, SECRET_BYTES = 30, SECRET_MAX = 128 };

bool unique_id(struct world *world, const char *prefix, size_t len, struct arena *arena,
               struct slice *id, struct error *err)
{
    static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    char *to = arena_alloc(arena, len + 1);
    size_t start = strlen(prefix);
    if (!to)
        return arena_error(err);
    if (!world->ops->random(world, to, len, err))
        return false;
    for (size_t i = 0; i < len; i++)
        to[i] = i < start ? prefix[i] : base32[to[i] & 31];
    *id = slice_of(to, len);
    return true;
}

static bool account_is_valid(struct slice account)
{
    enum { LEAST = 9, MOST = 12 };
    for (size_t i = 0; i < account.len; i++)
        if (!ascii_digit(account.at[i]))
            return false;
    return account.len >= LEAST && account.len <= MOST;
}

static bool check_user(const struct auth_user *user, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    struct policy *policy;
    if (!user_name_is_valid(user->name))
        return error_set(err, ERROR_USAGE,
                         "\"%.*s\" is no user name: 1 to %d of letters, digits and _+=,.@-",
                         SLICE_ARG(slice_upto(user->name, 80)), USER_NAME_MAX);
    if (slice_equal_nocase(user->name, SLICE("AWS")))
        return error_set(err, ERROR_USAGE, "AWS is the name that tokens log in with");
    if (!account_is_valid(user->account))
        return error_set(err, ERROR_USAGE, "an account has 9 to 12 digits");
    if (user->policy.len &&
        !access_policy_parse(user->policy, POLICY_OF_IDENTITY, &arena, &policy, err)) {
        err->kind = ERROR_USAGE;
        return error_add(err, "the policy of %.*s", SLICE_ARG(user->name));
    }
    return true;
}

static bool hash_password(struct world *world, struct slice password, struct arena *arena,
                          struct slice *out, struct error *err)
{
    struct password_hash hash;
    uint8_t random[PASSWORD_SALT_BYTES];
    if (!world->ops->random(world, random, sizeof random, err) ||
        !password_make(password, random, &hash, err))
        return false;
    *out = arena_copy(arena, slice_str(hash.text));
    return out->at || arena_error(err);
}

static bool put_in(struct meta_txn *txn, struct world *world, const struct auth_user *given,
                   struct slice password_hash, struct arena *arena, struct error *err)
{
    struct user user = {0};
    bool found;
    if (!user_get(txn, given->name, arena, &user, &found, err))
        return false;
    if (!found) {
        user.name = given->name;
        user.created = world->ops->now(world);
        if (!unique_id(world, "AIDA", UNIQUE_ID_LEN, arena, &user.id, err))
            return false;
    }
    user.account = given->account;
    user.admin = given->admin;
    user.disabled = given->disabled;
    user.policy = given->policy;
    if (password_hash.len)
        user.password = password_hash;
    return user_put(txn, &user, err);
}

bool auth_user_put(struct meta *meta, struct world *world, const struct auth_user *user,
                   struct slice password, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice hash = {0};
    *err = (struct error){0};
    if (!check_user(user, err) || /* hashed before: others wait for the transaction */
        (password.len && !hash_password(world, password, &arena, &hash, err)))
        return false;
    return meta_begin(meta, true, &txn, err) && put_in(txn, world, user, hash, &arena, err) &&
           meta_commit(&txn, err);
}

bool auth_user_remove(struct meta *meta, struct world *world, struct slice name, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4 << 20};
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user_key_list keys = {0};
    struct user user;
    bool found;
    (void)world;
    *err = (struct error){0};
    if (!meta_begin(meta, true, &txn, err) || !user_get(txn, name, &arena, &user, &found, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "there is no user %.*s",
                         SLICE_ARG(slice_upto(name, USER_NAME_MAX)));
    if (!user_key_list(txn, name, &arena, &keys, err))
        return false;
    for (size_t i = 0; i < keys.count; i++)
        if (!meta_remove(txn, ROW_KEY, SLICE(""), keys.items[i].id, err))
            return false;
    return meta_remove(txn, ROW_USER, SLICE(""), name, err) && meta_commit(&txn, err);
}

struct listing {
    struct arena *arena;
    struct auth_user *items;
    size_t count, room;
    bool failed;
};

static bool list_name(void *context, const struct meta_row *row)
{
    struct listing *listing = context;
    struct auth_user user = {.name = arena_copy(listing->arena, row->name)};
    listing->failed = !user.name.at || !ARENA_PUSH(listing->arena, listing->items, listing->count,
                                                   listing->room, user);
    return !listing->failed;
}

static bool fill_user(struct meta_txn *txn, struct arena *arena, struct auth_user *to,
                      struct error *err)
{
    struct user_key_list keys = {0};
    struct user user;
    bool found;
    if (!user_get(txn, to->name, arena, &user, &found, err) ||
        !user_key_list(txn, to->name, arena, &keys, err))
        return false;
    if (!found)
        return error_set(err, ERROR_INTERNAL, "a user with a name that none can have");
    to->account = user.account;
    to->id = user.id;
    to->admin = user.admin;
    to->disabled = user.disabled;
    to->created = user.created;
    to->policy = user.policy;
    to->keys = arena_array(arena, keys.count + 1, sizeof *to->keys);
    if (!to->keys)
        return arena_error(err);
    for (to->key_count = 0; to->key_count < keys.count; to->key_count++)
        to->keys[to->key_count] = keys.items[to->key_count].id;
    return true;
}

bool auth_user_list(struct meta *meta, struct arena *arena, struct auth_user **users, size_t *count,
                    struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct meta_range range = {.kind = ROW_USER};
    struct listing listing = {.arena = arena};
    *err = (struct error){0};
    if (!meta_begin(meta, false, &txn, err) || !meta_scan(txn, &range, list_name, &listing, err))
        return false;
    if (listing.failed)
        return arena_error(err);
    for (size_t i = 0; i < listing.count; i++)
        if (!fill_user(txn, arena, &listing.items[i], err))
            return false;
    *users = listing.items;
    *count = listing.count;
    return true;
}

static bool is_key_text(struct slice text, size_t most, bool word)
{
    for (size_t i = 0; i < text.len; i++)
        if (word ? !ascii_alnum(text.at[i]) && text.at[i] != '_' && text.at[i] != '-'
                 : text.at[i] <= ' ' || text.at[i] > '~')
            return false;
    return text.len >= KEY_LEAST && text.len <= most;
}

static bool make_secret(struct world *world, struct arena *arena, struct slice *secret,
                        struct error *err)
{
    uint8_t random[SECRET_BYTES];
    if (!world->ops->random(world, random, sizeof random, err))
        return false;
    *secret = base64_encode(slice_of(random, sizeof random), arena);
    secret_forget(random, sizeof random);
    return secret->at || arena_error(err);
}

static bool complete(struct world *world, struct arena *arena, struct slice *id,
                     struct slice *secret, struct error *err)
{
    if (id->len == 0 && !unique_id(world, "AKIA", KEY_ID_LEN, arena, id, err))
        return false;
    if (secret->len == 0 && !make_secret(world, arena, secret, err))
        return false;
    if (!is_key_text(*id, KEY_ID_MAX, true) || slice_starts(*id, SLICE("ASIA")))
        return error_set(err, ERROR_USAGE,
                         "an access key id is %d to %d letters, digits, - and _, and does not "
                         "begin with ASIA",
                         KEY_LEAST, KEY_ID_MAX);
    return is_key_text(*secret, SECRET_MAX, false) ||
           error_set(err, ERROR_USAGE, "a secret access key is %d to %d characters without blanks",
                     KEY_LEAST, SECRET_MAX);
}

bool user_key_make(struct meta_txn *txn, struct world *world, struct slice name,
                   struct arena *arena, struct slice *id, struct slice *secret, struct error *err)
{
    struct user_key_list keys = {0};
    struct user_key key;
    struct user user;
    bool found;
    if (!complete(world, arena, id, secret, err) || !user_get(txn, name, arena, &user, &found, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "there is no user %.*s",
                         SLICE_ARG(slice_upto(name, USER_NAME_MAX)));
    if (!user_key_get(txn, *id, arena, &key, &found, err) ||
        !user_key_list(txn, name, arena, &keys, err))
        return false;
    if (found && !slice_equal(key.user, name))
        return error_set(err, ERROR_USAGE, "the access key %.*s is another user's", SLICE_ARG(*id));
    if (!found && keys.count >= USER_KEYS_MAX)
        return error_set(err, ERROR_LIMIT, "a user has at most %d access keys", USER_KEYS_MAX);
    key = (struct user_key){
        .id = *id, .user = name, .secret = *secret, .created = world->ops->now(world)};
    return user_key_put(txn, &key, err);
}

bool auth_key_add(struct meta *meta, struct world *world, struct slice user, struct arena *arena,
                  struct slice *id, struct slice *secret, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    *err = (struct error){0};
    return meta_begin(meta, true, &txn, err) &&
           user_key_make(txn, world, user, arena, id, secret, err) && meta_commit(&txn, err);
}

bool auth_key_remove(struct meta *meta, struct slice id, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user_key key;
    bool found;
    *err = (struct error){0};
    if (!meta_begin(meta, true, &txn, err) || !user_key_get(txn, id, &arena, &key, &found, err))
        return false;
    if (!found)
        return error_set(err, ERROR_NOT_FOUND, "there is no access key %.*s",
                         SLICE_ARG(slice_upto(id, KEY_ID_MAX)));
    return meta_remove(txn, ROW_KEY, SLICE(""), id, err) && meta_commit(&txn, err);
}
