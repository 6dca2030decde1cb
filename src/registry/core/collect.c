#include "registry/core/collect.h"

#include <stdlib.h>

#include "base/table.h"
#include "registry/core/codec.h"
#include "registry/core/parts.h"
#include "registry/core/upload.h"

/* The kind of objects that belong to a blob and go with it. */
#define ANALYSIS "analysis"

/* FILES: removed in one transaction; a large file takes milliseconds, and writers wait. LARGE: rows
   that may have megabytes. */
enum {
    BATCH = 200,
    FILES = 16,
    LARGE = 16,
    NAMES_BYTES_MAX = 256 << 20,
    WHERE_MAX = 2 * META_NAME_MAX
};

struct collecting {
    struct registry *registry;
    size_t batch;
    const atomic_bool *stop;
    struct collect_report *report;
    struct error *err;
};

static bool stopped(const struct collecting *collecting)
{
    return collecting->stop && *collecting->stop;
}

static bool fail(const struct collecting *collecting, const struct failure *failure,
                 const char *doing)
{
    *collecting->err = failure->inside;
    if (!failure->inside.kind)
        error_set(collecting->err, ERROR_INTERNAL, "%s", failure->text);
    return error_add(collecting->err, "collection: %s", doing);
}

/* ---- going through all rows of a kind ---- */

/* A place among rows, copied, since it outlives its transaction. */
struct place {
    char scope[WHERE_MAX], name[WHERE_MAX];
    size_t scope_len, name_len;
};

static void place_set(struct place *place, const struct row *row)
{
    place->scope_len = row->scope.len;
    place->name_len = row->name.len;
    memcpy(place->scope, row->scope.at, row->scope.len);
    memcpy(place->name, row->name.at, row->name.len);
}

typedef bool judge_row(struct change *change, const struct row *row, struct collecting *collecting,
                       struct failure *failure);

/* Points the change at a row's repository; false when the scope is no repository's. */
static bool aim(struct change *change, const struct row *row)
{
    change->at = row->scope;
    return scope_parse(row->scope, &change->scope);
}

/* One transaction over at most `batch` rows. */
static bool step(struct collecting *collecting, const char *kind, struct place *place,
                 judge_row *judge, size_t *count, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope nobody = {0};
    struct row_list rows;
    struct meta_range range = {.kind = kind,
                               .scope = SLICE(""),
                               .below = true,
                               .after_scope = slice_of(place->scope, place->scope_len),
                               .after = slice_of(place->name, place->name_len),
                               .limit = collecting->batch};
    if (!change_begin(&change, collecting->registry, &nobody, true, NULL, failure) ||
        !row_list(&change, &range, &rows, failure))
        return false;
    for (size_t i = 0; i < rows.count; i++)
        if (aim(&change, &rows.items[i]) && !judge(&change, &rows.items[i], collecting, failure))
            return false;
    *count = rows.count;
    if (rows.count)
        place_set(place, &rows.items[rows.count - 1]);
    return change_commit(&change, failure);
}

static bool sweep(struct collecting *collecting, const char *kind, judge_row *judge,
                  const char *doing)
{
    struct place *place = calloc(1, sizeof *place);
    size_t count = collecting->batch;
    struct failure failure = {0};
    bool ok = place || arena_error(collecting->err);
    while (ok && count == collecting->batch && !stopped(collecting))
        if (!step(collecting, kind, place, judge, &count, &failure))
            ok = fail(collecting, &failure, doing);
    free(place);
    return ok;
}

/* ---- 1: blobs ---- */

static bool judge_blob(struct change *change, const struct row *row, struct collecting *collecting,
                       struct failure *failure)
{
    const struct registry *registry = collecting->registry;
    struct slice users = row_pair(change, row->name, SLICE(""));
    struct digest digest;
    struct blob_row blob;
    struct error err;
    bool used;
    blob_row_decode(row->value, &blob);
    double age = registry_time_early(registry) - blob.told;
    if (age <= registry->limits.grace_seconds + blob_told_slack(registry))
        return true;
    if (!users.at)
        return failure_memory(failure);
    if (!row_any(change, ROW_REFERENCE, change->at, users, &used, failure))
        return false;
    if (used || !digest_parse_any(&digest, row->name, &err))
        return true;
    collecting->report->rows++;
    return blob_row_leave(change, &digest, blob.size, failure);
}

/* ---- 2: uploads ---- */

static bool judge_upload(struct change *change, const struct row *row,
                         struct collecting *collecting, struct failure *failure)
{
    struct registry *registry = collecting->registry;
    double age = registry_time_early(registry) - upload_heard(row->value);
    char id[UPLOAD_ID_MAX];
    struct error err;
    bool found;
    if (age <= registry->limits.upload_seconds || row->name.len >= sizeof id ||
        upload_is_active(registry, change->at, row->name))
        return true;
    memcpy(id, row->name.at, row->name.len);
    id[row->name.len] = 0;
    collecting->report->uploads++;
    if (!upload_row_remove(change, row->name, &found, failure))
        return false;
    if (upload_id_is_valid(id) && !upload_file_remove(registry->blobs, id, &err))
        return failure_of(failure, &err);
    return true;
}

/* ---- 3: the recycle bin ---- */

static bool judge_recycled(struct change *change, const struct row *row,
                           struct collecting *collecting, struct failure *failure)
{
    struct recycled recycled;
    struct error err;
    if (!recycled_decode(row->value, &change->arena, &recycled, &err) ||
        registry_time_early(collecting->registry) <= recycled.until)
        return true;
    collecting->report->recycled++;
    return recycled_purge(change, &recycled, failure);
}

/* ---- 4: files ---- */

/* The caller's transaction is a writing one: nobody else names or removes a file meanwhile. */
static bool remove_file(struct change *change, struct slice name, uint64_t *gone,
                        struct collecting *collecting, struct failure *failure)
{
    struct blobs *blobs = collecting->registry->blobs;
    struct slice users = row_pair(change, name, SLICE(""));
    struct blob blob = {0};
    struct digest digest;
    struct error err;
    bool used;
    if (!users.at)
        return failure_memory(failure);
    if (!row_any(change, ROW_BLOBFILE, SLICE(""), users, &used, failure))
        return false;
    if (used || !digest_parse_any(&digest, name, &err))
        return true;
    if (blob_open(blobs, &digest, &blob, &err)) {
        collecting->report->bytes += blob.size;
        blob_close(&blob);
        ++*gone;
    }
    if (!blob_remove(blobs, &digest, &err) || !object_remove(blobs, ANALYSIS, &digest, &err))
        return failure_of(failure, &err);
    return true;
}

static bool judge_free(struct change *change, const struct row *row, struct collecting *collecting,
                       struct failure *failure)
{
    return remove_file(change, row->name, &collecting->report->blobs, collecting, failure) &&
           row_remove_at(change, ROW_FREE, SLICE(""), row->name, failure);
}

static bool step_free(struct collecting *collecting, size_t *count, struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope nobody = {0};
    struct row_list rows;
    struct meta_range range = {.kind = ROW_FREE, .scope = SLICE(""), .limit = FILES};
    if (!change_begin(&change, collecting->registry, &nobody, true, NULL, failure) ||
        !row_list(&change, &range, &rows, failure))
        return false;
    for (size_t i = 0; i < rows.count; i++)
        if (!judge_free(&change, &rows.items[i], collecting, failure))
            return false;
    *count = rows.count;
    return change_commit(&change, failure);
}

static bool sweep_free(struct collecting *collecting)
{
    size_t count = FILES;
    struct failure failure = {0};
    while (count == FILES && !stopped(collecting))
        if (!step_free(collecting, &count, &failure))
            return fail(collecting, &failure, "files of blobs");
    return true;
}

bool collect_run(struct registry *registry, size_t batch, const atomic_bool *stop,
                 struct collect_report *report, struct error *err)
{
    struct collecting collecting = {registry, batch ? batch : BATCH, stop, report, err};
    struct collecting careful = collecting;
    if (careful.batch > LARGE)
        careful.batch = LARGE;
    return sweep(&careful, ROW_RECYCLED, judge_recycled, "the recycle bin") &&
           sweep(&collecting, ROW_UPLOAD, judge_upload, "uploads") &&
           sweep(&collecting, ROW_BLOB, judge_blob, "blobs") && sweep_free(&collecting);
}

/* ---- 5: files that nobody knows ---- */

struct orphans {
    struct arena arena;
    struct slice *blobs, *uploads;
    size_t blob_count, blob_room, upload_count, upload_room;
    bool spent;
};

static bool note_name(struct orphans *orphans, struct slice name, struct slice **items,
                      size_t *count, size_t *room)
{
    struct slice copy = arena_copy(&orphans->arena, name);
    orphans->spent = !copy.at || !ARENA_PUSH(&orphans->arena, *items, *count, *room, copy);
    return !orphans->spent;
}

static bool note_blob(void *context, const struct digest *digest)
{
    struct orphans *orphans = context;
    return note_name(orphans, digest_slice(digest), &orphans->blobs, &orphans->blob_count,
                     &orphans->blob_room);
}

static bool note_object(void *context, const char *kind, const struct digest *digest)
{
    return strcmp(kind, ANALYSIS) != 0 || note_blob(context, digest);
}

static bool note_upload(void *context, const char *id)
{
    struct orphans *orphans = context;
    return note_name(orphans, slice_str(id), &orphans->uploads, &orphans->upload_count,
                     &orphans->upload_room);
}

static bool step_orphans(struct collecting *collecting, const struct slice *names, size_t count,
                         struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope nobody = {0};
    if (!change_begin(&change, collecting->registry, &nobody, true, NULL, failure))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!remove_file(&change, names[i], &collecting->report->orphans, collecting, failure))
            return false;
    return true; /* nothing to commit: only files were changed, while no other could */
}

static bool sweep_files(struct collecting *collecting, const struct orphans *orphans)
{
    struct failure failure = {0};
    for (size_t i = 0; i < orphans->blob_count && !stopped(collecting); i += collecting->batch) {
        size_t left = orphans->blob_count - i;
        size_t count = left < collecting->batch ? left : collecting->batch;
        if (!step_orphans(collecting, orphans->blobs + i, count, &failure))
            return fail(collecting, &failure, "files without a row");
    }
    return true;
}

/* An upload has its row before its file, and until the file has gone or has become a blob. */
static bool remove_uploads(struct collecting *collecting, const struct orphans *orphans,
                           struct failure *failure)
{
    CLEANUP_CHANGE struct change change = {0};
    struct scope nobody = {0};
    struct meta_range range = {.kind = ROW_UPLOAD, .scope = SLICE(""), .below = true};
    struct row_list rows;
    struct table known;
    struct error err;
    if (!change_begin(&change, collecting->registry, &nobody, true, NULL, failure) ||
        !row_list(&change, &range, &rows, failure))
        return false;
    table_init(&known, &change.arena);
    for (size_t i = 0; i < rows.count; i++)
        if (!table_put(&known, rows.items[i].name, &known))
            return failure_memory(failure);
    for (size_t i = 0; i < orphans->upload_count; i++) {
        struct slice id = orphans->uploads[i];
        if (table_get(&known, id) || upload_is_active(collecting->registry, SLICE(""), id))
            continue;
        collecting->report->orphans++;
        if (!upload_file_remove(collecting->registry->blobs, id.at, &err))
            return failure_of(failure, &err);
    }
    return true;
}

bool collect_orphans(struct registry *registry, const atomic_bool *stop,
                     struct collect_report *report, struct error *err)
{
    struct collecting collecting = {registry, BATCH, stop, report, err};
    struct orphans orphans = {0};
    struct failure failure = {0};
    arena_init(&orphans.arena, NAMES_BYTES_MAX);
    bool ok = blob_list(registry->blobs, note_blob, &orphans, err) &&
              object_list(registry->blobs, note_object, &orphans, err) &&
              upload_file_list(registry->blobs, note_upload, &orphans, err);
    if (ok && orphans.spent)
        ok = arena_error(err);
    ok = ok && sweep_files(&collecting, &orphans);
    if (ok && !remove_uploads(&collecting, &orphans, &failure))
        ok = fail(&collecting, &failure, "files of uploads");
    arena_done(&orphans.arena);
    return ok;
}
