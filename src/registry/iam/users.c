/* IAM: users. Rights of a user here are those of `plimsoll user`; a new one has none. */
#include "registry/iam/operations.h"

enum { CONFLICT = 409 };

static void put_user(struct iam_call *call, const struct user *user, const char *element)
{
    struct xml *out = &call->out;
    xml_open(out, element, NULL);
    xml_text(out, "Path", SLICE("/"));
    xml_text(out, "UserName", user->name);
    xml_text(out, "UserId", user->id);
    xml_text(out, "Arn",
             arena_printf(call->arena, "arn:aws:iam::%.*s:user/%.*s", SLICE_ARG(user->account),
                          SLICE_ARG(user->name)));
    xml_time(out, "CreateDate", user->created);
    xml_close(out, element);
}

/* Users of other accounts are not there, as far as this account can see. */
static bool find_user(struct iam_call *call, struct meta_txn *txn, struct slice name,
                      struct user *user)
{
    struct error err = {0};
    bool found;
    if (!user_get(txn, name, call->arena, user, &found, &err))
        return iam_fail_error(call, &err);
    return (found && slice_equal(user->account, call->account)) || iam_missing(call, "user", name);
}

static bool get_user(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name;
    struct user user;
    if (!iam_name(call, "UserName", false, &name))
        return false;
    if (!name.len)
        name = call->caller.name;
    bool own = call->caller.kind == CALLER_USER && slice_equal(name, call->caller.name);
    if ((!own && !iam_allows(call, "iam:GetUser", "user", name)) || !iam_begin(call, false, &txn) ||
        !find_user(call, txn, name, &user))
        return false;
    put_user(call, &user, "User");
    return true;
}

static bool list_users(struct iam_call *call)
{
    struct auth_user *users;
    struct iam_page page;
    struct slice last = {0}, prefix;
    struct error err = {0};
    size_t count, shown = 0, i;
    if (!iam_page(call, &page) || !iam_path_prefix(call, &prefix) ||
        !iam_allows(call, "iam:ListUsers", "user", SLICE("")))
        return false;
    if (!auth_user_list(call->node->registry->meta, call->arena, &users, &count, &err))
        return iam_fail_error(call, &err);
    xml_open(&call->out, "Users", NULL);
    for (i = 0; i < count && shown <= page.limit; i++) {
        struct user user = {.name = users[i].name,
                            .account = users[i].account,
                            .id = users[i].id,
                            .created = users[i].created};
        if (!slice_equal(user.account, call->account) || !slice_starts(SLICE("/"), prefix) ||
            (page.after.len && slice_compare(user.name, page.after) <= 0))
            continue;
        if (++shown > page.limit)
            break;
        last = user.name;
        put_user(call, &user, "member");
    }
    xml_close(&call->out, "Users");
    iam_page_end(call, shown > page.limit, last);
    return true;
}

static bool create_user(struct iam_call *call)
{
    static const char *const unknown[] = {"Path", "Tags.", "PermissionsBoundary", NULL};
    CLEANUP_META struct meta_txn *txn = NULL;
    struct world *world = call->node->registry->world;
    struct user user, there;
    struct error err = {0};
    bool found;
    user = (struct user){.account = call->account, .created = world->ops->now(world)};
    if (!iam_name(call, "UserName", true, &user.name) || !iam_without(call, unknown) ||
        !iam_allows(call, "iam:CreateUser", "user", user.name))
        return false;
    if (!unique_id(world, "AIDA", UNIQUE_ID_LEN, call->arena, &user.id, &err))
        return iam_fail_error(call, &err);
    if (!iam_begin(call, true, &txn))
        return false;
    if (!user_get(txn, user.name, call->arena, &there, &found, &err))
        return iam_fail_error(call, &err);
    if (found || slice_equal_nocase(user.name, SLICE("AWS")))
        return iam_fail(call, CONFLICT, "EntityAlreadyExists",
                        "User with name %.*s already exists.", SLICE_ARG(user.name));
    if (!user_put(txn, &user, &err))
        return iam_fail_error(call, &err);
    if (!iam_commit(call, &txn))
        return false;
    put_user(call, &user, "User");
    return true;
}

static bool delete_user(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct user_key_list keys = {0};
    struct slice name;
    struct user user;
    struct error err = {0};
    if (!iam_name(call, "UserName", true, &name) ||
        !iam_allows(call, "iam:DeleteUser", "user", name) || !iam_begin(call, true, &txn) ||
        !find_user(call, txn, name, &user))
        return false;
    if (!user_key_list(txn, name, call->arena, &keys, &err))
        return iam_fail_error(call, &err);
    if (keys.count)
        return iam_fail(call, CONFLICT, "DeleteConflict",
                        "Cannot delete entity, must delete access keys first.");
    if (!meta_remove(txn, ROW_USER, SLICE(""), name, &err))
        return iam_fail_error(call, &err);
    return iam_commit(call, &txn);
}

const struct iam_operation iam_user_operations[] = {
    {.name = "GetUser", .run = get_user},
    {.name = "ListUsers", .run = list_users},
    {.name = "CreateUser", .run = create_user, .changes = true},
    {.name = "DeleteUser", .run = delete_user, .changes = true, .no_result = true},
    {0},
};
