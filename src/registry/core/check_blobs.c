/* Blobs: the files that rows name, and the rows of those that have no file. */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/threads.h"
#include "registry/core/check_parts.h"
#include "registry/core/collect.h"

enum { PIECE = 1 << 20 };

/* ---- bytes ---- */

struct any_hash {
    bool is_512;
    struct sha256 sha256;
    struct sha512 sha512;
};

static void hash_begin(struct any_hash *hash, const struct digest *digest)
{
    hash->is_512 = digest_is_sha512(digest);
    sha256_init(&hash->sha256);
    sha512_init(&hash->sha512);
}

static void hash_add(struct any_hash *hash, const void *at, size_t len)
{
    if (hash->is_512)
        sha512_add(&hash->sha512, at, len);
    else
        sha256_add(&hash->sha256, at, len);
}

static bool hash_is(struct any_hash *hash, const struct digest *digest)
{
    struct digest have;
    if (hash->is_512)
        sha512_finish(&hash->sha512, &have);
    else
        sha256_finish(&hash->sha256, &have);
    sha256_done(&hash->sha256);
    return digest_equal(&have, digest);
}

static bool read_through(struct blob *blob, struct any_hash *hash, struct error *err)
{
    char *piece = malloc(PIECE);
    bool done = piece || arena_error(err);
    for (uint64_t at = 0; done && at < blob->size;) {
        size_t got = 0;
        done = blob_read(blob, at, piece, PIECE, &got, err);
        if (done && !got)
            done = error_set(err, ERROR_IO, "it ends early");
        if (done)
            hash_add(hash, piece, got);
        at += got;
    }
    free(piece);
    return done;
}

static void look_at_blob(struct blobs *blobs, struct checked_blob *checked, bool quick)
{
    __attribute__((cleanup(blob_close))) struct blob blob = {0};
    struct any_hash hash;
    struct error err;
    checked->state = BLOB_UNREAD;
    if (!blob_open(blobs, &checked->digest, &blob, &err)) {
        checked->state = err.kind == ERROR_NOT_FOUND ? BLOB_MISSING : BLOB_UNREAD;
        snprintf(checked->why, sizeof checked->why, "%.190s", err.text);
        return;
    }
    checked->size = blob.size;
    checked->state = BLOB_FINE;
    if (quick)
        return;
    hash_begin(&hash, &checked->digest);
    if (!read_through(&blob, &hash, &err)) {
        checked->state = BLOB_UNREAD;
        snprintf(checked->why, sizeof checked->why, "%.190s", err.text);
    } else if (!hash_is(&hash, &checked->digest)) {
        checked->state = BLOB_DAMAGED;
    }
}

enum blob_state check_blob_now(struct checking *checking, const struct digest *digest,
                               uint64_t *size)
{
    struct checked_blob checked = {.digest = *digest};
    look_at_blob(checking->registry->blobs, &checked, checking->options->quick);
    *size = checked.size;
    return checked.state;
}

struct reading {
    struct checking *checking;
    pthread_mutex_t lock; /* the report */
};

static void read_one(void *context, size_t index)
{
    struct reading *reading = context;
    struct checking *checking = reading->checking;
    struct checked_blob *checked = &checking->blobs[index];
    look_at_blob(checking->registry->blobs, checked, checking->options->quick);
    pthread_mutex_lock(&reading->lock);
    checking->report->blobs++;
    checking->report->bytes += checked->size;
    if (checking->options->progress)
        checking->options->progress(checking->options->context, checking->report->blobs,
                                    checking->blob_count);
    pthread_mutex_unlock(&reading->lock);
}

struct naming {
    struct checking *checking;
    bool spent;
};

/* Names are DIGEST/SCOPE, ascending, so a blob of several repositories comes in a row. */
static bool note_file(void *context, const struct meta_row *row)
{
    struct naming *naming = context;
    struct checking *checking = naming->checking;
    struct checked_blob blob = {.state = BLOB_UNREAD};
    struct error err;
    struct slice rest = row->name;
    if (!digest_parse_any(&blob.digest, slice_cut(&rest, '/'), &err))
        return true; /* check_blobfile_row says so */
    if (checking->blob_count &&
        digest_equal(&checking->blobs[checking->blob_count - 1].digest, &blob.digest))
        return true;
    naming->spent = !ARENA_PUSH(&checking->arena, checking->blobs, checking->blob_count,
                                checking->blob_room, blob);
    return !naming->spent;
}

bool check_blob_files(struct checking *checking)
{
    CLEANUP_CHANGE struct change view = {0};
    struct scope nobody = {0};
    struct error err;
    struct naming naming = {.checking = checking};
    struct meta_range range = {.kind = ROW_BLOBFILE};
    if (!change_begin(&view, checking->registry, &nobody, false, NULL, &checking->failure))
        return false;
    if (!meta_scan(view.txn, &range, note_file, &naming, &err))
        return failure_of(&checking->failure, &err);
    if (naming.spent)
        return failure_memory(&checking->failure);
    meta_abort(&view.txn);
    struct reading reading = {.checking = checking};
    pthread_mutex_init(&reading.lock, NULL);
    threads_run(checking->blob_count, read_one, &reading);
    pthread_mutex_destroy(&reading.lock);
    return true;
}

/* ---- rows ---- */

static int by_digest(const void *a, const void *b)
{
    const struct checked_blob *left = a, *right = b;
    return strcmp(left->digest.text, right->digest.text);
}

static const struct checked_blob *find(struct checking *checking, const struct digest *digest)
{
    struct checked_blob key = {.digest = *digest};
    return bsearch(&key, checking->blobs, checking->blob_count, sizeof key, by_digest);
}

/* The images that name it, for people: "v1.0, sha256:…"; at most a few. */
static struct slice users_of(struct checking *checking, struct change *change,
                             const struct digest *digest)
{
    enum { USERS_MAX = 5 };
    struct slice prefix = row_pair(change, digest_slice(digest), SLICE("")), text = SLICE("");
    struct row_list rows = {0};
    if (!prefix.at || !row_list_prefix(change, ROW_REFERENCE, prefix, SLICE(""), USERS_MAX + 1,
                                       &rows, &checking->failure))
        return SLICE("");
    for (size_t i = 0; i < rows.count && i < USERS_MAX; i++) {
        struct slice manifest = slice_from(rows.items[i].name, prefix.len);
        struct slice tagged = row_pair(change, manifest, SLICE(""));
        struct row_list tags = {0};
        if (row_list_prefix(change, ROW_TAGGED, tagged, SLICE(""), 1, &tags, &checking->failure) &&
            tags.count)
            manifest = slice_from(tags.items[0].name, tagged.len);
        arena_list(&change->arena, &text, ", ", "%.*s", SLICE_ARG(manifest));
    }
    return rows.count > USERS_MAX ? arena_printf(&change->arena, "%.*s, …", SLICE_ARG(text)) : text;
}

static bool lose_blob(struct checking *checking, struct change *change,
                      const struct checked_blob *now, uint64_t size, bool mend,
                      struct finding *finding)
{
    struct slice users = users_of(checking, change, &now->digest);
    const char *what = now->state == BLOB_MISSING   ? "has no file"
                       : now->state == BLOB_DAMAGED ? "has other bytes than its digest says"
                                                    : "has a file of another size";
    finding->lost = true;
    finding->blob = now->digest;
    if (!check_found(checking, change, finding, "%.*s: blob %s %s%s%.*s", SLICE_ARG(change->at),
                     now->digest.text, what, users.len ? "; push again: " : "", SLICE_ARG(users)))
        return false;
    return !mend || (blob_row_leave(change, &now->digest, size, &checking->failure) &&
                     change_journal(change, "LoseLayer", &now->digest, SLICE(""), slice_str(what),
                                    &checking->failure));
}

/* The row by which collection sees that the repository needs the file. */
static bool check_hold(struct checking *checking, struct change *change,
                       const struct digest *digest, bool mend, struct finding *finding)
{
    struct slice file = row_pair(change, digest_slice(digest), change->at), value;
    bool found;
    if (!file.at)
        return failure_memory(&checking->failure);
    if (!row_get_at(change, ROW_BLOBFILE, SLICE(""), file, &value, &found, &checking->failure))
        return false;
    if (found)
        return true;
    return check_found(checking, change, finding, "%.*s: blob %s does not hold its file",
                       SLICE_ARG(change->at), digest->text) &&
           (!mend ||
            row_put_at(change, ROW_BLOBFILE, SLICE(""), file, SLICE(""), &checking->failure));
}

/* A blob's row needs its file, and the row that holds the file. */
bool check_blob_row(struct checking *checking, struct change *change, const struct row *row,
                    bool mend, struct finding *finding)
{
    struct checked_blob now = {.state = BLOB_FINE};
    struct blob_row blob;
    struct error err;
    if (!digest_parse_any(&now.digest, row->name, &err))
        return check_found(checking, change, finding, "%.*s: a row of a blob that is no digest",
                           SLICE_ARG(change->at)) &&
               (!mend || row_remove(change, ROW_BLOB, row->name, &checking->failure));
    const struct checked_blob *checked = find(checking, &now.digest);
    blob_row_decode(row->value, &blob);
    if (checked && checked->state == BLOB_FINE && checked->size == blob.size)
        return check_hold(checking, change, &now.digest, mend, finding);
    /* It looked wrong, or nothing named it when files were looked at. */
    look_at_blob(checking->registry->blobs, &now, checking->options->quick);
    if (now.state == BLOB_UNREAD)
        return failure_set(&checking->failure, FAILURE_INTERNAL, "reading blob %s: %s",
                           now.digest.text, now.why);
    if (now.state == BLOB_FINE && now.size == blob.size)
        return check_hold(checking, change, &now.digest, mend, finding);
    return lose_blob(checking, change, &now, blob.size, mend, finding);
}

/* DIGEST/SCOPE: that repository has a row of the blob. */
bool check_blobfile_row(struct checking *checking, struct change *change, const struct row *row,
                        bool mend, struct finding *finding)
{
    struct slice scope = row->name, digest = slice_cut(&scope, '/'), value;
    bool found;
    if (!row_get_at(change, ROW_BLOB, scope, digest, &value, &found, &checking->failure))
        return false;
    if (found)
        return true;
    return check_found(checking, change, finding, "a file is held by %.*s, which has no blob %.*s",
                       SLICE_ARG(scope), SLICE_ARG(digest)) &&
           (!mend ||
            (row_remove_at(change, ROW_BLOBFILE, SLICE(""), row->name, &checking->failure) &&
             row_put_at(change, ROW_FREE, SLICE(""), digest, SLICE(""), &checking->failure)));
}

/* ---- files that nothing names ---- */

struct orphans {
    struct checking *checking;
    struct change *change;
    bool failed;
};

static bool is_orphan(void *context, const struct digest *digest)
{
    struct orphans *orphans = context;
    struct slice prefix = row_pair(orphans->change, digest_slice(digest), SLICE(""));
    bool used;
    if (!prefix.at || !row_any(orphans->change, ROW_BLOBFILE, SLICE(""), prefix, &used,
                               &orphans->checking->failure)) {
        orphans->failed = true;
        return false;
    }
    orphans->checking->report->orphans += !used;
    arena_reset(&orphans->change->arena);
    return true;
}

/* No trouble: collection removes them. A file gets its name before its row, so a push that is
   under way may be counted here. */
bool check_orphans(struct checking *checking)
{
    CLEANUP_CHANGE struct change view = {0};
    struct scope nobody = {0};
    struct error err;
    char text[200];
    struct collect_report swept = {0};
    if (!change_begin(&view, checking->registry, &nobody, false, NULL, &checking->failure))
        return false;
    struct orphans orphans = {.checking = checking, .change = &view};
    if (!blob_list(checking->registry->blobs, is_orphan, &orphans, &err))
        return failure_of(&checking->failure, &err);
    meta_abort(&view.txn);
    if (orphans.failed)
        return false;
    if (!checking->report->orphans)
        return true;
    if (checking->options->repair && !collect_orphans(checking->registry, NULL, &swept, &err))
        return failure_of(&checking->failure, &err);
    if (checking->options->repair)
        snprintf(text, sizeof text, "%" PRIu64 " files that nothing named were removed",
                 swept.orphans);
    else
        snprintf(text, sizeof text,
                 "%" PRIu64 " files that nothing names; collection (or --repair) removes them",
                 checking->report->orphans);
    check_tell(checking, CHECK_NOTE, slice_str(text));
    return true;
}
