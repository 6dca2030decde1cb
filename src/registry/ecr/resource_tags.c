/* Tags of repositories: TagResource, UntagResource, ListTagsForResource. */
#include "registry/ecr/resource_tags.h"

#include "base/utf8.h"

static size_t length(struct slice text)
{
    size_t count = 0;
    for (uint32_t code; text.len; count++)
        utf8_cut(&text, &code);
    return count;
}

static bool check_tag(struct ecr_call *call, struct slice key, struct slice value)
{
    if (!key.len || length(key) > RESOURCE_TAG_KEY_MAX || length(value) > RESOURCE_TAG_VALUE_MAX)
        return call_fail(call, "InvalidTagParameterException",
                         "A tag's key has 1 to %d characters, its value at most %d",
                         RESOURCE_TAG_KEY_MAX, RESOURCE_TAG_VALUE_MAX);
    if (slice_starts(key, SLICE("aws:")))
        return call_fail(call, "InvalidTagParameterException",
                         "aws: prefixed tag key names are not allowed for external use.");
    return true;
}

static bool has_key(const struct resource_tags *tags, struct slice key)
{
    for (size_t i = 0; i < tags->count; i++)
        if (slice_equal(tags->keys[i], key))
            return true;
    return false;
}

static bool read_tag(struct ecr_call *call, struct resource_tags *tags)
{
    struct slice key, value;
    if (!call_text(call, "Key", true, &key) || !call_text(call, "Value", true, &value) ||
        !check_tag(call, key, value))
        return false;
    if (has_key(tags, key))
        return call_fail(call, "InvalidTagParameterException",
                         "Duplicate tag keys found: %.*s. Please note that Tag keys are case "
                         "insensitive.",
                         SLICE_ARG(slice_upto(key, RESOURCE_TAG_KEY_MAX)));
    tags->keys[tags->count] = key;
    tags->values[tags->count++] = value;
    return true;
}

static bool too_many(struct ecr_call *call)
{
    return call_fail(call, "TooManyTagsException",
                     "The maximum of %d tags per resource is exceeded", RESOURCE_TAGS_MAX);
}

bool resource_tags_read(struct ecr_call *call, const char *name, bool required,
                        struct resource_tags *tags)
{
    const json_t *array;
    *tags = (struct resource_tags){NULL, NULL, 0};
    if (!call_array(call, name, required, 0, 0, &array))
        return false;
    size_t count = json_array_size(array);
    if (count > RESOURCE_TAGS_MAX)
        return too_many(call);
    tags->keys = arena_array(call->arena, count + 1, sizeof *tags->keys);
    tags->values = arena_array(call->arena, count + 1, sizeof *tags->values);
    if (!tags->keys || !tags->values)
        return call_no_memory(call);
    for (size_t i = 0; i < count; i++) {
        struct call_place place;
        if (!call_enter(call, name, i + 1, json_array_get(array, i), &place) ||
            !read_tag(call, tags))
            return false;
        call_leave(call, &place);
    }
    return true;
}

/* What a change does to a repository's tags: these are set, then those keys removed. */
struct edit {
    struct ecr_call *call;
    const struct resource_tags *set;
    const struct slice *remove;
    size_t remove_count;
};

static bool set_tags(const struct resource_tags *set, struct repository *repository,
                     struct arena *arena)
{
    size_t room = repository->tag_count + set->count + 1;
    struct slice *keys = arena_array(arena, room, sizeof *keys);
    struct slice *values = arena_array(arena, room, sizeof *values);
    size_t count = 0;
    if (!keys || !values)
        return false;
    for (size_t i = 0; i < repository->tag_count; i++)
        if (!has_key(set, repository->tag_keys[i])) {
            keys[count] = repository->tag_keys[i];
            values[count++] = repository->tag_values[i];
        }
    for (size_t i = 0; i < set->count; i++) {
        keys[count] = set->keys[i];
        values[count++] = set->values[i];
    }
    repository->tag_keys = keys;
    repository->tag_values = values;
    repository->tag_count = count;
    return true;
}

static void remove_tag(struct repository *repository, struct slice key)
{
    size_t kept = 0;
    for (size_t i = 0; i < repository->tag_count; i++)
        if (!slice_equal(repository->tag_keys[i], key)) {
            repository->tag_keys[kept] = repository->tag_keys[i];
            repository->tag_values[kept++] = repository->tag_values[i];
        }
    repository->tag_count = kept;
}

static bool change_tags(void *context, struct repository *repository, struct arena *arena,
                        struct failure *failure)
{
    struct edit *edit = context;
    if (edit->set && !set_tags(edit->set, repository, arena)) {
        call_no_memory(edit->call);
        *failure = edit->call->failure;
        return false;
    }
    for (size_t i = 0; i < edit->remove_count; i++)
        remove_tag(repository, edit->remove[i]);
    if (repository->tag_count <= RESOURCE_TAGS_MAX)
        return true;
    too_many(edit->call);
    *failure = edit->call->failure;
    return false;
}

static bool apply(struct ecr_call *call, struct edit *edit)
{
    return repository_change(call->node->registry, &call->scope, call->operation->name, change_tags,
                             edit, &call->caller, call->arena, &call->failure);
}

static bool tag_resource(struct ecr_call *call)
{
    struct resource_tags tags;
    struct edit edit = {.call = call, .set = &tags};
    return resource_tags_read(call, "tags", true, &tags) && apply(call, &edit);
}

static bool untag_resource(struct ecr_call *call)
{
    struct slice *keys;
    struct edit edit = {.call = call};
    if (!call_texts(call, "tagKeys", true, 0, 0, NULL, NULL, &keys, &edit.remove_count))
        return false;
    for (size_t i = 0; i < edit.remove_count; i++)
        if (!check_tag(call, keys[i], SLICE("")))
            return false;
    if (edit.remove_count > RESOURCE_TAGS_MAX)
        return too_many(call);
    edit.remove = keys;
    return apply(call, &edit);
}

static bool list_tags(struct ecr_call *call)
{
    struct repository repository;
    if (!repository_get(call->node->registry, &call->scope, call->arena, &repository,
                        &call->failure))
        return false;
    json_t *tags = put_array(call->output, "tags");
    for (size_t i = 0; i < repository.tag_count; i++) {
        json_t *tag = put_element(tags);
        put_text(tag, "Key", repository.tag_keys[i]);
        put_text(tag, "Value", repository.tag_values[i]);
    }
    return true;
}

const struct ecr_operation ecr_resource_tags[] = {
    {"TagResource", tag_resource, ECR_ON_ARN},
    {"UntagResource", untag_resource, ECR_ON_ARN},
    {"ListTagsForResource", list_tags, ECR_ON_ARN},
    {NULL},
};
