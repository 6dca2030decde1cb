/*
 * What a caller may.
 *
 *   a Deny anywhere (repository's, registry's, the caller's own policies)     no
 *   in its own account: an admin; a policy of its own; one of the repository  yes
 *   in another account: the repository's or registry's policy, and its own    yes
 *   else                                                                      no
 *
 * So that nobody locks the door with the key inside, a repository's policy denies its account's
 * admins nothing about the policy itself.
 */
#include <stdio.h>

#include "registry/auth/parts.h"
#include "registry/core/repository.h"

enum { WHOSE_MAX = 512, ARN_MAX = 512 };

static bool load_setting(struct auth *auth, const struct scope *scope, const char *name,
                         enum policy_kind kind, struct policies *policies, struct error *err)
{
    struct failure failure = {0};
    struct slice text;
    bool exists;
    if (!setting_get(auth->registry, scope, name, &policies->arena, &text, &exists, &failure)) {
        if (failure.reason == FAILURE_REPOSITORY_UNKNOWN || failure.reason == FAILURE_NOT_FOUND)
            return true;
        *err = failure.inside;
        return err->kind == ERROR_NONE ? error_set(err, ERROR_INTERNAL, "%s", failure.text) : false;
    }
    return !exists || !text.len || policies_add(policies, text, kind, err);
}

static bool load_user(struct auth *auth, struct meta_txn *txn, struct slice name,
                      struct policies *policies, struct error *err)
{
    struct user user;
    bool found;
    if (!user_get(txn, name, &policies->arena, &user, &found, err))
        return false;
    if (found)
        return !user.policy.len || policies_add(policies, user.policy, POLICY_OF_IDENTITY, err);
    /* htpasswd says nothing of rights: its users pull and push, as they do elsewhere. */
    if (htpasswd_hash(auth->htpasswd, name, &policies->arena).len)
        return policies_add(policies, policy_preset(SLICE("push")), POLICY_OF_IDENTITY, err);
    return true;
}

static bool load_role(struct meta_txn *txn, struct slice account, struct slice name,
                      struct policies *policies, struct error *err)
{
    struct role role;
    bool found;
    if (!role_get(txn, account, name, &policies->arena, &role, &found, err))
        return false;
    for (size_t i = 0; found && i < role.policy_count; i++)
        if (!policies_add(policies, role.policies[i], POLICY_OF_IDENTITY, err))
            return false;
    return true;
}

static bool load_identity(void *context, struct slice whose, struct policies *policies,
                          struct error *err)
{
    struct auth *auth = context;
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice kind = slice_cut(&whose, '/'), account;
    if (!meta_begin(auth->registry->meta, false, &txn, err))
        return false;
    if (slice_equal_str(kind, "user"))
        return load_user(auth, txn, whose, policies, err);
    account = slice_cut(&whose, '/');
    return load_role(txn, account, whose, policies, err);
}

static bool load_resource(void *context, struct slice whose, struct policies *policies,
                          struct error *err)
{
    struct scope scope;
    if (!scope_parse(whose, &scope))
        return error_set(err, ERROR_INTERNAL, "a scope that is none");
    return scope.repository.len
               ? load_setting(context, &scope, "policy", POLICY_OF_REPOSITORY, policies, err)
               : load_setting(context, &scope, "registry-policy", POLICY_OF_REGISTRY, policies,
                              err);
}

struct asking {
    struct auth *auth;
    const struct caller *caller;
    const char *action;
    const struct scope *scope; /* NULL: no repository or registry policy */
    struct slice account;      /* whose the resource is */
    struct slice resource;
    struct failure *failure;
};

static bool internal(struct asking *asking, const struct error *err)
{
    return failure_of(asking->failure, err);
}

static bool judge(struct asking *asking, struct slice whose, policies_load *load,
                  enum policy_verdict *verdict)
{
    struct error err;
    struct policies *policies =
        policy_cache_get(asking->auth->policies, whose, load, asking->auth, &err);
    if (!policies)
        return internal(asking, &err);
    *verdict = POLICY_SILENT;
    if (policies->count) {
        const struct policy_question question = {
            .action = asking->action,
            .resource = asking->resource,
            .who = asking->caller,
            .secure = asking->caller->secure,
            .now = asking->auth->registry->world->ops->now(asking->auth->registry->world),
        };
        *verdict = policies_judge(policies, &question);
    }
    if (policies->broken && load == load_resource)
        *verdict = POLICY_DENY; /* what it denied is not known */
    else if (policies->broken && *verdict == POLICY_ALLOW)
        *verdict = POLICY_SILENT;
    policies_unref(policies);
    return true;
}

static bool judge_resource(struct asking *asking, enum policy_verdict *verdict)
{
    char whose[WHOSE_MAX];
    enum policy_verdict repository = POLICY_SILENT, registry = POLICY_SILENT;
    const struct scope *scope = asking->scope;
    *verdict = POLICY_SILENT;
    if (!scope)
        return true;
    const struct slice parts[] = {scope->account, SLICE("/"), scope->region, SLICE("/"),
                                  scope->repository};
    size_t len = slice_join(whose, sizeof whose, parts, 5);
    if (len == SIZE_MAX)
        return failure_set(asking->failure, FAILURE_NAME_INVALID, "the name is too long");
    size_t account = scope->account.len + 1 + scope->region.len;
    if (!judge(asking, slice_of(whose, account), load_resource, &registry) ||
        (scope->repository.len && !judge(asking, slice_of(whose, len), load_resource, &repository)))
        return false;
    *verdict = repository == POLICY_DENY || registry == POLICY_DENY     ? POLICY_DENY
               : repository == POLICY_ALLOW || registry == POLICY_ALLOW ? POLICY_ALLOW
                                                                        : POLICY_SILENT;
    return true;
}

static bool judge_identity(struct asking *asking, enum policy_verdict *verdict)
{
    char whose[WHOSE_MAX];
    const struct caller *caller = asking->caller;
    struct slice role = slice_upto(caller->name, slice_find(caller->name, '/'));
    *verdict = caller->admin ? POLICY_ALLOW : POLICY_SILENT;
    if (caller->admin || caller->kind == CALLER_ANONYMOUS)
        return true;
    const struct slice of_role[] = {SLICE("role/"), caller->account, SLICE("/"), role};
    const struct slice of_user[] = {SLICE("user/"), caller->name};
    size_t len = caller->kind == CALLER_ROLE ? slice_join(whose, sizeof whose, of_role, 4)
                                             : slice_join(whose, sizeof whose, of_user, 2);
    if (len == SIZE_MAX)
        return failure_set(asking->failure, FAILURE_DENIED, "a name that is too long");
    return judge(asking, slice_of(whose, len), load_identity, verdict);
}

static bool is_about_policy(const char *action)
{
    return strcmp(action, "ecr:SetRepositoryPolicy") == 0 ||
           strcmp(action, "ecr:GetRepositoryPolicy") == 0 ||
           strcmp(action, "ecr:DeleteRepositoryPolicy") == 0 ||
           strcmp(action, "ecr:PutRegistryPolicy") == 0 ||
           strcmp(action, "ecr:GetRegistryPolicy") == 0 ||
           strcmp(action, "ecr:DeleteRegistryPolicy") == 0;
}

static bool refuse(struct asking *asking, const char *why)
{
    const struct caller *caller = asking->caller;
    if (caller->kind == CALLER_ANONYMOUS)
        return failure_set(asking->failure, FAILURE_UNAUTHENTICATED, "authentication required");
    return failure_set(asking->failure, FAILURE_DENIED,
                       "User: %.*s is not authorized to perform: %s on resource: %.*s %s",
                       SLICE_ARG(caller->arn), asking->action, SLICE_ARG(asking->resource), why);
}

/* The groups of Distribution's scopes, by the actions that ECR asks for the same. */
enum { GRANT_NONE, GRANT_PULL, GRANT_PUSH, GRANT_REMOVE, GRANT_CATALOG };

static int group_of(const char *action, bool on_repository)
{
    static const struct {
        const char *action;
        int group;
    } groups[] = {
        {"ecr:BatchGetImage", GRANT_PULL},
        {"ecr:GetDownloadUrlForLayer", GRANT_PULL},
        {"ecr:BatchCheckLayerAvailability", GRANT_PULL},
        {"ecr:ListImages", GRANT_PULL},
        {"ecr:DescribeImages", GRANT_PULL},
        {"ecr:ListImageReferrers", GRANT_PULL},
        {"ecr:BatchImportUpstreamImage", GRANT_PULL},
        {"ecr:PutImage", GRANT_PUSH},
        {"ecr:InitiateLayerUpload", GRANT_PUSH},
        {"ecr:UploadLayerPart", GRANT_PUSH},
        {"ecr:CompleteLayerUpload", GRANT_PUSH},
        {"ecr:CreateRepository", GRANT_PUSH},
        {"ecr:BatchDeleteImage", GRANT_REMOVE},
    };
    if (strcmp(action, "ecr:DescribeRepositories") == 0)
        return on_repository ? GRANT_PULL : GRANT_CATALOG;
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++)
        if (strcmp(action, groups[i].action) == 0)
            return groups[i].group;
    return GRANT_NONE;
}

static bool is_granted(const struct caller *caller, struct slice repository, int group)
{
    for (size_t i = 0; i < caller->grant_count; i++) {
        const struct caller_grant *grant = &caller->grants[i];
        bool here =
            slice_equal_str(grant->repository, "*") || slice_equal(grant->repository, repository);
        if ((group == GRANT_CATALOG && grant->catalog) ||
            (here &&
             ((group == GRANT_PULL && grant->pull) || (group == GRANT_PUSH && grant->push) ||
              (group == GRANT_REMOVE && grant->remove))))
            return true;
    }
    return false;
}

static bool decide(struct asking *asking)
{
    const struct caller *caller = asking->caller;
    bool own = slice_equal(asking->account, caller->account);
    enum policy_verdict resource, identity;
    if (!judge_resource(asking, &resource) || !judge_identity(asking, &identity))
        return false;
    if (resource == POLICY_DENY && !(own && caller->admin && is_about_policy(asking->action)))
        return refuse(asking, "with an explicit deny in a resource-based policy");
    if (identity == POLICY_DENY)
        return refuse(asking, "with an explicit deny in an identity-based policy");
    if (own ? identity == POLICY_ALLOW || resource == POLICY_ALLOW
            : identity == POLICY_ALLOW && resource == POLICY_ALLOW)
        return true;
    char why[160];
    snprintf(why, sizeof why, "because no %s-based policy allows the %s action",
             own || identity != POLICY_ALLOW ? "identity" : "resource", asking->action);
    return refuse(asking, why);
}

/* Who brings no credentials may pull where that is allowed, and no policy denies it. */
static bool decide_anonymous(struct asking *asking, int group)
{
    enum policy_verdict resource;
    if (!asking->auth->options.anonymous_pull || group != GRANT_PULL ||
        !judge_resource(asking, &resource))
        return refuse(asking, "");
    return resource != POLICY_DENY || refuse(asking, "");
}

bool auth_allows(struct auth *auth, const struct caller *caller, const char *action,
                 const struct scope *scope, struct failure *failure)
{
    char arn[ARN_MAX];
    int group = group_of(action, scope->repository.len > 0);
    if (auth->options.none || caller->kind == CALLER_SYSTEM)
        return true;
    const struct slice parts[] = {SLICE("arn:aws:ecr:"),
                                  scope->region,
                                  SLICE(":"),
                                  scope->account,
                                  SLICE(":repository/"),
                                  scope->repository.len ? scope->repository : SLICE("*")};
    size_t len = slice_join(arn, sizeof arn, parts, 6);
    struct asking asking = {.auth = auth,
                            .caller = caller,
                            .action = action,
                            .scope = scope,
                            .account = scope->account,
                            .failure = failure};
    if (len == SIZE_MAX)
        return failure_set(failure, FAILURE_NAME_INVALID, "the name is too long");
    asking.resource =
        strcmp(action, "ecr:GetAuthorizationToken") == 0 ? SLICE("*") : slice_of(arn, len);
    if (caller->token && !is_granted(caller, scope->repository, group))
        return failure_set(failure, FAILURE_UNAUTHENTICATED,
                           "the token's scope does not include this");
    return caller->kind == CALLER_ANONYMOUS ? decide_anonymous(&asking, group) : decide(&asking);
}

bool auth_permits(struct auth *auth, const struct caller *caller, const char *action,
                  struct slice account, struct slice resource, struct failure *failure)
{
    struct asking asking = {.auth = auth,
                            .caller = caller,
                            .action = action,
                            .account = account,
                            .resource = resource,
                            .failure = failure};
    if (auth->options.none || caller->kind == CALLER_SYSTEM)
        return true;
    return caller->token ? refuse(&asking, "by a token of a repository") : decide(&asking);
}
