#include "image/tar.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "registry/backup_parts.h"

struct unpacking {
    const struct backup_options *options;
    struct backup_report *report;
    struct world *world;
    struct blobs *blobs;
    struct tar tar;
    struct error *err;
    bool has_database;
};

/* "ALGORITHM/ab/abcdef…" */
static bool digest_of(struct slice path, struct digest *digest)
{
    char text[sizeof digest->text];
    struct error ignored;
    struct slice rest = path, algorithm = slice_cut(&rest, '/'), folder = slice_cut(&rest, '/');
    if (folder.len != 2 || !slice_starts(rest, folder) ||
        snprintf(text, sizeof text, "%.*s:%.*s", SLICE_ARG(algorithm), SLICE_ARG(rest)) >=
            (int)sizeof text)
        return false;
    return digest_parse_any(digest, slice_str(text), &ignored);
}

/* The member's bytes to a file of the world; `hashes` may be NULL. */
static bool pour(struct unpacking *unpacking, int file, struct sha256 *sha256,
                 struct sha512 *sha512)
{
    struct world *world = unpacking->world;
    struct slice bytes;
    uint64_t offset;
    for (;;) {
        if (!tar_piece(&unpacking->tar, 0, &offset, &bytes, unpacking->err))
            return false;
        if (!bytes.len)
            return true;
        if (!world->ops->append(world, file, offset, bytes, unpacking->err))
            return false;
        if (sha256)
            sha256_add(sha256, bytes.at, bytes.len);
        if (sha512)
            sha512_add(sha512, bytes.at, bytes.len);
    }
}

static bool pour_verified(struct unpacking *unpacking, int file, const struct digest *digest,
                          bool *same)
{
    struct sha256 sha256;
    struct sha512 sha512;
    struct digest have;
    bool is_512 = digest_is_sha512(digest);
    sha256_init(&sha256);
    sha512_init(&sha512);
    bool done = pour(unpacking, file, is_512 ? NULL : &sha256, is_512 ? &sha512 : NULL);
    if (is_512)
        sha512_finish(&sha512, &have);
    else
        sha256_finish(&sha256, &have);
    sha256_done(&sha256);
    *same = digest_equal(&have, digest);
    return done;
}

static bool unpack_blob(struct unpacking *unpacking, const struct tar_entry *entry,
                        const struct digest *digest)
{
    struct blobs *blobs = unpacking->blobs;
    struct error ignored;
    uint64_t size = 0;
    bool same = false;
    if (!upload_file_remove(blobs, "unpack", unpacking->err))
        return false;
    int file = upload_file_open(blobs, "unpack", &size, unpacking->err);
    if (file < 0)
        return false;
    bool done = pour_verified(unpacking, file, digest, &same) &&
                (!same || upload_file_sync(blobs, file, unpacking->err));
    upload_file_close(blobs, file);
    if (done && same) {
        unpacking->report->copied++;
        unpacking->report->copied_bytes += entry->size;
        return upload_file_place(blobs, "unpack", digest, unpacking->err);
    }
    upload_file_remove(blobs, "unpack", &ignored);
    return done;
}

static bool unpack_object(struct unpacking *unpacking, const struct tar_entry *entry,
                          struct slice kind, const struct digest *digest)
{
    CLEANUP_ARENA struct arena arena;
    struct slice bytes;
    uint64_t offset;
    char name[64];
    if (entry->size > OBJECT_MAX || kind.len >= sizeof name)
        return true;
    snprintf(name, sizeof name, "%.*s", SLICE_ARG(kind));
    arena_init(&arena, OBJECT_MAX + (1 << 20));
    char *whole = arena_alloc(&arena, (size_t)entry->size + 1);
    if (!whole)
        return arena_error(unpacking->err);
    for (;;) {
        if (!tar_piece(&unpacking->tar, 0, &offset, &bytes, unpacking->err))
            return false;
        if (!bytes.len)
            break;
        if (offset > entry->size || bytes.len > entry->size - offset)
            return error_set(unpacking->err, ERROR_FORMAT, "a member longer than it says");
        memcpy(whole + offset, bytes.at, bytes.len);
    }
    return object_put(unpacking->blobs, name, digest, slice_of(whole, (size_t)entry->size),
                      unpacking->err);
}

static bool unpack_database(struct unpacking *unpacking)
{
    struct world *world = unpacking->world;
    if (!world->ops->remove(world, BACKUP_DATABASE_NEW, unpacking->err))
        return false;
    int file = world->ops->open(world, BACKUP_DATABASE_NEW, true, unpacking->err);
    if (file < 0)
        return false;
    unpacking->has_database = pour(unpacking, file, NULL, NULL);
    world->ops->close(world, file);
    return unpacking->has_database;
}

/* What is nothing of ours is left out: the archive came from outside. */
static bool unpack_member(struct unpacking *unpacking, const struct tar_entry *entry)
{
    struct slice rest =
        slice_starts(entry->path, SLICE("./")) ? slice_from(entry->path, 2) : entry->path;
    struct digest digest;
    if (entry->type != TAR_FILE)
        return true;
    if (slice_equal_str(rest, BACKUP_DATABASE))
        return unpack_database(unpacking);
    struct slice folder = slice_cut(&rest, '/');
    if (slice_equal(folder, SLICE("blobs")) && digest_of(rest, &digest))
        return unpack_blob(unpacking, entry, &digest);
    if (!slice_equal(folder, SLICE("objects")))
        return true;
    struct slice kind = slice_cut(&rest, '/');
    return !digest_of(rest, &digest) || unpack_object(unpacking, entry, kind, &digest);
}

static bool unpack_all(struct unpacking *unpacking, struct stream *stream)
{
    struct tar_entry entry;
    struct tar_limits limits = tar_limits_default;
    limits.entries_max = UINT64_MAX;
    limits.content_max = INT64_MAX;
    tar_init(&unpacking->tar, stream, &limits);
    *unpacking->err = (struct error){0};
    bool done = true;
    while (done && tar_next(&unpacking->tar, &entry, unpacking->err))
        done = unpack_member(unpacking, &entry);
    tar_done(&unpacking->tar);
    if (!done || unpacking->err->kind)
        return false;
    return unpacking->has_database ||
           error_set(unpacking->err, ERROR_FORMAT,
                     "no " BACKUP_DATABASE " in it: not a backup, or one that was cut");
}

/* What the metadata names and the archive had not, or had damaged. */
static bool count_blob(void *context, const struct digest *digest)
{
    struct unpacking *unpacking = context;
    __attribute__((cleanup(blob_close))) struct blob blob = {0};
    struct error ignored;
    if (blob_open(unpacking->blobs, digest, &blob, &ignored)) {
        unpacking->report->blobs++;
        if (unpacking->options->progress)
            unpacking->options->progress(unpacking->options->context, unpacking->report->blobs, 0);
        unpacking->report->bytes += blob.size;
    } else {
        unpacking->report->lost++;
        unpacking->options->lost(unpacking->options->context, digest,
                                 "the backup has it not, or damaged");
    }
    return true;
}

static bool unpack_to(struct unpacking *unpacking, const char *path, const char *target)
{
    CLEANUP_ARENA struct arena arena;
    char database[PATH_MAX];
    arena_init(&arena, 64 << 20);
    if (snprintf(database, sizeof database, "%s/" BACKUP_DATABASE_NEW, target) >=
        (int)sizeof database)
        return error_set(unpacking->err, ERROR_USAGE, "the path is too long");
    CLEANUP_FD int fd = file_open(path, unpacking->err);
    if (fd < 0)
        return false;
    struct stream *stream = stream_of_fd(&arena, fd, false, unpacking->err);
    bool done = stream && unpack_all(unpacking, stream) &&
                backup_names(database, count_blob, unpacking, unpacking->err) &&
                backup_finish(unpacking->world, unpacking->err);
    if (stream)
        stream_close(stream);
    return done;
}

bool backup_from_file(const char *path, const char *target, const struct backup_options *options,
                      struct backup_report *report, struct error *err)
{
    struct unpacking unpacking = {.options = options, .report = report, .err = err};
    *report = (struct backup_report){0};
    unpacking.world = world_real_new(target, err);
    if (!unpacking.world)
        return false;
    unpacking.blobs = blobs_disk_new(unpacking.world, err);
    bool done = unpacking.blobs && unpack_to(&unpacking, path, target);
    blobs_free(unpacking.blobs);
    world_real_free(unpacking.world);
    return done;
}
