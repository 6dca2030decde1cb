#include "base/jail_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <unistd.h>

/* Allowed whatever their arguments: they act on memory, on threads of this process, or on
   descriptors that it already has. */
static const int allowed[] = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(preadv),
    SCMP_SYS(futex),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(close),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(newfstatat), /* glibc's fstat; names can be probed by it, nothing be read */
    SCMP_SYS(ftruncate),
    SCMP_SYS(poll),
    SCMP_SYS(ppoll),
    SCMP_SYS(recvmsg),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(set_tid_address),
    SCMP_SYS(rseq),
    SCMP_SYS(membarrier),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(getcpu),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),
    SCMP_SYS(getrusage),
};

/* Tried by the C library on its own account (processor count, terminal of a stream, names of
   memory): refused, so that it goes on without. */
static const int refused[] = {
    SCMP_SYS(open),      SCMP_SYS(openat),     SCMP_SYS(openat2),   SCMP_SYS(access),
    SCMP_SYS(stat),      SCMP_SYS(lstat),      SCMP_SYS(readlink),  SCMP_SYS(readlinkat),
    SCMP_SYS(ioctl),     SCMP_SYS(fcntl),      SCMP_SYS(prctl),     SCMP_SYS(sysinfo),
    SCMP_SYS(uname),     SCMP_SYS(statfs),     SCMP_SYS(fadvise64), SCMP_SYS(socket),
    SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(getcwd),    SCMP_SYS(prlimit64),
};

/* To read a folder; openat is added with its arguments. (The sanitizers have the last one anyway.)
 */
static const int for_folder[] = {SCMP_SYS(readlinkat), SCMP_SYS(fcntl), SCMP_SYS(getdents64)};

/* The sanitizers' own: they read /proc/self, stop threads, and look at limits. */
static const int for_sanitizers[] = {
    SCMP_SYS(openat), SCMP_SYS(open),    SCMP_SYS(readlink),   SCMP_SYS(prctl),
    SCMP_SYS(ioctl),  SCMP_SYS(getuid),  SCMP_SYS(getdents64), SCMP_SYS(prlimit64),
    SCMP_SYS(uname),  SCMP_SYS(getppid), SCMP_SYS(pipe2),      SCMP_SYS(process_vm_readv),
};

static int add_all(scmp_filter_ctx filter, uint32_t action, const int *calls, size_t count)
{
    int status = 0;
    for (size_t i = 0; i < count && status == 0; i++)
        status = seccomp_rule_add(filter, action, calls[i], 0);
    return status;
}

#define ADD_ALL(filter, action, calls)                                                             \
    add_all((filter), (action), (calls), sizeof(calls) / sizeof *(calls))

/* Those whose arguments decide: no memory that can be executed, threads but no processes, signals
   to this process alone. clone3 hides its flags in memory, so it is "not there", and the C library
   falls back on clone. */
static int add_by_arguments(scmp_filter_ctx filter)
{
    int status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                                  SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    return status;
}

static int add_for_folder(scmp_filter_ctx filter)
{
    if (JAIL_SANITIZED)
        return add_all(filter, SCMP_ACT_ALLOW, for_folder, 2);
    int status = ADD_ALL(filter, SCMP_ACT_ALLOW, for_folder);
    if (status == 0)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                  SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0));
    return status;
}

static bool is_for_folder(int call)
{
    for (size_t i = 0; i < sizeof for_folder / sizeof *for_folder; i++)
        if (call == for_folder[i])
            return true;
    return call == SCMP_SYS(openat);
}

static int add_refused(scmp_filter_ctx filter, bool folder)
{
    int status = 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused && status == 0; i++)
        if (!folder || !is_for_folder(refused[i]))
            status = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), refused[i], 0);
    return status;
}

static int build(scmp_filter_ctx filter, bool folder)
{
    /* A binary tree: hundreds of thousands of reads go through it. */
    int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    if (status == 0)
        status = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (status == 0)
        status = ADD_ALL(filter, SCMP_ACT_ALLOW, allowed);
    if (status == 0)
        status = add_by_arguments(filter);
    if (status == 0 && folder)
        status = add_for_folder(filter);
    if (status == 0 && JAIL_SANITIZED)
        return ADD_ALL(filter, SCMP_ACT_ALLOW, for_sanitizers);
    if (status == 0)
        status = add_refused(filter, folder);
    return status;
}

bool jail_filter_load(bool folder, struct error *err)
{
    /* A sanitizer's own calls differ from version to version: unknown ones fail there, and do not
       kill. */
    scmp_filter_ctx filter =
        seccomp_init(JAIL_SANITIZED ? SCMP_ACT_ERRNO(EACCES) : SCMP_ACT_KILL_PROCESS);
    int status = filter ? build(filter, folder) : -ENOMEM;
    if (status == 0)
        status = seccomp_load(filter);
    if (filter)
        seccomp_release(filter);
    if (status == 0)
        return true;
    errno = -status;
    return error_errno(err, "loading the list of system calls");
}
