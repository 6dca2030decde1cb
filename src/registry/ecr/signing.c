/* Signing: what should be signed, and what is (signing.h says what that means here). */
#include "registry/ecr/signing.h"

#include "image/document.h"
#include "registry/core/upload.h"
#include "registry/ecr/image_id.h"
#include "registry/ecr/settings.h"

#define NOTATION_TYPE SLICE("application/vnd.cncf.notary.signature")

enum { REFERRERS_PAGE = 100, REFERRERS_MAX = 1000 };

static void put_rules(json_t *object, const struct signing_rules *rules)
{
    json_t *list = put_array(object, "rules");
    for (size_t i = 0; i < rules->count; i++) {
        const struct signing_rule *rule = &rules->items[i];
        json_t *one = put_element(list);
        put_text(one, "signingProfileArn", rule->profile);
        json_t *filters = rule->filter_count ? put_array(one, "repositoryFilters") : NULL;
        for (size_t f = 0; f < rule->filter_count; f++) {
            json_t *filter = put_element(filters);
            put_text(filter, "filter", rule->filters[f]);
            put_text(filter, "filterType", SLICE("WILDCARD_MATCH"));
        }
    }
}

static bool put(struct ecr_call *call)
{
    struct error err = {.kind = ERROR_NONE};
    struct slice text;
    const json_t *object;
    struct signing_rules rules;
    CLEANUP_JSON json_t *kept = json_object();
    if (!call_object(call, "signingConfiguration", true, &object))
        return false;
    if (!signing_rules_read(object, call->arena, &rules, &err))
        return err.kind == ERROR_FORMAT ? call_fail(call, "ValidationException", "%s", err.text)
                                        : call_no_memory(call);
    put_rules(kept, &rules);
    if (!call_json_text(call, kept, &text) || !call_set(call, SIGNING_SETTING, text))
        return false;
    put_rules(put_object(call->output, "signingConfiguration"), &rules);
    return true;
}

static bool rules_load(struct ecr_call *call, struct signing_rules *rules, bool *exists)
{
    struct error err;
    struct slice text;
    *rules = (struct signing_rules){.count = 0};
    if (!call_setting(call, SIGNING_SETTING, &text, exists) || !*exists)
        return !call->failure.reason;
    CLEANUP_JSON json_t *document = document_parse(text, &err);
    return (document && signing_rules_read(document, call->arena, rules, &err)) ||
           failure_of(&call->failure, &err);
}

static bool stored(struct ecr_call *call, struct signing_rules *rules)
{
    bool exists;
    if (!rules_load(call, rules, &exists))
        return false;
    return exists || call_fail(call, "SigningConfigurationNotFoundException",
                               "The registry with id '%.*s' has no signing configuration",
                               SLICE_ARG(call->scope.account));
}

static void put_stored(struct ecr_call *call, const struct signing_rules *rules)
{
    put_text(call->output, "registryId", call->scope.account);
    put_rules(put_object(call->output, "signingConfiguration"), rules);
}

static bool get(struct ecr_call *call)
{
    struct signing_rules rules;
    if (!stored(call, &rules))
        return false;
    put_stored(call, &rules);
    return true;
}

static bool delete (struct ecr_call *call)
{
    struct signing_rules rules;
    if (!stored(call, &rules) || !call_set(call, SIGNING_SETTING, SLICE("")))
        return false;
    put_stored(call, &rules);
    return true;
}

/* Profiles that the signatures attached to an image name, and how many signatures there are. */
struct attached {
    struct slice *profiles;
    size_t count, room, signatures;
};

static bool read_signature(struct ecr_call *call, const struct manifest_facts *signature,
                           struct attached *attached)
{
    struct error err;
    struct blob blob;
    struct slice bytes, profile;
    struct failure ignored;
    attached->signatures++;
    if (signature->layer_count != 1 || signature->layers[0].size > SIGNING_ENVELOPE_MAX ||
        !blob_get(call->node->registry, &call->scope, &signature->layers[0].digest, &blob,
                  &ignored))
        return true;
    bool read = blob_read_all(call->node->registry->blobs, &signature->layers[0].digest,
                              SIGNING_ENVELOPE_MAX, call->arena, &bytes, &err);
    blob_close(&blob);
    if (!read)
        return true;
    if (!signing_envelope_profile(bytes, call->arena, &profile) ||
        (profile.len &&
         !ARENA_PUSH(call->arena, attached->profiles, attached->count, attached->room, profile)))
        return call_no_memory(call);
    return true;
}

static bool look_at_signatures(struct ecr_call *call, const struct digest *digest,
                               struct attached *attached)
{
    struct slice after = {NULL, 0};
    struct manifest_list list;
    do {
        list = (struct manifest_list){NULL, 0, 0};
        if (!manifest_referrers(call->node->registry, &call->scope, digest, NOTATION_TYPE, after,
                                REFERRERS_PAGE, call->arena, &list, &call->failure))
            return false;
        for (size_t i = 0; i < list.count; i++)
            if (!read_signature(call, &list.items[i], attached))
                return false;
        if (list.count)
            after = digest_slice(&list.items[list.count - 1].digest);
    } while (list.count == REFERRERS_PAGE && attached->signatures < REFERRERS_MAX);
    return true;
}

static bool is_attached(const struct attached *attached, struct slice profile)
{
    for (size_t i = 0; i < attached->count; i++)
        if (slice_equal(attached->profiles[i], profile))
            return true;
    return false;
}

static void put_status(struct ecr_call *call, json_t *object, const struct attached *attached,
                       struct slice profile)
{
    put_text(object, "signingProfileArn", profile);
    if (is_attached(attached, profile)) {
        put_text(object, "status", SLICE("COMPLETE"));
        return;
    }
    put_text(object, "status", SLICE("FAILED"));
    put_text(object, "failureCode", SLICE("SignatureNotFound"));
    put_text(object, "failureReason",
             arena_printf(call->arena,
                          "None of the %zu notation signatures attached to the image names this "
                          "profile. This registry does not sign: sign with notation and push the "
                          "signature.",
                          attached->signatures));
}

static bool describe_status(struct ecr_call *call)
{
    struct image_id id;
    struct digest digest;
    struct repository repository;
    struct signing_rules rules;
    bool exists;
    struct attached attached = {.count = 0};
    if (!image_id_read(call, "imageId", &id) ||
        !repository_get(call->node->registry, &call->scope, call->arena, &repository,
                        &call->failure) ||
        !image_id_resolve(call, &id, &digest) || !rules_load(call, &rules, &exists) ||
        !look_at_signatures(call, &digest, &attached))
        return false;
    put_repository(call);
    put_image_id(put_object(call->output, "imageId"), digest_slice(&digest), id.tag);
    json_t *list = put_array(call->output, "signingStatuses");
    for (size_t i = 0; i < rules.count; i++)
        if (signing_rule_applies(&rules.items[i], call->scope.repository))
            put_status(call, put_element(list), &attached, rules.items[i].profile);
    return true;
}

const struct ecr_operation ecr_signing[] = {
    {"PutSigningConfiguration", put, ECR_ON_REGISTRY},
    {"GetSigningConfiguration", get, ECR_ON_REGISTRY},
    {"DeleteSigningConfiguration", delete, ECR_ON_REGISTRY},
    {"DescribeImageSigningStatus", describe_status, ECR_ON_REPOSITORY},
    {NULL},
};
