/* BatchCheckLayerAvailability, InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload,
   GetDownloadUrlForLayer. */
#include <inttypes.h>

#include "base/ascii.h"
#include "net/base64.h"
#include "registry/core/upload.h"
#include "registry/ecr/layer_parts.h"
#include "registry/ecr/layer_url.h"
#include "registry/ecr/layer_use.h"
#include "registry/mirror/mirror.h"

enum { DIGESTS_MAX = 100, DIGEST_LEN_MAX = 1000 };

#define DIGEST_PATTERN "[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+"
#define UPLOAD_PATTERN "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"

static bool digest_is_valid(struct slice text)
{
    struct slice rest = text, name = slice_cut(&rest, ':');
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && !memchr("-_+.", name.at[i], 4))
            return false;
    for (size_t i = 0; i < rest.len; i++)
        if (!ascii_digit(rest.at[i]) &&
            (ascii_lower(rest.at[i]) < 'a' || ascii_lower(rest.at[i]) > 'f'))
            return false;
    return name.len && rest.len;
}

static bool upload_is_valid(struct slice id)
{
    enum { LEN = 36 };
    for (size_t i = 0; i < id.len; i++) {
        char c = ascii_lower(id.at[i]);
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? c != '-' : !ascii_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return id.len == LEN;
}

static bool length_is_valid(struct slice text)
{
    return text.len <= DIGEST_LEN_MAX;
}

static bool repository_is_there(struct ecr_call *call)
{
    struct repository repository;
    return repository_get(call->node->registry, &call->scope, call->arena, &repository,
                          &call->failure);
}

/* ---- BatchCheckLayerAvailability ---- */

static void put_failure(json_t *failures, struct slice text, const char *code, const char *why)
{
    json_t *failure = put_element(failures);
    put_text(failure, "layerDigest", text);
    put_text(failure, "failureCode", slice_str(code));
    put_text(failure, "failureReason", slice_str(why));
}

static bool check_one(struct ecr_call *call, struct slice text, json_t *layers, json_t *failures)
{
    struct digest digest;
    struct error err;
    struct layer_use use = {.used = false};
    uint64_t size = 0;
    if (!text.len || !digest_parse_any(&digest, text, &err)) {
        put_failure(failures, text, text.len ? "InvalidLayerDigest" : "MissingLayerDigest",
                    text.len ? "Invalid layer digest" : "Layer digest is missing");
        return true;
    }
    bool there =
        blob_stat(call->node->registry, &call->scope, &digest, true, &size, &call->failure);
    if (!there && call->failure.reason != FAILURE_BLOB_UNKNOWN)
        return false;
    call->failure.reason = FAILURE_NONE;
    if (there && !layer_use_find(call, &digest, &use))
        return false;
    json_t *layer = put_element(layers);
    put_text(layer, "layerDigest", text);
    put_text(layer, "layerAvailability",
             !there                    ? SLICE("UNAVAILABLE")
             : use.used && !use.active ? SLICE("ARCHIVED")
                                       : SLICE("AVAILABLE"));
    if (there)
        put_int(layer, "layerSize", (int64_t)size);
    put_text_if(layer, "mediaType", use.media_type);
    return true;
}

static bool batch_check(struct ecr_call *call)
{
    struct slice *digests;
    size_t count;
    if (!call_texts(call, "layerDigests", true, 1, DIGESTS_MAX, length_is_valid, ".{0,1000}",
                    &digests, &count) ||
        !repository_is_there(call))
        return false;
    json_t *layers = put_array(call->output, "layers");
    json_t *failures = put_array(call->output, "failures");
    for (size_t i = 0; i < count; i++)
        if (!check_one(call, digests[i], layers, failures))
            return false;
    return true;
}

/* ---- uploads ---- */

static bool initiate(struct ecr_call *call)
{
    char id[UPLOAD_ID_MAX];
    if (!upload_start(call->node->registry, &call->scope, &call->caller, id, &call->failure))
        return false;
    put_text(call->output, "uploadId", slice_str(id));
    put_int(call->output, "partSize", LAYER_PART_MOST);
    return true;
}

static void release(struct upload **upload)
{
    upload_release(*upload);
}
#define CLEANUP_UPLOAD __attribute__((cleanup(release)))

static bool take_upload(struct ecr_call *call, struct slice *id, struct upload **upload)
{
    if (!call_text_like(call, "uploadId", true, upload_is_valid, UPLOAD_PATTERN, id) ||
        !repository_is_there(call))
        return false;
    if (upload_take(call->node->registry, &call->scope, *id, upload, &call->failure))
        return true;
    if (call->failure.reason != FAILURE_UPLOAD_UNKNOWN)
        return false;
    return call_fail(call, "UploadNotFoundException",
                     "The upload with id '%.*s' does not exist in the repository with name '%.*s' "
                     "in the registry with id '%.*s'",
                     SLICE_ARG(*id), SLICE_ARG(call->scope.repository),
                     SLICE_ARG(call->scope.account));
}

struct part {
    struct slice id, text; /* text: base64 */
    int64_t first, last;
    uint64_t size; /* decoded */
};

/* InvalidLayerPartException with the members that the model has for it. */
__attribute__((format(printf, 4, 5))) static bool
refuse_part(struct ecr_call *call, const struct part *part, uint64_t have, const char *format, ...)
{
    char text[300];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    call->trouble = json_object();
    put_text(call->trouble, "registryId", call->scope.account);
    put_text(call->trouble, "repositoryName", call->scope.repository);
    put_text(call->trouble, "uploadId", part->id);
    put_int(call->trouble, "lastValidByteReceived", have ? (int64_t)have - 1 : 0);
    return call_fail(call, "InvalidLayerPartException", "%s", text);
}

static size_t padding(struct slice text)
{
    return slice_ends(text, SLICE("==")) ? 2 : slice_ends(text, SLICE("=")) ? 1 : 0;
}

/* Bytes that base64 text (whole groups of four, no white space) stands for. */
static uint64_t decoded_size(struct slice text)
{
    return text.len ? (uint64_t)text.len / 4 * 3 - padding(text) : 0;
}

/* The whole of it is asked before a byte is appended: an upload must not end in half a part. */
static bool is_base64(struct slice text)
{
    for (size_t i = 0; i < text.len - padding(text); i++)
        if (!ascii_alnum(text.at[i]) && text.at[i] != '+' && text.at[i] != '/')
            return false;
    return text.len % 4 == 0;
}

static bool read_part(struct ecr_call *call, struct part *part)
{
    if (!call_required_int(call, "partFirstByte", 0, INT64_MAX, &part->first) ||
        !call_required_int(call, "partLastByte", 0, INT64_MAX, &part->last) ||
        !call_text(call, "layerPartBlob", true, &part->text))
        return false;
    if (call->blob.len)
        part->text = call->blob;
    if (!is_base64(part->text))
        return call_fail(call, "SerializationException", "layerPartBlob is not base64");
    part->size = decoded_size(part->text);
    if (part->size > LAYER_PART_MOST)
        return call_fail(call, "InvalidParameterException",
                         "1 validation error detected: Value at 'layerPartBlob' failed to satisfy "
                         "constraint: Member must have length less than or equal to %d",
                         LAYER_PART_MOST);
    return true;
}

static bool check_part(struct ecr_call *call, const struct part *part, uint64_t have)
{
    if ((uint64_t)part->first != have)
        return refuse_part(call, part, have,
                           "The part begins at byte %" PRId64 ", but %" PRIu64
                           " bytes were received",
                           part->first, have);
    if (!part->size || part->last < part->first ||
        (uint64_t)(part->last - part->first) + 1 != part->size)
        return refuse_part(call, part, have,
                           "The part has %" PRIu64 " bytes, which is not what partFirstByte and "
                           "partLastByte say",
                           part->size);
    return true;
}

/* Decodes and hands on in pieces, so that a part is in memory once. */
static bool append(struct ecr_call *call, struct upload *upload, struct slice text)
{
    enum { PIECE = 64 << 10 };
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, PIECE * 4);
    while (text.len) {
        struct slice piece = slice_upto(text, PIECE), bytes;
        struct error err;
        text = slice_from(text, PIECE);
        arena_reset(&arena);
        if (!base64_decode(piece, &arena, &bytes, &err))
            return call_fail(call, "SerializationException", "layerPartBlob is not base64");
        if (!upload_append(upload, bytes, &call->failure))
            return false;
    }
    return true;
}

static bool upload_part(struct ecr_call *call)
{
    struct upload *upload CLEANUP_UPLOAD = NULL;
    struct part part = {.first = 0};
    if (!read_part(call, &part) || !take_upload(call, &part.id, &upload) ||
        !check_part(call, &part, upload_size(upload)) || !append(call, upload, part.text))
        return false;
    if (part.size < LAYER_PART_LEAST && !layer_parts_note(call, part.id, (uint64_t)part.last + 1))
        return false;
    put_repository(call);
    put_text(call->output, "uploadId", part.id);
    put_int(call->output, "lastByteReceived", part.last);
    return true;
}

/* The digest of those named that the bytes have. */
static bool choose_digest(const struct slice *texts, size_t count, const struct digest *real,
                          struct digest *digest)
{
    struct error err;
    for (size_t i = 0; i < count; i++)
        if (digest_parse_any(digest, texts[i], &err) &&
            (digest_is_sha512(digest) || digest_equal(digest, real)))
            return true;
    return false;
}

/* Why it cannot be completed, whatever its digest. */
static bool judge_upload(struct ecr_call *call, struct slice id, const struct upload *upload)
{
    bool small;
    if (!upload_size(upload))
        return call_fail(call, "EmptyUploadException",
                         "The upload with id '%.*s' has no layer parts", SLICE_ARG(id));
    if (!layer_parts_judge(call, id, upload_size(upload), &small))
        return false;
    if (small)
        return call_fail(call, "LayerPartTooSmallException",
                         "Layer parts must be at least %d bytes in size, but for the last one",
                         LAYER_PART_LEAST);
    return true;
}

static bool layer_is_new(struct ecr_call *call, const struct digest *digest)
{
    uint64_t size;
    struct failure failure;
    if (blob_stat(call->node->registry, &call->scope, digest, true, &size, &failure))
        return call_fail(call, "LayerAlreadyExistsException",
                         "Layer with digest '%s' already exists in the repository with name "
                         "'%.*s' in registry with id '%.*s'",
                         digest->text, SLICE_ARG(call->scope.repository),
                         SLICE_ARG(call->scope.account));
    if (failure.reason == FAILURE_BLOB_UNKNOWN)
        return true;
    call->failure = failure;
    return false;
}

/* The upload is over, but the failure is another. */
static bool give_up(struct upload **upload)
{
    struct failure ignored; /* collection removes what cannot be removed now */
    (void)upload_cancel(*upload, &ignored);
    *upload = NULL;
    return false;
}

static bool complete(struct ecr_call *call)
{
    struct upload *upload CLEANUP_UPLOAD = NULL;
    struct slice id, *texts;
    struct digest real, digest;
    size_t count;
    if (!call_texts(call, "layerDigests", true, 1, DIGESTS_MAX, digest_is_valid, DIGEST_PATTERN,
                    &texts, &count) ||
        !take_upload(call, &id, &upload))
        return false;
    if (!judge_upload(call, id, upload))
        return upload_size(upload) ? give_up(&upload) : false;
    if (!upload_digest(upload, &real) || !choose_digest(texts, count, &real, &digest)) {
        call_fail(call, "InvalidLayerException",
                  "The layer's digest is '%s', which is none of those given", real.text);
        return give_up(&upload);
    }
    if (!layer_is_new(call, &digest))
        return give_up(&upload);
    struct upload *finishing = upload;
    upload = NULL;
    if (!upload_finish(finishing, &digest, &call->caller, &call->failure))
        return false;
    put_repository(call);
    put_text(call->output, "uploadId", id);
    put_text(call->output, "layerDigest", digest_slice(&digest));
    return true;
}

/* ---- GetDownloadUrlForLayer ---- */

static bool bring(struct ecr_call *call, const struct digest *digest)
{
    return call->node->mirror && mirror_applies(call->node->mirror, &call->scope) &&
           mirror_blob(call->node->mirror, &call->scope, digest, &call->caller, &call->failure);
}

static bool find_layer(struct ecr_call *call, const struct digest *digest)
{
    uint64_t size;
    struct layer_use use;
    if (!blob_stat(call->node->registry, &call->scope, digest, true, &size, &call->failure) &&
        (call->failure.reason != FAILURE_BLOB_UNKNOWN || !bring(call, digest))) {
        if (call->failure.reason != FAILURE_BLOB_UNKNOWN)
            return false;
        return call_fail(call, "LayersNotFoundException",
                         "The following layers were not found in the repository with name '%.*s': "
                         "'%s'",
                         SLICE_ARG(call->scope.repository), digest->text);
    }
    call->failure.reason = FAILURE_NONE;
    if (!layer_use_find(call, digest, &use))
        return false;
    if (!use.used)
        return call_fail(call, "LayerInaccessibleException",
                         "Layer '%s' is not associated with an image", digest->text);
    if (!use.active)
        return call_fail(call, "LayerInaccessibleException",
                         "Layer '%s' is only in images that are archived", digest->text);
    return true;
}

static bool get_download_url(struct ecr_call *call)
{
    struct slice text, url;
    struct digest digest;
    struct error err;
    if (!call_text_like(call, "layerDigest", true, digest_is_valid, DIGEST_PATTERN, &text) ||
        !repository_is_there(call))
        return false;
    if (!digest_parse_any(&digest, text, &err))
        return call_invalid(call, "layerDigest", "must be a SHA-256 or SHA-512 digest");
    if (!find_layer(call, &digest) ||
        !layer_url_make(call->node, &call->scope, &digest, call->arena, &url, &call->failure))
        return false;
    put_text(call->output, "downloadUrl", url);
    put_text(call->output, "layerDigest", digest_slice(&digest));
    return true;
}

const struct ecr_operation ecr_layers[] = {
    {"BatchCheckLayerAvailability", batch_check, ECR_ON_REPOSITORY},
    {"InitiateLayerUpload", initiate, ECR_ON_REPOSITORY},
    {"UploadLayerPart", upload_part, ECR_ON_REPOSITORY, .blob = "layerPartBlob"},
    {"CompleteLayerUpload", complete, ECR_ON_REPOSITORY},
    {"GetDownloadUrlForLayer", get_download_url, ECR_ON_REPOSITORY},
    {NULL},
};
