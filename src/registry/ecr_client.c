#include "registry/ecr_client.h"

#include <jansson.h>
#include <stdlib.h>

#include "registry/core/manifest.h"
#include "registry/ecr_client_parts.h"

enum { ANSWER_MAX = 32 << 20, PAGE = 1000, BATCH = 25 };

json_t *ecr_client_ask(struct aws *aws, const char *target, json_t *input, struct arena *arena,
                       struct error *err)
{
    struct slice answer;
    if (input && aws->account.len)
        json_object_set_new(input, "registryId", json_stringn(aws->account.at, aws->account.len));
    char *text = input ? json_dumps(input, JSON_COMPACT) : NULL;
    json_decref(input);
    if (!text) {
        error_set(err, ERROR_LIMIT, "a request cannot be written");
        return NULL;
    }
    bool asked = aws_call(aws, target, slice_str(text), arena, &answer, err);
    free(text);
    return asked ? document_parse_large(answer, ANSWER_MAX, err) : NULL;
}

json_t *ecr_client_about(struct slice repository)
{
    return json_pack("{s:s%}", "repositoryName", repository.at ? repository.at : "",
                     repository.len);
}

bool ecr_client_policy_put(struct aws *aws, struct slice repository, struct slice policy,
                           struct arena *arena, struct error *err)
{
    json_t *input = ecr_client_about(repository);
    json_object_set_new(input, "lifecyclePolicyText", json_stringn(policy.at, policy.len));
    CLEANUP_JSON json_t *answer =
        ecr_client_ask(aws, ECR_TARGET "PutLifecyclePolicy", input, arena, err);
    return answer != NULL;
}

bool ecr_client_policy_get(struct aws *aws, struct slice repository, struct arena *arena,
                           struct slice *policy, struct error *err)
{
    CLEANUP_JSON json_t *answer = ecr_client_ask(aws, ECR_TARGET "GetLifecyclePolicy",
                                                 ecr_client_about(repository), arena, err);
    return answer &&
           (document_text(answer, "lifecyclePolicyText", arena, policy) || arena_error(err));
}

static double moment(const json_t *detail, const char *name)
{
    const json_t *value = json_object_get(detail, name);
    double when = json_is_number(value) ? json_number_value(value) : 0;
    return when > 0 && when < 1e12 ? when : LIFECYCLE_NEVER;
}

static bool is_index(const json_t *detail)
{
    struct slice type = document_view(json_object_get(detail, "imageManifestMediaType"));
    return slice_search(type, SLICE("image.index")) < type.len ||
           slice_search(type, SLICE("manifest.list")) < type.len;
}

/* As the registry has it (core/manifest.h): what an engine runs is no artifact, whatever it names.
 */
static bool is_artifact(const json_t *detail, const struct lifecycle_image *image)
{
    struct error err;
    struct manifest_facts facts = {
        .kind = image->kind == LIFECYCLE_INDEX ? MANIFEST_IS_INDEX : MANIFEST_IS_IMAGE,
        .artifact_type = document_view(json_object_get(detail, "artifactMediaType"))};
    return digest_parse_any(&facts.subject, image->subject, &err) &&
           manifest_follows_subject(&facts);
}

static bool read_detail(const json_t *detail, struct arena *arena, struct lifecycle_image *image,
                        struct error *err)
{
    bool archived =
        slice_equal(document_view(json_object_get(detail, "imageStatus")), SLICE("ARCHIVED"));
    *image = (struct lifecycle_image){
        .pushed_at = moment(detail, "imagePushedAt"),
        .pulled_at = moment(detail, "lastRecordedPullTime"),
        .archived_at = moment(detail, "lastArchivedAt"),
        .activated_at = moment(detail, "lastActivatedAt"),
        .storage_class = archived ? LIFECYCLE_ARCHIVE : LIFECYCLE_STANDARD,
        .kind = is_index(detail) ? LIFECYCLE_INDEX : LIFECYCLE_IMAGE,
    };
    if (!document_text(detail, "imageDigest", arena, &image->digest) ||
        !document_text(detail, "subjectManifestDigest", arena, &image->subject) ||
        !document_texts(json_object_get(detail, "imageTags"), arena, &image->tags,
                        &image->tag_count))
        return arena_error(err);
    if (is_artifact(detail, image))
        image->kind = LIFECYCLE_ARTIFACT;
    else
        image->subject = SLICE("");
    return image->digest.len || error_set(err, ERROR_FORMAT, "an image without a digest");
}

static bool read_page(const json_t *answer, struct arena *arena, struct ecr_client_images *images,
                      struct error *err)
{
    const json_t *list = json_object_get(answer, "imageDetails");
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct lifecycle_image image;
        if (images->count >= ECR_CLIENT_IMAGES_MAX)
            return error_set(err, ERROR_LIMIT, "more than %d images", ECR_CLIENT_IMAGES_MAX);
        if (!read_detail(json_array_get(list, i), arena, &image, err))
            return false;
        if (!ARENA_PUSH(arena, images->items, images->count, images->room, image))
            return arena_error(err);
    }
    return true;
}

static bool describe_all(struct aws *aws, struct slice repository, struct arena *arena,
                         struct ecr_client_images *images, struct error *err)
{
    struct slice token = {NULL, 0};
    do {
        json_t *input = ecr_client_about(repository);
        json_object_set_new(input, "maxResults", json_integer(PAGE));
        json_object_set_new(input, "filter", json_pack("{s:s}", "imageStatus", "ANY"));
        if (token.len)
            json_object_set_new(input, "nextToken", json_stringn(token.at, token.len));
        size_t before = images->count;
        CLEANUP_JSON json_t *answer =
            ecr_client_ask(aws, ECR_TARGET "DescribeImages", input, arena, err);
        if (!answer || !read_page(answer, arena, images, err))
            return false;
        if (!document_text(answer, "nextToken", arena, &token))
            return arena_error(err);
        if (token.len && images->count == before)
            return error_set(err, ERROR_FORMAT, "an empty page of images that is not the last");
    } while (token.len);
    return true;
}

static struct lifecycle_image *find_image(const struct ecr_client_images *images,
                                          struct slice digest)
{
    for (size_t i = 0; i < images->count; i++)
        if (slice_equal(images->items[i].digest, digest))
            return &images->items[i];
    return NULL;
}

/* The digests that an index names. */
static bool read_children(const json_t *answered, struct arena *arena,
                          struct ecr_client_images *images, struct error *err)
{
    struct slice digest =
        document_view(json_object_get(json_object_get(answered, "imageId"), "imageDigest"));
    struct lifecycle_image *index = find_image(images, digest);
    CLEANUP_JSON json_t *manifest =
        document_parse(document_view(json_object_get(answered, "imageManifest")), err);
    if (!manifest || !index)
        return manifest || error_add(err, "index %.*s", SLICE_ARG(slice_upto(digest, 80)));
    const json_t *list = json_object_get(manifest, "manifests");
    index->children = arena_array(arena, json_array_size(list) + 1, sizeof *index->children);
    if (!index->children)
        return arena_error(err);
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!document_text(json_array_get(list, i), "digest", arena,
                           &index->children[index->child_count++]))
            return arena_error(err);
    return true;
}

static bool ask_children(struct aws *aws, struct slice repository, json_t *ids, struct arena *arena,
                         struct ecr_client_images *images, struct error *err)
{
    json_t *input = ecr_client_about(repository);
    json_object_set_new(input, "imageIds", ids);
    CLEANUP_JSON json_t *answer =
        ecr_client_ask(aws, ECR_TARGET "BatchGetImage", input, arena, err);
    const json_t *list = json_object_get(answer, "images");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!read_children(json_array_get(list, i), arena, images, err))
            return false;
    return answer != NULL;
}

static bool find_children(struct aws *aws, struct slice repository, struct arena *arena,
                          struct ecr_client_images *images, struct error *err)
{
    for (size_t i = 0; i < images->count;) {
        json_t *ids = json_array();
        for (; i < images->count && json_array_size(ids) < BATCH; i++) {
            const struct lifecycle_image *image = &images->items[i];
            if (image->kind == LIFECYCLE_INDEX && image->storage_class == LIFECYCLE_STANDARD)
                json_array_append_new(
                    ids, json_pack("{s:s%}", "imageDigest", image->digest.at, image->digest.len));
        }
        if (!json_array_size(ids))
            json_decref(ids);
        else if (!ask_children(aws, repository, ids, arena, images, err))
            return false;
    }
    return true;
}

bool ecr_client_images(struct aws *aws, struct slice repository, struct arena *arena,
                       struct ecr_client_images *images, struct error *err)
{
    *images = (struct ecr_client_images){NULL, 0, 0};
    return describe_all(aws, repository, arena, images, err) &&
           find_children(aws, repository, arena, images, err);
}
