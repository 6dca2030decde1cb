#include "image/document.h"
#include "registry/core/codec.h"
#include "registry/core/codec_json.h"
#include "registry/core/parts.h"

bool tag_get(struct change *change, struct slice tag, struct digest *digest, bool *found,
             struct failure *failure)
{
    struct slice value;
    struct error err;
    if (!row_get(change, ROW_TAG, tag, &value, found, failure))
        return false;
    if (!*found)
        return true;
    if (!tag_decode(value, digest, &err))
        return failure_of(failure, &err);
    return true;
}

bool tag_decode(struct slice value, struct digest *digest, struct error *err)
{
    CLEANUP_JSON json_t *object = document_parse(value, err);
    if (!object || !digest_parse_any(digest, document_view(json_object_get(object, "digest")), err))
        return error_add(err, "row of a tag");
    return true;
}

static bool put_tag(struct change *change, struct slice tag, const struct digest *digest,
                    struct failure *failure)
{
    json_t *object = json_object();
    codec_put_text(object, "digest", digest_slice(digest));
    codec_put_time(object, "since", change->now);
    struct slice value = codec_dump(object, &change->arena);
    struct slice tagged = row_pair(change, digest_slice(digest), tag);
    if (!value.at || !tagged.at)
        return failure_memory(failure);
    return row_put(change, ROW_TAG, tag, value, failure) &&
           row_put(change, ROW_TAGGED, tagged, SLICE(""), failure);
}

static bool leave_manifest(struct change *change, struct slice tag, const struct digest *digest,
                           struct failure *failure)
{
    struct slice tagged = row_pair(change, digest_slice(digest), tag);
    if (!tagged.at)
        return failure_memory(failure);
    return row_remove(change, ROW_TAGGED, tagged, failure) &&
           row_put_time(change, ROW_MOVED, digest_slice(digest), change->now, failure);
}

bool tag_move(struct change *change, const struct repository *repository, struct slice tag,
              const struct digest *digest, struct tag_result *result, struct failure *failure)
{
    struct digest before;
    bool found;
    *result = (struct tag_result){.tag = tag};
    if (!tag_get(change, tag, &before, &found, failure))
        return false;
    result->was_there = found && digest_equal(&before, digest);
    if (result->was_there)
        return true;
    if (found && !repository_tag_is_mutable(repository, tag)) {
        failure_set(&result->failure, FAILURE_TAG_IMMUTABLE,
                    "The image tag '%.*s' already exists in the '%.*s' repository and cannot be "
                    "overwritten because the repository is immutable.",
                    SLICE_ARG(tag), SLICE_ARG(change->scope.repository));
        return true;
    }
    if (found) {
        result->before = before;
        if (!leave_manifest(change, tag, &before, failure))
            return false;
    }
    result->moved = true;
    change->touched = true;
    return put_tag(change, tag, digest, failure);
}

bool tag_remove(struct change *change, struct slice tag, const struct digest *digest,
                struct failure *failure)
{
    change->touched = true;
    return leave_manifest(change, tag, digest, failure) &&
           row_remove(change, ROW_TAG, tag, failure);
}

static bool check_tag(struct slice tag, struct failure *failure)
{
    return tag_name_is_valid(tag) || failure_set(failure, FAILURE_TAG_INVALID, "'%.*s' is no tag",
                                                 SLICE_ARG(slice_upto(tag, 200)));
}

bool tag_put(struct registry *registry, const struct scope *scope, struct slice tag,
             const struct digest *digest, const struct caller *who, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct repository repository;
    struct tag_result result;
    bool here;
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure) || !check_tag(tag, failure) ||
        !repository_need(&change, &repository, failure) ||
        !row_any(&change, ROW_MANIFEST, change.at, digest_slice(digest), &here, failure))
        return false;
    if (!here)
        return manifest_unknown(scope, digest_slice(digest), failure);
    if (!tag_move(&change, &repository, tag, digest, &result, failure))
        return false;
    if (result.failure.reason) {
        *failure = result.failure;
        return false;
    }
    if (result.was_there)
        return true;
    return change_journal(&change, "TagImage", digest, tag, SLICE(""), failure) &&
           change_commit(&change, failure);
}

bool tag_delete(struct registry *registry, const struct scope *scope, struct slice tag,
                const struct caller *who, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct digest digest;
    bool found;
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        !repository_need(&change, NULL, failure) ||
        !tag_get(&change, tag, &digest, &found, failure))
        return false;
    if (!found)
        return manifest_unknown(scope, tag, failure);
    return tag_remove(&change, tag, &digest, failure) &&
           change_journal(&change, "UntagImage", &digest, tag, SLICE(""), failure) &&
           change_commit(&change, failure);
}

bool tag_list(struct registry *registry, const struct scope *scope, struct slice after,
              size_t limit, struct arena *arena, struct slice **tags, struct digest **digests,
              size_t *count, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    struct row_list rows;
    *failure = (struct failure){0};
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !repository_need(&view, NULL, failure) ||
        !row_list_prefix(&view, ROW_TAG, SLICE(""), after, limit, &rows, failure))
        return false;
    struct slice *names = arena_array(arena, rows.count + 1, sizeof *names);
    struct digest *targets = arena_array(arena, digests ? rows.count + 1 : 1, sizeof *targets);
    if (!names || !targets)
        return failure_memory(failure);
    for (size_t i = 0; i < rows.count; i++) {
        struct error err;
        names[i] = arena_copy(arena, rows.items[i].name);
        if (!names[i].at)
            return failure_memory(failure);
        if (digests && !tag_decode(rows.items[i].value, &targets[i], &err))
            return failure_of(failure, &err);
    }
    *tags = names;
    if (digests)
        *digests = targets;
    *count = rows.count;
    return true;
}

bool tag_moved_from(struct registry *registry, const struct scope *scope,
                    const struct digest *digest, double *when, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    *failure = (struct failure){0};
    return change_begin(&view, registry, scope, false, NULL, failure) &&
           row_get_time(&view, ROW_MOVED, digest_slice(digest), when, failure);
}
