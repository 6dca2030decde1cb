/* What every backend is asked with is checked here: digests, ids and kinds become names of files or
   keys of a bucket, so nothing else than what they may be gets below. */
#include "store/blobs.h"

enum { ID_MAX = 64, KIND_MAX = 32 };

static bool is_plain(const char *text, size_t limit)
{
    size_t len = 0;
    for (; text[len]; len++) {
        char c = text[len];
        bool fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && len > 0);
        if (!fine || len == limit)
            return false;
    }
    return len > 0;
}

bool upload_id_is_valid(const char *id)
{
    return is_plain(id, ID_MAX);
}

static bool check_id(const char *id, struct error *err)
{
    return upload_id_is_valid(id) || error_set(err, ERROR_NOT_FOUND, "not the id of an upload");
}

static bool check_digest(const struct digest *digest, struct error *err)
{
    struct digest parsed;
    size_t len = strnlen(digest->text, sizeof digest->text);
    return digest_parse_any(&parsed, slice_of(digest->text, len), err);
}

static bool check_object(const char *kind, const struct digest *digest, struct error *err)
{
    if (!is_plain(kind, KIND_MAX))
        return error_set(err, ERROR_INTERNAL, "not a kind of object");
    return check_digest(digest, err);
}

void blobs_free(struct blobs *blobs)
{
    if (blobs)
        blobs->ops->free(blobs);
}

bool blob_open(struct blobs *blobs, const struct digest *digest, struct blob *blob,
               struct error *err)
{
    return check_digest(digest, err) && blobs->ops->open(blobs, digest, blob, err);
}

void blob_close(struct blob *blob)
{
    if (blob->blobs)
        blob->blobs->ops->close(blob);
    *blob = (struct blob){0};
}

bool blob_read(struct blob *blob, uint64_t offset, void *to, size_t len, size_t *got,
               struct error *err)
{
    struct world *world = blob->blobs->world;
    return world->ops->read(world, blob->file, offset, to, len, got, err);
}

bool blob_read_all(struct blobs *blobs, const struct digest *digest, size_t limit,
                   struct arena *arena, struct slice *bytes, struct error *err)
{
    __attribute__((cleanup(blob_close))) struct blob blob = {0};
    if (!blob_open(blobs, digest, &blob, err))
        return false;
    if (blob.size > limit)
        return error_set(err, ERROR_LIMIT, "%s has %llu bytes, more than %zu", digest->text,
                         (unsigned long long)blob.size, limit);
    char *at = arena_alloc(arena, (size_t)blob.size + 1);
    size_t got = 0;
    if (!at)
        return arena_error(err);
    if (!blob_read(&blob, 0, at, (size_t)blob.size, &got, err))
        return error_add(err, "reading %s", digest->text);
    if (got != blob.size)
        return error_set(err, ERROR_DIGEST, "%s became shorter while it was read", digest->text);
    *bytes = slice_of(at, got);
    return true;
}

bool blob_remove(struct blobs *blobs, const struct digest *digest, struct error *err)
{
    return check_digest(digest, err) && blobs->ops->remove(blobs, digest, err);
}

bool blob_list(struct blobs *blobs, bool (*each)(void *context, const struct digest *digest),
               void *context, struct error *err)
{
    return blobs->ops->list(blobs, each, context, err);
}

int upload_file_open(struct blobs *blobs, const char *id, uint64_t *size, struct error *err)
{
    return check_id(id, err) ? blobs->ops->upload_open(blobs, id, size, err) : -1;
}

bool upload_file_append(struct blobs *blobs, int upload, uint64_t offset, struct slice bytes,
                        struct error *err)
{
    return blobs->ops->upload_append(blobs, upload, offset, bytes, err);
}

bool upload_file_sync(struct blobs *blobs, int upload, struct error *err)
{
    return blobs->ops->upload_sync(blobs, upload, err);
}

bool upload_file_place(struct blobs *blobs, const char *id, const struct digest *digest,
                       struct error *err)
{
    return check_id(id, err) && check_digest(digest, err) &&
           blobs->ops->upload_place(blobs, id, digest, err);
}

bool upload_file_remove(struct blobs *blobs, const char *id, struct error *err)
{
    return check_id(id, err) && blobs->ops->upload_remove(blobs, id, err);
}

void upload_file_close(struct blobs *blobs, int upload)
{
    if (upload >= 0)
        blobs->ops->upload_close(blobs, upload);
}

bool upload_file_list(struct blobs *blobs, bool (*each)(void *context, const char *id),
                      void *context, struct error *err)
{
    return blobs->ops->upload_list(blobs, each, context, err);
}

bool object_put(struct blobs *blobs, const char *kind, const struct digest *digest,
                struct slice bytes, struct error *err)
{
    if (bytes.len > OBJECT_MAX)
        return error_set(err, ERROR_LIMIT, "an object of %zu bytes", bytes.len);
    return check_object(kind, digest, err) &&
           blobs->ops->object_put(blobs, kind, digest, bytes, err);
}

bool object_get(struct blobs *blobs, const char *kind, const struct digest *digest,
                struct arena *arena, struct slice *bytes, struct error *err)
{
    return check_object(kind, digest, err) &&
           blobs->ops->object_get(blobs, kind, digest, arena, bytes, err);
}

bool object_remove(struct blobs *blobs, const char *kind, const struct digest *digest,
                   struct error *err)
{
    return check_object(kind, digest, err) && blobs->ops->object_remove(blobs, kind, digest, err);
}

bool object_list(struct blobs *blobs,
                 bool (*each)(void *context, const char *kind, const struct digest *digest),
                 void *context, struct error *err)
{
    return blobs->ops->object_list(blobs, each, context, err);
}
