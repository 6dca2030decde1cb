#pragma once
/*
 * Locks the calling process in, for good: it keeps the descriptors that it has, may read, write and
 * map them, allocate memory and start threads, and nothing else. Called in a freshly forked child
 * before it starts threads and before it looks at untrusted bytes.
 *
 * Four locks, each sufficient for much of it alone: no new privileges and no capabilities; limits
 * (memory, no core dump); Landlock without any rule (no file, no TCP port, no abstract socket, no
 * signal to others, as far as the kernel's version goes); a seccomp list of allowed system calls
 * (opening a file is refused with EACCES, since the C library tries it on its own; all others end
 * the process). Where the kernel has no Landlock or no seccomp, the rest is done and jail_missing
 * says what is not.
 */
#include "base/error.h"
#include <stddef.h>

struct jail_options {
    size_t memory; /* bytes of private writable memory, thread stacks counted; 0: no limit */
    /* A folder below which files may be opened for reading, and nothing else anywhere. Without
       Landlock in the kernel, whatever the user may read. */
    bool with_folder;
    int folder;
};

/* The environment, which may hold passwords, is wiped first: nothing is in it afterwards.
   ERROR_INTERNAL when a lock that the kernel has cannot be closed: do not go on then. */
bool jail_enter(const struct jail_options *options, struct error *err);

/* What this kernel cannot lock: a sentence for people, or NULL when it can do all. May be asked
   anywhere, in the broker too; costs two system calls. */
const char *jail_missing(void);
