/* Repositories: described, made, their policies. */
#include "registry/ecr_client_parts.h"
#include "registry/ops/hook.h"

enum { REPOSITORIES_MAX = 100000, PAGE = 1000, EXCLUSIONS_MAX = 100 };

static bool read_mutability(const json_t *told, struct arena *arena,
                            struct ecr_client_repository *item, struct error *err)
{
    const json_t *filters = json_object_get(told, "imageTagMutabilityExclusionFilters");
    const json_t *scanning = json_object_get(told, "imageScanningConfiguration");
    size_t count = json_array_size(filters);
    item->scan_on_push = json_is_true(json_object_get(scanning, "scanOnPush"));
    if (count > EXCLUSIONS_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d filters of tags", EXCLUSIONS_MAX);
    item->exclusions = arena_array(arena, count + 1, sizeof *item->exclusions);
    if (!item->exclusions || !document_text(told, "imageTagMutability", arena, &item->mutability))
        return arena_error(err);
    for (size_t i = 0; i < count; i++)
        if (!document_text(json_array_get(filters, i), "filter", arena,
                           &item->exclusions[item->exclusion_count++]))
            return arena_error(err);
    return true;
}

bool ecr_client_tag_is_immutable(const struct ecr_client_repository *repository, struct slice tag)
{
    bool excluded = false;
    for (size_t i = 0; i < repository->exclusion_count; i++)
        excluded = excluded || hook_pattern_matches(repository->exclusions[i], tag);
    if (slice_equal_str(repository->mutability, "IMMUTABLE"))
        return true;
    if (slice_equal_str(repository->mutability, "IMMUTABLE_WITH_EXCLUSION"))
        return !excluded;
    return slice_equal_str(repository->mutability, "MUTABLE_WITH_EXCLUSION") && excluded;
}

static bool read_page(const json_t *answer, struct arena *arena,
                      struct ecr_client_repositories *repositories, struct error *err)
{
    const json_t *list = json_object_get(answer, "repositories");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct ecr_client_repository item = {0};
        const json_t *told = json_array_get(list, i);
        if (!document_text(told, "repositoryName", arena, &item.name) ||
            !document_text(told, "repositoryUri", arena, &item.uri))
            return arena_error(err);
        if (!item.name.len || !item.uri.len)
            return error_set(err, ERROR_FORMAT, "a repository without a name or an address");
        if (!read_mutability(told, arena, &item, err))
            return false;
        if (repositories->count >= REPOSITORIES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d repositories", REPOSITORIES_MAX);
        if (!ARENA_PUSH(arena, repositories->items, repositories->count, repositories->room, item))
            return arena_error(err);
    }
    return true;
}

bool ecr_client_repositories(struct aws *aws, struct slice name, struct arena *arena,
                             struct ecr_client_repositories *repositories, struct error *err)
{
    struct slice token = {NULL, 0};
    *repositories = (struct ecr_client_repositories){NULL, 0, 0};
    do {
        json_t *input = json_object();
        if (name.len)
            json_object_set_new(input, "repositoryNames", json_pack("[s%]", name.at, name.len));
        else
            json_object_set_new(input, "maxResults", json_integer(PAGE));
        if (token.len)
            json_object_set_new(input, "nextToken", json_stringn(token.at, token.len));
        size_t before = repositories->count;
        CLEANUP_JSON json_t *answer =
            ecr_client_ask(aws, ECR_TARGET "DescribeRepositories", input, arena, err);
        if (!answer || !read_page(answer, arena, repositories, err))
            return false;
        if (!document_text(answer, "nextToken", arena, &token))
            return arena_error(err);
        if (token.len && repositories->count == before)
            return error_set(err, ERROR_FORMAT, "an empty page of repositories, not the last");
    } while (token.len);
    return true;
}

static json_t *resource_tags(const struct ecr_client_creation *creation)
{
    json_t *tags = json_array();
    for (size_t i = 0; i < creation->tag_count; i++) {
        struct slice name = creation->tag_names[i], value = creation->tag_values[i];
        json_array_append_new(tags,
                              json_pack("{s:s%,s:s%}", "Key", name.at ? name.at : "", name.len,
                                        "Value", value.at ? value.at : "", value.len));
    }
    return tags;
}

bool ecr_client_create(struct aws *aws, const struct ecr_client_creation *creation,
                       struct arena *arena, struct slice *uri, struct error *err)
{
    json_t *input = ecr_client_about(creation->name);
    json_object_set_new(input, "imageScanningConfiguration", json_pack("{s:b}", "scanOnPush", 1));
    json_object_set_new(input, "imageTagMutability",
                        json_string(creation->immutable ? "IMMUTABLE" : "MUTABLE"));
    if (creation->tag_count)
        json_object_set_new(input, "tags", resource_tags(creation));
    CLEANUP_JSON json_t *answer =
        ecr_client_ask(aws, ECR_TARGET "CreateRepository", input, arena, err);
    return answer &&
           (document_text(json_object_get(answer, "repository"), "repositoryUri", arena, uri) ||
            arena_error(err));
}

bool ecr_client_scan_on_push(struct aws *aws, struct slice repository, struct arena *arena,
                             struct error *err)
{
    json_t *input = ecr_client_about(repository);
    json_object_set_new(input, "imageScanningConfiguration", json_pack("{s:b}", "scanOnPush", 1));
    CLEANUP_JSON json_t *answer =
        ecr_client_ask(aws, ECR_TARGET "PutImageScanningConfiguration", input, arena, err);
    return answer != NULL;
}

bool ecr_client_repository_policy(struct aws *aws, struct slice repository, struct arena *arena,
                                  struct slice *policy, struct error *err)
{
    CLEANUP_JSON json_t *answer = ecr_client_ask(aws, ECR_TARGET "GetRepositoryPolicy",
                                                 ecr_client_about(repository), arena, err);
    return answer && (document_text(answer, "policyText", arena, policy) || arena_error(err));
}
