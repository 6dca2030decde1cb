/* See rule.h. */
#include "registry/mirror/rule.h"

#include "image/document.h"

static struct slice without_slash(struct slice prefix)
{
    return slice_ends(prefix, SLICE("/")) ? slice_upto(prefix, prefix.len - 1) : prefix;
}

bool mirror_prefix_is_valid(struct slice prefix)
{
    return slice_equal_str(prefix, MIRROR_ROOT) || repository_name_is_valid(without_slash(prefix));
}

static bool is_root(struct slice prefix)
{
    return !prefix.len || slice_equal_str(prefix, MIRROR_ROOT);
}

bool mirror_rule_parse(struct slice text, struct arena *arena, struct mirror_rule *rule,
                       struct error *err)
{
    struct mirror_rule got = {0};
    CLEANUP_JSON json_t *document = document_parse(text, err);
    if (!document)
        return false;
    if (!document_text(document, "ecrRepositoryPrefix", arena, &got.prefix) ||
        !document_text(document, "upstreamRegistryUrl", arena, &got.upstream_url) ||
        !document_text(document, "upstreamRegistry", arena, &got.upstream_registry) ||
        !document_text(document, "upstreamRepositoryPrefix", arena, &got.upstream_prefix) ||
        !document_text(document, "credentialArn", arena, &got.credential_arn) ||
        !document_text(document, "customRoleArn", arena, &got.custom_role_arn))
        return arena_error(err);
    got.created = json_number_value(json_object_get(document, "createdAt"));
    got.updated = json_number_value(json_object_get(document, "updatedAt"));
    if (!mirror_prefix_is_valid(got.prefix) || !got.upstream_url.len ||
        (got.upstream_prefix.len && !mirror_prefix_is_valid(got.upstream_prefix)))
        return error_set(err, ERROR_FORMAT, "this is no pull through cache rule");
    *rule = got;
    return true;
}

static void put(json_t *object, const char *name, struct slice value)
{
    if (value.len)
        json_object_set_new(object, name, json_stringn(value.at, value.len));
}

json_t *mirror_rule_json(const struct mirror_rule *rule)
{
    json_t *object = json_object();
    put(object, "ecrRepositoryPrefix", rule->prefix);
    put(object, "upstreamRegistryUrl", rule->upstream_url);
    put(object, "upstreamRegistry", rule->upstream_registry);
    put(object, "upstreamRepositoryPrefix", rule->upstream_prefix);
    put(object, "credentialArn", rule->credential_arn);
    put(object, "customRoleArn", rule->custom_role_arn);
    json_object_set_new(object, "createdAt", json_real(rule->created));
    if (rule->updated > 0)
        json_object_set_new(object, "updatedAt", json_real(rule->updated));
    return object;
}

bool mirror_rule_applies(const struct mirror_rule *rule, struct slice repository)
{
    struct slice prefix = without_slash(rule->prefix);
    if (is_root(prefix))
        return true;
    return slice_starts(repository, prefix) && repository.len > prefix.len + 1 &&
           repository.at[prefix.len] == '/';
}

struct slice mirror_rule_upstream(const struct mirror_rule *rule, struct slice repository,
                                  struct arena *arena)
{
    struct slice prefix = without_slash(rule->prefix), there = without_slash(rule->upstream_prefix);
    struct slice rest = is_root(prefix) ? repository : slice_from(repository, prefix.len + 1);
    if (is_root(there))
        return arena_copy(arena, rest);
    return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(there), SLICE_ARG(rest));
}

static size_t weight(const struct mirror_rule *rule)
{
    struct slice prefix = without_slash(rule->prefix);
    return is_root(prefix) ? 0 : prefix.len;
}

const struct mirror_rule *mirror_rule_choose(const struct mirror_rule *rules, size_t count,
                                             struct slice repository)
{
    const struct mirror_rule *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (mirror_rule_applies(&rules[i], repository) &&
            (!best || weight(&rules[i]) > weight(best)))
            best = &rules[i];
    return best;
}
