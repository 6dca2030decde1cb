#pragma once
/*
 * What an engine's last words mean: a table of substrings, each seen in real output
 * (tests/data/ship/engine_failures.txt has the outputs and where they were seen). The text is
 * untrusted (a RUN line may print anything): it decides which advice is given, and nothing else.
 */
#include "base/arena.h"

enum ship_failure {
    SHIP_FAILED,            /* nothing that is known */
    SHIP_FAILED_DAEMON,     /* its daemon does not answer */
    SHIP_FAILED_SOCKET,     /* we may not talk to it */
    SHIP_FAILED_FULL,       /* no space left */
    SHIP_FAILED_RATE,       /* the registry's pull rate limit */
    SHIP_FAILED_LOGIN,      /* not logged in, expired, not allowed */
    SHIP_FAILED_BASE,       /* no such image or tag */
    SHIP_FAILED_ABSENT,     /* the engine itself has no such image */
    SHIP_FAILED_SHORT,      /* a name without a registry, where none is assumed */
    SHIP_FAILED_PLATFORM,   /* not for this platform, or no emulation of it */
    SHIP_FAILED_TLS,        /* certificate not trusted, or no TLS at all */
    SHIP_FAILED_NETWORK,    /* the registry is not reachable */
    SHIP_FAILED_STORAGE,    /* storage driver that cannot work here */
    SHIP_FAILED_ISOLATION,  /* no containers can be made here */
    SHIP_FAILED_BUILDKIT,   /* docker without buildx, nerdctl without buildkitd */
    SHIP_FAILED_BUILDER,    /* docker's own builder, where another driver is needed */
    SHIP_FAILED_COPY,       /* a file that is not in the context */
    SHIP_FAILED_DOCKERFILE, /* cannot be parsed */
    SHIP_FAILED_STEP,       /* a RUN ended with a status */
    SHIP_FAILURES,
};

struct ship_failure_kind {
    const char *name; /* "rate-limit", for the tests' data and for records */
    enum error_kind kind;
    const char *what; /* "the registry's pull rate limit is reached" */
    const char *next; /* what to do, an imperative */
};
extern const struct ship_failure_kind ship_failure_kinds[SHIP_FAILURES];

enum ship_failure ship_failure_find(struct slice text);
/* The step that was being done ("STEP 3/7: RUN npm ci"); may be empty. */
struct slice ship_failure_step(struct slice text);
/* The line that says why: the one that `failure` was known by, or the last one that says anything;
   may be empty. */
struct slice ship_failure_reason(struct slice text, enum ship_failure failure);
