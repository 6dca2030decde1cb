#include "registry/ecr/image_id.h"

#define DIGEST_PATTERN "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"
#define TAG_PATTERN    "[a-zA-Z0-9_][a-zA-Z0-9-_.]{0,127}"

static bool read_members(struct ecr_call *call, struct image_id *id)
{
    return call_text(call, "imageDigest", false, &id->digest) &&
           call_text_in(call, "imageTag", false, 1, IMAGE_TAG_MAX, &id->tag);
}

bool image_id_read(struct ecr_call *call, const char *name, struct image_id *id)
{
    const json_t *object;
    struct call_place place;
    if (!call_object(call, name, true, &object) || !call_enter(call, name, 0, object, &place) ||
        !read_members(call, id))
        return false;
    call_leave(call, &place);
    return true;
}

bool image_ids_read(struct ecr_call *call, const char *name, bool required, struct image_ids *ids)
{
    const json_t *array;
    *ids = (struct image_ids){NULL, 0};
    if (!call_array(call, name, required, 1, IMAGE_IDS_MAX, &array))
        return false;
    size_t count = json_array_size(array);
    ids->items = arena_array(call->arena, count + 1, sizeof *ids->items);
    if (!ids->items)
        return call_no_memory(call);
    for (size_t i = 0; i < count; i++) {
        struct call_place place;
        if (!call_enter(call, name, i + 1, json_array_get(array, i), &place) ||
            !read_members(call, &ids->items[ids->count++]))
            return false;
        call_leave(call, &place);
    }
    return true;
}

static bool trouble_is(struct image_trouble *trouble, const char *code, const char *why)
{
    *trouble = (struct image_trouble){code, why};
    return true;
}

/* What is wrong with the words, before anything is looked up. */
static bool malformed(const struct image_id *id, struct digest *digest,
                      struct image_trouble *trouble)
{
    struct error err;
    if (!id->digest.len && !id->tag.len)
        return trouble_is(trouble, "MissingDigestAndTag",
                          "Invalid request parameters: both tag and digest cannot be null");
    if (id->digest.len && !digest_parse_any(digest, id->digest, &err))
        return trouble_is(trouble, "InvalidImageDigest",
                          "Invalid request parameters: image digest should satisfy the regex "
                          "'" DIGEST_PATTERN "'");
    if (id->tag.len && !tag_name_is_valid(id->tag))
        return trouble_is(trouble, "InvalidImageTag",
                          "Invalid request parameters: image tag should satisfy the regex "
                          "'" TAG_PATTERN "'");
    return false;
}

bool image_id_find(struct ecr_call *call, const struct image_id *id, struct digest *digest,
                   struct image_trouble *trouble)
{
    struct digest wanted;
    *trouble = (struct image_trouble){NULL, NULL};
    if (malformed(id, &wanted, trouble))
        return true;
    struct slice reference = id->tag.len ? id->tag : id->digest;
    if (!manifest_resolve(call->node->registry, &call->scope, reference, digest, &call->failure)) {
        if (call->failure.reason != FAILURE_MANIFEST_UNKNOWN)
            return false;
        call->failure = (struct failure){.reason = FAILURE_NONE};
        return trouble_is(trouble, "ImageNotFound", "Requested image not found");
    }
    if (id->tag.len && id->digest.len && !digest_equal(digest, &wanted))
        return trouble_is(trouble, "ImageTagDoesNotMatchDigest",
                          "Requested image tag does not have this digest");
    return true;
}

bool image_id_resolve(struct ecr_call *call, const struct image_id *id, struct digest *digest)
{
    struct image_trouble trouble;
    if (!image_id_find(call, id, digest, &trouble))
        return false;
    if (!trouble.code)
        return true;
    if (strcmp(trouble.code, "ImageNotFound") != 0 &&
        strcmp(trouble.code, "ImageTagDoesNotMatchDigest") != 0)
        return call_fail(call, "InvalidParameterException", "%s", trouble.why);
    return call_fail(call, "ImageNotFoundException",
                     "The image with imageId {imageDigest:'%.*s', imageTag:'%.*s'} does not exist "
                     "within the repository with name '%.*s' in the registry with id '%.*s'",
                     SLICE_ARG(id->digest.len ? id->digest : SLICE("null")),
                     SLICE_ARG(id->tag.len ? id->tag : SLICE("null")),
                     SLICE_ARG(call->scope.repository), SLICE_ARG(call->scope.account));
}

void put_image_id(json_t *object, struct slice digest, struct slice tag)
{
    put_text_if(object, "imageDigest", digest);
    put_text_if(object, "imageTag", tag);
}

void put_image_failure(json_t *failures, const struct image_id *id, const char *code,
                       const char *why)
{
    json_t *failure = put_element(failures);
    put_image_id(put_object(failure, "imageId"), id->digest, id->tag);
    put_text(failure, "failureCode", slice_str(code));
    put_text(failure, "failureReason", slice_str(why));
}
