#include "image/bundle.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "image/manifest.h"
#include "image/path.h"
#include "image/tar.h"
#include "image/unpack.h"

enum { LINKS_MAX = 8 };

struct member {
    struct bundle_file file;
    struct slice link; /* clean path inside the bundle; empty for files */
};

static void source_closed(struct source *source)
{
    bundle_close((struct bundle *)source);
}

static bool open_layer(struct source *source, const struct image *image, const struct layer *layer,
                       struct arena *arena, struct stream **stream, struct error *err)
{
    const struct bundle *bundle = (struct bundle *)source;
    (void)image;
    if (!bundle->packed || layer->foreign)
        return error_set(err, ERROR_NOT_FOUND, "layer %s is not there", layer->digest.text);
    return packed_open(bundle->packed, layer->offset, layer->size, arena, stream, err);
}

static const struct source_ops bundle_ops;

void bundle_close(struct bundle *bundle)
{
    if (!bundle)
        return;
    if (bundle->folder)
        for (size_t i = 0; i < bundle->files.count; i++)
            file_close_fd(&((struct member *)bundle->files.entries[i].value)->file.fd);
    packed_free(bundle->packed);
    pthread_mutex_destroy(&bundle->lock);
    bundle->packed = NULL;
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

static bool add_entry(struct bundle *bundle, const struct tar_entry *entry, struct slice bytes,
                      struct error *err)
{
    struct member member = {.file = {.fd = bundle->packed ? -1 : bundle->fd,
                                     .offset = entry->offset,
                                     .size = entry->stored,
                                     .bytes = bytes}};
    struct slice path = path_clean(bundle->arena, entry->path);
    if (entry->type == TAR_SYMLINK || entry->type == TAR_HARDLINK)
        member.link = link_path(bundle, entry);
    else if (entry->type != TAR_FILE || entry->sparse)
        return true;
    if (bundle->files.count >= BUNDLE_FILES_MAX)
        return error_set(err, ERROR_LIMIT, "more than %d files in the archive", BUNDLE_FILES_MAX);
    return (path.at && add(bundle, path, &member)) || arena_error(err);
}

/* What is kept of a member that cannot be read again cheaply: documents whole, of others two bytes,
   which tell whether they are compressed. */
static bool keep_bytes(struct tar *tar, const struct tar_entry *entry, struct arena *arena,
                       struct slice *bytes, struct error *err)
{
    struct slice piece = {0};
    uint64_t offset;
    if (entry->size == 0)
        return true;
    if (!tar_piece(tar, 1, &offset, &piece, err))
        return false;
    bool document = piece.len && (piece.at[0] == '{' || piece.at[0] == '[');
    size_t room = document && entry->size <= MANIFEST_MAX ? (size_t)entry->size : 2, len = 0;
    char *text = arena_alloc(arena, room + 1);
    if (!text)
        return arena_error(err);
    while (piece.len) {
        memcpy(text + len, piece.at, piece.len);
        len += piece.len;
        if (len == room)
            break;
        if (!tar_piece(tar, room - len, &offset, &piece, err))
            return false;
    }
    *bytes = slice_of(text, len);
    return true;
}

static bool read_stream(struct bundle *bundle, struct stream *stream, struct error *err)
{
    struct tar tar;
    struct tar_entry entry;
    bool good = true;
    tar_init(&tar, stream, NULL);
    while (good && tar_next(&tar, &entry, err)) {
        struct slice bytes = {0};
        if (bundle->packed && entry.type == TAR_FILE && !entry.sparse)
            good = keep_bytes(&tar, &entry, bundle->arena, &bytes, err);
        good = good && add_entry(bundle, &entry, bytes, err);
    }
    tar_done(&tar);
    return good && err->kind == ERROR_NONE;
}

static bool read_members(struct bundle *bundle, uint64_t size, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    arena_init(&scratch, 4 * 1024 * 1024);
    struct stream *stream = unpack_open(&scratch, bundle->fd, size, err);
    if (!stream)
        return false;
    bool seeks = stream_seeks(stream);
    if (!seeks)
        bundle->packed = packed_new(bundle->fd, size, bundle->arena, err);
    bool good = (seeks || bundle->packed) && read_stream(bundle, stream, err);
    stream_close(stream);
    return good;
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
    pthread_mutex_init(&bundle->lock, NULL);
    table_init(&bundle->files, arena);
    bundle->fd = file_open(path, err);
    if (bundle->fd >= 0 && look_inside(bundle, path, err))
        return bundle;
    bundle_close(bundle);
    return NULL;
}

/* Opens a file of a folder; the descriptor is kept. Links inside of the folder are fine (blobs that
   several layouts of one folder share, a layer that stands twice); what they lead to outside is
   nobody's business, and would be quoted by errors. */
static bool open_beside(struct bundle *bundle, struct slice name, struct bundle_file *file,
                        struct error *err)
{
    struct stat status;
    const char *path = arena_string(bundle->arena, name);
    if (!path)
        return arena_error(err);
    CLEANUP_FD int fd = file_open_beneath(bundle->fd, path);
    if (fd < 0 && (errno == EXDEV || errno == ELOOP))
        return error_set(err, ERROR_FORMAT,
                         "%s leads out of the folder by a link; copy what it "
                         "names into the folder",
                         path);
    if (fd < 0)
        return error_errno(err, "%s", path);
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return error_set(err, ERROR_FORMAT, "%s is not a file", path);
    struct member member = {.file = {.fd = fd, .size = (uint64_t)status.st_size}};
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
    if (file.fd < 0) {
        if (file.bytes.len < file.size)
            return error_set(err, ERROR_FORMAT, "%.*s is not JSON", SLICE_ARG(name));
        *bytes = file.bytes;
        return true;
    }
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

/* Layouts keep everything under its digest; archives of docker do since version 25. */
static bool find_content(struct source *source, const struct digest *digest, bool is_manifest,
                         struct arena *arena, struct stream **stream, struct error *err)
{
    struct bundle *bundle = (struct bundle *)source;
    struct bundle_file file;
    struct slice name = arena_printf(arena, "blobs/sha256/%s", digest->text + sizeof "sha256:" - 1);
    (void)is_manifest;
    if (!name.at)
        return arena_error(err);
    pthread_mutex_lock(&bundle->lock);
    bool found = bundle_find(bundle, name, &file, err);
    pthread_mutex_unlock(&bundle->lock);
    if (!found)
        return error_add(err, "%s", digest->text);
    if (file.fd < 0)
        return packed_open(bundle->packed, file.offset, file.size, arena, stream, err);
    struct stream *made = stream_of_range(arena, file.fd, file.offset, file.size, err);
    if (made)
        *stream = made;
    return made != NULL;
}

static const struct source_ops bundle_ops = {
    .name = "file", .layer_open = open_layer, .close = source_closed, .content = find_content};
