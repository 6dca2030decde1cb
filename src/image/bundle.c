#include "image/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "image/compression.h"
#include "image/path.h"
#include "image/tar.h"

enum { LINKS_MAX = 8 };

struct member {
    struct bundle_file file;
    struct slice link; /* clean path inside the bundle; empty for files */
};

static void source_closed(struct source *source)
{
    bundle_close((struct bundle *)source);
}

static const struct source_ops bundle_ops = {.name = "file", .close = source_closed};

void bundle_close(struct bundle *bundle)
{
    if (!bundle)
        return;
    if (bundle->folder)
        for (size_t i = 0; i < bundle->files.count; i++)
            file_close_fd(&((struct member *)bundle->files.entries[i].value)->file.fd);
    file_close_fd(&bundle->fd);
}

static bool add(struct bundle *bundle, struct slice path, const struct member *member)
{
    struct slice key = arena_copy(bundle->arena, path);
    struct member *copy = arena_new(bundle->arena, struct member);
    if (!key.at || !copy)
        return false;
    *copy = *member;
    return table_put(&bundle->files, key, copy);
}

/* Where a link leads: of a hard link from the root, of a symbolic one from its folder. */
static struct slice link_path(struct bundle *bundle, const struct tar_entry *entry)
{
    struct slice target = entry->link;
    if (entry->type == TAR_SYMLINK)
        target = arena_printf(bundle->arena, "%.*s/%.*s", SLICE_ARG(path_folder(entry->path)),
                              SLICE_ARG(entry->link));
    else
        target = arena_copy(bundle->arena, target);
    return target.at ? path_clean(bundle->arena, target) : target;
}

static bool add_entry(struct bundle *bundle, const struct tar_entry *entry, struct error *err)
{
    struct member member = {.file = {bundle->fd, entry->offset, entry->stored}};
    struct slice path = path_clean(bundle->arena, entry->path);
    if (entry->type == TAR_SYMLINK || entry->type == TAR_HARDLINK)
        member.link = link_path(bundle, entry);
    else if (entry->type != TAR_FILE || entry->sparse)
        return true;
    if (bundle->files.count >= BUNDLE_FILES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d files in the archive", BUNDLE_FILES_MAX);
    return (path.at && add(bundle, path, &member)) || arena_error(err);
}

static bool refuse_compressed(struct stream *stream, struct error *err)
{
    struct slice head;
    if (!stream_peek(stream, 4, &head, err))
        return false;
    if (!slice_starts(head, slice_of("\x1f\x8b", 2)) &&
        !slice_starts(head, slice_of("\x28\xb5\x2f\xfd", 4)))
        return true;
    return error_set(err, ERROR_UNSUPPORTED,
                     "a compressed image archive; decompress it first (gzip -d, zstd -d)");
}

static bool read_members(struct bundle *bundle, uint64_t size, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    arena_init(&scratch, 1024 * 1024);
    struct stream *stream = stream_of_range(&scratch, bundle->fd, 0, size, err);
    struct tar tar;
    struct tar_entry entry;
    if (!stream || !refuse_compressed(stream, err))
        return false;
    tar_init(&tar, stream, NULL);
    bool good = true;
    while (good && tar_next(&tar, &entry, err))
        good = add_entry(bundle, &entry, err);
    tar_done(&tar);
    return good && err->kind == ERROR_NONE;
}

/* A folder needs nothing yet; of a tar the members are listed. */
static bool look_inside(struct bundle *bundle, const char *path, struct error *err)
{
    struct stat status;
    if (fstat(bundle->fd, &status) != 0)
        return error_errno(err, "%s", path);
    bundle->folder = S_ISDIR(status.st_mode);
    if (bundle->folder)
        return true;
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_UNSUPPORTED, "%s is neither a file nor a folder", path);
    return read_members(bundle, (uint64_t)status.st_size, err) || error_add(err, "%s", path);
}

struct bundle *bundle_open(const char *path, struct arena *arena, struct error *err)
{
    struct bundle *bundle = arena_new(arena, struct bundle);
    if (!bundle) {
        arena_error(err);
        return NULL;
    }
    bundle->source.ops = &bundle_ops;
    bundle->arena = arena;
    table_init(&bundle->files, arena);
    bundle->fd = file_open(path, err);
    if (bundle->fd >= 0 && look_inside(bundle, path, err))
        return bundle;
    file_close_fd(&bundle->fd);
    return NULL;
}

/* Opens a file of a folder; the descriptor is kept. O_NONBLOCK: a FIFO must not stop us. */
static bool open_beside(struct bundle *bundle, struct slice name, struct bundle_file *file,
                        struct error *err)
{
    struct stat status;
    const char *path = arena_string(bundle->arena, name);
    if (!path)
        return arena_error(err);
    CLEANUP_FD int fd = openat(bundle->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return error_errno(err, "%s", path);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return error_set(err, ERROR_FORMAT, "%s is not a file", path);
    struct member member = {.file = {fd, 0, (uint64_t)status.st_size}};
    if (!add(bundle, name, &member))
        return arena_error(err);
    *file = member.file;
    fd = -1;
    return true;
}

bool bundle_find(struct bundle *bundle, struct slice name, struct bundle_file *file,
                 struct error *err)
{
    const struct member *member = table_get(&bundle->files, name);
    if (!member && bundle->folder)
        return open_beside(bundle, name, file, err);
    for (unsigned links = 0; member && member->link.len; links++)
        member = links < LINKS_MAX ? table_get(&bundle->files, member->link) : NULL;
    if (!member)
        return error_set(err, ERROR_NOT_FOUND, "there is no %.*s in it",
                         SLICE_ARG(slice_upto(name, 200)));
    *file = member->file;
    return true;
}

bool bundle_has(struct bundle *bundle, const char *name)
{
    struct bundle_file file;
    struct error err;
    return bundle_find(bundle, slice_str(name), &file, &err);
}

bool bundle_read(struct bundle *bundle, struct slice name, size_t limit, struct slice *bytes,
                 struct error *err)
{
    struct bundle_file file;
    size_t got;
    if (!bundle_find(bundle, name, &file, err))
        return false;
    if (file.size > limit)
        return error_set(err, ERROR_LIMIT, "%.*s has %llu bytes, more than %zu", SLICE_ARG(name),
                         (unsigned long long)file.size, limit);
    char *text = arena_alloc(bundle->arena, (size_t)file.size + 1);
    if (!text)
        return arena_error(err);
    if (!file_pread(file.fd, text, (size_t)file.size, file.offset, &got, err))
        return false;
    if (got < file.size)
        return error_set(err, ERROR_FORMAT, "%.*s is cut short", SLICE_ARG(name));
    *bytes = slice_of(text, got);
    return true;
}
