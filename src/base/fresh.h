#pragma once
/*
 * Processes of this program that begin with empty memory: fork, then exec of the program itself.
 * For work on hostile bytes. A fork alone would hand over a copy of everything: passwords that were
 * read from files, the copies that libcurl, OpenSSL and freed memory keep of them, the environment,
 * and where in memory all code of the caller stands. What a fresh process knows is its job, a few
 * variables by name (never all), and the descriptors that it was given.
 *
 * main calls fresh_main first of all. Programs that do not (unit tests, fuzz targets) cannot start
 * fresh processes: fresh_possible says so, and callers then do the work in a plain fork or at home.
 */
#include <sys/types.h>

#include "base/error.h"
#include "base/slice.h"

/* What a fresh process can be asked for. `run` gives its exit status; `job` is what the caller
   said, 8-aligned. The process has one thread then and is not locked in yet. */
struct fresh_entry {
    const char *name;
    int (*run)(struct slice job);
};

/* Does not return when this process is a fresh one that has a job. True: it was started by hand as
   if it were one, and is to end with *status. `entries` stay the caller's and must live on. */
bool fresh_main(int argc, char **argv, const struct fresh_entry *entries, size_t count,
                int *status);
/* Whether fresh_main was called, and no later than that. */
bool fresh_possible(void);

struct fresh_call {
    const char *name; /* of an entry */
    struct slice job; /* copied */
    const int *keep;  /* descriptors that it has, besides 0, 1 and 2, under the same numbers */
    size_t keep_count;
    bool dies_with_us; /* killed when the thread that calls this ends */
};

/* Its process id, to be waited for; -1 and err. A process whose exec fails exits with
   FRESH_NOT_STARTED. Any thread may call. */
enum { FRESH_NOT_STARTED = 127 };
pid_t fresh_start(const struct fresh_call *call, struct error *err);
