/* See lock.h. */
#include "ship/voyage/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"

enum { HOLDER_MAX = 200 };

static const char *lock_path(const char *state, struct slice repository, struct arena *arena)
{
    struct digest digest;
    sha256_of(repository, &digest);
    return arena_printf(arena, "%s/locks/%.16s", state, digest.text + strlen("sha256:")).at;
}

static bool tell_holder(int fd, struct slice repository, struct error *err)
{
    char holder[HOLDER_MAX];
    ssize_t len = pread(fd, holder, sizeof holder, 0);
    return error_set(err, ERROR_BUSY,
                     "%.*s is being shipped already%s%.*s; wait until that has ended",
                     SLICE_ARG(repository), len > 0 ? " by " : "", len > 0 ? (int)len : 0, holder);
}

static bool write_holder(int fd, struct arena *arena, struct error *err)
{
    struct slice now = clock_format(clock_now(), arena);
    struct slice text =
        arena_printf(arena, "process %ld since %.*s", (long)getpid(), SLICE_ARG(now));
    if (!text.at)
        return arena_error(err);
    if (ftruncate(fd, 0) != 0)
        return error_errno(err, "writing a lock");
    return file_write_fd(fd, text.at, text.len, err);
}

bool voyage_lock(const char *state, struct slice repository, struct arena *arena, int *lock,
                 struct error *err)
{
    const char *path = lock_path(state, repository, arena);
    const char *folder = arena_printf(arena, "%s/locks", state).at;
    if (!path || !folder)
        return arena_error(err);
    if (!file_make_folder(folder, err))
        return false;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return error_errno(err, "opening %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        *lock = fd;
        return write_holder(fd, arena, err);
    }
    if (errno == EWOULDBLOCK)
        tell_holder(fd, repository, err);
    else
        error_errno(err, "locking %s", path);
    close(fd);
    return false;
}

void voyage_unlock(int *lock)
{
    file_close_fd(lock); /* the file stays: removing it would let two in at once */
    *lock = -1;
}
