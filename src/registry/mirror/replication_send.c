/* One image (an index with its images) to another registry: only what is missing there is sent. */
#include "registry/mirror/replication_parts.h"

enum { INDEX_DEPTH_MAX = 4, SEND_TRIES = 3 }; /* the job comes again by itself */

struct sending {
    struct mirror *mirror;
    const struct job *job;
    struct upstream upstream;
    struct arena *arena;
    const char **code;
};

static void sending_done(struct sending *sending)
{
    upstream_close(&sending->upstream);
}

/* A word for the API of why it did not go. */
static const char *word_for(const struct error *err)
{
    switch (err->kind) {
    case ERROR_NETWORK:
        return "DestinationUnreachable";
    case ERROR_DENIED:
        return "AccessDenied";
    case ERROR_NOT_FOUND:
        return "RepositoryNotFound";
    case ERROR_DIGEST:
        return "DigestMismatch";
    case ERROR_IO:
        return "SourceUnreadable";
    default:
        return "Rejected";
    }
}

/* What the registry here says no with. */
static bool here_fails(const struct sending *sending, const struct failure *failure,
                       struct error *err)
{
    *sending->code = failure->reason == FAILURE_BLOB_UNKNOWN       ? "LayersNotFound"
                     : failure->reason == FAILURE_MANIFEST_UNKNOWN ? "ReferencedImagesNotFound"
                                                                   : "SourceUnreadable";
    enum error_kind kind = failure->reason == FAILURE_INTERNAL || failure->reason == FAILURE_BUSY
                               ? ERROR_IO
                               : ERROR_FORMAT;
    return error_set(err, kind, "%s", failure->text);
}

static bool read_blob(void *context, uint64_t offset, void *to, size_t len, size_t *got,
                      struct error *err)
{
    return blob_read(context, offset, to, len, got, err);
}

static bool send_blob(struct sending *sending, const struct blob_reference *reference,
                      struct error *err)
{
    bool has;
    struct blob blob = {0};
    struct failure failure = {0};
    struct arena scratch = {.limit = 1 << 20};
    bool fine = registry_blob_has(&sending->upstream.link, &reference->digest, &has, &scratch, err);
    arena_done(&scratch);
    if (!fine || has)
        return fine;
    if (!blob_get(sending->mirror->registry, &sending->job->scope, &reference->digest, &blob,
                  &failure))
        return here_fails(sending, &failure, err);
    struct registry_blob_source source = {&blob, read_blob, blob.size};
    struct registry_sending options = {.tries = SEND_TRIES};
    fine = registry_blob_send(&sending->upstream.link, &reference->digest, &source, &options, err);
    blob_close(&blob);
    return fine;
}

/* Layers that may not be distributed are with their maker, and registries do not ask for them. */
static bool is_foreign(const struct blob_reference *blob)
{
    return slice_search(blob->media_type, SLICE("nondistributable")) < blob->media_type.len ||
           slice_search(blob->media_type, SLICE(".foreign.")) < blob->media_type.len;
}

static bool send_blobs(struct sending *sending, const struct manifest_facts *facts,
                       struct error *err)
{
    if (facts->config.digest.text[0] && !send_blob(sending, &facts->config, err))
        return false;
    for (size_t i = 0; i < facts->layer_count; i++)
        if (!is_foreign(&facts->layers[i]) && !send_blob(sending, &facts->layers[i], err))
            return false;
    return true;
}

/* Whether the destination knows this manifest by that name. */
static bool has_manifest(struct sending *sending, struct slice reference,
                         const struct digest *digest, bool *has, struct error *err)
{
    struct registry_manifest head = {0};
    *has = false;
    if (!registry_manifest_head(&sending->upstream.link, reference, sending->arena, &head, err)) {
        if (err->kind != ERROR_NOT_FOUND)
            return false;
        *err = (struct error){0};
        return true;
    }
    *has = digest_equal(&head.digest, digest);
    return true;
}

static bool send_manifest(struct sending *sending, const struct digest *digest,
                          struct slice reference, unsigned depth, struct error *err)
{
    bool has;
    struct manifest_facts facts;
    struct slice bytes, media_type;
    struct failure failure = {0};
    const struct scope *scope = &sending->job->scope;
    struct registry *registry = sending->mirror->registry;
    if (!has_manifest(sending, reference, digest, &has, err) || has)
        return has;
    if (!manifest_describe(registry, scope, digest, sending->arena, &facts, &failure) ||
        !manifest_get(registry, scope, digest, sending->arena, &bytes, &media_type, &failure))
        return here_fails(sending, &failure, err);
    if (depth == INDEX_DEPTH_MAX)
        return error_set(err, ERROR_LIMIT, "indexes of indexes, over %d deep", INDEX_DEPTH_MAX);
    for (size_t i = 0; i < facts.child_count; i++)
        if (!send_manifest(sending, &facts.children[i].digest,
                           digest_slice(&facts.children[i].digest), depth + 1, err))
            return false;
    struct registry_manifest manifest = {.bytes = bytes, .media_type = media_type};
    return send_blobs(sending, &facts, err) &&
           registry_manifest_put(&sending->upstream.link, reference, &manifest, NULL, NULL,
                                 sending->arena, err);
}

/* The destination's address as the operator gave it. */
static bool open_destination(struct sending *sending, struct error *err)
{
    const struct job *job = sending->job;
    struct mirror *mirror = sending->mirror;
    struct arena *arena = sending->arena;
    struct upstream_target target = {.cancel = &mirror->stop};
    bool fine = false;
    mirror_configuration_refresh(mirror);
    pthread_mutex_lock(&mirror->lock);
    const struct mirror_destination *to =
        mirror_destination_of(&mirror->configuration, job->to.region, job->to.account);
    if (to) {
        target.url = arena_copy(arena, to->url);
        target.user = arena_copy(arena, to->user);
        target.password = arena_copy(arena, to->password);
        target.repository = arena_printf(arena, "%.*s%.*s", SLICE_ARG(to->prefix),
                                         SLICE_ARG(job->scope.repository));
        fine = (target.url.at && target.user.at && target.password.at && target.repository.at) ||
               arena_error(err);
        fine = fine && mirror_host_copy(mirror, target.url, arena, &target.host, err);
    }
    pthread_mutex_unlock(&mirror->lock);
    if (!to) {
        *sending->code = "DestinationUnknown";
        return error_set(err, ERROR_NOT_FOUND, "mirror.json names no address of this destination");
    }
    return fine && upstream_open(&sending->upstream, &target, err);
}

/* The tag means another image by now: then only the image itself goes. */
static struct slice name_to_send(struct sending *sending)
{
    struct digest now;
    struct failure ignored = {0};
    const struct job *job = sending->job;
    bool still =
        job->tag.len &&
        manifest_resolve(sending->mirror->registry, &job->scope, job->tag, &now, &ignored) &&
        digest_equal(&now, &job->digest);
    return still ? job->tag : digest_slice(&job->digest);
}

/* A tag that is here (again) is not taken away there. */
static bool send_untag(struct sending *sending, struct error *err)
{
    struct digest now;
    struct failure ignored = {0};
    const struct job *job = sending->job;
    if (!job->tag.len ||
        manifest_resolve(sending->mirror->registry, &job->scope, job->tag, &now, &ignored))
        return true;
    return registry_manifest_delete(&sending->upstream.link, job->tag, sending->arena, err);
}

static bool send_delete(struct sending *sending, struct error *err)
{
    struct digest now;
    struct failure ignored = {0};
    const struct job *job = sending->job;
    if (manifest_resolve(sending->mirror->registry, &job->scope, digest_slice(&job->digest), &now,
                         &ignored))
        return true;
    return registry_manifest_delete(&sending->upstream.link, digest_slice(&job->digest),
                                    sending->arena, err);
}

bool replication_send(struct mirror *mirror, const struct job *job, struct arena *arena,
                      const char **code, struct error *err)
{
    const char *own = NULL;
    __attribute__((cleanup(sending_done))) struct sending sending = {
        .mirror = mirror, .job = job, .arena = arena, .code = &own};
    bool fine = open_destination(&sending, err);
    if (fine && job->kind == JOB_PUT)
        fine = send_manifest(&sending, &job->digest, name_to_send(&sending), 0, err);
    else if (fine)
        fine = job->kind == JOB_UNTAG ? send_untag(&sending, err) : send_delete(&sending, err);
    if (!fine)
        *code = own ? own : word_for(err);
    return fine;
}
