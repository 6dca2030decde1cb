/* Rows of users, keys and roles: JSON in and out. */
#include <stdlib.h>

#include "base/ascii.h"
#include "image/document.h"
#include "registry/auth/user.h"

bool user_name_is_valid(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && !memchr("_+=,.@-", name.at[i], 7))
            return false;
    return name.len > 0 && name.len <= USER_NAME_MAX;
}

static bool put_json(struct meta_txn *txn, const char *kind, struct slice name, json_t *object,
                     struct error *err)
{
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    bool done = text ? meta_put(txn, kind, SLICE(""), name, slice_str(text), err)
                     : error_set(err, ERROR_LIMIT, "a %s that cannot be written", kind);
    free(text);
    json_decref(object);
    return done;
}

/* *object is NULL when the row is not there. */
static bool get_json(struct meta_txn *txn, const char *kind, struct slice name, struct arena *arena,
                     json_t **object, struct error *err)
{
    struct slice value;
    bool found;
    if (!meta_get(txn, kind, SLICE(""), name, arena, &value, &found, err))
        return false;
    if (found && !(*object = document_parse(value, err)))
        return error_add(err, "%s %.*s", kind, SLICE_ARG(name));
    return true;
}

static void set_text(json_t *object, const char *name, struct slice text)
{
    json_object_set_new(object, name, json_stringn(text.at ? text.at : "", text.len));
}

static bool read_user(const json_t *object, struct slice name, struct arena *arena,
                      struct user *user, struct error *err)
{
    *user = (struct user){.name = arena_copy(arena, name),
                          .admin = json_is_true(json_object_get(object, "admin")),
                          .disabled = json_is_true(json_object_get(object, "disabled")),
                          .created = json_number_value(json_object_get(object, "created"))};
    return (user->name.at && document_text(object, "id", arena, &user->id) &&
            document_text(object, "account", arena, &user->account) &&
            document_text(object, "password", arena, &user->password) &&
            document_text(object, "policy", arena, &user->policy)) ||
           arena_error(err);
}

bool user_get(struct meta_txn *txn, struct slice name, struct arena *arena, struct user *user,
              bool *found, struct error *err)
{
    *found = false;
    if (!user_name_is_valid(name))
        return true;
    CLEANUP_JSON json_t *object = NULL;
    if (!get_json(txn, ROW_USER, name, arena, &object, err))
        return false;
    *found = object != NULL;
    return !object || read_user(object, name, arena, user, err);
}

bool user_put(struct meta_txn *txn, const struct user *user, struct error *err)
{
    json_t *object = json_object();
    set_text(object, "id", user->id);
    set_text(object, "account", user->account);
    json_object_set_new(object, "admin", json_boolean(user->admin));
    json_object_set_new(object, "disabled", json_boolean(user->disabled));
    json_object_set_new(object, "created", json_real(user->created));
    set_text(object, "password", user->password);
    set_text(object, "policy", user->policy);
    return put_json(txn, ROW_USER, user->name, object, err);
}

static bool read_key(const json_t *object, struct slice id, struct arena *arena,
                     struct user_key *key, struct error *err)
{
    *key = (struct user_key){.id = arena_copy(arena, id),
                             .disabled = json_is_true(json_object_get(object, "disabled")),
                             .created = json_number_value(json_object_get(object, "created"))};
    return (key->id.at && document_text(object, "user", arena, &key->user) &&
            document_text(object, "secret", arena, &key->secret)) ||
           arena_error(err);
}

bool user_key_get(struct meta_txn *txn, struct slice id, struct arena *arena, struct user_key *key,
                  bool *found, struct error *err)
{
    CLEANUP_JSON json_t *object = NULL;
    if (!get_json(txn, ROW_KEY, id, arena, &object, err))
        return false;
    *found = object != NULL;
    return !object || read_key(object, id, arena, key, err);
}

bool user_key_put(struct meta_txn *txn, const struct user_key *key, struct error *err)
{
    json_t *object = json_object();
    set_text(object, "user", key->user);
    set_text(object, "secret", key->secret);
    json_object_set_new(object, "disabled", json_boolean(key->disabled));
    json_object_set_new(object, "created", json_real(key->created));
    return put_json(txn, ROW_KEY, key->id, object, err);
}

struct reading {
    struct arena *arena;
    struct error *err;
    struct slice user;
    struct user_key_list *keys;
    struct role_list *roles;
    struct slice account;
    bool failed;
};

static bool read_listed_key(void *context, const struct meta_row *row)
{
    struct reading *reading = context;
    struct user_key key;
    CLEANUP_JSON json_t *object = document_parse(row->value, reading->err);
    reading->failed = !object || !read_key(object, row->name, reading->arena, &key, reading->err);
    if (reading->failed)
        return false;
    if (!slice_equal(key.user, reading->user))
        return true;
    reading->failed = !ARENA_PUSH(reading->arena, reading->keys->items, reading->keys->count,
                                  reading->keys->room, key) &&
                      !arena_error(reading->err);
    return !reading->failed;
}

bool user_key_list(struct meta_txn *txn, struct slice user, struct arena *arena,
                   struct user_key_list *list, struct error *err)
{
    struct reading reading = {.arena = arena, .err = err, .user = user, .keys = list};
    struct meta_range range = {.kind = ROW_KEY};
    return meta_scan(txn, &range, read_listed_key, &reading, err) && !reading.failed;
}

static struct slice role_row_name(struct slice account, struct slice name, struct arena *arena)
{
    return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(account), SLICE_ARG(name));
}

static bool read_policies(const json_t *object, struct arena *arena, struct role *role)
{
    const char *name;
    json_t *text;
    json_t *policies = json_object_get(object, "policies");
    size_t count = json_object_size(policies);
    role->policy_names = arena_array(arena, count + 1, sizeof *role->policy_names);
    role->policies = arena_array(arena, count + 1, sizeof *role->policies);
    if (!role->policy_names || !role->policies)
        return false;
    json_object_foreach(policies, name, text)
    {
        role->policy_names[role->policy_count] = arena_copy(arena, slice_str(name));
        role->policies[role->policy_count] = arena_copy(arena, document_view(text));
        if (!role->policy_names[role->policy_count].at || !role->policies[role->policy_count].at)
            return false;
        role->policy_count++;
    }
    return true;
}

static bool read_role(const json_t *object, struct slice account, struct slice name,
                      struct arena *arena, struct role *role, struct error *err)
{
    *role = (struct role){.account = arena_copy(arena, account),
                          .name = arena_copy(arena, name),
                          .created = json_number_value(json_object_get(object, "created")),
                          .max_seconds = json_integer_value(json_object_get(object, "max"))};
    return (role->account.at && role->name.at && document_text(object, "id", arena, &role->id) &&
            document_text(object, "path", arena, &role->path) &&
            document_text(object, "description", arena, &role->description) &&
            document_text(object, "trust", arena, &role->trust) &&
            read_policies(object, arena, role)) ||
           arena_error(err);
}

bool role_get(struct meta_txn *txn, struct slice account, struct slice name, struct arena *arena,
              struct role *role, bool *found, struct error *err)
{
    *found = false;
    if (!user_name_is_valid(name) || !user_name_is_valid(account))
        return true;
    struct slice row = role_row_name(account, name, arena);
    if (!row.at)
        return arena_error(err);
    CLEANUP_JSON json_t *object = NULL;
    if (!get_json(txn, ROW_ROLE, row, arena, &object, err))
        return false;
    *found = object != NULL;
    return !object || read_role(object, account, name, arena, role, err);
}

bool role_put(struct meta_txn *txn, const struct role *role, struct error *err)
{
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 10};
    struct slice row = role_row_name(role->account, role->name, &arena);
    json_t *object = json_object(), *policies = json_object();
    set_text(object, "id", role->id);
    set_text(object, "path", role->path);
    set_text(object, "description", role->description);
    set_text(object, "trust", role->trust);
    json_object_set_new(object, "created", json_real(role->created));
    json_object_set_new(object, "max", json_integer(role->max_seconds));
    for (size_t i = 0; i < role->policy_count; i++) {
        char *name = arena_string(&arena, role->policy_names[i]);
        if (name)
            set_text(policies, name, role->policies[i]);
    }
    json_object_set_new(object, "policies", policies);
    return put_json(txn, ROW_ROLE, row, object, err);
}

bool role_remove(struct meta_txn *txn, const struct role *role, struct arena *arena,
                 struct error *err)
{
    struct slice row = role_row_name(role->account, role->name, arena);
    return row.at ? meta_remove(txn, ROW_ROLE, SLICE(""), row, err) : arena_error(err);
}

static bool read_listed_role(void *context, const struct meta_row *row)
{
    struct reading *reading = context;
    struct role role;
    struct slice name = slice_from(row->name, reading->account.len + 1);
    CLEANUP_JSON json_t *object = document_parse(row->value, reading->err);
    reading->failed =
        !object || !read_role(object, reading->account, name, reading->arena, &role, reading->err);
    if (!reading->failed)
        reading->failed = !ARENA_PUSH(reading->arena, reading->roles->items, reading->roles->count,
                                      reading->roles->room, role) &&
                          !arena_error(reading->err);
    return !reading->failed;
}

bool role_list(struct meta_txn *txn, struct slice account, struct slice after, size_t limit,
               struct arena *arena, struct role_list *list, struct error *err)
{
    struct reading reading = {.arena = arena, .err = err, .roles = list, .account = account};
    struct meta_range range = {.kind = ROW_ROLE, .limit = limit};
    range.prefix = role_row_name(account, SLICE(""), arena);
    if (after.len)
        range.after = role_row_name(account, after, arena);
    if (!range.prefix.at || (after.len && !range.after.at))
        return arena_error(err);
    return meta_scan(txn, &range, read_listed_role, &reading, err) && !reading.failed;
}
