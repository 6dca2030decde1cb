#pragma once
/*
 * What the files of inspect share; nobody else includes it.
 *
 * Threads: readings' runners; two that scan manifests (jobs.c); one keeper (keeper.c) that looks
 * for new advisories, reads the journal for manifests that were missed, and forgets removed ones.
 *
 * Locks, in the order in which they may be taken:
 *   turn   who changes rows of the index; new advisories are adopted only under it. Nobody may hold
 *          a reader of the advisories when he waits for it.
 *   lock   jobs and the queues; held for moments
 *   pulls.lock   remembered verdicts
 */
#include <pthread.h>
#include <stdatomic.h>

#include "registry/core/journal.h"
#include "registry/core/repository.h"
#include "registry/core/rows.h"
#include "registry/inspect/evaluate.h"
#include "registry/inspect/index.h"
#include "registry/inspect/inspect.h"
#include "registry/inspect/readings.h"
#include "registry/inspect/rows.h"
#include "registry/inspect/scan_row.h"

enum { JOB_THREADS = 2, PULL_SLOTS = 4096, PULL_LOCKS = 16, STALE_AT_ONCE = 16 };

enum job_state {
    JOB_QUEUED,
    JOB_RUNNING,
    JOB_WAITING, /* for analyses of layers */
    JOB_STORING, /* its result can be had from here, and is about to be written */
};

/* A manifest to be scanned. */
struct job {
    struct job *next;  /* of all */
    struct job *queue; /* of those queued */
    char *scope;
    struct digest digest;
    enum job_state state;
    bool manual;    /* somebody asked: what failed, or was read in part, is read again */
    bool told;      /* `row` and `inventory` hold */
    uint64_t heard; /* inspect->layers_done when it began to look for analyses */
    struct scan_row row;
    struct slice inventory; /* encoded; empty: none */
    struct arena arena;     /* of those two */
};

struct removal_job {
    struct removal_job *next;
    char *scope;
    struct digest digest;
};

/* A verdict on pulling, remembered. */
struct pull_slot {
    char *key; /* "SCOPE DIGEST"; NULL: free */
    bool blocked;
    char *text; /* the warning, or why not; NULL: none */
    double until;
};

struct pulls {
    pthread_mutex_t locks[PULL_LOCKS]; /* of every PULL_LOCKS'th slot each */
    struct pull_slot slots[PULL_SLOTS];
    atomic_uint_fast64_t epoch; /* counts forgettings: a verdict found before one is not remembered
                                   after it */
};

/* For metrics; NULL: nobody reads them. */
struct inspect_numbers {
    atomic_llong *scans, *failed, *waiting, *stale, *layers, *along, *again, *layers_failed,
        *reading, *rematched;
};

struct inspect {
    struct registry *registry;
    struct inspect_options options;
    struct readings *readings;
    struct advisories *advisories;
    pthread_mutex_t turn;
    uint64_t matched; /* generation of the advisories that `package` rows tell of; 0: none */
    pthread_mutex_t lock;
    pthread_cond_t work, settled, wake;
    struct job *jobs, *queue, **queue_end;
    struct removal_job *removals;
    size_t job_count;
    size_t stale; /* images that are still to get in line (stale.c) */
    uint64_t layers_done;
    bool stop;
    pthread_t threads[JOB_THREADS + 1];
    size_t thread_count;
    uint64_t cursor, cursor_kept; /* of the journal: the keeper's */
    struct pulls pulls;
    struct inspect_numbers numbers; /* under `lock`, as the three below */
    long long scans, failed, rematched;
};

/* jobs.c */
/* Gets a manifest in line unless it is there; false: too many are. */
bool jobs_add(struct inspect *inspect, struct slice scope, const struct digest *digest,
              bool manual);
/* Under `lock`. */
struct job *jobs_find(struct inspect *inspect, struct slice scope, const struct digest *digest);
void *jobs_thread(void *inspect);
void jobs_layer_done(void *inspect, const struct digest *digest);
void jobs_forget(struct inspect *inspect, struct job *job); /* under `lock` */

/* inspect.c: gets a manifest in line unless it has a result that holds. */
void inspect_wish(struct inspect *inspect, struct slice scope, const struct digest *digest);
/* The journal has new entries of ours. Without locks. */
void inspect_tell_journal(struct inspect *inspect);

/* scan_image.c: one step of a job, without locks. False: it waits for layers. */
bool scan_image(struct inspect *inspect, struct job *job, struct error *err);
/* What a manifest says of an image: its layers. False: out of memory. */
bool image_of_facts(const struct manifest_facts *facts, struct arena *arena, struct image *image);
/*
 * layer_kind.c: what an image's layer is, by its bytes: engines ask for no media type, so a layer
 * must not be passed over for what its manifest calls it.
 */
enum layer_kind {
    LAYER_ARCHIVE,   /* or could be taken for one */
    LAYER_STATEMENT, /* an attestation, a signature: nobody unpacks it */
    LAYER_ELSEWHERE, /* not in this repository: its descriptor may name addresses */
};
bool layer_kind_find(struct inspect *inspect, const struct scope *scope,
                     const struct blob_reference *layer, enum layer_kind *kind, struct error *err);
/* Whether pushes to this repository are scanned by themselves. */
bool scan_is_wanted(struct inspect *inspect, const struct scope *scope);

/* rematch.c; under `turn` */
bool rematch(struct inspect *inspect, struct rematch_report *report, struct error *err);

/* Images to be analysed again; made and used by one thread. Zeroed, it is empty. */
struct stale_image {
    struct slice scope;
    struct digest digest;
    double when; /* it was last pushed or pulled */
};
struct stale_list {
    struct arena arena, scratch;
    struct slice scope; /* of the last one */
    struct stale_image *items;
    size_t count, room, next;
    bool more; /* there may be more than were taken */
};

/* stale.c */
/* Empties the index when it is of another version; before anything writes to it. */
bool stale_index_clear(struct inspect *inspect, struct error *err);
/* Latest first. */
bool stale_list_make(struct inspect *inspect, struct stale_list *list, struct error *err);
void stale_list_done(struct stale_list *list);
/* Gets some more of them in line, while few jobs are there. */
void stale_feed(struct inspect *inspect, struct stale_list *list);

/* keeper.c */
void *keeper_thread(void *inspect);

/* report.c: the row and, when `inventory` is not NULL, the encoded inventory, out of a job or the
   rows. *found false: never scanned. */
bool report_rows(struct inspect *inspect, struct slice scope, const struct digest *digest,
                 struct arena *arena, struct scan_row *row, struct slice *inventory, bool *found,
                 struct error *err);
/* Matches anew and applies the exceptions. Give *evaluation to evaluation_done in any case. */
bool report_evaluate(struct inspect *inspect, const struct scope *scope,
                     const struct manifest_facts *facts, struct slice inventory,
                     struct arena *arena, struct evaluation *evaluation, struct error *err);

/* pull.c */
/* Scope text; empty: everything. With a digest only what is known of that. */
void pulls_forget(struct inspect *inspect, struct slice scope, const struct digest *digest);
void pulls_init(struct inspect *inspect);
void pulls_done(struct inspect *inspect);
