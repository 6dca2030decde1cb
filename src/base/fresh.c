/* See fresh.h. argv of a fresh process: the name FRESH_NAME, the entry, the number of a descriptor
   of a file in memory with the job. */
#include "base/fresh.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/file.h"

static const char fresh_name[] = "plimsoll-reader";

enum { FRESH_VARIABLES_MAX = 32, FRESH_KEEP_MAX = 100000 };
#define FRESH_JOB_MAX ((size_t)64 << 20)

/* What may go over, by name: where libraries are, and what builds for tests want. */
static const char *const variables[] = {
    "LD_LIBRARY_PATH",   "SOURCE_DATE_EPOCH", "PLIMSOLL_NO_JAIL", "ASAN_OPTIONS",
    "UBSAN_OPTIONS",     "LSAN_OPTIONS",      "TSAN_OPTIONS",     "GCOV_PREFIX",
    "GCOV_PREFIX_STRIP", "LLVM_PROFILE_FILE"};

static bool possible;

bool fresh_possible(void)
{
    return possible;
}

/* Ends the process: what usually runs at an exit (the search for leaks of sanitized builds, for
   one) does more than a jail allows. Returns when there is no job. */
static int fresh_run(char **argv, const struct fresh_entry *entry)
{
    struct arena arena CLEANUP_ARENA;
    struct error err;
    struct slice job;
    uint64_t fd;
    arena_init(&arena, FRESH_JOB_MAX * 3);
    if (!slice_u64(slice_str(argv[2]), &fd) || fd > INT32_MAX)
        return FRESH_NOT_STARTED;
    bool read = file_read_fd((int)fd, FRESH_JOB_MAX, &arena, &job, &err);
    close((int)fd);
    char *aligned = read ? arena_alloc(&arena, job.len + 1) : NULL;
    if (!aligned)
        return FRESH_NOT_STARTED;
    memcpy(aligned, job.at, job.len);
    _exit(entry->run(slice_of(aligned, job.len)));
}

bool fresh_main(int argc, char **argv, const struct fresh_entry *entries, size_t count, int *status)
{
    possible = true;
    if (argc < 1 || strcmp(argv[0], fresh_name) != 0)
        return false;
    *status = FRESH_NOT_STARTED; /* started by hand: no entry, no job */
    for (size_t i = 0; argc == 3 && i < count; i++)
        if (strcmp(argv[1], entries[i].name) == 0)
            *status = fresh_run(argv, &entries[i]);
    return true;
}

static int fresh_job_file(struct slice job, struct error *err)
{
    int fd = memfd_create("job", MFD_CLOEXEC);
    if (fd < 0) {
        error_errno(err, "making a file in memory for a process's job");
        return -1;
    }
    if (file_write_fd(fd, job.at, job.len, err) && lseek(fd, 0, SEEK_SET) == 0)
        return fd;
    file_close_fd(&fd);
    return -1;
}

/* Pointers into our own environment: `NAME=value` as it stands there. */
static void fresh_environment(char **made)
{
    size_t count = 0;
    for (char **each = environ; each && *each && count < FRESH_VARIABLES_MAX - 1; each++)
        for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
            size_t len = strlen(variables[i]);
            if (strncmp(*each, variables[i], len) == 0 && (*each)[len] == '=') {
                made[count++] = *each;
                break;
            }
        }
    made[count] = NULL;
}

/* In the forked process, which may be one of a program with threads: nothing but system calls. */
static void fresh_become(const struct fresh_call *call, const int *keep, char *const *argv,
                         char *const *environment)
{
    sigset_t none;
    sigemptyset(&none);
    if (call->dies_with_us)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    file_close_others(keep, call->keep_count + 1);
    for (size_t i = 0; i <= call->keep_count; i++)
        if (keep[i] > 2)
            (void)fcntl(keep[i], F_SETFD, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve("/proc/self/exe", argv, environment);
    /* Where /proc is not mounted: the name that this program was started by. */
    const char *path = (const char *)(uintptr_t)getauxval(AT_EXECFN);
    if (path)
        execve(path, argv, environment);
    _exit(FRESH_NOT_STARTED);
}

static pid_t fresh_fork(const struct fresh_call *call, int job, struct arena *arena,
                        struct error *err)
{
    char number[16], name[sizeof fresh_name], *environment[FRESH_VARIABLES_MAX];
    char *entry = arena_string(arena, slice_str(call->name));
    int *keep = arena_array(arena, call->keep_count + 1, sizeof *keep);
    if (!entry || !keep) {
        arena_error(err);
        return -1;
    }
    memcpy(name, fresh_name, sizeof name);
    snprintf(number, sizeof number, "%d", job);
    if (call->keep_count)
        memcpy(keep, call->keep, call->keep_count * sizeof *keep);
    keep[call->keep_count] = job;
    fresh_environment(environment);
    char *const argv[] = {name, entry, number, NULL};
    pid_t pid = fork();
    if (pid == 0)
        fresh_become(call, keep, argv, environment);
    if (pid < 0)
        error_errno(err, "starting a process");
    return pid;
}

pid_t fresh_start(const struct fresh_call *call, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)1 << 20);
    if (call->keep_count > FRESH_KEEP_MAX) {
        error_set(err, ERROR_LIMIT, "over %d descriptors for one process", FRESH_KEEP_MAX);
        return -1;
    }
    CLEANUP_FD int job = fresh_job_file(call->job, err);
    return job < 0 ? -1 : fresh_fork(call, job, &arena, err);
}
