#pragma once
/* What the files of readings share; nobody else includes it. */
#include <pthread.h>
#include <stdatomic.h>

#include "registry/core/upload.h"
#include "registry/inspect/nursery.h"
#include "registry/inspect/readings.h"

enum reading_state {
    READING_UNKNOWN, /* too few bytes to see whether it is a layer */
    READING_PARKED,  /* its worker was given up; it is read again when the upload has ended */
    READING_QUEUED,
    READING_RUNNING,
    READING_TOLD,   /* read to its end; waits for the upload's end */
    READING_READY,  /* `encoded` holds, and has its name; about to be kept */
    READING_FAILED, /* stays a while, to be told */
    READING_OVER,   /* of no use any more: freed by who holds it */
};

struct reading {
    struct reading *next;           /* of all */
    struct reading *queue;          /* of those queued */
    char upload[UPLOAD_ID_MAX + 1]; /* empty: of a stored blob */
    struct digest digest;           /* once `ended` */
    enum reading_state state;
    bool ended, along, tried, dropped;
    bool lost;          /* the last try ended with its nursery: it does not count */
    unsigned nurseries; /* that were lost over it */
    int file;           /* ours, read-only; -1: a stored blob's, opened when it is its turn */
    int tick;           /* the writing end, while a worker reads along; else -1 */
    uint64_t size, ticked;
    double moved; /* when it last grew, or failed */
    struct worker worker;
    struct arena arena; /* of `encoded` */
    struct slice encoded;
    struct error error;
};

struct readings {
    struct readings_options options;
    pthread_mutex_t lock;
    pthread_cond_t work;
    struct reading *all;
    struct reading *urgent, **urgent_end; /* ended ones and blobs */
    struct reading *along, **along_end;   /* uploads that still arrive */
    unsigned running, running_along, runner_count;
    pthread_t *runners;
    bool stop;
    struct readings_stats stats;
};

/* readings_run.c: has a worker read it; called without the lock. READING_TOLD (encoded), _FAILED
   (error), or _QUEUED when it was dropped. */
enum reading_state reading_run(struct readings *readings, struct reading *reading);

/* readings_object.c: the analysis as it is kept beside a blob. */
bool analysis_object_put(struct blobs *blobs, const struct digest *digest, struct slice encoded,
                         struct error *err);
/* ERROR_NOT_FOUND also for one of another version. */
bool analysis_object_get(struct blobs *blobs, const struct digest *digest, struct arena *arena,
                         struct slice *encoded, struct error *err);
