#include "base/jail.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/jail_filter.h"

/*
 * Landlock from the kernel's documentation (userspace-api/landlock); Debian's headers have only the
 * first version. Version n of the interface knows the bits below the n-th count.
 */
enum { LANDLOCK_VERSION_QUESTION = 1, LANDLOCK_NEWEST = 6, LANDLOCK_BENEATH = 1 };
enum { LANDLOCK_READ_FILE = 1 << 2, LANDLOCK_READ_FOLDER = 1 << 3 };
static const unsigned landlock_file_bits[] = {0, 13, 14, 15, 15, 16, 16};

struct landlock_ruleset {
    uint64_t files;
    uint64_t network; /* since 4: bind and connect of TCP */
    uint64_t scoped;  /* since 6: abstract sockets, signals */
};

struct landlock_beneath {
    uint64_t allowed;
    int32_t folder;
} __attribute__((packed));

static int landlock_version(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_VERSION_QUESTION);
    return version > LANDLOCK_NEWEST ? LANDLOCK_NEWEST : (int)version;
}

static bool has_seccomp(void)
{
    uint32_t action = SECCOMP_RET_KILL_PROCESS;
    return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

const char *jail_missing(void)
{
    bool landlock = landlock_version() > 0, seccomp = has_seccomp();
    if (landlock && seccomp)
        return NULL;
    if (seccomp)
        return "this kernel has no Landlock; the parser is held by seccomp alone";
    if (landlock)
        return "this kernel has no seccomp; the parser is held by Landlock alone";
    return "this kernel has neither Landlock nor seccomp; the parser is not held";
}

/* All capabilities; where a folder is to be read, root keeps the one to read what others own. */
static bool drop_privileges(bool folder, struct error *err)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct has[_LINUX_CAPABILITY_U32S_3] = {{0}};
    struct __user_cap_data_struct keeps[_LINUX_CAPABILITY_U32S_3] = {{0}};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return error_errno(err, "giving up new privileges");
    if (folder && syscall(SYS_capget, &header, has) == 0)
        keeps[0].effective = keeps[0].permitted = has[0].permitted & (1U << CAP_DAC_READ_SEARCH);
    if (syscall(SYS_capset, &header, keeps) != 0)
        return error_errno(err, "dropping capabilities");
    return true;
}

static bool set_limit(int resource, size_t value, struct error *err)
{
    struct rlimit limit = {value, value}, now;
    if (getrlimit(resource, &now) == 0 && now.rlim_max < value)
        limit = (struct rlimit){now.rlim_max, now.rlim_max};
    return setrlimit(resource, &limit) == 0 || error_errno(err, "limiting resources");
}

static bool set_limits(const struct jail_options *options, struct error *err)
{
    if (!set_limit(RLIMIT_CORE, 0, err))
        return false;
    /* Not the address space: mapped archives and the C library's reservations count there. Shadow
       memory of the sanitizers would count here. */
    if (options->memory == 0 || JAIL_SANITIZED)
        return true;
    return set_limit(RLIMIT_DATA, options->memory, err);
}

static bool landlock_allow_folder(int rules, int folder, struct error *err)
{
    const struct landlock_beneath rule = {LANDLOCK_READ_FILE | LANDLOCK_READ_FOLDER, folder};
    return syscall(SYS_landlock_add_rule, rules, LANDLOCK_BENEATH, &rule, 0) == 0 ||
           error_errno(err, "making the Landlock rules");
}

static bool enter_landlock(const struct jail_options *options, struct error *err)
{
    int version = landlock_version();
    if (version <= 0)
        return true;
    struct landlock_ruleset rules = {.files = (1ull << landlock_file_bits[version]) - 1};
    size_t size = sizeof rules.files;
    if (version >= 4) {
        rules.network = 3;
        size += sizeof rules.network;
    }
    if (version >= 6) {
        rules.scoped = 3;
        size += sizeof rules.scoped;
    }
    int fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
    if (fd < 0)
        return error_errno(err, "making the Landlock rules");
    bool entered = !options->with_folder || landlock_allow_folder(fd, options->folder, err);
    if (entered && syscall(SYS_landlock_restrict_self, fd, 0) != 0)
        entered = error_errno(err, "entering Landlock");
    close(fd);
    return entered;
}

/* It stands in this process's memory whether anybody asked for it or not. */
static void forget_environment(void)
{
    for (char **each = environ; each && *each; each++)
        explicit_bzero(*each, strlen(*each));
    environ = NULL;
}

bool jail_enter(const struct jail_options *options, struct error *err)
{
    forget_environment();
    if (!drop_privileges(options->with_folder, err) || !set_limits(options, err) ||
        !enter_landlock(options, err) ||
        (has_seccomp() && !jail_filter_load(options->with_folder, err))) {
        error_add(err, "locking the parser in");
        err->kind = ERROR_INTERNAL;
        return false;
    }
    return true;
}
