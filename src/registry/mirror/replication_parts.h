#pragma once
/* What the files of replication share; nobody else includes it. */
#include <jansson.h>

#include "registry/core/journal.h"
#include "registry/mirror/parts.h"

enum {
    REPLICATION_WORKERS = 3,
    REPLICATION_ARENA = 64 << 20,
    REPLICATION_ATTEMPTS = 5,         /* of what the destination refuses */
    REPLICATION_PATIENCE = 24 * 3600, /* seconds that an unreachable one is tried for */
    REPLICATION_WAIT_MAX = 900,       /* longest wait between two attempts */
};

enum job_kind { JOB_PUT, JOB_UNTAG, JOB_DELETE };

/* One piece of work, as its row has it. */
struct job {
    struct slice name; /* of the row */
    enum job_kind kind;
    struct scope scope; /* of the image */
    struct digest digest;
    struct slice tag; /* may be empty */
    struct replication_destination to;
    struct slice backfill; /* id; empty: of a push */
    unsigned attempts;
    double made, next; /* seconds since 1970 */
    struct slice code; /* of the last attempt */
};

struct replication {
    struct mirror *mirror;
    pthread_mutex_t lock; /* of the flags; taken by pushes, so never held for long */
    pthread_cond_t feed_wake, work_wake;
    bool feed_due;
    unsigned work_round;       /* goes up when there is new work */
    pthread_mutex_t pick_lock; /* of `claimed`, and of choosing work */
    pthread_t feeder, workers[REPLICATION_WORKERS];
    bool feeder_runs;
    size_t worker_count;
    uint64_t sequence, sequence_kept; /* of the journal: come to; and written down */
    double kept_at, opened;
    char claimed[REPLICATION_WORKERS][64]; /* names of rows being worked on */
};

/* replication_rows.c. Inside a transaction of the caller's. */
bool job_put(struct meta_txn *txn, struct world *world, const struct job *job, struct arena *arena,
             struct error *err);
bool job_parse(struct slice name, struct slice value, struct arena *arena, struct job *job,
               struct error *err);
bool job_remove(struct meta_txn *txn, const struct job *job, struct error *err);
/* How it stands, beside the image. */
bool job_tell(struct meta_txn *txn, const struct job *job, enum replication_state state, double now,
              struct arena *arena, struct error *err);
bool replication_statuses_in(struct meta_txn *txn, const struct scope *scope,
                             const struct digest *digest, struct arena *arena,
                             struct replication_status **statuses, size_t *count,
                             struct error *err);
bool json_to_slice(json_t *document, struct arena *arena, struct slice *text, struct error *err);

/* replication.c: there are new jobs; whether somebody is at this one. */
void replication_work(struct replication *replication);
bool replication_is_claimed(struct replication *replication, struct slice name);

/* replication_feed.c: from the journal to jobs. */
void *replication_feed(void *context);
bool replication_sequence_load(struct replication *replication, struct error *err);
void replication_sequence_keep(struct replication *replication);

/* replication_send.c: does one job; `code` is a word for why not. */
bool replication_send(struct mirror *mirror, const struct job *job, struct arena *arena,
                      const char **code, struct error *err);
/* replication_local.c: the same to another region of this registry. */
bool replication_copy(struct mirror *mirror, const struct job *job, struct arena *arena,
                      const char **code, struct error *err);

/* replication_backfill.c: what a finished (or given up) job means for its backfill. */
bool backfill_note(struct meta_txn *txn, const struct job *job, bool fine, struct arena *arena,
                   struct error *err);
/* Whether a backfill of this id still wants its work done. */
bool backfill_goes_on(struct meta_txn *txn, const struct job *job, struct arena *arena);
/* Prepares those that were asked for; ends those whose work is done. In the feeder's thread. */
void backfill_tend(struct replication *replication);
