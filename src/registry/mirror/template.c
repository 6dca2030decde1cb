/* See template.h. */
#include "registry/mirror/template.h"

#include "image/document.h"
#include "registry/core/repository.h"

static const char *const reasons[] = {"PULL_THROUGH_CACHE", "REPLICATION", "CREATE_ON_PUSH"};

static bool is_for(const json_t *template, enum template_reason reason)
{
    size_t i;
    json_t *word;
    json_array_foreach(json_object_get(template, "appliedFor"), i, word)
    {
        if (slice_equal_str(document_view(word), reasons[reason]))
            return true;
    }
    return false;
}

/* How well a template's prefix fits: its length, 1 of ROOT, 0 not at all. */
static size_t fits(struct slice prefix, struct slice repository)
{
    if (slice_equal_str(prefix, "ROOT"))
        return 1;
    if (slice_ends(prefix, SLICE("/")))
        prefix.len--;
    bool below = slice_starts(repository, prefix) && repository.len > prefix.len &&
                 repository.at[prefix.len] == '/';
    return below ? prefix.len + 1 : 0;
}

/* NULL without failure: none stands for it. */
static bool choose(struct registry *registry, const struct scope *scope,
                   enum template_reason reason, struct arena *arena, json_t **chosen,
                   struct failure *failure)
{
    struct scope account = {.account = scope->account, .region = scope->region};
    struct setting *settings;
    size_t count, best = 0;
    if (!setting_list(registry, &account, TEMPLATE_SETTING, arena, &settings, &count, failure))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct error err = {0};
        struct slice prefix = slice_from(settings[i].name, strlen(TEMPLATE_SETTING));
        size_t fit = fits(prefix, scope->repository);
        json_t *template = fit > best ? document_parse(settings[i].value, &err) : NULL;
        if (!template || !is_for(template, reason)) {
            json_decref(template);
            continue;
        }
        json_decref(*chosen);
        *chosen = template;
        best = fit;
    }
    return true;
}

static bool exclusions_of(const json_t *template, struct arena *arena,
                          struct repository *repository)
{
    const json_t *filters = json_object_get(template, "imageTagMutabilityExclusionFilters");
    size_t count = json_array_size(filters);
    repository->exclusions = arena_array(arena, count + 1, sizeof *repository->exclusions);
    for (size_t i = 0; repository->exclusions && i < count; i++) {
        if (!document_text(json_array_get(filters, i), "filter", arena, &repository->exclusions[i]))
            return false;
        repository->exclusion_count++;
    }
    return repository->exclusions != NULL;
}

static bool tags_of(const json_t *template, struct arena *arena, struct repository *repository)
{
    const json_t *tags = json_object_get(template, "resourceTags");
    size_t count = json_array_size(tags);
    repository->tag_keys = arena_array(arena, count + 1, sizeof *repository->tag_keys);
    repository->tag_values = arena_array(arena, count + 1, sizeof *repository->tag_values);
    for (size_t i = 0; repository->tag_keys && repository->tag_values && i < count; i++) {
        const json_t *tag = json_array_get(tags, i);
        if (!document_text(tag, "Key", arena, &repository->tag_keys[i]) ||
            !document_text(tag, "Value", arena, &repository->tag_values[i]))
            return false;
        repository->tag_count++;
    }
    return repository->tag_keys && repository->tag_values;
}

static void mutability_of(const json_t *template, struct repository *repository)
{
    static const char *const words[] = {"MUTABLE", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION",
                                        "MUTABLE_WITH_EXCLUSION"};
    struct slice word = document_view(json_object_get(template, "imageTagMutability"));
    for (int i = 0; i < 4; i++)
        if (slice_equal_str(word, words[i]))
            repository->mutability = (enum tag_mutability)i;
}

static bool repository_of(const json_t *template, struct arena *arena,
                          struct repository *repository)
{
    const json_t *encryption = json_object_get(template, "encryptionConfiguration");
    mutability_of(template, repository);
    return document_text(encryption, "encryptionType", arena, &repository->encryption) &&
           document_text(encryption, "kmsKey", arena, &repository->kms_key) &&
           exclusions_of(template, arena, repository) && tags_of(template, arena, repository);
}

static bool policies_put(struct registry *registry, const struct scope *scope,
                         const json_t *template, const struct caller *who, struct failure *failure)
{
    struct slice policy = document_view(json_object_get(template, "repositoryPolicy"));
    struct slice lifecycle = document_view(json_object_get(template, "lifecyclePolicy"));
    return (!policy.len ||
            setting_put(registry, scope, "policy", policy, "SetRepositoryPolicy", who, failure)) &&
           (!lifecycle.len || setting_put(registry, scope, "lifecycle-policy", lifecycle,
                                          "PutLifecyclePolicy", who, failure));
}

bool template_make_repository(struct registry *registry, const struct scope *scope,
                              enum template_reason reason, const struct caller *who,
                              struct arena *arena, struct failure *failure)
{
    CLEANUP_JSON json_t *template = NULL;
    struct repository repository = {.name = scope->repository};
    struct failure absent = {0};
    if (repository_get(registry, scope, arena, &repository, &absent))
        return true;
    if (absent.reason != FAILURE_REPOSITORY_UNKNOWN) {
        *failure = absent;
        return false;
    }
    repository = (struct repository){.name = scope->repository, .encryption = SLICE("AES256")};
    /* Whoever just pushes wants to know what is in it; who makes repositories says so. */
    repository.scan_on_push = reason == TEMPLATE_ON_PUSH;
    if (!choose(registry, scope, reason, arena, &template, failure))
        return false;
    if (template && !repository_of(template, arena, &repository)) {
        struct error err = {0};
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!repository.encryption.len)
        repository.encryption = SLICE("AES256");
    if (!repository_create(registry, scope, &repository, who, arena, failure)) {
        if (failure->reason != FAILURE_REPOSITORY_EXISTS)
            return false;
        *failure = (struct failure){0}; /* somebody else made it just now */
        return true;
    }
    return policies_put(registry, scope, template, who, failure);
}
