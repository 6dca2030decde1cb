/* Put-, Get-, DeleteLifecyclePolicy. */
#include "registry/ecr/lifecycle_text.h"

bool lifecycle_text_read(struct ecr_call *call, bool required, struct slice *text)
{
    struct lifecycle_policy policy;
    struct error err;
    if (!call_text_in(call, "lifecyclePolicyText", required, LIFECYCLE_TEXT_LEAST,
                      LIFECYCLE_TEXT_MOST, text))
        return false;
    if (!text->len || lifecycle_policy_parse(*text, call->arena, &policy, &err))
        return true;
    return call_fail(call, "InvalidParameterException",
                     "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: "
                     "'Lifecycle policy validation failure: %s'",
                     err.text);
}

bool lifecycle_text_stored(struct ecr_call *call, struct slice *text)
{
    struct repository repository;
    bool exists;
    if (!repository_get(call->node->registry, &call->scope, call->arena, &repository,
                        &call->failure) ||
        !setting_get(call->node->registry, &call->scope, EXPIRE_POLICY, call->arena, text, &exists,
                     &call->failure))
        return false;
    return exists || call_fail(call, "LifecyclePolicyNotFoundException",
                               "Lifecycle policy does not exist for the repository with name "
                               "'%.*s' in the registry with id '%.*s'",
                               SLICE_ARG(call->scope.repository), SLICE_ARG(call->scope.account));
}

static bool put_policy(struct ecr_call *call, struct slice text)
{
    put_repository(call);
    put_text(call->output, "lifecyclePolicyText", text);
    return true;
}

static bool put(struct ecr_call *call)
{
    struct slice text;
    return lifecycle_text_read(call, true, &text) &&
           setting_put(call->node->registry, &call->scope, EXPIRE_POLICY, text,
                       call->operation->name, &call->caller, &call->failure) &&
           put_policy(call, text);
}

static bool get(struct ecr_call *call)
{
    struct slice text;
    return lifecycle_text_stored(call, &text) && put_policy(call, text);
}

static bool delete (struct ecr_call *call)
{
    struct slice text;
    return lifecycle_text_stored(call, &text) &&
           setting_put(call->node->registry, &call->scope, EXPIRE_POLICY, (struct slice){NULL, 0},
                       call->operation->name, &call->caller, &call->failure) &&
           put_policy(call, text);
}

const struct ecr_operation ecr_lifecycle[] = {
    {"PutLifecyclePolicy", put, ECR_ON_REPOSITORY},
    {"GetLifecyclePolicy", get, ECR_ON_REPOSITORY},
    {"DeleteLifecyclePolicy", delete, ECR_ON_REPOSITORY},
    {NULL},
};
