/* DescribeRepositories. */
#include "registry/ecr_client_parts.h"

enum { REPOSITORIES_MAX = 100000, PAGE = 1000 };

static bool read_page(const json_t *answer, struct arena *arena,
                      struct ecr_client_repositories *repositories, struct error *err)
{
    const json_t *list = json_object_get(answer, "repositories");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct ecr_client_repository item;
        const json_t *told = json_array_get(list, i);
        if (!document_text(told, "repositoryName", arena, &item.name) ||
            !document_text(told, "repositoryUri", arena, &item.uri))
            return arena_error(err);
        if (!item.name.len || !item.uri.len)
            return error_set(err, ERROR_FORMAT, "a repository without a name or an address");
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
