/* Blobs of a repository: rows that say which blobs are in it. */
#include <inttypes.h>

#include "image/document.h"
#include "registry/core/codec.h"
#include "registry/core/codec_json.h"
#include "registry/core/parts.h"
#include "registry/core/upload.h"

/* ---- rows ---- */

static bool put_blob(struct change *change, const struct digest *digest, uint64_t size,
                     struct failure *failure)
{
    json_t *object = json_object();
    json_object_set_new(object, "size", json_integer((json_int_t)size));
    codec_put_time(object, "told", registry_time_late(change->registry));
    struct slice value = codec_dump(object, &change->arena);
    if (!value.at)
        return failure_memory(failure);
    return row_put(change, ROW_BLOB, digest_slice(digest), value, failure);
}

void blob_row_decode(struct slice value, struct blob_row *row)
{
    struct error err;
    CLEANUP_JSON json_t *object = document_parse(value, &err);
    row->size = codec_u64(object, "size");
    row->told = codec_time(object, "told");
}

bool blob_row_get(struct change *change, const struct digest *digest, struct blob_row *row,
                  bool *found, struct failure *failure)
{
    struct slice value;
    *row = (struct blob_row){0};
    if (!row_get(change, ROW_BLOB, digest_slice(digest), &value, found, failure))
        return false;
    if (*found)
        blob_row_decode(value, row);
    return true;
}

static bool check_quota(struct change *change, struct slice scope, uint64_t most, uint64_t size,
                        const char *whose, struct failure *failure)
{
    uint64_t used;
    if (!counter_get(change, scope, "bytes", &used, failure))
        return false;
    if (most && (used > most || size > most - used))
        return failure_set(failure, FAILURE_QUOTA,
                           "the %s has %" PRIu64 " of %" PRIu64 " bytes; this blob of %" PRIu64
                           " does not fit",
                           whose, used, most, size);
    return counter_add(change, scope, "bytes", (int64_t)size, failure);
}

/* The row by which collection sees that a repository has the file. */
static struct slice file_name(struct change *change, const struct digest *digest)
{
    return row_pair(change, digest_slice(digest), change->at);
}

bool blob_row_enter(struct change *change, const struct digest *digest, uint64_t size,
                    struct failure *failure)
{
    const struct registry_limits *limits = &change->registry->limits;
    struct slice account = account_text(change), file = file_name(change, digest);
    struct blob_row row;
    bool found;
    if (!account.at || !file.at)
        return failure_memory(failure);
    if (!blob_row_get(change, digest, &row, &found, failure))
        return false;
    if (!found &&
        (!check_quota(change, change->at, limits->repository_max, size, "repository", failure) ||
         !check_quota(change, account, limits->account_max, size, "account", failure)))
        return false;
    return put_blob(change, digest, size, failure) &&
           row_put_at(change, ROW_BLOBFILE, SLICE(""), file, SLICE(""), failure);
}

bool blob_row_leave(struct change *change, const struct digest *digest, uint64_t size,
                    struct failure *failure)
{
    struct slice account = account_text(change), file = file_name(change, digest);
    struct slice mine = row_pair(change, digest_slice(digest), SLICE(""));
    bool shared;
    if (!account.at || !file.at || !mine.at)
        return failure_memory(failure);
    if (!row_remove(change, ROW_BLOB, digest_slice(digest), failure) ||
        !row_remove_at(change, ROW_BLOBFILE, SLICE(""), file, failure) ||
        !counter_add(change, change->at, "bytes", -(int64_t)size, failure) ||
        !counter_add(change, account, "bytes", -(int64_t)size, failure) ||
        !row_any(change, ROW_BLOBFILE, SLICE(""), mine, &shared, failure))
        return false;
    return shared ||
           row_put_at(change, ROW_FREE, SLICE(""), digest_slice(digest), SLICE(""), failure);
}

/* ---- what clients ask ---- */

static bool blob_unknown(struct change *change, const struct digest *digest,
                         struct failure *failure)
{
    return repository_need(change, NULL, failure) &&
           failure_set(failure, FAILURE_BLOB_UNKNOWN, "the repository has no blob %s",
                       digest->text);
}

static bool look(struct registry *registry, const struct scope *scope, const struct digest *digest,
                 struct blob_row *row, struct failure *failure)
{
    CLEANUP_CHANGE struct change view = {0};
    bool found;
    if (!change_begin(&view, registry, scope, false, NULL, failure) ||
        !blob_row_get(&view, digest, row, &found, failure))
        return false;
    return found || blob_unknown(&view, digest, failure);
}

/* Told again: in the transaction that finds it there, or it is not. */
static bool tell_again(struct registry *registry, const struct scope *scope,
                       const struct digest *digest, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct blob_row row;
    bool found;
    if (!change_begin(&change, registry, scope, true, NULL, failure) ||
        !blob_row_get(&change, digest, &row, &found, failure))
        return false;
    if (!found)
        return blob_unknown(&change, digest, failure);
    return put_blob(&change, digest, row.size, failure) && change_commit(&change, failure);
}

bool blob_stat(struct registry *registry, const struct scope *scope, const struct digest *digest,
               bool told, uint64_t *size, struct failure *failure)
{
    struct blob_row row;
    *failure = (struct failure){0};
    if (!look(registry, scope, digest, &row, failure))
        return false;
    double age = registry_time_late(registry) - row.told;
    if (told && (age < 0 || age > blob_told_slack(registry)) &&
        !tell_again(registry, scope, digest, failure))
        return false;
    *size = row.size;
    return true;
}

bool blob_get(struct registry *registry, const struct scope *scope, const struct digest *digest,
              struct blob *blob, struct failure *failure)
{
    struct blob_row row;
    struct error err;
    *failure = (struct failure){0};
    if (!look(registry, scope, digest, &row, failure))
        return false;
    if (!blob_open(registry->blobs, digest, blob, &err)) {
        struct failure again;
        if (err.kind == ERROR_NOT_FOUND && !look(registry, scope, digest, &row, &again)) {
            *failure = again; /* removed between the two */
            return false;
        }
        return failure_of(failure, &err);
    }
    return true;
}

bool blob_mount(struct registry *registry, const struct scope *scope, const struct scope *from,
                const struct digest *digest, const struct caller *who, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct slice value;
    struct blob_row row;
    bool found;
    *failure = (struct failure){0};
    if (!slice_equal(scope->account, from->account) || !slice_equal(scope->region, from->region))
        return failure_set(failure, FAILURE_BLOB_UNKNOWN,
                           "blobs are mounted within one account and region");
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        !repository_need(&change, NULL, failure))
        return false;
    struct slice source = scope_text(from, &change.arena);
    if (!source.at)
        return failure_memory(failure);
    if (!row_get_at(&change, ROW_BLOB, source, digest_slice(digest), &value, &found, failure))
        return false;
    if (!found)
        return failure_set(failure, FAILURE_BLOB_UNKNOWN, "the repository '%.*s' has no blob %s",
                           SLICE_ARG(from->repository), digest->text);
    blob_row_decode(value, &row);
    return blob_row_enter(&change, digest, row.size, failure) &&
           change_journal(&change, "MountLayer", digest, SLICE(""), from->repository, failure) &&
           change_commit(&change, failure);
}

bool blob_delete(struct registry *registry, const struct scope *scope, const struct digest *digest,
                 const struct caller *who, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct blob_row row;
    bool found, used;
    *failure = (struct failure){0};
    if (!change_begin(&change, registry, scope, true, who, failure) ||
        !blob_row_get(&change, digest, &row, &found, failure))
        return false;
    if (!found)
        return blob_unknown(&change, digest, failure);
    struct slice users = row_pair(&change, digest_slice(digest), SLICE(""));
    if (!users.at)
        return failure_memory(failure);
    if (!row_any(&change, ROW_REFERENCE, change.at, users, &used, failure))
        return false;
    if (used)
        return failure_set(failure, FAILURE_MANIFEST_REFERENCED,
                           "a manifest of the repository (or of its recycle bin) names the blob %s",
                           digest->text);
    return blob_row_leave(&change, digest, row.size, failure) &&
           change_journal(&change, "DeleteLayer", digest, SLICE(""), SLICE(""), failure) &&
           change_commit(&change, failure);
}
