/*
 * Pull-through cache rules. Upstreams are any registries that speak the Distribution API, named by
 * their address. There is no Secrets Manager: credentialArn names credentials that the operator has
 * put into mirror.json; an ARN that is not there is a secret that was not found.
 */
#include "image/document.h"
#include "registry/ecr/settings.h"
#include "registry/mirror/configuration.h"
#include "registry/mirror/mirror.h"
#include "registry/mirror/rule.h"

enum { URL_LEN_MAX = 1024, ARN_MIN = 50, ARN_MAX = 612, PAGE_STANDARD = 100, PAGE_MAX = 1000 };

#define PREFIX_PATTERN                                                                             \
    "^([a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\/?|ROOT)$"
#define ARN_PATTERN                                                                                \
    "^arn:aws(-\\w+)*:secretsmanager:[a-zA-Z0-9-:]+:secret:ecr\\-pullthroughcache\\/"              \
    "[a-zA-Z0-9\\/_+=.@-]+$"

/* UpstreamRegistry of the model, and the hosts that they are. */
static const struct {
    const char *name, *host, *suffix;
} known[] = {
    {"ecr", NULL, ".amazonaws.com"},
    {"ecr-public", "public.ecr.aws", NULL},
    {"quay", "quay.io", NULL},
    {"k8s", "registry.k8s.io", NULL},
    {"docker-hub", "registry-1.docker.io", NULL},
    {"github-container-registry", "ghcr.io", NULL},
    {"azure-container-registry", NULL, ".azurecr.io"},
    {"gitlab-container-registry", "registry.gitlab.com", NULL},
    {"chainguard", "cgr.dev", NULL},
};

static bool prefix_is_valid(struct slice prefix)
{
    return prefix.len >= MIRROR_PREFIX_MIN && prefix.len <= MIRROR_PREFIX_MAX &&
           mirror_prefix_is_valid(prefix);
}

/* The model's pattern, by hand: the account and region between, then the secret's name. */
static bool arn_is_valid(struct slice arn)
{
    struct slice secret = SLICE(":secret:ecr-pullthroughcache/");
    size_t at = slice_search(arn, secret);
    if (arn.len < ARN_MIN || arn.len > ARN_MAX || !slice_starts(arn, SLICE("arn:aws")) ||
        at == arn.len || at + secret.len == arn.len ||
        slice_search(slice_upto(arn, at), SLICE(":secretsmanager:")) >= at)
        return false;
    for (size_t i = 0; i < arn.len; i++) {
        char c = arn.at[i];
        if ((c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') &&
            (!c || !strchr(":/_+=.@-", c)))
            return false;
    }
    return true;
}

static struct slice without_slash(struct slice prefix)
{
    return slice_ends(prefix, SLICE("/")) ? slice_upto(prefix, prefix.len - 1) : prefix;
}

static bool read_prefix(struct ecr_call *call, const char *name, bool required,
                        struct slice *prefix)
{
    if (!call_text_like(call, name, required, prefix_is_valid, PREFIX_PATTERN, prefix))
        return false;
    *prefix = without_slash(*prefix);
    return true;
}

/* credentialArn and customRoleArn, checked to be of use. */
static bool read_credentials(struct ecr_call *call, struct mirror_rule *rule)
{
    struct slice role = {NULL, 0}, arn = {NULL, 0};
    if (!call_text_like(call, "credentialArn", false, arn_is_valid, ARN_PATTERN, &arn) ||
        !call_text_in(call, "customRoleArn", false, 0, 2048, &role))
        return false;
    if (role.len)
        return call_fail(call, "ValidationException",
                         "customRoleArn has no meaning on this registry, which cannot take a role "
                         "elsewhere: use credentialArn");
    if (!arn.len)
        return true;
    if (!mirror_knows_secret(call->node->mirror, arn))
        return call_fail(call, "SecretNotFoundException",
                         "The ARN of the secret specified in the pull through cache rule was not "
                         "found: %.*s must be among the credentials of mirror.json",
                         SLICE_ARG(arn));
    rule->credential_arn = arn;
    return true;
}

static bool unsupported(struct ecr_call *call, const char *why)
{
    return call_fail(call, "UnsupportedUpstreamRegistryException",
                     "The specified upstream registry isn't supported: %s", why);
}

/* What the model calls the registry at this host, NULL when it has no word for it. */
static const char *name_of(struct slice host)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].host ? slice_equal_str(host, known[i].host)
                          : slice_ends(host, slice_str(known[i].suffix)))
            return known[i].name;
    return NULL;
}

static bool read_upstream(struct ecr_call *call, struct mirror_rule *rule)
{
    static const char *const words[] = {"ecr",
                                        "ecr-public",
                                        "quay",
                                        "k8s",
                                        "docker-hub",
                                        "github-container-registry",
                                        "azure-container-registry",
                                        "gitlab-container-registry",
                                        "chainguard",
                                        NULL};
    int chosen = -1;
    struct error err;
    struct slice scheme, host;
    if (!call_text_in(call, "upstreamRegistryUrl", true, 1, URL_LEN_MAX, &rule->upstream_url) ||
        !call_choice(call, "upstreamRegistry", false, words, &chosen))
        return false;
    if (!mirror_address_parse(rule->upstream_url, call->arena, &scheme, &host, &err))
        return unsupported(call, err.text);
    const char *name = name_of(host);
    if (chosen >= 0 && (!name || strcmp(name, words[chosen]) != 0))
        return unsupported(call, "upstreamRegistry and upstreamRegistryUrl name different ones");
    rule->upstream_registry = slice_str(name);
    return true;
}

static struct slice setting_name(struct ecr_call *call, struct slice prefix)
{
    return arena_printf(call->arena, PULL_THROUGH_SETTING "%.*s", SLICE_ARG(prefix));
}

static bool rule_save(struct ecr_call *call, const struct mirror_rule *rule)
{
    struct slice text, name = setting_name(call, rule->prefix);
    CLEANUP_JSON json_t *document = mirror_rule_json(rule);
    return name.at ? call_json_text(call, document, &text) && call_set(call, name.at, text)
                   : call_no_memory(call);
}

static bool rule_load(struct ecr_call *call, struct slice prefix, struct mirror_rule *rule,
                      bool *exists)
{
    struct error err;
    struct slice text, name = setting_name(call, prefix);
    if (!name.at)
        return call_no_memory(call);
    if (!call_setting(call, name.at, &text, exists) || !*exists)
        return !call->failure.reason;
    return mirror_rule_parse(text, call->arena, rule, &err) || failure_of(&call->failure, &err);
}

static bool not_found(struct ecr_call *call, struct slice prefix)
{
    return call_fail(call, "PullThroughCacheRuleNotFoundException",
                     "The pull through cache rule with the prefix '%.*s' does not exist in the "
                     "registry with id '%.*s'",
                     SLICE_ARG(prefix), SLICE_ARG(call->scope.account));
}

/* The rule that the input names; it must be there. */
static bool rule_read(struct ecr_call *call, struct mirror_rule *rule)
{
    struct slice prefix;
    bool exists;
    return read_prefix(call, "ecrRepositoryPrefix", true, &prefix) &&
           rule_load(call, prefix, rule, &exists) && (exists || not_found(call, prefix));
}

static void put_rule(struct ecr_call *call, json_t *object, const struct mirror_rule *rule)
{
    put_text(object, "ecrRepositoryPrefix", rule->prefix);
    put_text(object, "registryId", call->scope.account);
    put_text_if(object, "credentialArn", rule->credential_arn);
    put_text(object, "upstreamRepositoryPrefix",
             rule->upstream_prefix.len ? rule->upstream_prefix : SLICE(MIRROR_ROOT));
}

static bool has_room(struct ecr_call *call)
{
    struct setting *settings;
    size_t count;
    struct scope account = call_account(call);
    if (!setting_list(call->node->registry, &account, PULL_THROUGH_SETTING, call->arena, &settings,
                      &count, &call->failure))
        return false;
    return count < MIRROR_RULES_MAX ||
           call_fail(call, "LimitExceededException",
                     "The registry has %d pull through cache rules, and no more are allowed",
                     MIRROR_RULES_MAX);
}

static bool has_mirror(struct ecr_call *call)
{
    return call->node->mirror || call_fail(call, "ValidationException",
                                           "Pull through cache is disabled on this registry");
}

static bool create(struct ecr_call *call)
{
    bool exists;
    struct mirror_rule rule = {{NULL, 0}}, before;
    struct world *world = call->node->registry->world;
    if (!has_mirror(call) || !read_prefix(call, "ecrRepositoryPrefix", true, &rule.prefix) ||
        !read_prefix(call, "upstreamRepositoryPrefix", false, &rule.upstream_prefix) ||
        !read_upstream(call, &rule) || !read_credentials(call, &rule) ||
        !rule_load(call, rule.prefix, &before, &exists))
        return false;
    if (exists)
        return call_fail(call, "PullThroughCacheRuleAlreadyExistsException",
                         "A pull through cache rule with the prefix '%.*s' already exists in the "
                         "registry with id '%.*s'",
                         SLICE_ARG(rule.prefix), SLICE_ARG(call->scope.account));
    rule.created = world->ops->now(world);
    if (!has_room(call) || !rule_save(call, &rule))
        return false;
    put_rule(call, call->output, &rule);
    put_text(call->output, "upstreamRegistryUrl", rule.upstream_url);
    put_text_if(call->output, "upstreamRegistry", rule.upstream_registry);
    put_time(call->output, "createdAt", rule.created);
    return true;
}

static bool update(struct ecr_call *call)
{
    struct mirror_rule rule;
    struct world *world = call->node->registry->world;
    if (!has_mirror(call) || !rule_read(call, &rule) || !read_credentials(call, &rule))
        return false;
    rule.updated = world->ops->now(world);
    if (!rule_save(call, &rule))
        return false;
    put_rule(call, call->output, &rule);
    put_time(call->output, "updatedAt", rule.updated);
    return true;
}

static bool delete (struct ecr_call *call)
{
    struct mirror_rule rule;
    if (!rule_read(call, &rule))
        return false;
    struct slice name = setting_name(call, rule.prefix);
    if (!name.at)
        return call_no_memory(call);
    if (!call_set(call, name.at, SLICE("")))
        return false;
    put_rule(call, call->output, &rule);
    put_text(call->output, "upstreamRegistryUrl", rule.upstream_url);
    put_time(call->output, "createdAt", rule.created);
    return true;
}

static void put_described(struct ecr_call *call, json_t *list, const struct mirror_rule *rule)
{
    json_t *object = put_element(list);
    put_rule(call, object, rule);
    put_text(object, "upstreamRegistryUrl", rule->upstream_url);
    put_text_if(object, "upstreamRegistry", rule->upstream_registry);
    put_time(object, "createdAt", rule->created);
    put_time(object, "updatedAt", rule->updated > 0 ? rule->updated : rule->created);
}

static bool describe_named(struct ecr_call *call, const struct slice *prefixes, size_t count)
{
    json_t *list = put_array(call->output, "pullThroughCacheRules");
    for (size_t i = 0; i < count; i++) {
        bool exists;
        struct mirror_rule rule;
        struct slice prefix = without_slash(prefixes[i]);
        if (!rule_load(call, prefix, &rule, &exists))
            return false;
        if (!exists)
            return not_found(call, prefix);
        put_described(call, list, &rule);
    }
    return true;
}

static bool describe_page(struct ecr_call *call, const struct page *page)
{
    struct setting *settings;
    size_t count, shown = 0;
    struct slice last = {NULL, 0};
    struct scope account = call_account(call);
    json_t *list = put_array(call->output, "pullThroughCacheRules");
    if (!setting_list(call->node->registry, &account, PULL_THROUGH_SETTING, call->arena, &settings,
                      &count, &call->failure))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct error err;
        struct mirror_rule rule;
        if (page->after.len && slice_compare(settings[i].name, page->after) <= 0)
            continue;
        if (shown == page->limit)
            return call_next_page(call, last);
        if (!mirror_rule_parse(settings[i].value, call->arena, &rule, &err))
            return failure_of(&call->failure, &err);
        put_described(call, list, &rule);
        last = settings[i].name;
        shown++;
    }
    return true;
}

static bool describe(struct ecr_call *call)
{
    struct slice *prefixes;
    size_t count;
    struct page page;
    if (!call_texts(call, "ecrRepositoryPrefixes", false, 1, 100, prefix_is_valid, PREFIX_PATTERN,
                    &prefixes, &count) ||
        !call_page(call, PAGE_STANDARD, PAGE_MAX, &page))
        return false;
    if (prefixes && page.asked)
        return call_invalid(call, "maxResults",
                            "maxResults and nextToken cannot be used with ecrRepositoryPrefixes");
    return prefixes ? describe_named(call, prefixes, count) : describe_page(call, &page);
}

static bool validate(struct ecr_call *call)
{
    struct slice why;
    struct mirror_rule rule;
    if (!has_mirror(call) || !rule_read(call, &rule))
        return false;
    if (!mirror_validate(call->node->mirror, &rule, call->arena, &why))
        return call_no_memory(call);
    put_rule(call, call->output, &rule);
    put_text(call->output, "upstreamRegistryUrl", rule.upstream_url);
    put_bool(call->output, "isValid", !why.len);
    put_text_if(call->output, "failure", why);
    return true;
}

const struct ecr_operation ecr_pull_through[] = {
    {"CreatePullThroughCacheRule", create, ECR_ON_REGISTRY},
    {"UpdatePullThroughCacheRule", update, ECR_ON_REGISTRY},
    {"DeletePullThroughCacheRule", delete, ECR_ON_REGISTRY},
    {"DescribePullThroughCacheRules", describe, ECR_ON_REGISTRY},
    {"ValidatePullThroughCacheRule", validate, ECR_ON_REGISTRY},
    {NULL},
};
