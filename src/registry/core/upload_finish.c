/* The end of uploads: they become blobs, or nothing. */
#include <stdlib.h>

#include "registry/core/parts.h"
#include "registry/core/upload_state.h"

/* SHA-512 is asked for by few: the bytes are read once more instead of hashed twice while they
   arrive. */
static bool hash_512(struct upload *upload, struct digest *digest, struct error *err)
{
    struct world *world = upload->registry->world;
    struct sha512 hash;
    char *piece = malloc(UPLOAD_PIECE);
    bool ok = piece || arena_error(err);
    sha512_init(&hash);
    for (uint64_t at = 0; ok && at < upload->size;) {
        size_t got = 0;
        ok = world->ops->read(world, upload->file, at, piece, UPLOAD_PIECE, &got, err);
        if (ok && !got)
            ok = error_set(err, ERROR_IO, "the upload's file ends early");
        sha512_add(&hash, piece, got);
        at += got;
    }
    sha512_finish(&hash, digest);
    free(piece);
    return ok;
}

static bool verify(struct upload *upload, const struct digest *digest, struct failure *failure)
{
    struct digest have;
    struct error err;
    if (upload->torn)
        return failure_set(failure, FAILURE_INTERNAL, "some of the bytes could not be written");
    if (digest_is_sha512(digest)) {
        if (!hash_512(upload, &have, &err))
            return failure_of(failure, &err);
    } else {
        upload_digest(upload, &have);
    }
    if (!digest_equal(&have, digest))
        return failure_set(failure, FAILURE_DIGEST_INVALID,
                           "what arrived has the digest %s, and %s was announced", have.text,
                           digest->text);
    if (!upload_file_sync(upload->registry->blobs, upload->file, &err))
        return failure_of(failure, &err);
    return true;
}

bool upload_row_remove(struct change *change, struct slice id, bool *found, struct failure *failure)
{
    struct slice value;
    if (!row_get(change, ROW_UPLOAD, id, &value, found, failure))
        return false;
    return !*found || (row_remove(change, ROW_UPLOAD, id, failure) &&
                       counter_add(change, change->at, "uploads", -1, failure));
}

/* Without a row, it was given up, or its repository was removed, while the bytes came. */
static bool need_row(struct change *change, const struct upload *upload, struct failure *failure)
{
    bool found;
    return upload_row_remove(change, slice_str(upload->id), &found, failure) &&
           (found || upload_unknown(failure));
}

/* The file gets its name inside the transaction that enters the blob: see collect.h. */
static bool place(struct change *change, struct upload *upload, const struct digest *digest,
                  struct failure *failure)
{
    struct error err;
    if (!repository_need(change, NULL, failure) || !need_row(change, upload, failure) ||
        !blob_row_enter(change, digest, upload->size, failure) ||
        !change_journal(change, "CompleteLayerUpload", digest, SLICE(""), SLICE(""), failure))
        return false;
    if (!upload_file_place(change->registry->blobs, upload->id, digest, &err))
        return failure_of(failure, &err);
    return true;
}

static bool enter(struct upload *upload, const struct digest *digest, const struct caller *who,
                  struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope scope;
    if (!scope_parse(upload->scope, &scope))
        return failure_set(failure, FAILURE_INTERNAL, "an upload without a repository");
    return change_begin(&change, upload->registry, &scope, true, who, failure) &&
           place(&change, upload, digest, failure) && change_commit(&change, failure);
}

/* Its row and its file; what cannot be removed now, collection removes later. */
static bool give_up(struct upload *upload, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope scope;
    struct error err;
    bool found;
    if (!scope_parse(upload->scope, &scope))
        return failure_set(failure, FAILURE_INTERNAL, "an upload without a repository");
    if (!change_begin(&change, upload->registry, &scope, true, NULL, failure) ||
        !upload_row_remove(&change, slice_str(upload->id), &found, failure) ||
        !change_commit(&change, failure))
        return false;
    if (!upload_file_remove(upload->registry->blobs, upload->id, &err))
        return failure_of(failure, &err);
    return true;
}

bool upload_finish(struct upload *upload, const struct digest *digest, const struct caller *who,
                   struct failure *failure)
{
    struct failure ignored;
    *failure = (struct failure){0};
    bool done = verify(upload, digest, failure) && enter(upload, digest, who, failure);
    if (!done)
        (void)give_up(upload, &ignored);
    upload_drop(upload, done ? digest : NULL);
    return done;
}

bool upload_cancel(struct upload *upload, struct failure *failure)
{
    *failure = (struct failure){0};
    bool done = give_up(upload, failure);
    upload_drop(upload, NULL);
    return done;
}

bool blob_put(struct registry *registry, const struct scope *scope, struct slice bytes,
              const struct caller *who, struct digest *digest, struct failure *failure)
{
    struct upload *upload;
    struct failure ignored;
    struct digest made;
    char id[UPLOAD_ID_MAX];
    if (!upload_start(registry, scope, who, id, failure) ||
        !upload_take(registry, scope, slice_str(id), &upload, failure))
        return false;
    if (!upload_append(upload, bytes, failure)) {
        (void)upload_cancel(upload, &ignored);
        return false;
    }
    upload_digest(upload, &made);
    if (!upload_finish(upload, &made, who, failure))
        return false;
    *digest = made;
    return true;
}
