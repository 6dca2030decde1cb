#pragma once
/*
 * Why the registry says no: a reason that each API maps by one table to its own words (oci/: code
 * and status; ecr/: exception), and a text for people. Text is for clients: nothing of the inside
 * (paths, SQL) may stand in it; `inside` has that, for the log.
 */
#include <stdint.h>

#include "base/error.h"

enum failure_reason {
    FAILURE_NONE,
    FAILURE_REPOSITORY_UNKNOWN,
    FAILURE_REPOSITORY_EXISTS,
    FAILURE_REPOSITORY_NOT_EMPTY,
    FAILURE_NAME_INVALID,
    FAILURE_TAG_INVALID,
    FAILURE_TAG_IMMUTABLE,
    FAILURE_MANIFEST_UNKNOWN,
    FAILURE_MANIFEST_INVALID,
    FAILURE_MANIFEST_BLOB_UNKNOWN,  /* it names layers or a configuration that are not here */
    FAILURE_MANIFEST_CHILD_UNKNOWN, /* an index names manifests that are not here */
    FAILURE_MANIFEST_REFERENCED,    /* an index here names it: it cannot go */
    FAILURE_MANIFEST_EXISTS,        /* the same manifest with that tag is here (ECR's PutImage) */
    FAILURE_CONDITION,              /* a tag is not what the client said it is */
    FAILURE_BLOB_UNKNOWN,
    FAILURE_BLOB_EXISTS,
    FAILURE_UPLOAD_UNKNOWN,
    FAILURE_UPLOAD_RANGE, /* not the next bytes */
    FAILURE_UPLOAD_EMPTY,
    FAILURE_UPLOAD_BUSY, /* another request writes to it */
    FAILURE_DIGEST_INVALID,
    FAILURE_SIZE_INVALID,
    FAILURE_TOO_LARGE,
    FAILURE_QUOTA,
    FAILURE_LIMIT, /* too many of something */
    FAILURE_UNAUTHENTICATED,
    FAILURE_DENIED,
    FAILURE_BLOCKED,  /* policy on pull, quarantine */
    FAILURE_ARCHIVED, /* the image is in the archive */
    FAILURE_UNSUPPORTED,
    FAILURE_PARAMETER,
    FAILURE_NOT_FOUND, /* anything else that is not there */
    FAILURE_RATE,
    FAILURE_UPSTREAM, /* the registry behind a cache rule or replication */
    FAILURE_FULL,     /* no space left */
    FAILURE_BUSY,
    FAILURE_INTERNAL,
};

struct failure {
    enum failure_reason reason;
    char text[600];
    unsigned retry_seconds; /* 0: not told */
    uint64_t have;          /* FAILURE_UPLOAD_RANGE: bytes that are there */
    struct error inside;    /* kind ERROR_NONE when there is none */
};

/* Both return false. Control characters in the text are replaced. */
__attribute__((format(printf, 3, 4))) bool
failure_set(struct failure *failure, enum failure_reason reason, const char *format, ...);
/* Of an error below: ERROR_FULL becomes FAILURE_FULL, ERROR_BUSY FAILURE_BUSY, all else
   FAILURE_INTERNAL with a text that tells nothing. */
bool failure_of(struct failure *failure, const struct error *err);
