#include "update/write.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

/* A file with all edits of all changes. */
struct writing {
    const char *path;
    struct update_edit *edits;
    size_t count, room;
    struct slice before, result;
    int fd; /* locked; 0: not open (standard input is never one of ours) */
};

struct batch {
    struct arena *arena;
    struct writing *files;
    size_t count, room;
};

static struct writing *file_of(struct batch *batch, struct slice path)
{
    for (size_t i = 0; i < batch->count; i++)
        if (slice_equal_str(path, batch->files[i].path))
            return &batch->files[i];
    struct writing made = {.path = arena_string(batch->arena, path)};
    if (!made.path || !ARENA_PUSH(batch->arena, batch->files, batch->count, batch->room, made))
        return NULL;
    return &batch->files[batch->count - 1];
}

static bool collect(struct batch *batch, const struct update_change *changes, size_t count,
                    struct error *err)
{
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < changes[i].edit_count; j++) {
            const struct update_edit *edit = &changes[i].edits[j];
            struct writing *file = file_of(batch, edit->path);
            if (!file || !ARENA_PUSH(batch->arena, file->edits, file->count, file->room, *edit))
                return arena_error(err);
        }
    return true;
}

/* The lock is the file's own: whoever writes puts another file in its place, so that who comes
   later has locked one that is not there any more. */
static bool lock_file(struct writing *file, struct error *err)
{
    struct stat locked, there;
    int fd = file_open(file->path, err);
    if (fd < 0)
        return false;
    file->fd = fd;
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? error_set(err, ERROR_BUSY, "%s is being written by another update; try again",
                               file->path)
                   : error_errno(err, "locking %s", file->path);
    if (fstat(fd, &locked) != 0 || stat(file->path, &there) != 0)
        return error_errno(err, "%s", file->path);
    return (locked.st_dev == there.st_dev && locked.st_ino == there.st_ino) ||
           error_set(err, ERROR_BUSY, "%s was written by another update meanwhile; run again",
                     file->path);
}

/* All files are open at once: a soft limit of 1024 is soon reached, and nobody minds more. */
static void allow_open_files(size_t count)
{
    struct rlimit limit;
    enum { OTHERS = 64 };
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= count + OTHERS)
        return;
    limit.rlim_cur = count + OTHERS < limit.rlim_max ? count + OTHERS : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit); /* else opening says so */
}

static bool prepare(struct batch *batch, struct error *err)
{
    allow_open_files(batch->count);
    for (size_t i = 0; i < batch->count; i++) {
        struct writing *file = &batch->files[i];
        if (!lock_file(file, err) ||
            !file_read_fd(file->fd, UPDATE_WRITE_MAX, batch->arena, &file->before, err))
            return false;
        if (!update_apply(file->before, file->edits, file->count, batch->arena, &file->result, err))
            return error_add(err, "%s", file->path);
    }
    return true;
}

static void close_files(struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++)
        if (batch->files[i].fd > 0)
            close(batch->files[i].fd);
}

bool update_preview(const struct update_change *changes, size_t count, struct arena *arena,
                    struct update_preview **files, size_t *file_count, struct error *err)
{
    struct batch batch = {.arena = arena};
    bool fine = collect(&batch, changes, count, err) && prepare(&batch, err);
    close_files(&batch);
    if (!fine)
        return false;
    *files = arena_array(arena, batch.count + 1, sizeof **files);
    if (!*files)
        return arena_error(err);
    for (size_t i = 0; i < batch.count; i++)
        (*files)[i] = (struct update_preview){slice_str(batch.files[i].path), batch.files[i].before,
                                              batch.files[i].result};
    *file_count = batch.count;
    return true;
}

bool update_write(const struct update_change *changes, size_t count, struct arena *arena,
                  size_t *files, struct error *err)
{
    struct batch batch = {.arena = arena};
    bool fine = collect(&batch, changes, count, err) && prepare(&batch, err);
    *files = 0;
    for (size_t i = 0; fine && i < batch.count; i++) {
        fine = file_rewrite(batch.files[i].path, batch.files[i].result, err);
        *files += fine;
    }
    close_files(&batch);
    return fine;
}
