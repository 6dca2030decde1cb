/* IAM: the policies inside a role. */
#include "registry/iam/operations.h"

enum { CONFLICT = 409, POLICIES_MAX = 50 };

/* All operations here name a role; those with `policy` one of its policies, too. */
static bool read_names(struct iam_call *call, const char *action, struct slice *role,
                       struct slice *policy)
{
    if (!iam_name(call, "RoleName", true, role) ||
        (policy && !iam_name(call, "PolicyName", true, policy)))
        return false;
    return iam_allows(call, action, "role", *role);
}

static size_t find(const struct role *role, struct slice name)
{
    size_t i = 0;
    while (i < role->policy_count && !slice_equal(role->policy_names[i], name))
        i++;
    return i;
}

static bool store(struct iam_call *call, struct meta_txn **txn, const struct role *role)
{
    struct error err = {0};
    return (role_put(*txn, role, &err) || iam_fail_error(call, &err)) && iam_commit(call, txn);
}

static bool add(struct iam_call *call, struct role *role, struct slice name, struct slice text)
{
    size_t at = find(role, name), room = role->policy_count + 1;
    struct slice *names = arena_array(call->arena, room, sizeof *names);
    struct slice *policies = arena_array(call->arena, room, sizeof *policies);
    struct error err;
    if (!names || !policies) {
        arena_error(&err);
        return iam_fail_error(call, &err);
    }
    if (at >= POLICIES_MAX)
        return iam_fail(call, CONFLICT, "LimitExceeded", "A role has at most %d policies.",
                        POLICIES_MAX);
    for (size_t i = 0; i < role->policy_count; i++) {
        names[i] = role->policy_names[i];
        policies[i] = role->policies[i];
    }
    names[at] = name;
    policies[at] = text;
    role->policy_count += at == role->policy_count;
    role->policy_names = names;
    role->policies = policies;
    return true;
}

static bool put_policy(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name, policy, text;
    struct role role;
    return read_names(call, "iam:PutRolePolicy", &name, &policy) &&
           iam_policy_document(call, "PolicyDocument", POLICY_OF_IDENTITY, &text) &&
           iam_begin(call, true, &txn) && iam_find_role(call, txn, name, &role) &&
           add(call, &role, policy, text) && store(call, &txn, &role);
}

static bool get_policy(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name, policy;
    struct role role;
    if (!read_names(call, "iam:GetRolePolicy", &name, &policy) || !iam_begin(call, false, &txn) ||
        !iam_find_role(call, txn, name, &role))
        return false;
    size_t at = find(&role, policy);
    if (at == role.policy_count)
        return iam_missing(call, "role policy", policy);
    xml_text(&call->out, "RoleName", role.name);
    xml_text(&call->out, "PolicyName", policy);
    iam_put_document(call, "PolicyDocument", role.policies[at]);
    return true;
}

static bool delete_policy(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name, policy;
    struct role role;
    if (!read_names(call, "iam:DeleteRolePolicy", &name, &policy) || !iam_begin(call, true, &txn) ||
        !iam_find_role(call, txn, name, &role))
        return false;
    size_t at = find(&role, policy);
    if (at == role.policy_count)
        return iam_missing(call, "role policy", policy);
    role.policy_count--;
    for (size_t i = at; i < role.policy_count; i++) {
        role.policy_names[i] = role.policy_names[i + 1];
        role.policies[i] = role.policies[i + 1];
    }
    return store(call, &txn, &role);
}

static bool list_policies(struct iam_call *call)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice name, last = {0};
    struct iam_page page;
    struct role role;
    size_t shown = 0, i = 0;
    if (!iam_page(call, &page) || !read_names(call, "iam:ListRolePolicies", &name, NULL) ||
        !iam_begin(call, false, &txn) || !iam_find_role(call, txn, name, &role))
        return false;
    if (page.after.len)
        i = find(&role, page.after) + 1;
    xml_open(&call->out, "PolicyNames", NULL);
    for (; i < role.policy_count && shown < page.limit; i++, shown++) {
        last = role.policy_names[i];
        xml_text(&call->out, "member", last);
    }
    xml_close(&call->out, "PolicyNames");
    iam_page_end(call, i < role.policy_count, last);
    return true;
}

const struct iam_operation iam_role_policy_operations[] = {
    {.name = "PutRolePolicy", .run = put_policy, .changes = true, .no_result = true},
    {.name = "GetRolePolicy", .run = get_policy},
    {.name = "DeleteRolePolicy", .run = delete_policy, .changes = true, .no_result = true},
    {.name = "ListRolePolicies", .run = list_policies},
    {0},
};
