/*
 * The command `git`, not libgit2: it reads every format of repository that the people's own git
 * writes (reftables, SHA-256, split indexes), it is what they have, and lint needs no library more.
 * A repository can name programs to run (fsmonitor, textconv, signatures, ssh for objects that are
 * missing): all of that is turned off here.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "lint/context_files.h"

enum { VARIABLES_MAX = 1000, COMMITS_MAX = 20000 };

bool git_is_there(struct slice folder, struct arena *arena)
{
    char *path = arena_string(arena, folder);
    char *top = path ? realpath(path, NULL) : NULL;
    bool found = false;
    for (size_t len = top ? strlen(top) : 0; len && !found;) {
        struct slice git = arena_printf(arena, "%.*s/.git", (int)len, top);
        found = git.at && access(git.at, F_OK) == 0;
        len = slice_find_last(slice_of(top, len), '/') < len
                  ? slice_find_last(slice_of(top, len), '/')
                  : 0;
    }
    free(top);
    return found;
}

/* Ours, without what would lead git elsewhere, and with what keeps it quiet. */
static bool make_environment(char *to[VARIABLES_MAX])
{
    static char more[][32] = {"GIT_OPTIONAL_LOCKS=0", "GIT_TERMINAL_PROMPT=0",
                              "GIT_NO_LAZY_FETCH=1", "GIT_NO_REPLACE_OBJECTS=1", "LC_ALL=C"};
    size_t count = 0, extra = sizeof more / sizeof *more;
    for (char **variable = environ; *variable; variable++) {
        if (count + extra + 1 == VARIABLES_MAX)
            return false;
        if (strncmp(*variable, "GIT_", 4) != 0 && strncmp(*variable, "LC_ALL=", 7) != 0)
            to[count++] = *variable;
    }
    for (size_t i = 0; i < extra; i++)
        to[count++] = more[i];
    to[count] = NULL;
    return true;
}

static bool start(char *const *arguments, int output, pid_t *process, struct error *err)
{
    char *variables[VARIABLES_MAX];
    posix_spawn_file_actions_t actions;
    if (!make_environment(variables))
        return error_set(err, ERROR_LIMIT, "more than %d environment variables", VARIABLES_MAX);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    int failed = posix_spawnp(process, "git", &actions, NULL, arguments, variables);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 || error_set(err, ERROR_IO, "git: %s", strerror(failed));
}

static bool read_all(int from, struct arena *arena, struct slice *bytes, struct error *err)
{
    size_t len = 0, room = 64 * 1024;
    char *text = arena_alloc(arena, room);
    double deadline = clock_monotonic() + GIT_SECONDS;
    while (text) {
        struct pollfd ready = {.fd = from, .events = POLLIN};
        double left = deadline - clock_monotonic();
        if (left <= 0 || poll(&ready, 1, (int)(left * 1000) + 1) == 0)
            return error_set(err, ERROR_LIMIT, "git took more than %d seconds", GIT_SECONDS);
        ssize_t got = read(from, text + len, room - len);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            *bytes = slice_of(text, len);
            return got == 0 || error_errno(err, "reading from git");
        }
        len += (size_t)got;
        if (len < room)
            continue;
        if (room >= GIT_OUTPUT_MAX)
            return error_set(err, ERROR_LIMIT, "git says more than %d bytes", GIT_OUTPUT_MAX);
        char *grown = arena_alloc(arena, room * 2);
        if (grown)
            memcpy(grown, text, len);
        text = grown;
        room *= 2;
    }
    return arena_error(err);
}

static bool call_git(char *const *arguments, struct git_call *call, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_errno(err, "a pipe for git");
    bool started = start(arguments, ends[1], &call->process, err);
    close(ends[1]);
    if (started)
        call->output = ends[0];
    else
        close(ends[0]);
    return started;
}

static int wait_for(struct git_call *call)
{
    int status = 0;
    file_close_fd(&call->output);
    while (waitpid(call->process, &status, 0) < 0 && errno == EINTR)
        ;
    *call = GIT_CALL_NONE;
    return status;
}

void git_call_drop(struct git_call *call)
{
    if (call->output < 0)
        return;
    kill(call->process, SIGKILL);
    wait_for(call);
}

static bool read_answer(struct git_call *call, struct arena *arena, struct slice *bytes,
                        struct error *err)
{
    if (!read_all(call->output, arena, bytes, err)) {
        git_call_drop(call);
        return false;
    }
    int status = wait_for(call);
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0) ||
           error_set(err, ERROR_IO, "git could not read the repository");
}

/* posix_spawn takes words that it does not write to as if it did. */
#define TEXT(literal)                                                                              \
    (char[])                                                                                       \
    {                                                                                              \
        literal                                                                                    \
    }
/* What no repository may decide. */
#define SAFE                                                                                       \
    TEXT("-c"), TEXT("core.fsmonitor=false"), TEXT("-c"), TEXT("core.hooksPath=/dev/null"),        \
        TEXT("-c"), TEXT("core.pager=cat"), TEXT("-c"), TEXT("log.showSignature=false"),           \
        TEXT("-c"), TEXT("protocol.allow=never"), TEXT("-c"), TEXT("safe.bareRepository=explicit")

bool git_ask_tracked(struct slice folder, struct arena *arena, struct git_call *call,
                     struct error *err)
{
    char *path = arena_string(arena, folder);
    char *const arguments[] = {TEXT("git"),      TEXT("-C"), path, SAFE,
                               TEXT("ls-files"), TEXT("-z"), NULL};
    return path ? call_git(arguments, call, err) : arena_error(err);
}

bool git_read_tracked(struct git_call *call, struct arena *arena, struct git_list *list,
                      struct error *err)
{
    struct slice bytes;
    if (!read_answer(call, arena, &bytes, err))
        return false;
    while (bytes.len) {
        struct git_file file = {.path = slice_cut(&bytes, '\0')};
        if (!ARENA_PUSH(arena, list->files, list->count, list->room, file))
            return arena_error(err);
    }
    return true;
}

bool git_ask_removed(struct slice folder, struct arena *arena, struct git_call *call,
                     struct error *err)
{
    char *path = arena_string(arena, folder);
    char most[40];
    snprintf(most, sizeof most, "--max-count=%d", COMMITS_MAX);
    char *const arguments[] = {TEXT("git"),
                               TEXT("-C"),
                               path,
                               SAFE,
                               TEXT("log"),
                               TEXT("--all"),
                               TEXT("--no-renames"),
                               TEXT("--no-ext-diff"),
                               TEXT("--no-textconv"),
                               TEXT("--diff-filter=D"),
                               TEXT("--relative"),
                               TEXT("--name-only"),
                               TEXT("--format=%x01%h"),
                               most,
                               TEXT("-z"),
                               TEXT("--"),
                               TEXT("."),
                               NULL};
    return path ? call_git(arguments, call, err) : arena_error(err);
}

/* Commits are written as \1 and their short name; then the paths that they removed. */
bool git_read_removed(struct git_call *call, struct arena *arena, struct git_list *list,
                      struct error *err)
{
    struct slice bytes, commit = {NULL, 0};
    if (!read_answer(call, arena, &bytes, err))
        return false;
    while (bytes.len) {
        struct slice word = slice_cut(&bytes, '\0');
        while (word.len && word.at[0] == '\n')
            word = slice_from(word, 1);
        if (word.len && word.at[0] == '\1') {
            commit = slice_from(word, 1);
            continue;
        }
        struct git_file file = {word, commit};
        if (word.len && !ARENA_PUSH(arena, list->files, list->count, list->room, file))
            return arena_error(err);
    }
    return true;
}
