/* See store_fault.h. LMDB does not say where it maps a file, but the kernel does: /proc/self/maps
   is read when it is needed, in the handler, with nothing but system calls. */
#include "advisory/store_fault.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum {
    MAPS_LINE = 4352,
    /* Offsets in a page have 16 bits: a bent one may lead so far behind the end of a map. */
    FAULT_BEHIND = 256 * 1024
};
static const char data_file[] = "/data.mdb";

static void (*teller)(const char *folder);

static _Thread_local const char *volatile inside; /* folder; NULL: not inside */

const char *store_fault_enter(const char *folder)
{
    const char *before = inside;
    inside = folder;
    return before;
}

void store_fault_leave(const char **before)
{
    inside = *before;
}

void store_fault_asserted(MDB_env *env, const char *text)
{
    (void)env, (void)text;
    if (teller && inside)
        teller(inside);
}

static const char *read_hex(const char *at, uintptr_t *value)
{
    for (*value = 0;; at++) {
        unsigned digit = *at >= '0' && *at <= '9'   ? (unsigned)(*at - '0')
                         : *at >= 'a' && *at <= 'f' ? (unsigned)(*at - 'a') + 10
                                                    : 16;
        if (digit > 15)
            return at;
        *value = *value << 4 | digit;
    }
}

/* "7f12…-7f34… r--s 00000000 fe:01 1234   /folder/data.mdb", ended by NUL; the line is cut to the
   folder. */
static void look_at_line(char *line, uintptr_t fault)
{
    uintptr_t from, to;
    const char *rest = read_hex(line, &from);
    if (*rest != '-')
        return;
    read_hex(rest + 1, &to);
    char *path = strchr(line, '/');
    size_t len = path ? strlen(path) : 0;
    if (len < sizeof data_file || strcmp(path + len - (sizeof data_file - 1), data_file) != 0)
        return;
    path[len - (sizeof data_file - 1)] = 0;
    if (fault >= from && fault - from < to - from + FAULT_BEHIND)
        teller(path);
}

static void look_at_maps(int fd, uintptr_t fault)
{
    char line[MAPS_LINE];
    size_t len = 0;
    for (ssize_t got = 1; got > 0;) {
        got = read(fd, line + len, sizeof line - 1 - len);
        len += got > 0 ? (size_t)got : 0;
        char *end;
        while ((end = memchr(line, '\n', len)) != NULL) {
            *end = 0;
            size_t used = (size_t)(end - line) + 1;
            look_at_line(line, fault);
            memmove(line, line + used, len - used);
            len -= used;
        }
        if (len == sizeof line - 1) /* a path longer than any */
            len = 0;
    }
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    if (inside)
        teller(inside);
    int fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        look_at_maps(fd, (uintptr_t)info->si_addr);
        close(fd);
    }
    /* Not ours: it happens again when this returns, with nobody to catch it. */
    signal(number, SIG_DFL);
}

void store_fault_guard(void (*tell)(const char *folder))
{
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    teller = tell;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
}
