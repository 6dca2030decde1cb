/* IAM: roles. */
#include "base/utf8.h"
#include "registry/iam/operations.h"

enum { CONFLICT = 409, BAD_REQUEST = 400, HOUR = 3600, SESSION_MAX = 12 * HOUR };
enum { PATH_MAX_LEN = 512, DESCRIPTION_MAX = 1000, ROLES_MAX = 10000 };

static void put_role(struct iam_call *call, const struct role *role, const char *element)
{
    struct xml *out = &call->out;
    xml_open(out, element, NULL);
    xml_text(out, "Path", role->path);
    xml_text(out, "RoleName", role->name);
    xml_text(out, "RoleId", role->id);
    xml_text(out, "Arn",
             arena_printf(call->arena, "arn:aws:iam::%.*s:role%.*s%.*s", SLICE_ARG(role->account),
                          SLICE_ARG(role->path), SLICE_ARG(role->name)));
    xml_time(out, "CreateDate", role->created);
    iam_put_document(call, "AssumeRolePolicyDocument", role->trust);
    if (role->description.len)
        xml_text(out, "Description", role->description);
    xml_int(out, "MaxSessionDuration", role->max_seconds);
    xml_close(out, element);
}

static bool get_role(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name;
    struct role role;
    if (!iam_name(call, "RoleName", true, &name) ||
        !iam_allows(call, "iam:GetRole", "role", name) || !iam_begin(call, false, &txn) ||
        !iam_find_role(call, txn, name, &role))
        return false;
    put_role(call, &role, "Role");
    return true;
}

/* "/", "/service-role/": begins and ends with a slash, printable. */
static bool read_path(struct iam_call *call, struct slice *path)
{
    if (!iam_field(call, "Path", false, PATH_MAX_LEN, path))
        return false;
    if (!path->len)
        *path = SLICE("/");
    for (size_t i = 0; i < path->len; i++)
        if (path->at[i] <= ' ' || path->at[i] > '~')
            path->len = 0;
    return (slice_starts(*path, SLICE("/")) && slice_ends(*path, SLICE("/"))) ||
           iam_fail(call, BAD_REQUEST, "ValidationError",
                    "The specified value for path is invalid. It must begin and end with / and "
                    "contain only alphanumeric characters and/or / characters.");
}

/* Of IAM's characters: Latin-1 and line ends, no other controls. */
static bool read_description(struct iam_call *call, struct slice *text)
{
    uint32_t code;
    bool fine = true;
    if (!iam_field(call, "Description", false, DESCRIPTION_MAX, text))
        return false;
    for (struct slice rest = *text; rest.len;) {
        fine = fine && utf8_cut(&rest, &code);
        fine = fine && (code >= ' ' || code == '\t' || code == '\n' || code == '\r') &&
               (code <= '~' || (code > 0xA0 && code <= 0xFF));
        if (!fine)
            break;
    }
    return fine || iam_fail(call, BAD_REQUEST, "ValidationError",
                            "The specified value for description is invalid. It may contain "
                            "printable characters of Latin-1 and line ends.");
}

static bool read_new_role(struct iam_call *call, struct role *role)
{
    static const char *const unknown[] = {"Tags.", "PermissionsBoundary", NULL};
    role->max_seconds = HOUR;
    role->account = call->account;
    return iam_name(call, "RoleName", true, &role->name) && read_path(call, &role->path) &&
           read_description(call, &role->description) &&
           iam_number(call, "MaxSessionDuration", HOUR, SESSION_MAX, &role->max_seconds) &&
           iam_policy_document(call, "AssumeRolePolicyDocument", POLICY_OF_TRUST, &role->trust) &&
           iam_without(call, unknown);
}

static bool store_role(struct iam_call *call, struct role *role)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct world *world = call->node->registry->world;
    struct role there;
    struct error err = {0};
    bool found;
    role->created = world->ops->now(world);
    if (!unique_id(world, "AROA", UNIQUE_ID_LEN, call->arena, &role->id, &err))
        return iam_fail_error(call, &err);
    if (!iam_begin(call, true, &txn))
        return false;
    if (!role_get(txn, call->account, role->name, call->arena, &there, &found, &err))
        return iam_fail_error(call, &err);
    if (found)
        return iam_fail(call, CONFLICT, "EntityAlreadyExists",
                        "Role with name %.*s already exists.", SLICE_ARG(role->name));
    return (role_put(txn, role, &err) || iam_fail_error(call, &err)) && iam_commit(call, &txn);
}

static bool create_role(struct iam_call *call)
{
    struct role role = {0};
    if (!read_new_role(call, &role) || !iam_allows(call, "iam:CreateRole", "role", role.name) ||
        !store_role(call, &role))
        return false;
    put_role(call, &role, "Role");
    return true;
}

static bool delete_role(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name;
    struct role role;
    struct error err = {0};
    if (!iam_name(call, "RoleName", true, &name) ||
        !iam_allows(call, "iam:DeleteRole", "role", name) || !iam_begin(call, true, &txn) ||
        !iam_find_role(call, txn, name, &role))
        return false;
    if (role.policy_count)
        return iam_fail(call, CONFLICT, "DeleteConflict",
                        "Cannot delete entity, must delete policies first.");
    return (role_remove(txn, &role, call->arena, &err) || iam_fail_error(call, &err)) &&
           iam_commit(call, &txn);
}

static bool list_roles(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct iam_page page;
    struct role_list list = {0};
    struct slice prefix;
    struct error err = {0};
    if (!iam_page(call, &page) || !iam_path_prefix(call, &prefix) ||
        !iam_allows(call, "iam:ListRoles", "role", SLICE("")) || !iam_begin(call, false, &txn))
        return false;
    if (!role_list(txn, call->account, page.after, page.limit + 1, call->arena, &list, &err))
        return iam_fail_error(call, &err);
    bool more = list.count > page.limit;
    list.count -= more;
    xml_open(&call->out, "Roles", NULL);
    for (size_t i = 0; i < list.count; i++)
        if (slice_starts(list.items[i].path, prefix))
            put_role(call, &list.items[i], "member");
    xml_close(&call->out, "Roles");
    iam_page_end(call, more, list.count ? list.items[list.count - 1].name : SLICE(""));
    return true;
}

static bool update_trust(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name, trust;
    struct role role;
    struct error err = {0};
    if (!iam_name(call, "RoleName", true, &name) ||
        !iam_policy_document(call, "PolicyDocument", POLICY_OF_TRUST, &trust) ||
        !iam_allows(call, "iam:UpdateAssumeRolePolicy", "role", name) ||
        !iam_begin(call, true, &txn) || !iam_find_role(call, txn, name, &role))
        return false;
    role.trust = trust;
    return (role_put(txn, &role, &err) || iam_fail_error(call, &err)) && iam_commit(call, &txn);
}

/* There are no managed policies: none is attached to anything. */
static bool list_attached(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name, prefix;
    struct role role;
    struct iam_page page;
    if (!iam_name(call, "RoleName", true, &name) || !iam_path_prefix(call, &prefix) ||
        !iam_page(call, &page) || !iam_allows(call, "iam:ListAttachedRolePolicies", "role", name) ||
        !iam_begin(call, false, &txn) || !iam_find_role(call, txn, name, &role))
        return false;
    xml_open(&call->out, "AttachedPolicies", NULL);
    xml_close(&call->out, "AttachedPolicies");
    iam_page_end(call, false, SLICE(""));
    return true;
}

static bool attach(struct iam_call *call)
{
    enum { ARN_MAX = 2048, NOT_FOUND = 404 };
    struct slice name, arn;
    if (!iam_name(call, "RoleName", true, &name) ||
        !iam_field(call, "PolicyArn", true, ARN_MAX, &arn) ||
        !iam_allows(call, "iam:AttachRolePolicy", "role", name))
        return false;
    return iam_fail(call, NOT_FOUND, "NoSuchEntity",
                    "Policy %.*s does not exist or is not attachable.",
                    SLICE_ARG(slice_upto(arn, 200)));
}

const struct iam_operation iam_role_operations[] = {
    {.name = "GetRole", .run = get_role},
    {.name = "CreateRole", .run = create_role, .changes = true},
    {.name = "DeleteRole", .run = delete_role, .changes = true, .no_result = true},
    {.name = "ListRoles", .run = list_roles},
    {.name = "UpdateAssumeRolePolicy", .run = update_trust, .changes = true, .no_result = true},
    {.name = "ListAttachedRolePolicies", .run = list_attached},
    {.name = "AttachRolePolicy", .run = attach, .no_result = true},
    {0},
};
