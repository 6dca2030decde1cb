/* How a child is started: where its program is, its environment, its three descriptors. posix_spawn
   does what a fork in a program with threads cannot do safely, and tells of a failed exec. */
#include "base/process_spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { PATH_MAX_LENGTH = 4096, VARIABLES_MAX = 100000 };

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

const char *process_find(const char *name, struct arena *arena)
{
    const char *path = getenv("PATH");
    struct slice folders = slice_str(path ? path : "/usr/local/bin:/usr/bin:/bin");
    if (!*name)
        return NULL;
    if (strchr(name, '/'))
        return is_program(name) ? arena_string(arena, slice_str(name)) : NULL;
    while (folders.len) {
        char candidate[PATH_MAX_LENGTH];
        struct slice folder = slice_cut(&folders, ':');
        int len = snprintf(candidate, sizeof candidate, "%.*s/%s", SLICE_ARG(folder), name);
        if (folder.len && folder.at[0] == '/' && len > 0 && (size_t)len < sizeof candidate &&
            is_program(candidate))
            return arena_string(arena, slice_str(candidate));
    }
    return NULL;
}

/* Whether `variable` (of ours) is named by one of `changes`. */
static bool is_changed(const char *variable, const char *const *changes)
{
    struct slice text = slice_str(variable), name = slice_cut(&text, '=');
    for (; *changes; changes++) {
        struct slice change = slice_str(*changes);
        if (slice_equal(slice_cut(&change, '='), name))
            return true;
    }
    return false;
}

static char **make_environment(const char *const *changes, struct arena *arena, struct error *err)
{
    static const char *const none[] = {NULL};
    size_t count = 0, kept = 0;
    changes = changes ? changes : none;
    for (char **variable = environ; variable && *variable; variable++)
        count++;
    for (const char *const *change = changes; *change; change++)
        count++;
    if (count > VARIABLES_MAX) {
        error_set(err, ERROR_LIMIT, "more than %d environment variables", VARIABLES_MAX);
        return NULL;
    }
    const char **all = arena_array(arena, count + 1, sizeof *all);
    if (!all) {
        arena_error(err);
        return NULL;
    }
    for (char **variable = environ; variable && *variable; variable++)
        if (!is_changed(*variable, changes))
            all[kept++] = *variable;
    for (const char *const *change = changes; *change; change++)
        if (strchr(*change, '='))
            all[kept++] = *change;
    return (char **)(uintptr_t)all;
}

/* The program's own mask and dispositions, not those of our thread. */
static void set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigfillset(&usual);
    sigdelset(&usual, SIGKILL);
    sigdelset(&usual, SIGSTOP);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setsigdefault(attributes, &usual);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                             POSIX_SPAWN_SETPGROUP);
}

int process_above_three(int fd)
{
    if (fd < 0 || fd > 2)
        return fd;
    int moved = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    close(fd);
    return moved;
}

int process_open_input(struct slice input, struct error *err)
{
    if (!input.len) {
        int fd = process_above_three(open("/dev/null", O_RDONLY | O_CLOEXEC));
        if (fd < 0)
            error_errno(err, "opening /dev/null");
        return fd;
    }
    int fd = process_above_three(memfd_create("input", MFD_CLOEXEC));
    if (fd < 0) {
        error_errno(err, "making a file in memory for its input");
        return -1;
    }
    if (!file_write_fd(fd, input.at, input.len, err) || lseek(fd, 0, SEEK_SET) != 0)
        file_close_fd(&fd);
    return fd;
}

bool process_open_pipe(int ends[2], struct error *err)
{
    if (pipe2(ends, O_CLOEXEC) != 0) {
        ends[0] = ends[1] = -1;
        return error_errno(err, "making a pipe");
    }
    ends[0] = process_above_three(ends[0]);
    ends[1] = process_above_three(ends[1]);
    if (ends[0] < 0 || ends[1] < 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
        return error_errno(err, "making a pipe");
    return true;
}

static bool spawn_failed(const char *name, int failed, struct error *err)
{
    enum error_kind kind = failed == ENOENT   ? ERROR_NOT_FOUND
                           : failed == EACCES ? ERROR_DENIED
                                              : ERROR_IO;
    return error_set(err, kind, "starting %s: %s", name, strerror(failed));
}

bool process_spawn(const struct process_options *options, int input, int output, int errors,
                   struct arena *arena, pid_t *id, struct error *err)
{
    const char *name = options->argv[0];
    const char *path = strchr(name, '/') ? name : process_find(name, arena);
    char **environment = make_environment(options->environment, arena, err);
    struct stat status;
    if (!environment)
        return false;
    if (!path)
        return error_set(err, ERROR_NOT_FOUND, "there is no program \"%s\" in PATH", name);
    const char *folder = options->folder && *options->folder ? options->folder : NULL;
    if (folder && stat(folder, &status) != 0)
        return error_errno(err, "starting %s in %s", name, folder);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, errors, 2);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    if (folder)
        posix_spawn_file_actions_addchdir_np(&actions, folder);
    int failed = posix_spawn(id, path, &actions, &attributes, (char **)(uintptr_t)options->argv,
                             environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 || spawn_failed(name, failed, err);
}
