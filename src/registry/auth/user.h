#pragma once
/*
 * Rows of users, access keys and roles, as auth/ and iam/ read them. Values are JSON objects:
 *
 *   user  NAME           id, account, admin, disabled, created, password (crypt), policy (text)
 *   key   ACCESS-KEY-ID  user, secret, created, disabled
 *   role  ACCOUNT/NAME   id, path, created, description, max, trust (text), policies {name: text}
 *
 * The secret of a key stands there as it is: Signature Version 4 cannot be verified without. The
 * data folder is readable by its owner alone.
 */
#include "registry/auth/auth.h"

#define ROW_USER   "user"
#define ROW_KEY    "key"
#define ROW_ROLE   "role"
#define ROW_SECRET "secret"

enum { USER_NAME_MAX = 64, ROLE_NAME_MAX = 64, USER_KEYS_MAX = 50, UNIQUE_ID_LEN = 21 };

struct user {
    struct slice id, name, account, password, policy;
    bool admin, disabled;
    double created;
};

struct user_key {
    struct slice id, user, secret;
    bool disabled;
    double created;
};

struct role {
    struct slice id, account, name, path, description, trust;
    double created;
    int64_t max_seconds;
    struct slice *policy_names, *policies;
    size_t policy_count;
};

/* [A-Za-z0-9_+=,.@-]{1,64}: IAM's names. */
bool user_name_is_valid(struct slice name);

/* *found says whether it is there. A row that cannot be read is an error, never a user. */
bool user_get(struct meta_txn *txn, struct slice name, struct arena *arena, struct user *user,
              bool *found, struct error *err);
bool user_put(struct meta_txn *txn, const struct user *user, struct error *err);
bool user_key_get(struct meta_txn *txn, struct slice id, struct arena *arena, struct user_key *key,
                  bool *found, struct error *err);
bool user_key_put(struct meta_txn *txn, const struct user_key *key, struct error *err);
/* All keys of a user, by id. */
struct user_key_list {
    struct user_key *items;
    size_t count, room;
};
bool user_key_list(struct meta_txn *txn, struct slice user, struct arena *arena,
                   struct user_key_list *list, struct error *err);
/* Makes a key in a transaction under way; auth_key_add (auth.h) is the same with its own. */
bool user_key_make(struct meta_txn *txn, struct world *world, struct slice user,
                   struct arena *arena, struct slice *id, struct slice *secret, struct error *err);

bool role_get(struct meta_txn *txn, struct slice account, struct slice name, struct arena *arena,
              struct role *role, bool *found, struct error *err);
bool role_put(struct meta_txn *txn, const struct role *role, struct error *err);
bool role_remove(struct meta_txn *txn, const struct role *role, struct arena *arena,
                 struct error *err);
/* By name after `after`, at most `limit`. */
struct role_list {
    struct role *items;
    size_t count, room;
};
bool role_list(struct meta_txn *txn, struct slice account, struct slice after, size_t limit,
               struct arena *arena, struct role_list *list, struct error *err);

/* "AIDA…" and 17 more of [A-Z2-7]. */
bool unique_id(struct world *world, const char *prefix, size_t len, struct arena *arena,
               struct slice *id, struct error *err);
