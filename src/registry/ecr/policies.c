/* Policies of a repository and of the registry: kept and given back as they were sent. */
#include "registry/actions.h"
#include "registry/auth/policy.h"
#include "registry/ecr/settings.h"

enum { POLICY_MAX = 10240 };

#define POLICY_SETTING "policy"

/* policyText, checked to be a policy that this registry understands in full: one that it would
   ignore in part must not look as if it were in force. */
static bool text_read(struct ecr_call *call, enum policy_kind kind, struct slice *text,
                      struct policy **policy)
{
    struct error err;
    if (!call_text_in(call, "policyText", true, 0, POLICY_MAX, text))
        return false;
    if (actions_policy_parse(*text, kind, call->arena, policy, &err))
        return true;
    if (err.kind == ERROR_LIMIT)
        return call_no_memory(call);
    return call_fail(call, "InvalidParameterException",
                     "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid "
                     "%s policy provided': %s",
                     kind == POLICY_OF_REPOSITORY ? "repository" : "registry", err.text);
}

/* Who sets a policy that denies them to set another would be locked out. */
static bool check_lock_out(struct ecr_call *call, const struct policy *policy)
{
    bool force = false;
    struct world *world = call->node->registry->world;
    struct policy_question question = {.action = "ecr:SetRepositoryPolicy",
                                       .resource = scope_arn(&call->scope, call->arena),
                                       .who = &call->caller,
                                       .secure = call->request->tls,
                                       .now = world->ops->now(world)};
    if (!call_bool(call, "force", &force))
        return false;
    if (!question.resource.at)
        return call_no_memory(call);
    return force || policy_judge(policy, &question) != POLICY_DENY ||
           call_fail(call, "InvalidParameterException",
                     "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'The policy "
                     "would prevent you from setting another policy in the future. Use the force "
                     "parameter to set it anyway'");
}

static bool repository_exists(struct ecr_call *call)
{
    struct repository repository;
    return repository_get(call->node->registry, &call->scope, call->arena, &repository,
                          &call->failure);
}

static bool set_repository(struct ecr_call *call)
{
    struct slice text;
    struct policy *policy;
    if (!repository_exists(call) || !text_read(call, POLICY_OF_REPOSITORY, &text, &policy) ||
        !check_lock_out(call, policy) ||
        !setting_put(call->node->registry, &call->scope, POLICY_SETTING, text,
                     call->operation->name, &call->caller, &call->failure))
        return false;
    put_repository(call);
    put_text(call->output, "policyText", text);
    return true;
}

static bool repository_stored(struct ecr_call *call, struct slice *text)
{
    bool exists;
    if (!repository_exists(call) || !setting_get(call->node->registry, &call->scope, POLICY_SETTING,
                                                 call->arena, text, &exists, &call->failure))
        return false;
    return exists || call_fail(call, "RepositoryPolicyNotFoundException",
                               "Repository policy does not exist for the repository with name "
                               "'%.*s' in the registry with id '%.*s'",
                               SLICE_ARG(call->scope.repository), SLICE_ARG(call->scope.account));
}

static bool get_repository(struct ecr_call *call)
{
    struct slice text;
    if (!repository_stored(call, &text))
        return false;
    put_repository(call);
    put_text(call->output, "policyText", text);
    return true;
}

static bool delete_repository(struct ecr_call *call)
{
    struct slice text;
    if (!repository_stored(call, &text) ||
        !setting_put(call->node->registry, &call->scope, POLICY_SETTING, SLICE(""),
                     call->operation->name, &call->caller, &call->failure))
        return false;
    put_repository(call);
    put_text(call->output, "policyText", text);
    return true;
}

static bool put_registry_text(struct ecr_call *call, struct slice text)
{
    put_text(call->output, "registryId", call->scope.account);
    put_text(call->output, "policyText", text);
    return true;
}

static bool put_registry(struct ecr_call *call)
{
    struct slice text;
    struct policy *policy;
    return text_read(call, POLICY_OF_REGISTRY, &text, &policy) &&
           call_set(call, POLICY_SETTING, text) && put_registry_text(call, text);
}

static bool registry_stored(struct ecr_call *call, struct slice *text)
{
    bool exists;
    if (!call_setting(call, POLICY_SETTING, text, &exists))
        return false;
    return exists || call_fail(call, "RegistryPolicyNotFoundException",
                               "Registry policy does not exist in the registry with id '%.*s'",
                               SLICE_ARG(call->scope.account));
}

static bool get_registry(struct ecr_call *call)
{
    struct slice text;
    return registry_stored(call, &text) && put_registry_text(call, text);
}

static bool delete_registry(struct ecr_call *call)
{
    struct slice text;
    return registry_stored(call, &text) && call_set(call, POLICY_SETTING, SLICE("")) &&
           put_registry_text(call, text);
}

const struct ecr_operation ecr_policies[] = {
    {"SetRepositoryPolicy", set_repository, ECR_ON_REPOSITORY},
    {"GetRepositoryPolicy", get_repository, ECR_ON_REPOSITORY},
    {"DeleteRepositoryPolicy", delete_repository, ECR_ON_REPOSITORY},
    {"PutRegistryPolicy", put_registry, ECR_ON_REGISTRY},
    {"GetRegistryPolicy", get_registry, ECR_ON_REGISTRY},
    {"DeleteRegistryPolicy", delete_registry, ECR_ON_REGISTRY},
    {NULL},
};
