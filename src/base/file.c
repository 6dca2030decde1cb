#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

void file_close_fd(int *fd)
{
    int saved = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    errno = saved;
}

void file_close(FILE **file)
{
    if (*file)
        fclose(*file);
    *file = NULL;
}

void file_close_others(const int *keep, size_t count)
{
    for (int last = 2;;) {
        int next = INT_MAX;
        for (size_t i = 0; i < count; i++)
            if (keep[i] > last && keep[i] < next)
                next = keep[i];
        if (next > last + 1)
            syscall(SYS_close_range, (unsigned)last + 1,
                    next == INT_MAX ? UINT_MAX : (unsigned)next - 1, 0);
        if (next == INT_MAX)
            return;
        last = next;
    }
}

int file_open(const char *path, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        error_errno(err, "opening %s", path);
    return fd;
}

bool file_pread(int fd, void *to, size_t len, uint64_t offset, size_t *got, struct error *err)
{
    size_t done = 0;
    while (done < len) {
        ssize_t n = pread(fd, (char *)to + done, len - done, (off_t)(offset + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "reading at byte %llu", (unsigned long long)(offset + done));
        if (n == 0)
            break;
        done += (size_t)n;
    }
    *got = done;
    return true;
}

bool file_write_fd(int fd, const void *from, size_t len, struct error *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = write(fd, (const char *)from + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "writing");
        done += (size_t)n;
    }
    return true;
}

/* The size of a regular file is a good guess of what will be read; of all else there is none. */
static size_t first_room(int fd, size_t limit)
{
    struct stat status;
    size_t room = 16 * 1024;
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        room = (uint64_t)status.st_size < limit ? (size_t)status.st_size : limit;
    return room < limit ? room : limit;
}

static bool make_room(struct arena *arena, char **bytes, size_t used, size_t *room, size_t limit)
{
    size_t more = *room > limit / 2 ? limit : *room * 2;
    char *grown = arena_alloc(arena, more + 2);
    if (!grown)
        return false;
    memcpy(grown, *bytes, used);
    *bytes = grown;
    *room = more;
    return true;
}

bool file_read_fd(int fd, size_t limit, struct arena *arena, struct slice *bytes, struct error *err)
{
    if (limit > SSIZE_MAX - 2)
        limit = SSIZE_MAX - 2;
    size_t room = first_room(fd, limit), used = 0;
    char *at = arena_alloc(arena, room + 2);
    if (!at)
        return arena_error(err);
    for (;;) {
        /* One byte over the room: the end is seen without growing, and so is too much. */
        ssize_t n = read(fd, at + used, room + 1 - used);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "reading");
        if (n == 0)
            break;
        used += (size_t)n;
        if (used > limit)
            return error_set(err, ERROR_LIMIT, "larger than %zu bytes", limit);
        if (used > room && !make_room(arena, &at, used, &room, limit))
            return arena_error(err);
    }
    at[used] = '\0';
    *bytes = slice_of(at, used);
    return true;
}

bool file_read(const char *path, size_t limit, struct arena *arena, struct slice *bytes,
               struct error *err)
{
    CLEANUP_FD int fd = file_open(path, err);
    if (fd < 0)
        return false;
    return file_read_fd(fd, limit, arena, bytes, err) || error_add(err, "%s", path);
}

bool file_map_open(struct file_map *map, const char *path, struct error *err)
{
    CLEANUP_FD int fd = file_open(path, err);
    struct stat status;
    if (fd < 0)
        return false;
    if (fstat(fd, &status) != 0)
        return error_errno(err, "opening %s", path);
    if (!S_ISREG(status.st_mode))
        return error_set(err, ERROR_FORMAT, "%s is not a regular file", path);
    *map = (struct file_map){.bytes = SLICE("")};
    if (status.st_size == 0)
        return true;
    void *at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED)
        return error_errno(err, "mapping %s", path);
    map->bytes = slice_of(at, (size_t)status.st_size);
    return true;
}

void file_map_close(struct file_map *map)
{
    if (map->bytes.len)
        munmap((void *)(uintptr_t)map->bytes.at, map->bytes.len);
    map->bytes = (struct slice){0};
}

/* `like`: whose mode and owner the new file gets; NULL: 0644. */
static bool finish_write(int fd, struct slice bytes, const struct stat *like, struct error *err)
{
    if (!file_write_fd(fd, bytes.at, bytes.len, err))
        return false;
    bool owned = !like || fchown(fd, like->st_uid, like->st_gid) == 0;
    mode_t mode = like ? like->st_mode & (owned ? 07777 : 0777) : 0644;
    if (fchmod(fd, mode) != 0 || fsync(fd) != 0)
        return error_errno(err, "writing");
    return true;
}

static bool write_beside(const char *path, struct slice bytes, const struct stat *like,
                         struct error *err)
{
    char beside[PATH_MAX];
    if (snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= (int)sizeof beside)
        return error_set(err, ERROR_LIMIT, "the path is too long: %s", path);
    CLEANUP_FD int fd = mkostemp(beside, O_CLOEXEC);
    if (fd < 0)
        return error_errno(err, "writing %s", path);
    bool done = finish_write(fd, bytes, like, err);
    if (done && rename(beside, path) != 0)
        done = error_errno(err, "renaming");
    if (done)
        return true;
    unlink(beside);
    return error_add(err, "%s", path);
}

bool file_write(const char *path, struct slice bytes, struct error *err)
{
    return write_beside(path, bytes, NULL, err);
}

bool file_rewrite(const char *path, struct slice bytes, struct error *err)
{
    char target[PATH_MAX];
    struct stat like;
    if (!realpath(path, target) || stat(target, &like) != 0)
        return error_errno(err, "writing %s", path);
    if (!S_ISREG(like.st_mode))
        return error_set(err, ERROR_UNSUPPORTED, "%s is not a regular file", path);
    return write_beside(target, bytes, &like, err);
}

bool file_make_folder(const char *path, struct error *err)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof part)
        return error_set(err, ERROR_LIMIT, "the path is too long: %s", path);
    for (size_t i = 1; i <= len; i++) {
        if (path[i] != '/' && path[i] != '\0')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return error_errno(err, "making the folder %s", part);
    }
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode))
        return error_set(err, ERROR_IO, "%s is not a folder", path);
    return true;
}
