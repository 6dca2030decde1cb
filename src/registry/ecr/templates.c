/*
 * Repository creation templates. One is kept as the API tells it (RepositoryCreationTemplate), so
 * that what is described is what was sent; mirror/template.h makes repositories by it.
 */
#include "registry/actions.h"
#include "registry/mirror/template.h"

#include "image/document.h"
#include "registry/auth/policy.h"
#include "registry/ecr/mutability.h"
#include "registry/ecr/resource_tags.h"
#include "registry/ecr/settings.h"
#include "registry/lifecycle.h"
#include "registry/mirror/rule.h"

enum {
    PREFIX_MAX = 256,
    DESCRIPTION_MAX = 256,
    POLICY_MAX = 10240,
    LIFECYCLE_MAX = 30720,
    ROLE_MAX = 2048,
    TEMPLATES_MAX = 100,
    PAGE_STANDARD = 100,
    PAGE_MAX = 1000,
};

#define PREFIX_PATTERN                                                                             \
    "^([a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*(\\/[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*)*\\/?|ROOT)$"

static bool prefix_is_valid(struct slice prefix)
{
    return prefix.len >= 1 && prefix.len <= PREFIX_MAX && mirror_prefix_is_valid(prefix);
}

static bool is_there(const struct ecr_call *call, const char *name)
{
    const json_t *value = json_object_get(call->input, name);
    return value && !json_is_null(value);
}

/* ^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[a-z0-9-]+ */
static bool key_is_valid(struct slice key)
{
    struct slice rest = key;
    if (!key.len)
        return true;
    if (!slice_equal_str(slice_cut(&rest, ':'), "arn") ||
        !slice_starts(slice_cut(&rest, ':'), SLICE("aws")) ||
        !slice_equal_str(slice_cut(&rest, ':'), "kms") || !slice_cut(&rest, ':').len)
        return false;
    return account_is_valid(slice_cut(&rest, ':')) && slice_starts(rest, SLICE("key/")) &&
           rest.len > 4;
}

static bool take_encryption(struct ecr_call *call, json_t *template)
{
    static const char *const words[] = {"AES256", "KMS", "KMS_DSSE", NULL};
    const json_t *object;
    struct call_place place;
    struct slice key = {NULL, 0};
    int type = 0;
    if (!call_object(call, "encryptionConfiguration", false, &object) || !object)
        return !call->exception;
    if (!call_enter(call, "encryptionConfiguration", 0, object, &place) ||
        !call_choice(call, "encryptionType", true, words, &type) ||
        !call_text_like(call, "kmsKey", false, key_is_valid,
                        "^$|arn:aws[a-z0-9-]*:kms:[a-z0-9-]+:[0-9]{12}:key\\/[a-z0-9-]+", &key))
        return false;
    call_leave(call, &place);
    if (type == 0 && key.len)
        return call_invalid(call, "encryptionConfiguration",
                            "kmsKey must not be there with encryptionType AES256");
    json_t *made = put_object(template, "encryptionConfiguration");
    put_text(made, "encryptionType", slice_str(words[type]));
    put_text_if(made, "kmsKey", key);
    return true;
}

/* The model has no exceptions for tags here. */
static bool take_tags(struct ecr_call *call, json_t *template)
{
    struct resource_tags tags;
    if (!is_there(call, "resourceTags"))
        return true;
    if (!resource_tags_read(call, "resourceTags", false, &tags)) {
        if (call->exception && (strcmp(call->exception, "InvalidTagParameterException") == 0 ||
                                strcmp(call->exception, "TooManyTagsException") == 0))
            call->exception = "InvalidParameterException";
        return false;
    }
    json_t *list = put_array(template, "resourceTags");
    for (size_t i = 0; i < tags.count; i++) {
        json_t *tag = put_element(list);
        put_text(tag, "Key", tags.keys[i]);
        put_text(tag, "Value", tags.values[i]);
    }
    return true;
}

static bool take_mutability(struct ecr_call *call, json_t *template)
{
    struct mutability mutability;
    bool given = is_there(call, "imageTagMutability") ||
                 is_there(call, "imageTagMutabilityExclusionFilters");
    if (!given && json_object_get(template, "imageTagMutability"))
        return true;
    if (!mutability_read(call, false, &mutability))
        return false;
    json_object_del(template, "imageTagMutabilityExclusionFilters");
    put_mutability(template, &mutability);
    return true;
}

static bool take_text(struct ecr_call *call, json_t *template, const char *name, size_t most,
                      struct slice *text)
{
    *text = (struct slice){NULL, 0};
    if (!call_text_in(call, name, false, 0, most, text))
        return false;
    if (is_there(call, name))
        put_text(template, name, *text);
    return true;
}

static bool take_policies(struct ecr_call *call, json_t *template)
{
    struct error err;
    struct policy *policy;
    struct lifecycle_policy lifecycle;
    struct slice text;
    if (!take_text(call, template, "repositoryPolicy", POLICY_MAX, &text))
        return false;
    if (text.len && !actions_policy_parse(text, POLICY_OF_REPOSITORY, call->arena, &policy, &err))
        return call_fail(call, "InvalidParameterException",
                         "Invalid parameter at 'repositoryPolicy' failed to satisfy constraint: "
                         "'Invalid repository policy provided': %s",
                         err.text);
    if (!take_text(call, template, "lifecyclePolicy", LIFECYCLE_MAX, &text))
        return false;
    if (text.len && !lifecycle_policy_parse(text, call->arena, &lifecycle, &err))
        return call_fail(call, "InvalidParameterException",
                         "Invalid parameter at 'lifecyclePolicy' failed to satisfy constraint: "
                         "'Lifecycle policy validation failure: %s'",
                         err.text);
    return true;
}

static bool reason_is_valid(struct slice word)
{
    return slice_equal_str(word, "REPLICATION") || slice_equal_str(word, "PULL_THROUGH_CACHE") ||
           slice_equal_str(word, "CREATE_ON_PUSH");
}

static bool take_reasons(struct ecr_call *call, json_t *template, bool required)
{
    struct slice *words;
    size_t count;
    if (!call_texts(call, "appliedFor", required, 0, 0, reason_is_valid,
                    "REPLICATION|PULL_THROUGH_CACHE|CREATE_ON_PUSH", &words, &count))
        return false;
    if (!is_there(call, "appliedFor"))
        return true;
    json_t *list = put_array(template, "appliedFor");
    for (size_t i = 0; i < count; i++)
        put_element_text(list, words[i]);
    return true;
}

/* What the input says of the template; members that are not there stay as they are. */
static bool take_all(struct ecr_call *call, json_t *template, bool is_new)
{
    struct slice ignored;
    return take_text(call, template, "description", DESCRIPTION_MAX, &ignored) &&
           take_text(call, template, "customRoleArn", ROLE_MAX, &ignored) &&
           take_encryption(call, template) && take_tags(call, template) &&
           take_mutability(call, template) && take_policies(call, template) &&
           take_reasons(call, template, is_new);
}

static bool read_prefix(struct ecr_call *call, struct slice *prefix)
{
    if (!call_text_like(call, "prefix", true, prefix_is_valid, PREFIX_PATTERN, prefix))
        return false;
    if (slice_ends(*prefix, SLICE("/")))
        prefix->len--;
    return true;
}

static struct slice setting_name(struct ecr_call *call, struct slice prefix)
{
    return arena_printf(call->arena, TEMPLATE_SETTING "%.*s", SLICE_ARG(prefix));
}

/* *template NULL: there is none. The caller frees it. */
static bool load(struct ecr_call *call, struct slice prefix, json_t **template)
{
    bool exists;
    struct error err;
    struct slice text, name = setting_name(call, prefix);
    *template = NULL;
    if (!name.at)
        return call_no_memory(call);
    if (!call_setting(call, name.at, &text, &exists))
        return false;
    if (!exists)
        return true;
    *template = document_parse(text, &err);
    return *template || failure_of(&call->failure, &err);
}

static bool save(struct ecr_call *call, struct slice prefix, const json_t *template)
{
    struct slice text, name = setting_name(call, prefix);
    return name.at ? call_json_text(call, template, &text) && call_set(call, name.at, text)
                   : call_no_memory(call);
}

static bool answer(struct ecr_call *call, const json_t *template)
{
    json_t *copy = json_deep_copy(template);
    put_text(call->output, "registryId", call->scope.account);
    return (copy && json_object_set_new(call->output, "repositoryCreationTemplate", copy) == 0) ||
           call_no_memory(call);
}

static bool not_found(struct ecr_call *call, struct slice prefix)
{
    return call_fail(call, "TemplateNotFoundException",
                     "The repository creation template with the prefix '%.*s' can't be found in "
                     "the registry with id '%.*s'",
                     SLICE_ARG(prefix), SLICE_ARG(call->scope.account));
}

static bool has_room(struct ecr_call *call)
{
    struct setting *settings;
    size_t count;
    struct scope account = call_account(call);
    if (!setting_list(call->node->registry, &account, TEMPLATE_SETTING, call->arena, &settings,
                      &count, &call->failure))
        return false;
    return count < TEMPLATES_MAX ||
           call_fail(call, "LimitExceededException",
                     "The registry has %d repository creation templates, and no more are allowed",
                     TEMPLATES_MAX);
}

static bool create(struct ecr_call *call)
{
    struct slice prefix;
    CLEANUP_JSON json_t *before = NULL;
    CLEANUP_JSON json_t *template = json_object();
    struct world *world = call->node->registry->world;
    double now = world->ops->now(world);
    if (!read_prefix(call, &prefix) || !load(call, prefix, &before))
        return false;
    if (before)
        return call_fail(call, "TemplateAlreadyExistsException",
                         "The repository creation template with the prefix '%.*s' already exists "
                         "in the registry with id '%.*s'",
                         SLICE_ARG(prefix), SLICE_ARG(call->scope.account));
    put_text(template, "prefix", prefix);
    put_time(template, "createdAt", now);
    put_time(template, "updatedAt", now);
    return has_room(call) && take_all(call, template, true) && save(call, prefix, template) &&
           answer(call, template);
}

static bool update(struct ecr_call *call)
{
    struct slice prefix;
    CLEANUP_JSON json_t *template = NULL;
    struct world *world = call->node->registry->world;
    if (!read_prefix(call, &prefix) || !load(call, prefix, &template))
        return false;
    if (!template)
        return not_found(call, prefix);
    put_time(template, "updatedAt", world->ops->now(world));
    return take_all(call, template, false) && save(call, prefix, template) &&
           answer(call, template);
}

static bool delete (struct ecr_call *call)
{
    struct slice prefix;
    CLEANUP_JSON json_t *template = NULL;
    if (!read_prefix(call, &prefix) || !load(call, prefix, &template))
        return false;
    if (!template)
        return not_found(call, prefix);
    struct slice name = setting_name(call, prefix);
    if (!name.at)
        return call_no_memory(call);
    return call_set(call, name.at, SLICE("")) && answer(call, template);
}

static bool describe_named(struct ecr_call *call, json_t *list, struct slice *prefixes,
                           size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_t *template;
        if (slice_ends(prefixes[i], SLICE("/")))
            prefixes[i].len--;
        if (!load(call, prefixes[i], &template))
            return false;
        if (template && json_array_append_new(list, template) != 0)
            return call_no_memory(call);
    }
    return true;
}

static bool describe_page(struct ecr_call *call, json_t *list, const struct page *page)
{
    struct setting *settings;
    size_t count;
    struct slice last = {NULL, 0};
    struct scope account = call_account(call);
    if (!setting_list(call->node->registry, &account, TEMPLATE_SETTING, call->arena, &settings,
                      &count, &call->failure))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct error err;
        if (page->after.len && slice_compare(settings[i].name, page->after) <= 0)
            continue;
        if (json_array_size(list) == page->limit)
            return call_next_page(call, last);
        json_t *template = document_parse(settings[i].value, &err);
        if (!template)
            return failure_of(&call->failure, &err);
        if (json_array_append_new(list, template) != 0)
            return call_no_memory(call);
        last = settings[i].name;
    }
    return true;
}

static bool describe(struct ecr_call *call)
{
    struct slice *prefixes;
    size_t count;
    struct page page;
    if (!call_texts(call, "prefixes", false, 0, PAGE_MAX, prefix_is_valid, PREFIX_PATTERN,
                    &prefixes, &count) ||
        !call_page(call, PAGE_STANDARD, PAGE_MAX, &page))
        return false;
    put_text(call->output, "registryId", call->scope.account);
    json_t *list = put_array(call->output, "repositoryCreationTemplates");
    return prefixes && count ? describe_named(call, list, prefixes, count)
                             : describe_page(call, list, &page);
}

const struct ecr_operation ecr_templates[] = {
    {"CreateRepositoryCreationTemplate", create, ECR_ON_REGISTRY},
    {"UpdateRepositoryCreationTemplate", update, ECR_ON_REGISTRY},
    {"DeleteRepositoryCreationTemplate", delete, ECR_ON_REGISTRY},
    {"DescribeRepositoryCreationTemplates", describe, ECR_ON_REGISTRY},
    {NULL},
};
