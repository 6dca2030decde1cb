/* Replication to another region of the same account: state is separate for each region, and both
   are here, so blobs are copied within the store (which keeps one file of equal ones). */
#include "registry/core/repository.h"
#include "registry/mirror/replication_parts.h"
#include "registry/mirror/template.h"

enum { COPY_PIECE = 1 << 20, COPY_DEPTH_MAX = 4 };

struct copying {
    struct mirror *mirror;
    const struct job *job;
    struct scope to;
    struct arena *arena;
    struct failure failure;
};

static bool copy_bytes(struct copying *copying, struct blob *blob, struct upload *upload)
{
    struct error err = {0};
    char *piece = arena_alloc(copying->arena, COPY_PIECE);
    if (!piece)
        return arena_error(&err) || failure_of(&copying->failure, &err);
    for (uint64_t offset = 0; offset < blob->size;) {
        size_t got = 0;
        if (!blob_read(blob, offset, piece, COPY_PIECE, &got, &err))
            return failure_of(&copying->failure, &err);
        if (!got)
            return failure_set(&copying->failure, FAILURE_INTERNAL, "a blob is cut short");
        if (!upload_append(upload, slice_of(piece, got), &copying->failure))
            return false;
        offset += got;
    }
    return true;
}

static bool copy_blob(struct copying *copying, const struct digest *digest)
{
    uint64_t size;
    char id[UPLOAD_ID_MAX];
    struct blob blob = {0};
    struct upload *upload = NULL;
    struct failure ignored = {0};
    struct registry *registry = copying->mirror->registry;
    if (blob_stat(registry, &copying->to, digest, false, &size, &ignored))
        return true;
    if (!blob_get(registry, &copying->job->scope, digest, &blob, &copying->failure))
        return false;
    bool fine = upload_start(registry, &copying->to, &caller_mirror, id, &copying->failure) &&
                upload_take(registry, &copying->to, slice_str(id), &upload, &copying->failure);
    bool whole = fine && copy_bytes(copying, &blob, upload);
    blob_close(&blob);
    if (whole)
        return upload_finish(upload, digest, &caller_mirror, &copying->failure);
    if (fine)
        (void)upload_cancel(upload, &ignored);
    return false;
}

static bool put_manifest(struct copying *copying, const struct digest *digest, struct slice tag)
{
    struct manifest_facts facts;
    struct tag_result result = {0};
    struct registry *registry = copying->mirror->registry;
    struct manifest_push push = {.expected = *digest, .tags = &tag, .tag_count = tag.len ? 1 : 0};
    return manifest_get(registry, &copying->job->scope, digest, copying->arena, &push.bytes,
                        &push.media_type, &copying->failure) &&
           manifest_put(registry, &copying->to, &push, &caller_mirror, copying->arena, &facts,
                        &result, &copying->failure);
}

static bool copy_manifest(struct copying *copying, const struct digest *digest, struct slice tag,
                          unsigned depth)
{
    struct manifest_facts facts;
    if (depth == COPY_DEPTH_MAX)
        return failure_set(&copying->failure, FAILURE_MANIFEST_INVALID, "indexes of indexes");
    if (!manifest_describe(copying->mirror->registry, &copying->job->scope, digest, copying->arena,
                           &facts, &copying->failure))
        return false;
    for (size_t i = 0; i < facts.child_count; i++)
        if (!copy_manifest(copying, &facts.children[i].digest, (struct slice){0}, depth + 1))
            return false;
    if (facts.config.digest.text[0] && !copy_blob(copying, &facts.config.digest))
        return false;
    for (size_t i = 0; i < facts.layer_count; i++)
        if (!copy_blob(copying, &facts.layers[i].digest))
            return false;
    return put_manifest(copying, digest, tag);
}

static bool is_still(struct copying *copying)
{
    struct digest now;
    struct failure ignored = {0};
    const struct job *job = copying->job;
    return manifest_resolve(copying->mirror->registry, &job->scope, job->tag, &now, &ignored) &&
           digest_equal(&now, &job->digest);
}

static bool copy_put(struct copying *copying)
{
    const struct job *job = copying->job;
    struct slice tag = job->tag.len && is_still(copying) ? job->tag : (struct slice){0};
    return template_make_repository(copying->mirror->registry, &copying->to, TEMPLATE_REPLICATION,
                                    &caller_mirror, copying->arena, &copying->failure) &&
           copy_manifest(copying, &job->digest, tag, 0);
}

static bool copy_removal(struct copying *copying)
{
    struct digest now;
    struct failure ignored = {0};
    const struct job *job = copying->job;
    struct registry *registry = copying->mirror->registry;
    struct slice name = job->kind == JOB_UNTAG ? job->tag : digest_slice(&job->digest);
    struct manifest_removal how = {.why = SLICE("replication")};
    if (manifest_resolve(registry, &job->scope, name, &now, &ignored))
        return true; /* it is here again */
    bool fine = job->kind == JOB_UNTAG
                    ? tag_delete(registry, &copying->to, name, &caller_mirror, &copying->failure)
                    : manifest_delete(registry, &copying->to, &job->digest, &how, &caller_mirror,
                                      &copying->failure);
    return fine || copying->failure.reason == FAILURE_MANIFEST_UNKNOWN ||
           copying->failure.reason == FAILURE_REPOSITORY_UNKNOWN;
}

bool replication_copy(struct mirror *mirror, const struct job *job, struct arena *arena,
                      const char **code, struct error *err)
{
    struct copying copying = {.mirror = mirror,
                              .job = job,
                              .to = {job->to.account, job->to.region, job->scope.repository},
                              .arena = arena};
    if (job->kind == JOB_PUT ? copy_put(&copying) : copy_removal(&copying))
        return true;
    enum failure_reason reason = copying.failure.reason;
    bool ours = reason == FAILURE_INTERNAL || reason == FAILURE_BUSY || reason == FAILURE_FULL;
    *code = reason == FAILURE_TAG_IMMUTABLE ? "ImageTagAlreadyExists"
            : ours                          ? "ServerError"
                                            : "Rejected";
    return error_set(err, ours ? ERROR_IO : ERROR_FORMAT, "%s", copying.failure.text);
}
