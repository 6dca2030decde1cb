#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/table.h"
#include "registry/backup_parts.h"

/*
 * Written as POSIX 1003.1-1988 ustar; a path over 100 bytes (SHA-512) goes into a pax header, a
 * size over 8 GiB is written base-256, as GNU tar does.
 */
enum { BLOCK = 512, NAME_ROOM = 100, ROUNDS_MAX = 5, PIECE = 1 << 20, NAMES_MAX = 1 << 30 };

struct header {
    char name[NAME_ROOM], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type;
    char link[NAME_ROOM], magic[6], version[2], user[32], group[32], major[8], minor[8];
    char prefix[155], rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is a block");

struct writing {
    const struct data_folder *source;
    const struct backup_options *options;
    struct backup_report *report;
    struct error *err;
    FILE *file;
    char *piece;
    struct arena arena; /* names of what was written */
    struct table written;
    uint64_t missing;
    bool last; /* round: what is missing now is lost */
};

/* ---- members ---- */

static bool put(struct writing *writing, const void *at, size_t len)
{
    return fwrite(at, 1, len, writing->file) == len ||
           error_errno(writing->err, "writing the backup");
}

static void put_size(char field[12], uint64_t size)
{
    if (size < (uint64_t)1 << 33) {
        snprintf(field, 12, "%011llo", (unsigned long long)size);
        return;
    }
    memset(field, 0, 12);
    field[0] = (char)0x80;
    for (int i = 11; i > 3; i--, size >>= 8)
        field[i] = (char)(size & 0xff);
}

static bool put_header(struct writing *writing, const char *name, char type, uint64_t size)
{
    struct header header = {.type = type, .magic = "ustar", .version = {'0', '0'}};
    struct world *world = writing->source->world;
    unsigned sum = 0;
    memcpy(header.name, name, strnlen(name, NAME_ROOM));
    snprintf(header.mode, sizeof header.mode, "%07o", 0600);
    snprintf(header.uid, sizeof header.uid, "%07o", 0);
    snprintf(header.gid, sizeof header.gid, "%07o", 0);
    put_size(header.size, size);
    snprintf(header.mtime, sizeof header.mtime, "%011llo",
             (unsigned long long)world->ops->now(world) & 077777777777);
    memset(header.checksum, ' ', sizeof header.checksum);
    for (size_t i = 0; i < BLOCK; i++)
        sum += ((const unsigned char *)&header)[i];
    snprintf(header.checksum, sizeof header.checksum, "%06o", sum & 0777777);
    return put(writing, &header, BLOCK);
}

static bool put_padding(struct writing *writing, uint64_t size)
{
    static const char zeros[BLOCK];
    return put(writing, zeros, (BLOCK - size % BLOCK) % BLOCK);
}

/* "27 path=…\n": the number counts itself. */
static bool put_long_name(struct writing *writing, const char *name)
{
    char record[400];
    size_t bare = strlen(name) + sizeof " path=\n" - 1, len = bare + 3;
    snprintf(record, sizeof record, "%zu path=%s\n", len, name);
    return put_header(writing, "pax", 'x', len) && put(writing, record, len) &&
           put_padding(writing, len);
}

static bool begin_member(struct writing *writing, const char *name, uint64_t size)
{
    return (strlen(name) <= NAME_ROOM || put_long_name(writing, name)) &&
           put_header(writing, name, '0', size);
}

static void name_of(char name[300], const char *folder, const struct digest *digest)
{
    struct slice hex = digest_slice(digest), algorithm = slice_cut(&hex, ':');
    snprintf(name, 300, "%s/%.*s/%.2s/%.*s", folder, SLICE_ARG(algorithm), hex.at, SLICE_ARG(hex));
}

/* ---- blobs ---- */

static bool put_bytes(struct writing *writing, struct blob *blob, const struct digest *digest)
{
    struct sha256 sha256;
    struct sha512 sha512;
    struct digest have;
    bool is_512 = digest_is_sha512(digest), done = true;
    sha256_init(&sha256);
    sha512_init(&sha512);
    for (uint64_t at = 0; done && at < blob->size;) {
        size_t got = 0;
        done = blob_read(blob, at, writing->piece, PIECE, &got, writing->err) &&
               (got || error_set(writing->err, ERROR_IO, "%s became shorter", digest->text)) &&
               put(writing, writing->piece, got);
        if (done && is_512)
            sha512_add(&sha512, writing->piece, got);
        else if (done)
            sha256_add(&sha256, writing->piece, got);
        at += got;
    }
    if (is_512)
        sha512_finish(&sha512, &have);
    else
        sha256_finish(&sha256, &have);
    sha256_done(&sha256);
    if (done && !digest_equal(&have, digest)) {
        writing->report->lost++;
        writing->options->lost(writing->options->context, digest,
                               "it has other bytes than its digest says");
    }
    return done && put_padding(writing, blob->size);
}

static bool is_missing(struct writing *writing, const struct digest *digest)
{
    if (writing->err->kind != ERROR_NOT_FOUND)
        return false;
    *writing->err = (struct error){0};
    writing->missing++;
    if (writing->last) {
        writing->report->lost++;
        writing->options->lost(writing->options->context, digest, "it is missing");
    }
    return true;
}

/* Stops at a failure, which is then in writing->err. */
static bool put_blob(void *context, const struct digest *digest)
{
    struct writing *writing = context;
    __attribute__((cleanup(blob_close))) struct blob blob = {0};
    char name[300];
    if (table_get(&writing->written, digest_slice(digest)))
        return true;
    if (!blob_open(writing->source->blobs, digest, &blob, writing->err))
        return is_missing(writing, digest);
    struct slice key = arena_copy(&writing->arena, digest_slice(digest));
    if (!key.at || !table_put(&writing->written, key, writing))
        return arena_error(writing->err);
    name_of(name, "blobs", digest);
    writing->report->blobs++;
    writing->report->bytes += blob.size;
    if (writing->options->progress)
        writing->options->progress(writing->options->context, writing->report->blobs, 0);
    return begin_member(writing, name, blob.size) && put_bytes(writing, &blob, digest);
}

static bool put_object(void *context, const char *kind, const struct digest *digest)
{
    struct writing *writing = context;
    CLEANUP_ARENA struct arena arena;
    struct slice bytes;
    struct error ignored;
    char folder[100], name[300];
    arena_init(&arena, OBJECT_MAX + (1 << 20));
    /* Analyses can be made again: one that cannot be read is left out. */
    if (!object_get(writing->source->blobs, kind, digest, &arena, &bytes, &ignored))
        return true;
    snprintf(folder, sizeof folder, "objects/%.60s", kind);
    name_of(name, folder, digest);
    return begin_member(writing, name, bytes.len) && put(writing, bytes.at, bytes.len) &&
           put_padding(writing, bytes.len);
}

static bool put_database(struct writing *writing, const char *path)
{
    static const char end[2 * BLOCK];
    CLEANUP_FD int fd = file_open(path, writing->err);
    off_t size = fd < 0 ? -1 : lseek(fd, 0, SEEK_END);
    if (size < 0)
        return fd < 0 ? false : error_errno(writing->err, "%s", path);
    bool done = begin_member(writing, BACKUP_DATABASE, (uint64_t)size);
    for (uint64_t at = 0; done && at < (uint64_t)size;) {
        size_t got = 0;
        done = file_pread(fd, writing->piece, PIECE, at, &got, writing->err) &&
               (got || error_set(writing->err, ERROR_IO, "%s ends early", path)) &&
               put(writing, writing->piece, got);
        at += got;
    }
    return done && put_padding(writing, (uint64_t)size) && put(writing, end, sizeof end);
}

static bool put_all(struct writing *writing, const char *database)
{
    const struct data_folder *source = writing->source;
    struct error *err = writing->err;
    writing->missing = 1;
    for (int round = 0; writing->missing && round < ROUNDS_MAX; round++) {
        writing->missing = 0;
        writing->last = round == ROUNDS_MAX - 1;
        if (unlink(database) != 0 && errno != ENOENT)
            return error_errno(err, "removing %s", database);
        if (!meta_backup(source->meta, database, err) ||
            !backup_names(database, put_blob, writing, err) || err->kind)
            return false;
    }
    return object_list(source->blobs, put_object, writing, err) && !err->kind &&
           put_database(writing, database);
}

static bool close_file(struct writing *writing)
{
    bool done = fflush(writing->file) == 0 && fsync(fileno(writing->file)) == 0;
    return done || error_errno(writing->err, "writing the backup");
}

bool backup_to_file(const struct data_folder *source, const char *path,
                    const struct backup_options *options, struct backup_report *report,
                    struct error *err)
{
    struct writing writing = {.source = source, .options = options, .report = report, .err = err};
    char part[PATH_MAX], database[PATH_MAX];
    *report = (struct backup_report){0};
    *err = (struct error){0};
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part ||
        snprintf(database, sizeof database, "%s.db.part", path) >= (int)sizeof database)
        return error_set(err, ERROR_USAGE, "the path is too long");
    CLEANUP_FILE FILE *file = fopen(part, "we");
    if (!file)
        return error_errno(err, "making %s", part);
    arena_init(&writing.arena, NAMES_MAX);
    table_init(&writing.written, &writing.arena);
    writing.file = file;
    writing.piece = malloc(PIECE);
    bool done = (writing.piece || arena_error(err)) && put_all(&writing, database) &&
                close_file(&writing) &&
                (rename(part, path) == 0 || error_errno(err, "renaming %s", part));
    free(writing.piece);
    arena_done(&writing.arena);
    unlink(database);
    if (!done)
        unlink(part);
    report->copied = report->blobs;
    report->copied_bytes = report->bytes;
    report->blobs -= report->lost < report->blobs ? report->lost : report->blobs;
    return done;
}
