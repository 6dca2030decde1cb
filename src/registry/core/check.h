#pragma once
/*
 * Whether a registry is what it says it is: rows that agree with each other, documents and blobs
 * that have their digests, counters that count. Works beside a running server: rows are looked at
 * in transactions, and what seems wrong is looked at once more before it is told, in a new
 * transaction; when it is mended, in the same one.
 *
 * What cannot be mended is lost: bytes that are nowhere any more. A lost blob is taken out of its
 * repositories, so that a client that pushes the image again is asked for it again; a manifest
 * whose document is lost stays, and is told of.
 */
#include "registry/core/core.h"

enum check_word {
    CHECK_WRONG,  /* something is not as it should be, and could be mended */
    CHECK_MENDED, /* it was */
    CHECK_LOST,   /* it cannot be */
    CHECK_NOTE,   /* no trouble, good to know */
};

struct check_options {
    bool repair;
    bool quick; /* sizes of blobs only: their bytes are not read */
    /* Called by the thread that called check_run. `text` is one line; it has names in it that
       clients chose. */
    void (*tell)(void *context, enum check_word word, struct slice text);
    /* Blobs that were read; any thread, one at a time. May be NULL. */
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *context;
};

struct check_report {
    uint64_t repositories, manifests, tags, blobs, bytes; /* that were looked at */
    uint64_t wrong, mended, lost, orphans;
};

bool check_run(struct registry *registry, const struct check_options *options,
               struct check_report *report, struct error *err);
