/* GetAuthorizationToken and account settings. */
#include "net/base64.h"
#include "registry/ecr/operations.h"

enum { REGISTRY_IDS_MAX = 10, SETTING_NAME_MAX = 64 };

#define SETTING_PREFIX "account-setting/"

/* ---- GetAuthorizationToken ---- */

static bool put_authorization(struct ecr_call *call, json_t *list, struct slice account)
{
    struct slice password;
    double expires;
    if (!auth_password_for(call->node->auth, &call->caller, call->arena, &password, &expires,
                           &call->failure))
        return false;
    struct slice pair = arena_printf(call->arena, "AWS:%.*s", SLICE_ARG(password));
    struct slice token = base64_encode(pair, call->arena);
    struct scope scope = {.account = account, .region = call->scope.region};
    struct slice url = node_endpoint(call->node, &scope, call->arena);
    if (!pair.at || !token.at || !url.at)
        return call_no_memory(call);
    json_t *data = put_element(list);
    put_text(data, "authorizationToken", token);
    put_time(data, "expiresAt", expires);
    put_text(data, "proxyEndpoint", url);
    return true;
}

static bool get_authorization_token(struct ecr_call *call)
{
    struct slice *ids;
    size_t count;
    if (!call_texts(call, "registryIds", false, 1, REGISTRY_IDS_MAX, account_is_valid,
                    ACCOUNT_PATTERN, &ids, &count))
        return false;
    json_t *list = put_array(call->output, "authorizationData");
    for (size_t i = 0; i < count; i++)
        if (!put_authorization(call, list, ids[i]))
            return false;
    return count || put_authorization(call, list, call->scope.account);
}

/* ---- account settings ---- */

/* What has a meaning here; the first value is the default. */
struct account_setting {
    const char *name;
    const char *values[3];
};

static const struct account_setting account_settings[] = {
    {"BASIC_SCAN_TYPE_VERSION", {"AWS_NATIVE"}},
    {"REGISTRY_POLICY_SCOPE", {"V2"}},
    {"BLOB_MOUNTING", {"ENABLED", "DISABLED"}},
};

static bool read_setting(struct ecr_call *call, const struct account_setting **setting)
{
    struct slice name;
    if (!call_text_in(call, "name", true, 1, SETTING_NAME_MAX, &name))
        return false;
    for (size_t i = 0; i < sizeof account_settings / sizeof *account_settings; i++)
        if (slice_equal_str(name, account_settings[i].name)) {
            *setting = &account_settings[i];
            return true;
        }
    return call_fail(call, "ValidationException", "There is no account setting with name '%.*s'",
                     SLICE_ARG(name));
}

static struct slice setting_key(struct ecr_call *call, const struct account_setting *setting)
{
    return arena_printf(call->arena, SETTING_PREFIX "%s", setting->name);
}

static bool get_account_setting(struct ecr_call *call)
{
    const struct account_setting *setting;
    struct slice value;
    bool exists;
    if (!read_setting(call, &setting))
        return false;
    struct slice key = setting_key(call, setting);
    if (!key.at)
        return call_no_memory(call);
    if (!setting_get(call->node->registry, &call->scope, key.at, call->arena, &value, &exists,
                     &call->failure))
        return false;
    put_text(call->output, "name", slice_str(setting->name));
    put_text(call->output, "value", exists ? value : slice_str(setting->values[0]));
    return true;
}

static bool put_account_setting(struct ecr_call *call)
{
    const struct account_setting *setting;
    struct slice value;
    if (!read_setting(call, &setting) || !call_text(call, "value", true, &value))
        return false;
    size_t i = 0;
    while (setting->values[i] && !slice_equal_str(value, setting->values[i]))
        i++;
    if (!setting->values[i])
        return call_fail(call, "ValidationException", "'%.*s' is not a value of %s here",
                         SLICE_ARG(slice_upto(value, SETTING_NAME_MAX)), setting->name);
    struct slice key = setting_key(call, setting);
    if (!key.at)
        return call_no_memory(call);
    if (!setting_put(call->node->registry, &call->scope, key.at, value, call->operation->name,
                     &call->caller, &call->failure))
        return false;
    put_text(call->output, "name", slice_str(setting->name));
    put_text(call->output, "value", value);
    return true;
}

const struct ecr_operation ecr_account[] = {
    {"GetAuthorizationToken", get_authorization_token, ECR_ON_REGISTRY},
    {"GetAccountSetting", get_account_setting, ECR_ON_REGISTRY},
    {"PutAccountSetting", put_account_setting, ECR_ON_REGISTRY},
    {NULL},
};
