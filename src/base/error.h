#pragma once
/*
 * An error is a value on the caller's stack: a kind and a text. A function that can fail takes
 * `struct error *err` last and returns bool (or NULL); it calls error_set where it failed, and each
 * level above may put what it was doing in front with error_add:
 *
 *     return error_add(err, "reading %s", path);   → "reading app.tar: not a tar header at byte
 * 512"
 *
 * Both return false, so that they can be returned. The kind maps once to an exit code
 * (error_exit_code) and once to an HTTP status (registry). Outputs are not touched on failure.
 */
#include <stdbool.h>

enum error_kind {
    ERROR_NONE,
    ERROR_USAGE,       /* the user's words cannot be taken: exit 2 */
    ERROR_IO,          /* the operating system refused: exit 3, like all below */
    ERROR_NOT_FOUND,   /* no such file, tag, manifest, repository */
    ERROR_NETWORK,     /* unreachable, timed out, connection cut */
    ERROR_DENIED,      /* credentials missing or refused */
    ERROR_FORMAT,      /* bytes that are not what they claim to be */
    ERROR_DIGEST,      /* content that has not the digest it is known by */
    ERROR_LIMIT,       /* larger, deeper or more than we take */
    ERROR_UNSUPPORTED, /* a form that is known, and not read */
    ERROR_BUSY,        /* somebody else is doing it now */
    ERROR_FULL,        /* no space left: on the disk, of a quota of the system */
    ERROR_INTERNAL,    /* our own fault, e.g. a child that died */
};

struct error {
    enum error_kind kind;
    char text[1000];
};

/* Both cut a text that is too long, and replace control characters, since parts of it are
 * untrusted. */
__attribute__((format(printf, 3, 4))) bool error_set(struct error *err, enum error_kind kind,
                                                     const char *format, ...);
__attribute__((format(printf, 2, 3))) bool error_add(struct error *err, const char *format, ...);
/* error_set with ": " and the text of errno at the end; ENOENT makes the kind ERROR_NOT_FOUND,
   ENOSPC and EDQUOT make it ERROR_FULL and say what to do; all else is ERROR_IO. */
__attribute__((format(printf, 2, 3))) bool error_errno(struct error *err, const char *format, ...);

/* 0 for ERROR_NONE, 2 for ERROR_USAGE, 3 for all others. */
int error_exit_code(enum error_kind kind);
