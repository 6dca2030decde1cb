#include "registry/backup.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/threads.h"
#include "registry/backup_parts.h"

enum { ROUNDS_MAX = 5, PIECE = 1 << 20, NAMES_MAX = 1 << 30, PATH_ROOM = 4096 };

enum copy_state { COPY_HERE, COPY_MADE, COPY_MISSING, COPY_DAMAGED, COPY_FAILED };

struct item {
    struct digest digest;
    uint64_t size;
    enum copy_state state;
};

struct copying {
    const struct data_folder *source;
    const struct backup_options *options;
    struct backup_report *report;
    struct world *world; /* of the target */
    struct blobs *blobs;
    const char *path;
    struct arena arena;
    struct item *items; /* what the metadata names, ascending */
    size_t count, room;
    bool spent;
    pthread_mutex_t lock; /* failed, done */
    struct error failed;
    uint64_t done;
};

static void copying_done(struct copying *copying)
{
    arena_done(&copying->arena);
    blobs_free(copying->blobs);
    world_real_free(copying->world);
    pthread_mutex_destroy(&copying->lock);
}

/* ---- one blob ---- */

static bool copy_bytes(struct copying *copying, struct blob *from, int to, struct item *item,
                       struct error *err)
{
    struct sha256 sha256;
    struct sha512 sha512;
    struct digest have;
    bool is_512 = digest_is_sha512(&item->digest), done = true;
    char *piece = malloc(PIECE);
    if (!piece)
        return arena_error(err);
    sha256_init(&sha256);
    sha512_init(&sha512);
    for (uint64_t at = 0; done && at < from->size;) {
        size_t got = 0;
        done = blob_read(from, at, piece, PIECE, &got, err) &&
               (got || error_set(err, ERROR_IO, "it became shorter")) &&
               upload_file_append(copying->blobs, to, at, slice_of(piece, got), err);
        if (done && is_512)
            sha512_add(&sha512, piece, got);
        else if (done)
            sha256_add(&sha256, piece, got);
        at += got;
    }
    free(piece);
    if (is_512)
        sha512_finish(&sha512, &have);
    else
        sha256_finish(&sha256, &have);
    sha256_done(&sha256);
    item->state = digest_equal(&have, &item->digest) ? COPY_MADE : COPY_DAMAGED;
    return done;
}

static bool copy_as(struct copying *copying, struct blob *from, const char *id, struct item *item,
                    struct error *err)
{
    uint64_t size = 0;
    /* A copy that was cut may have left one. */
    if (!upload_file_remove(copying->blobs, id, err))
        return false;
    int to = upload_file_open(copying->blobs, id, &size, err);
    if (to < 0)
        return false;
    bool done =
        copy_bytes(copying, from, to, item, err) && upload_file_sync(copying->blobs, to, err);
    upload_file_close(copying->blobs, to);
    if (done && item->state == COPY_MADE)
        return upload_file_place(copying->blobs, id, &item->digest, err);
    struct error ignored;
    upload_file_remove(copying->blobs, id, &ignored);
    return done;
}

static bool is_here(struct copying *copying, struct item *item, uint64_t size)
{
    __attribute__((cleanup(blob_close))) struct blob blob = {0};
    struct error ignored;
    return blob_open(copying->blobs, &item->digest, &blob, &ignored) && blob.size == size;
}

static bool copy_blob(struct copying *copying, struct item *item, size_t index, struct error *err)
{
    __attribute__((cleanup(blob_close))) struct blob from = {0};
    char id[40];
    if (item->state == COPY_MADE || item->state == COPY_HERE)
        return true;
    if (!blob_open(copying->source->blobs, &item->digest, &from, err)) {
        item->state = COPY_MISSING;
        return err->kind == ERROR_NOT_FOUND;
    }
    item->size = from.size;
    if (is_here(copying, item, from.size)) {
        item->state = COPY_HERE;
        return true;
    }
    snprintf(id, sizeof id, "copy-%zu", index);
    return copy_as(copying, &from, id, item, err);
}

static void copy_one(void *context, size_t index)
{
    struct copying *copying = context;
    struct item *item = &copying->items[index];
    struct error err = {0};
    bool fine = copy_blob(copying, item, index, &err);
    pthread_mutex_lock(&copying->lock);
    copying->done++;
    if (copying->options->progress)
        copying->options->progress(copying->options->context, copying->done, copying->count);
    if (!fine) {
        item->state = COPY_FAILED;
        if (!copying->failed.kind) {
            copying->failed = err;
            error_add(&copying->failed, "copying %s", item->digest.text);
        }
    }
    pthread_mutex_unlock(&copying->lock);
}

/* ---- what to copy ---- */

static bool note_blob(void *context, const struct digest *digest)
{
    struct copying *copying = context;
    struct item item = {.state = COPY_MISSING, .digest = *digest};
    copying->spent =
        !ARENA_PUSH(&copying->arena, copying->items, copying->count, copying->room, item);
    return !copying->spent;
}

static bool read_names(struct copying *copying, const char *database, struct error *err)
{
    copying->items = NULL;
    copying->count = copying->room = 0;
    return backup_names(database, note_blob, copying, err) && (!copying->spent || arena_error(err));
}

static size_t count_state(const struct copying *copying, enum copy_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < copying->count; i++)
        count += copying->items[i].state == state;
    return count;
}

static bool copy_blobs(struct copying *copying, struct error *err)
{
    copying->done = 0;
    threads_run(copying->count, copy_one, copying);
    if (!copying->failed.kind)
        return true;
    *err = copying->failed;
    return false;
}

/* Metadata, then what it names; again while something it names has gone meanwhile. */
static bool copy_rounds(struct copying *copying, struct error *err)
{
    char database[PATH_ROOM];
    if (snprintf(database, sizeof database, "%s/" BACKUP_DATABASE_NEW, copying->path) >=
        (int)sizeof database)
        return error_set(err, ERROR_USAGE, "the path is too long");
    for (int round = 0; round < ROUNDS_MAX; round++) {
        if (!copying->world->ops->remove(copying->world, BACKUP_DATABASE_NEW, err) ||
            !meta_backup(copying->source->meta, database, err) ||
            !read_names(copying, database, err) || !copy_blobs(copying, err))
            return false;
        if (!count_state(copying, COPY_MISSING))
            break;
    }
    return true;
}

/* ---- the rest ---- */

struct objects {
    struct copying *copying;
    struct error *err;
    bool failed;
};

/* Analyses: they can be made again, so one that cannot be read is left out. */
static bool copy_object(void *context, const char *kind, const struct digest *digest)
{
    struct objects *objects = context;
    struct copying *copying = objects->copying;
    struct slice bytes;
    struct error ignored;
    arena_reset(&copying->arena);
    if (object_get(copying->blobs, kind, digest, &copying->arena, &bytes, &ignored) ||
        !object_get(copying->source->blobs, kind, digest, &copying->arena, &bytes, &ignored))
        return true;
    objects->failed = !object_put(copying->blobs, kind, digest, bytes, objects->err);
    return !objects->failed;
}

static int by_digest(const void *a, const void *b)
{
    return strcmp(((const struct item *)a)->digest.text, ((const struct item *)b)->digest.text);
}

static bool remove_unnamed(void *context, const struct digest *digest)
{
    struct copying *copying = context;
    struct item key = {.digest = *digest};
    struct error ignored;
    if (!bsearch(&key, copying->items, copying->count, sizeof key, by_digest) &&
        blob_remove(copying->blobs, digest, &ignored))
        copying->report->removed++;
    return true;
}

static void count_copies(struct copying *copying)
{
    struct backup_report *report = copying->report;
    for (size_t i = 0; i < copying->count; i++) {
        const struct item *item = &copying->items[i];
        bool made = item->state == COPY_MADE, kept = made || item->state == COPY_HERE;
        report->blobs += kept;
        report->bytes += kept ? item->size : 0;
        report->copied += made;
        report->copied_bytes += made ? item->size : 0;
        report->lost += !kept;
        if (!kept)
            copying->options->lost(copying->options->context, &item->digest,
                                   item->state == COPY_MISSING
                                       ? "it is missing"
                                       : "it has other bytes than its digest says");
    }
}

static bool copy_all(struct copying *copying, struct error *err)
{
    struct objects objects = {.copying = copying, .err = err};
    if (!copy_rounds(copying, err))
        return false;
    count_copies(copying);
    if (!blob_list(copying->blobs, remove_unnamed, copying, err))
        return false;
    /* From here on the arena is scratch, and the items are gone. */
    if (!object_list(copying->source->blobs, copy_object, &objects, err) || objects.failed)
        return false;
    return backup_finish(copying->world, err);
}

bool backup_run(const struct data_folder *source, const char *target,
                const struct backup_options *options, struct backup_report *report,
                struct error *err)
{
    __attribute__((cleanup(copying_done))) struct copying copying = {
        .source = source, .options = options, .report = report, .path = target};
    *report = (struct backup_report){0};
    arena_init(&copying.arena, NAMES_MAX);
    pthread_mutex_init(&copying.lock, NULL);
    copying.world = world_real_new(target, err);
    if (!copying.world)
        return false;
    copying.blobs = blobs_disk_new(copying.world, err);
    return copying.blobs && copy_all(&copying, err);
}
