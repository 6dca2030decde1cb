#include "store/world.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Bytes of a growing file are handed to the disk every WRITEBACK bytes, so that the sync at the end
 * of a large upload finds most of them written; and as many are set aside for what comes next,
 * which takes a third off the processor time of writing. What was not used is given back at the
 * sync.
 */
enum { WRITEBACK = 8 << 20, DEPTH_MAX = 16 };

struct real {
    struct world world;
    int folder; /* the data folder; all paths are relative to it */
};

static int folder_of(struct world *world)
{
    return ((struct real *)world)->folder;
}

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double real_now(struct world *world)
{
    (void)world;
    return seconds(CLOCK_REALTIME);
}

static double real_monotonic(struct world *world)
{
    (void)world;
    return seconds(CLOCK_MONOTONIC);
}

static bool real_random(struct world *world, void *to, size_t len, struct error *err)
{
    (void)world;
    for (size_t done = 0; done < len;) {
        ssize_t n = getrandom((char *)to + done, len - done, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "asking for randomness");
        done += (size_t)n;
    }
    return true;
}

/* Paths are ours; this holds even if one day one is not. No part is empty or begins with a dot. */
static bool path_is_fine(const char *path, struct error *err)
{
    bool begins = true;
    const char *at = path;
    for (; *at; at++) {
        bool letter = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        if (!letter && (begins || !strchr("/-_.", *at)))
            break;
        begins = *at == '/';
    }
    if (*at || begins || at - path >= PATH_MAX)
        return error_set(err, ERROR_INTERNAL, "not a path of the store: %.200s", path);
    return true;
}

static bool sync_folder(int root, const char *path, struct error *err)
{
    CLEANUP_FD int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0)
        return error_errno(err, "syncing the folder %s", path);
    return true;
}

/* Writes what stands before the last "/" to `folder`, "." when there is none. */
static void parent_of(const char *path, char folder[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    if (slash)
        snprintf(folder, PATH_MAX, "%.*s", (int)(slash - path), path);
    else
        snprintf(folder, PATH_MAX, ".");
}

/* The folders above `path`, each on the disk before the next. */
static bool make_above(int root, const char *path, struct error *err)
{
    char folder[PATH_MAX], above[PATH_MAX];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        if (mkdirat(root, folder, 0755) != 0) {
            if (errno == EEXIST)
                continue;
            return error_errno(err, "making the folder %s", folder);
        }
        parent_of(folder, above);
        if (!sync_folder(root, above, err))
            return false;
    }
    return true;
}

static int real_open(struct world *world, const char *path, bool write, struct error *err)
{
    int root = folder_of(world);
    int flags = (write ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY;
    if (!path_is_fine(path, err))
        return -1;
    int fd = openat(root, path, flags, 0644);
    if (fd < 0 && errno == ENOENT && write) {
        if (!make_above(root, path, err))
            return -1;
        fd = openat(root, path, flags, 0644);
    }
    if (fd < 0)
        error_errno(err, "opening %s", path);
    return fd;
}

static void real_close(struct world *world, int file)
{
    (void)world;
    file_close_fd(&file);
}

static bool write_at(int fd, uint64_t offset, struct slice bytes, struct error *err)
{
    for (size_t done = 0; done < bytes.len;) {
        ssize_t n = pwrite(fd, bytes.at + done, bytes.len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "writing");
        done += (size_t)n;
    }
    return true;
}

static bool real_append(struct world *world, int file, uint64_t offset, struct slice bytes,
                        struct error *err)
{
    (void)world;
    if (offset > INT64_MAX - bytes.len)
        return error_set(err, ERROR_LIMIT, "a file cannot be that long");
    if (!write_at(file, offset, bytes, err))
        return false;
    /* Hints; that they cannot be taken is no failure: writing and sync will tell. */
    uint64_t before = offset / WRITEBACK * WRITEBACK;
    uint64_t after = (offset + bytes.len) / WRITEBACK * WRITEBACK;
    if (after > before) {
        (void)!sync_file_range(file, (off_t)before, (off_t)(after - before), SYNC_FILE_RANGE_WRITE);
        (void)!fallocate(file, FALLOC_FL_KEEP_SIZE, (off_t)after, WRITEBACK);
    }
    return true;
}

static bool real_read(struct world *world, int file, uint64_t offset, void *to, size_t len,
                      size_t *got, struct error *err)
{
    (void)world;
    return file_pread(file, to, len, offset, got, err);
}

static bool real_size(struct world *world, int file, uint64_t *size, struct error *err)
{
    (void)world;
    struct stat status;
    if (fstat(file, &status) != 0)
        return error_errno(err, "asking for the size of a file");
    *size = (uint64_t)status.st_size;
    return true;
}

/* What was set aside beyond the end; to cut a file at its end changes nothing else. */
static bool give_back(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 &&
           (status.st_blocks * 512 < status.st_size + status.st_blksize ||
            ftruncate(file, status.st_size) == 0);
}

static bool real_sync(struct world *world, int file, struct error *err)
{
    (void)world;
    if (!give_back(file))
        return error_errno(err, "syncing");
    /* Not to be tried again after a failure: the kernel has forgotten what it could not write. */
    return fdatasync(file) == 0 || error_errno(err, "syncing");
}

static bool real_rename(struct world *world, const char *from, const char *to, struct error *err)
{
    int root = folder_of(world);
    char folder[PATH_MAX];
    if (!path_is_fine(from, err) || !path_is_fine(to, err))
        return false;
    int result = renameat(root, from, root, to);
    if (result != 0 && errno == ENOENT) {
        if (!make_above(root, to, err))
            return false;
        result = renameat(root, from, root, to);
    }
    if (result != 0)
        return error_errno(err, "renaming %s to %s", from, to);
    /* A rename is one change of the file system's journal: the new name is there with the old one
       gone, so its folder alone is synced. */
    parent_of(to, folder);
    return sync_folder(root, folder, err);
}

static bool real_remove(struct world *world, const char *path, struct error *err)
{
    if (!path_is_fine(path, err))
        return false;
    if (unlinkat(folder_of(world), path, 0) != 0 && errno != ENOENT)
        return error_errno(err, "removing %s", path);
    return true;
}

static bool real_stat(struct world *world, const char *path, uint64_t *size, double *changed,
                      struct error *err)
{
    struct stat status;
    if (!path_is_fine(path, err))
        return false;
    if (fstatat(folder_of(world), path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return error_errno(err, "%s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_IO, "%s is not a regular file", path);
    *size = (uint64_t)status.st_size;
    *changed = (double)status.st_mtim.tv_sec + (double)status.st_mtim.tv_nsec / 1e9;
    return true;
}

struct listing {
    int root;
    bool (*each)(void *context, const char *path);
    void *context;
    bool stopped;
};

static void close_folder(DIR **folder)
{
    if (*folder)
        closedir(*folder);
}

static unsigned char type_of(int root, const char *path, unsigned char type)
{
    struct stat status;
    if (type != DT_UNKNOWN)
        return type;
    if (fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return DT_UNKNOWN;
    return S_ISDIR(status.st_mode) ? DT_DIR : S_ISREG(status.st_mode) ? DT_REG : DT_UNKNOWN;
}

/* What vanishes while it is listed is not listed; links and devices are not ours. */
static bool list_below(struct listing *listing, const char *path, int depth, struct error *err)
{
    int fd = openat(listing->root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT || error_errno(err, "reading the folder %s", path);
    __attribute__((cleanup(close_folder))) DIR *folder = fdopendir(fd);
    if (!folder) {
        file_close_fd(&fd);
        return error_errno(err, "reading the folder %s", path);
    }
    char inner[PATH_MAX];
    for (struct dirent *entry; !listing->stopped && (errno = 0, entry = readdir(folder));) {
        if (entry->d_name[0] == '.' ||
            snprintf(inner, sizeof inner, "%s/%s", path, entry->d_name) >= (int)sizeof inner)
            continue;
        unsigned char type = type_of(listing->root, inner, entry->d_type);
        if (type == DT_REG)
            listing->stopped = !listing->each(listing->context, inner);
        else if (type == DT_DIR && depth < DEPTH_MAX && !list_below(listing, inner, depth + 1, err))
            return false;
    }
    return listing->stopped || errno == 0 || error_errno(err, "reading the folder %s", path);
}

static bool real_list(struct world *world, const char *folder,
                      bool (*each)(void *context, const char *path), void *context,
                      struct error *err)
{
    struct listing listing = {.root = folder_of(world), .each = each, .context = context};
    return path_is_fine(folder, err) && list_below(&listing, folder, 0, err);
}

static const struct world_ops real_ops = {
    .now = real_now,
    .monotonic = real_monotonic,
    .random = real_random,
    .open = real_open,
    .close = real_close,
    .append = real_append,
    .read = real_read,
    .size = real_size,
    .sync = real_sync,
    .rename = real_rename,
    .remove = real_remove,
    .stat = real_stat,
    .list = real_list,
};

struct world *world_real_new(const char *folder, struct error *err)
{
    CLEANUP_FD int fd = -1;
    if (!file_make_folder(folder, err))
        return NULL;
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct real *real = fd < 0 ? NULL : calloc(1, sizeof *real);
    if (!real) {
        error_errno(err, "opening the folder %s", folder);
        return NULL;
    }
    *real = (struct real){.world = {.ops = &real_ops}, .folder = fd};
    fd = -1;
    return &real->world;
}

void world_real_free(struct world *world)
{
    if (!world)
        return;
    file_close_fd(&((struct real *)world)->folder);
    free(world);
}
