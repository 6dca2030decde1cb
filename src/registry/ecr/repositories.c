/* CreateRepository, DescribeRepositories, DeleteRepository, PutImageTagMutability. */
#include "registry/ecr/mutability.h"
#include "registry/ecr/operations.h"
#include "registry/ecr/resource_tags.h"

enum { NAMES_MAX = 100, PAGE_STANDARD = 100, PAGE_MAX = 1000, KMS_KEY_MAX = 2048 };

static const char *const encryption_words[] = {"AES256", "KMS", "KMS_DSSE", NULL};

static void put_described(struct ecr_call *call, json_t *object,
                          const struct repository *repository)
{
    struct scope scope = call->scope;
    scope.repository = repository->name;
    struct mutability mutability = {(int)repository->mutability, repository->exclusions,
                                    repository->exclusion_count};
    put_text(object, "repositoryArn", scope_arn(&scope, call->arena));
    put_text(object, "registryId", scope.account);
    put_text(object, "repositoryName", scope.repository);
    put_text(object, "repositoryUri", node_repository_uri(call->node, &scope, call->arena));
    put_time(object, "createdAt", repository->created);
    put_mutability(object, &mutability);
    put_bool(put_object(object, "imageScanningConfiguration"), "scanOnPush",
             repository->scan_on_push);
    json_t *encryption = put_object(object, "encryptionConfiguration");
    put_text(encryption, "encryptionType",
             repository->encryption.len ? repository->encryption : SLICE("AES256"));
    put_text_if(encryption, "kmsKey", repository->kms_key);
}

static bool read_encryption(struct ecr_call *call, struct repository *repository)
{
    const json_t *object;
    struct call_place place;
    int type = 0;
    repository->encryption = slice_str(encryption_words[0]);
    if (!call_object(call, "encryptionConfiguration", false, &object) || !object)
        return !call->exception;
    if (!call_enter(call, "encryptionConfiguration", 0, object, &place) ||
        !call_choice(call, "encryptionType", true, encryption_words, &type) ||
        !call_text_in(call, "kmsKey", false, 1, KMS_KEY_MAX, &repository->kms_key))
        return false;
    if (type == 0 && repository->kms_key.len)
        return call_invalid(call, "kmsKey", "must not be there with encryptionType AES256");
    call_leave(call, &place);
    repository->encryption = slice_str(encryption_words[type]);
    return true;
}

static bool read_scanning(struct ecr_call *call, struct repository *repository)
{
    const json_t *object;
    struct call_place place;
    if (!call_object(call, "imageScanningConfiguration", false, &object) || !object)
        return !call->exception;
    if (!call_enter(call, "imageScanningConfiguration", 0, object, &place) ||
        !call_bool(call, "scanOnPush", &repository->scan_on_push))
        return false;
    call_leave(call, &place);
    return true;
}

static bool create(struct ecr_call *call)
{
    struct repository repository = {.name = call->scope.repository}, made;
    struct mutability mutability;
    struct resource_tags tags;
    if (!resource_tags_read(call, "tags", false, &tags) ||
        !mutability_read(call, false, &mutability) || !read_scanning(call, &repository) ||
        !read_encryption(call, &repository))
        return false;
    repository.tag_keys = tags.keys;
    repository.tag_values = tags.values;
    repository.tag_count = tags.count;
    repository.mutability = (enum tag_mutability)mutability.mode;
    repository.exclusions = mutability.exclusions;
    repository.exclusion_count = mutability.exclusion_count;
    if (!repository_create(call->node->registry, &call->scope, &repository, &call->caller,
                           call->arena, &call->failure) ||
        !repository_get(call->node->registry, &call->scope, call->arena, &made, &call->failure))
        return false;
    put_described(call, put_object(call->output, "repository"), &made);
    return true;
}

static bool delete (struct ecr_call *call)
{
    struct repository repository;
    bool force = false;
    if (!call_bool(call, "force", &force) ||
        !repository_delete(call->node->registry, &call->scope, force, &call->caller, call->arena,
                           &repository, &call->failure))
        return false;
    put_described(call, put_object(call->output, "repository"), &repository);
    return true;
}

static bool describe_named(struct ecr_call *call, const struct slice *names, size_t count)
{
    json_t *list = put_array(call->output, "repositories");
    for (size_t i = 0; i < count; i++) {
        struct repository repository;
        call->scope.repository = names[i];
        if (!call_allows(call, &call->scope) ||
            !repository_get(call->node->registry, &call->scope, call->arena, &repository,
                            &call->failure))
            return false;
        put_described(call, put_element(list), &repository);
    }
    return true;
}

static bool describe_page(struct ecr_call *call, const struct page *page)
{
    struct repository_list list = {NULL, 0, 0};
    if (!call_allows(call, &call->scope) ||
        !repository_list(call->node->registry, &call->scope, page->after, page->limit + 1,
                         call->arena, &list, &call->failure))
        return false;
    bool more = list.count > page->limit;
    size_t count = more ? page->limit : list.count;
    json_t *array = put_array(call->output, "repositories");
    for (size_t i = 0; i < count; i++)
        put_described(call, put_element(array), &list.items[i]);
    return !more || call_next_page(call, list.items[count - 1].name);
}

static bool describe(struct ecr_call *call)
{
    struct slice *names;
    size_t count;
    struct page page;
    if (!call_texts(call, "repositoryNames", false, 1, NAMES_MAX, repository_name_is_ecr,
                    REPOSITORY_NAME_PATTERN, &names, &count) ||
        !call_page(call, PAGE_STANDARD, PAGE_MAX, &page))
        return false;
    if (names && page.asked)
        return call_invalid(call, "maxResults",
                            "maxResults and nextToken cannot be used with repositoryNames");
    return names ? describe_named(call, names, count) : describe_page(call, &page);
}

static bool change_mutability(void *context, struct repository *repository, struct arena *arena,
                              struct failure *failure)
{
    const struct mutability *mutability = context;
    (void)arena;
    (void)failure;
    repository->mutability = (enum tag_mutability)mutability->mode;
    repository->exclusions = mutability->exclusions;
    repository->exclusion_count = mutability->exclusion_count;
    return true;
}

static bool put_tag_mutability(struct ecr_call *call)
{
    struct mutability mutability;
    if (!mutability_read(call, true, &mutability) ||
        !repository_change(call->node->registry, &call->scope, call->operation->name,
                           change_mutability, &mutability, &call->caller, call->arena,
                           &call->failure))
        return false;
    put_repository(call);
    put_mutability(call->output, &mutability);
    return true;
}

const struct ecr_operation ecr_repositories[] = {
    {"CreateRepository", create, ECR_ON_REPOSITORY},
    {"DescribeRepositories", describe, ECR_ON_REGISTRY, .own_checks = true},
    {"DeleteRepository", delete, ECR_ON_REPOSITORY},
    {"PutImageTagMutability", put_tag_mutability, ECR_ON_REPOSITORY},
    {NULL},
};
