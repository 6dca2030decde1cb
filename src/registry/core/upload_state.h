#pragma once
/* One upload in memory; core's own. It is in the registry's list from its first request until it
   ends or has paused for UPLOAD_PAUSE_SECONDS; `taken` says that a request has it, and then all
   else here belongs to that request's thread. */
#include "registry/core/state.h"
#include "registry/core/upload.h"

enum { UPLOAD_PAUSE_SECONDS = 60, UPLOADS_IN_MEMORY = 512, UPLOAD_PIECE = 128 * 1024 };

struct upload {
    struct registry *registry;
    struct upload *next;
    char id[UPLOAD_ID_MAX];
    struct slice scope; /* text; behind the struct */
    int file;
    bool taken, started; /* started: the taps know of it */
    bool torn;           /* bytes could not be written: how many are there, only the file knows */
    double paused;       /* monotonic: since when nobody has it */
    uint64_t size, limit, quota;
    struct sha256 hash;
};

/* Ends those that paused for too long in memory (they can be taken up again). */
void uploads_tick(struct registry *registry, bool all);
/* FAILURE_UPLOAD_UNKNOWN. */
bool upload_unknown(struct failure *failure);
/* Takes one that is taken out of memory for good, and tells the taps; the file stays. `digest`: of
   the blob that it became, or NULL. */
void upload_drop(struct upload *upload, const struct digest *digest);
