/* PutImage, BatchGetImage, BatchDeleteImage, UpdateImageStorageClass. */
#include "image/document.h"
#include "registry/ecr/image_id.h"
#include "registry/inspect/inspect.h"
#include "registry/mirror/mirror.h"

enum { MANIFEST_MAX = 4 << 20, MEDIA_TYPES_MAX = 100 };

static void put_image(struct ecr_call *call, json_t *object, const struct digest *digest,
                      struct slice tag, struct slice manifest, struct slice media_type)
{
    put_text(object, "registryId", call->scope.account);
    put_text(object, "repositoryName", call->scope.repository);
    put_image_id(put_object(object, "imageId"), digest_slice(digest), tag);
    put_text(object, "imageManifest", manifest);
    put_text_if(object, "imageManifestMediaType", media_type);
}

/* What the manifest itself says it is; the request must when it does not. */
static bool find_media_type(struct ecr_call *call, struct slice manifest, struct slice *media_type)
{
    struct error err;
    if (media_type->len)
        return true;
    CLEANUP_JSON json_t *document = document_parse(manifest, &err);
    if (!json_is_object(document))
        return call_invalid(call, "imageManifest", "Invalid JSON syntax");
    if (!document_text(document, "mediaType", call->arena, media_type))
        return call_no_memory(call);
    return media_type->len || call_invalid(call, "imageManifestMediaType",
                                           "must be there when the manifest has no mediaType");
}

static bool read_tag(struct ecr_call *call, struct slice *tag)
{
    if (!call_text_in(call, "imageTag", false, 1, IMAGE_TAG_MAX, tag))
        return false;
    return !tag->len || tag_name_is_valid(*tag) ||
           call_invalid(call, "imageTag",
                        "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9-_.]{0,127}'");
}

static bool read_push(struct ecr_call *call, struct slice *tag, struct manifest_push *push)
{
    struct slice digest;
    struct error err;
    if (!call_text_in(call, "imageManifest", true, 1, MANIFEST_MAX, &push->bytes) ||
        !call_text(call, "imageManifestMediaType", false, &push->media_type) ||
        !read_tag(call, tag) || !call_text(call, "imageDigest", false, &digest) ||
        !find_media_type(call, push->bytes, &push->media_type))
        return false;
    if (digest.len && !digest_parse_any(&push->expected, digest, &err))
        return call_invalid(call, "imageDigest",
                            "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
    push->tags = tag;
    push->tag_count = tag->len > 0;
    push->refuse_existing = true;
    return true;
}

/* AWS's sentences for what core refuses a push for. */
static bool explain_push(struct ecr_call *call, const struct manifest_push *push)
{
    struct digest digest;
    if (call->failure.reason == FAILURE_TAG_IMMUTABLE)
        return call_fail(call, "ImageTagAlreadyExistsException",
                         "The image tag '%.*s' already exists in the '%.*s' repository and cannot "
                         "be overwritten because the repository is immutable.",
                         SLICE_ARG(push->tags[0]), SLICE_ARG(call->scope.repository));
    if (call->failure.reason != FAILURE_MANIFEST_EXISTS)
        return false;
    sha256_of(push->bytes, &digest);
    return call_fail(
        call, "ImageAlreadyExistsException",
        "Image with digest '%s' and tag '%.*s' already exists in the repository with name "
        "'%.*s' in registry with id '%.*s'",
        digest.text, SLICE_ARG(push->tag_count ? push->tags[0] : SLICE("null")),
        SLICE_ARG(call->scope.repository), SLICE_ARG(call->scope.account));
}

static bool put(struct ecr_call *call)
{
    struct slice tag;
    struct manifest_push push = {.refuse_existing = true};
    struct manifest_facts facts;
    struct tag_result result;
    if (!read_push(call, &tag, &push))
        return false;
    if (!manifest_put(call->node->registry, &call->scope, &push, &call->caller, call->arena, &facts,
                      &result, &call->failure))
        return explain_push(call, &push);
    put_image(call, put_object(call->output, "image"), &facts.digest, tag, push.bytes,
              push.media_type);
    return true;
}

static bool is_accepted(struct slice media_type, const struct slice *accepted, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(accepted[i], media_type))
            return true;
    return !count;
}

/* A cache rule's repository: upstream is asked first. What it says is this image's failure only. */
static void ask_upstream(struct ecr_call *call, const struct image_id *id,
                         struct image_trouble *trouble)
{
    struct failure failure = {.reason = FAILURE_NONE};
    struct slice reference = id->digest.len ? id->digest : id->tag;
    if (!call->node->mirror || !reference.len ||
        !mirror_applies(call->node->mirror, &call->scope) ||
        mirror_manifest(call->node->mirror, &call->scope, reference, &call->caller, &failure) ||
        failure.reason == FAILURE_MANIFEST_UNKNOWN)
        return;
    *trouble = (struct image_trouble){
        .code = failure.reason == FAILURE_RATE ? "UpstreamTooManyRequests" : "UpstreamUnavailable",
        .why = arena_printf(call->arena, "%s", failure.text).at};
}

/* Policy on pull and the archive say no to this image only. */
static bool find_pullable(struct ecr_call *call, const struct digest *digest,
                          struct image_trouble *trouble)
{
    struct failure failure = {.reason = FAILURE_NONE};
    struct manifest_facts facts;
    struct slice warning;
    if (!manifest_describe(call->node->registry, &call->scope, digest, call->arena, &facts,
                           &call->failure))
        return false;
    if (facts.is_archived)
        *trouble = (struct image_trouble){"ImageInaccessible", "The image is archived"};
    else if (call->node->inspect && !inspect_may_pull(call->node->inspect, &call->scope, digest,
                                                      call->arena, &warning, &failure)) {
        if (failure.reason != FAILURE_BLOCKED) {
            call->failure = failure;
            return false;
        }
        *trouble = (struct image_trouble){"ImageInaccessible",
                                          arena_printf(call->arena, "%s", failure.text).at};
    }
    return true;
}

struct getting {
    const struct slice *accepted;
    size_t accepted_count;
    json_t *images, *failures;
};

static bool get_one(struct ecr_call *call, const struct image_id *id, const struct getting *getting)
{
    struct image_trouble upstream = {NULL, NULL}, trouble;
    struct digest digest;
    struct slice bytes = {NULL, 0}, media_type = {NULL, 0};
    ask_upstream(call, id, &upstream);
    if (!image_id_find(call, id, &digest, &trouble) ||
        (!trouble.code && !find_pullable(call, &digest, &trouble)))
        return false;
    if (trouble.code && upstream.code && strcmp(trouble.code, "ImageNotFound") == 0)
        trouble = upstream;
    if (!trouble.code && !manifest_get(call->node->registry, &call->scope, &digest, call->arena,
                                       &bytes, &media_type, &call->failure))
        return false;
    if (!trouble.code && !is_accepted(media_type, getting->accepted, getting->accepted_count))
        trouble = (struct image_trouble){"ImageNotFound", "Requested image not found"};
    if (trouble.code) {
        put_image_failure(getting->failures, id, trouble.code, trouble.why ? trouble.why : "");
        return true;
    }
    put_image(call, put_element(getting->images), &digest, id->tag, bytes, media_type);
    manifest_pulled(call->node->registry, &call->scope, &digest, &call->caller);
    return true;
}

/* An empty failures[] says nothing of a repository that is not there. */
static bool repository_is_there(struct ecr_call *call)
{
    struct repository repository;
    return repository_get(call->node->registry, &call->scope, call->arena, &repository,
                          &call->failure) ||
           (call->failure.reason == FAILURE_REPOSITORY_UNKNOWN && call->node->mirror &&
            mirror_applies(call->node->mirror, &call->scope));
}

static bool batch_get(struct ecr_call *call)
{
    struct image_ids ids;
    struct slice *accepted;
    struct getting getting = {NULL};
    if (!image_ids_read(call, "imageIds", true, &ids) ||
        !call_texts(call, "acceptedMediaTypes", false, 1, MEDIA_TYPES_MAX, NULL, NULL, &accepted,
                    &getting.accepted_count) ||
        !repository_is_there(call))
        return false;
    call->failure = (struct failure){.reason = FAILURE_NONE};
    getting.accepted = accepted;
    getting.images = put_array(call->output, "images");
    getting.failures = put_array(call->output, "failures");
    for (size_t i = 0; i < ids.count; i++)
        if (!get_one(call, &ids.items[i], &getting))
            return false;
    return true;
}

/* The whole image with all its tags; `only_if`: as long as it is as it was judged (FAILURE_BUSY).
   `failures` has its row when an index keeps it. */
static bool delete_image(struct ecr_call *call, const struct image_id *id,
                         const struct digest *digest, bool only_if, json_t *deleted,
                         json_t *failures)
{
    struct manifest_facts facts;
    struct manifest_removal how = {.judged = only_if ? &facts : NULL};
    if (!manifest_describe(call->node->registry, &call->scope, digest, call->arena, &facts,
                           &call->failure))
        return false;
    if (only_if && facts.tag_count != 1)
        return failure_set(&call->failure, FAILURE_BUSY, "the image has other tags by now");
    if (!manifest_delete(call->node->registry, &call->scope, digest, &how, &call->caller,
                         &call->failure)) {
        if (call->failure.reason != FAILURE_MANIFEST_REFERENCED)
            return false;
        call->failure.reason = FAILURE_NONE;
        put_image_failure(failures, id, "ImageReferencedByManifestList",
                          "Requested image referenced by manifest list");
        return true;
    }
    for (size_t i = 0; i < facts.tag_count; i++)
        put_image_id(put_element(deleted), digest_slice(digest), facts.tags[i]);
    if (!facts.tag_count)
        put_image_id(put_element(deleted), digest_slice(digest), (struct slice){NULL, 0});
    return true;
}

/* One tag; with its last one the image goes, too, unless it gets another in this very moment: then
   it is looked at again. */
static bool delete_tag(struct ecr_call *call, const struct image_id *id,
                       const struct digest *digest, json_t *deleted, json_t *failures)
{
    enum { TRIES = 10 };
    struct manifest_facts facts;
    for (int i = 0; i < TRIES; i++) {
        call->failure.reason = FAILURE_NONE;
        if (!manifest_describe(call->node->registry, &call->scope, digest, call->arena, &facts,
                               &call->failure))
            return false;
        if (facts.tag_count != 1)
            break;
        if (delete_image(call, id, digest, true, deleted, failures) ||
            call->failure.reason != FAILURE_BUSY)
            return call->failure.reason == FAILURE_NONE;
    }
    if (!tag_delete(call->node->registry, &call->scope, id->tag, &call->caller, &call->failure))
        return false;
    put_image_id(put_element(deleted), digest_slice(digest), id->tag);
    return true;
}

static bool delete_one(struct ecr_call *call, const struct image_id *id, json_t *deleted,
                       json_t *failures)
{
    struct image_trouble trouble;
    struct digest digest;
    if (!image_id_find(call, id, &digest, &trouble))
        return false;
    if (!trouble.code && (id->tag.len ? delete_tag(call, id, &digest, deleted, failures)
                                      : delete_image(call, id, &digest, false, deleted, failures)))
        return true;
    /* Somebody else deleted it meanwhile. */
    if (!trouble.code && call->failure.reason == FAILURE_MANIFEST_UNKNOWN)
        trouble = (struct image_trouble){"ImageNotFound", "Requested image not found"};
    if (!trouble.code)
        return false;
    call->failure.reason = FAILURE_NONE;
    put_image_failure(failures, id, trouble.code, trouble.why);
    return true;
}

static bool batch_delete(struct ecr_call *call)
{
    struct image_ids ids;
    struct repository repository;
    if (!image_ids_read(call, "imageIds", true, &ids) ||
        !repository_get(call->node->registry, &call->scope, call->arena, &repository,
                        &call->failure))
        return false;
    json_t *deleted = put_array(call->output, "imageIds");
    json_t *failures = put_array(call->output, "failures");
    for (size_t i = 0; i < ids.count; i++)
        if (!delete_one(call, &ids.items[i], deleted, failures))
            return false;
    return true;
}

static bool update_storage_class(struct ecr_call *call)
{
    static const char *const words[] = {"STANDARD", "ARCHIVE", NULL};
    struct image_id id;
    struct digest digest;
    struct manifest_facts facts;
    int target = 0;
    if (!image_id_read(call, "imageId", &id) ||
        !call_choice(call, "targetStorageClass", true, words, &target) ||
        !image_id_resolve(call, &id, &digest) ||
        !manifest_describe(call->node->registry, &call->scope, &digest, call->arena, &facts,
                           &call->failure))
        return false;
    if (facts.is_archived == (target == 1))
        return call_fail(call, "ImageStorageClassUpdateNotSupportedException",
                         "The image is in storage class %s already", words[target]);
    if (manifest_follows_subject(&facts))
        return call_fail(call, "ImageStorageClassUpdateNotSupportedException",
                         "An artifact follows the image that it refers to");
    if (!manifest_set_storage(call->node->registry, &call->scope, &digest, target == 1,
                              &call->caller, &call->failure))
        return false;
    put_repository(call);
    put_image_id(put_object(call->output, "imageId"), digest_slice(&digest), id.tag);
    put_text(call->output, "imageStatus", target == 1 ? SLICE("ARCHIVED") : SLICE("ACTIVE"));
    return true;
}

const struct ecr_operation ecr_images[] = {
    {"PutImage", put, ECR_ON_REPOSITORY},
    {"BatchGetImage", batch_get, ECR_ON_REPOSITORY},
    {"BatchDeleteImage", batch_delete, ECR_ON_REPOSITORY},
    {"UpdateImageStorageClass", update_storage_class, ECR_ON_REPOSITORY},
    {NULL},
};
