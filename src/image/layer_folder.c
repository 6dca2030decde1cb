/* A root folder for the visitor of layers. Symbolic links are never followed: each step is openat
 * with O_NOFOLLOW from the folder before it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "image/layer.h"
#include "image/path.h"

enum { DEPTH_MAX = 256, PIECE = 64 * 1024, LINK_MAX = 4096, NAMES_BUDGET = 512 * 1024 * 1024 };

struct folder_walk {
    const struct layer_limits *limits;
    const struct layer_visitor *visitor;
    void *context;
    void (*unreadable)(void *context, struct slice path, const char *why);
    struct layer_summary *summary;
    struct error *err;
    dev_t device;
    char path[16384]; /* of the present entry, without a leading "/" */
    size_t path_len;
    struct arena whole;
    char piece[PIECE];
};

static void complain(struct folder_walk *walk, const char *why)
{
    if (walk->unreadable)
        walk->unreadable(walk->context, slice_of(walk->path, walk->path_len), why);
}

static bool give_whole(struct folder_walk *walk, int fd, uint64_t size)
{
    size_t got;
    if (size > walk->limits->whole_max) {
        walk->visitor->end(walk->context, false);
        return true;
    }
    arena_reset(&walk->whole);
    char *text = arena_alloc(&walk->whole, (size_t)size + 1);
    if (!text)
        return arena_error(walk->err);
    if (!file_pread(fd, text, (size_t)size, 0, &got, walk->err)) {
        complain(walk, walk->err->text);
        walk->visitor->end(walk->context, false);
        return true;
    }
    walk->visitor->bytes(walk->context, 0, slice_of(text, got));
    walk->visitor->end(walk->context, true);
    return true;
}

static bool give_pieces(struct folder_walk *walk, int fd, uint64_t size)
{
    uint64_t offset = 0;
    bool more = true;
    while (more && offset < size) {
        size_t len = offset ? PIECE : 4096, got;
        if (size - offset < len)
            len = (size_t)(size - offset);
        if (offset && walk->visitor->wants && !walk->visitor->wants(walk->context, offset, len)) {
            offset += len;
            continue;
        }
        if (!file_pread(fd, walk->piece, len, offset, &got, walk->err)) {
            complain(walk, walk->err->text);
            walk->visitor->end(walk->context, false);
            return true;
        }
        more = got && walk->visitor->bytes(walk->context, offset, slice_of(walk->piece, got));
        offset += got;
    }
    walk->visitor->end(walk->context, true);
    return true;
}

static bool give_file(struct folder_walk *walk, int parent, const char *name,
                      const struct stat *status, enum layer_want want)
{
    struct stat now;
    CLEANUP_FD int fd =
        openat(parent, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &now) != 0 || !S_ISREG(now.st_mode)) {
        complain(walk, fd < 0 ? strerror(errno) : "changed while it was read");
        walk->visitor->end(walk->context, false);
        return true;
    }
    uint64_t size = (uint64_t)status->st_size;
    return want == LAYER_WHOLE ? give_whole(walk, fd, size) : give_pieces(walk, fd, size);
}

static bool type_of(mode_t mode, enum layer_entry_type *type)
{
    static const struct {
        mode_t format;
        enum layer_entry_type type;
    } types[] = {{S_IFREG, ENTRY_FILE},   {S_IFDIR, ENTRY_FOLDER}, {S_IFLNK, ENTRY_SYMLINK},
                 {S_IFCHR, ENTRY_DEVICE}, {S_IFBLK, ENTRY_DEVICE}, {S_IFIFO, ENTRY_FIFO}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if ((mode & S_IFMT) == types[i].format) {
            *type = types[i].type;
            return true;
        }
    }
    return false; /* a socket */
}

static bool walk_folder(struct folder_walk *walk, int parent, const char *name, unsigned depth);

static bool visit(struct folder_walk *walk, int parent, const char *name, unsigned depth)
{
    struct stat status;
    struct layer_entry entry = {.path = slice_of(walk->path, walk->path_len)};
    char link[LINK_MAX];
    if (++walk->summary->entries > walk->limits->entries_max)
        return error_set(walk->err, ERROR_LIMIT, "more than %llu entries",
                         (unsigned long long)walk->limits->entries_max);
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        complain(walk, strerror(errno));
        return true;
    }
    if (!type_of(status.st_mode, &entry.type))
        return true;
    if (entry.type == ENTRY_SYMLINK) {
        ssize_t len = readlinkat(parent, name, link, sizeof link);
        entry.link = slice_of(link, len > 0 ? (size_t)len : 0);
    }
    entry.mode = status.st_mode & 07777;
    entry.uid = status.st_uid;
    entry.gid = status.st_gid;
    entry.mtime = status.st_mtime;
    if (entry.type == ENTRY_FILE)
        entry.size = (uint64_t)status.st_size;
    walk->summary->size += entry.size;
    enum layer_want want = walk->visitor->entry(walk->context, &entry);
    if (entry.type == ENTRY_FOLDER && status.st_dev == walk->device)
        return walk_folder(walk, parent, name, depth);
    if (entry.type == ENTRY_FILE && want != LAYER_NONE)
        return give_file(walk, parent, name, &status, want);
    return true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All names of a folder, sorted, so that the order is the same on every file system. */
static bool read_names(int fd, struct arena *arena, char ***names, size_t *count)
{
    size_t room = 0;
    const struct dirent *entry;
    DIR *folder = fdopendir(fd);
    bool good = folder != NULL;
    if (!folder)
        close(fd);
    while (good && (entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        char *name = arena_string(arena, slice_str(entry->d_name));
        good = name && ARENA_PUSH(arena, *names, *count, room, name);
    }
    if (folder)
        closedir(folder);
    if (good && *count)
        qsort(*names, *count, sizeof **names, by_name);
    return good;
}

static bool walk_names(struct folder_walk *walk, int fd, unsigned depth)
{
    CLEANUP_ARENA struct arena arena;
    char **names = NULL;
    size_t count = 0, before = walk->path_len;
    bool good = true;
    int again = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    arena_init(&arena, NAMES_BUDGET);
    if (again < 0 || !read_names(again, &arena, &names, &count)) {
        complain(walk, "its names could not be read");
        return true;
    }
    for (size_t i = 0; i < count && good; i++) {
        size_t len = strlen(names[i]);
        if (walk->path_len + len + 2 > sizeof walk->path ||
            walk->path_len + len + 2 > walk->limits->path_max) {
            complain(walk, "a path too long in it");
            continue;
        }
        if (walk->path_len)
            walk->path[walk->path_len++] = '/';
        memcpy(walk->path + walk->path_len, names[i], len);
        walk->path_len += len;
        good = visit(walk, fd, names[i], depth);
        walk->path_len = before;
    }
    return good;
}

static bool walk_folder(struct folder_walk *walk, int parent, const char *name, unsigned depth)
{
    CLEANUP_FD int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || depth >= DEPTH_MAX) {
        complain(walk, fd < 0 ? strerror(errno) : "nested too deep");
        return true;
    }
    return walk_names(walk, fd, depth + 1);
}

bool layer_walk_folder(int folder, const struct layer_limits *limits,
                       const struct layer_visitor *visitor, void *context,
                       void (*unreadable)(void *context, struct slice path, const char *why),
                       struct layer_summary *summary, struct error *err)
{
    struct stat status;
    struct folder_walk *walk = calloc(1, sizeof *walk);
    if (!walk || fstat(folder, &status) != 0) {
        free(walk);
        return error_errno(err, "folder");
    }
    walk->limits = limits ? limits : &layer_limits_default;
    walk->visitor = visitor;
    walk->context = context;
    walk->unreadable = unreadable;
    walk->summary = summary;
    walk->err = err;
    walk->device = status.st_dev;
    arena_init(&walk->whole, 1024 * 1024 + walk->limits->whole_max);
    bool good = walk_names(walk, folder, 0);
    arena_done(&walk->whole);
    free(walk);
    return good;
}
