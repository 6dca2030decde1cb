/* Opening what stands in a folder that somebody else has filled (file.h). */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Where the kernel has no openat2 (before 5.6, or an old container's filter): step by step, and no
   link at all is followed, since only the kernel can tell where one leads. */
static int open_steps(int folder, struct slice path)
{
    char name[256];
    CLEANUP_FD int at = -1;
    for (;;) {
        struct slice part = slice_cut(&path, '/');
        if (!part.len || part.len >= sizeof name || slice_equal(part, SLICE(".."))) {
            errno = part.len ? EXDEV : ENOENT;
            return -1;
        }
        memcpy(name, part.at, part.len);
        name[part.len] = 0;
        int flags = path.len ? O_PATH | O_DIRECTORY : O_RDONLY | O_NONBLOCK | O_NOCTTY;
        int next = openat(at < 0 ? folder : at, name, flags | O_CLOEXEC | O_NOFOLLOW);
        file_close_fd(&at);
        if (next < 0 || !path.len)
            return next;
        at = next;
    }
}

int file_open_beneath(int folder, const char *path)
{
    const struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    long fd = -1;
    /* EAGAIN: somebody renamed something on the way of a "..". */
    for (int tries = 0; tries < 8; tries++) {
        fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
        if (fd >= 0 || errno != EAGAIN)
            break;
    }
    if (fd < 0 && (errno == ENOSYS || errno == EPERM || errno == EINVAL))
        return open_steps(folder, slice_str(path));
    return (int)fd;
}
