/* IAM: access keys. */
#include "registry/iam/operations.h"

enum { CONFLICT = 409, BAD_REQUEST = 400, KEY_ID_MAX = 128 };

/* Whose keys: UserName, else the caller's own. */
static bool read_user(struct iam_call *call, const char *action, struct meta_txn *txn,
                      struct user *user)
{
    struct slice name;
    struct error err = {0};
    bool found;
    if (!iam_name(call, "UserName", false, &name))
        return false;
    if (!name.len)
        name = call->caller.name;
    if (!iam_allows(call, action, "user", name))
        return false;
    if (!user_get(txn, name, call->arena, user, &found, &err))
        return iam_fail_error(call, &err);
    return (found && slice_equal(user->account, call->account)) || iam_missing(call, "user", name);
}

static void put_key(struct iam_call *call, const struct user_key *key)
{
    struct xml *out = &call->out;
    xml_text(out, "UserName", key->user);
    xml_text(out, "AccessKeyId", key->id);
    xml_text(out, "Status", key->disabled ? SLICE("Inactive") : SLICE("Active"));
    xml_time(out, "CreateDate", key->created);
}

static bool create_key(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user user;
    struct world *world = call->node->registry->world;
    struct user_key key = {.created = world->ops->now(world)};
    struct error err = {0};
    if (!iam_begin(call, true, &txn) || !read_user(call, "iam:CreateAccessKey", txn, &user))
        return false;
    key.user = user.name;
    if (!user_key_make(txn, world, user.name, call->arena, &key.id, &key.secret, &err))
        return err.kind == ERROR_LIMIT ? iam_fail(call, CONFLICT, "LimitExceeded", "%s", err.text)
                                       : iam_fail_error(call, &err);
    if (!iam_commit(call, &txn))
        return false;
    xml_open(&call->out, "AccessKey", NULL);
    put_key(call, &key);
    xml_text(&call->out, "SecretAccessKey", key.secret);
    xml_close(&call->out, "AccessKey");
    return true;
}

static bool list_keys(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user_key_list keys = {0};
    struct user user;
    struct iam_page page;
    struct slice last = {0};
    size_t shown = 0;
    struct error err = {0};
    if (!iam_page(call, &page) || !iam_begin(call, false, &txn) ||
        !read_user(call, "iam:ListAccessKeys", txn, &user))
        return false;
    if (!user_key_list(txn, user.name, call->arena, &keys, &err))
        return iam_fail_error(call, &err);
    xml_open(&call->out, "AccessKeyMetadata", NULL);
    for (size_t i = 0; i < keys.count; i++) { /* in the order of their ids */
        if (page.after.len && slice_compare(keys.items[i].id, page.after) <= 0)
            continue;
        if (++shown > page.limit)
            break;
        last = keys.items[i].id;
        xml_open(&call->out, "member", NULL);
        put_key(call, &keys.items[i]);
        xml_close(&call->out, "member");
    }
    xml_close(&call->out, "AccessKeyMetadata");
    xml_text(&call->out, "UserName", user.name);
    iam_page_end(call, shown > page.limit, last);
    return true;
}

static bool find_key(struct iam_call *call, struct meta_txn *txn, const struct user *user,
                     struct user_key *key)
{
    struct slice id;
    struct error err = {0};
    bool found;
    if (!iam_field(call, "AccessKeyId", true, KEY_ID_MAX, &id))
        return false;
    if (!user_key_get(txn, id, call->arena, key, &found, &err))
        return iam_fail_error(call, &err);
    enum { NOT_FOUND = 404 };
    return (found && slice_equal(key->user, user->name)) ||
           iam_fail(call, NOT_FOUND, "NoSuchEntity", "The Access Key with id %.*s cannot be found.",
                    SLICE_ARG(id));
}

static bool delete_key(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user_key key;
    struct user user;
    struct error err = {0};
    return iam_begin(call, true, &txn) && read_user(call, "iam:DeleteAccessKey", txn, &user) &&
           find_key(call, txn, &user, &key) &&
           (meta_remove(txn, ROW_KEY, SLICE(""), key.id, &err) || iam_fail_error(call, &err)) &&
           iam_commit(call, &txn);
}

static bool update_key(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice status;
    struct user_key key;
    struct user user;
    struct error err = {0};
    if (!iam_field(call, "Status", true, sizeof "Inactive", &status))
        return false;
    bool active = slice_equal_str(status, "Active");
    if (!active && !slice_equal_str(status, "Inactive"))
        return iam_fail(call, BAD_REQUEST, "ValidationError",
                        "1 validation error detected: Value at 'status' failed to satisfy "
                        "constraint: Member must satisfy enum value set: [Active, Inactive]");
    if (!iam_begin(call, true, &txn) || !read_user(call, "iam:UpdateAccessKey", txn, &user) ||
        !find_key(call, txn, &user, &key))
        return false;
    key.disabled = !active;
    return (user_key_put(txn, &key, &err) || iam_fail_error(call, &err)) && iam_commit(call, &txn);
}

const struct iam_operation iam_key_operations[] = {
    {.name = "CreateAccessKey", .run = create_key, .changes = true},
    {.name = "ListAccessKeys", .run = list_keys},
    {.name = "DeleteAccessKey", .run = delete_key, .changes = true, .no_result = true},
    {.name = "UpdateAccessKey", .run = update_key, .changes = true, .no_result = true},
    {0},
};
