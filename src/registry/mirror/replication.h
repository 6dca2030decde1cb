#pragma once
/*
 * What is pushed here goes to other registries, too, as the account's replication rules say
 * (replication_rules.h). A destination is a region and an account: another region of this very
 * registry (copied here), or a registry whose address the operator has given (configuration.h).
 *
 * One thread reads the journal and writes work as rows ("replicate"), a few threads do it: only
 * what is missing there is sent; what fails is tried again, later and later. How it went stands in
 * rows ("replicated") beside the image. Work and place in the journal are written in one
 * transaction, so nothing is lost by a crash. Any thread may call.
 */
#include "registry/core/core.h"
#include "registry/mirror/replication_rules.h"

struct mirror;
struct replication;

bool replication_open(struct replication **replication, struct mirror *mirror, struct error *err);
/* These accept NULL. Stopped (mirror's `stop` is set before), it can still be woken. */
void replication_stop(struct replication *replication);
void replication_close(struct replication *replication);
/* How far of the journal is dealt with, for good. */
bool replication_place(struct meta_txn *txn, struct arena *arena, uint64_t *sequence,
                       struct error *err);
void replication_wake(struct replication *replication);   /* the journal has more */
void replication_forget(struct replication *replication); /* rules changed */

/* Whether a destination of an account's rules can be had at all. */
bool replication_reaches(struct mirror *mirror, const struct scope *scope,
                         const struct replication_destination *destination);

enum replication_state { REPLICATION_IN_PROGRESS, REPLICATION_COMPLETE, REPLICATION_FAILED };
/* "IN_PROGRESS", … */
const char *replication_state_name(enum replication_state state);

struct replication_status {
    struct slice region, account;
    enum replication_state state;
    struct slice code; /* why it failed; "DestinationUnreachable", … */
};
bool replication_statuses(struct registry *registry, const struct scope *scope,
                          const struct digest *digest, struct arena *arena,
                          struct replication_status **statuses, size_t *count,
                          struct failure *failure);

/* Backfills: what is here already, to one destination. */
enum backfill_state {
    BACKFILL_PREPARING,
    BACKFILL_IN_PROGRESS,
    BACKFILL_COMPLETE,
    BACKFILL_FAILED,
    BACKFILL_STOPPING,
    BACKFILL_STOPPED,
};
const char *backfill_state_name(enum backfill_state state);

enum { BACKFILLS_MAX = 10, BACKFILL_CODES_MAX = 20, BACKFILL_KEEP_DAYS = 90 };

struct backfill {
    struct slice id;
    struct replication_destination destination;
    enum backfill_state state;
    struct slice code; /* of FAILED */
    bool prepared;     /* the numbers are known */
    uint64_t total, completed, failed;
    struct slice codes[BACKFILL_CODES_MAX];
    size_t code_count;
    double started, ended; /* ended 0: not yet */
};

struct backfill_result {
    struct slice name; /* of its row, for paging */
    struct slice repository, tag;
    struct digest digest;
    bool fine;
    struct slice code;
};

/* FAILURE_BUSY: one for this region is under way; FAILURE_LIMIT: BACKFILLS_MAX are. */
bool backfill_start(struct mirror *mirror, const struct scope *scope,
                    const struct replication_destination *destination, const struct caller *who,
                    struct arena *arena, struct backfill *backfill, struct failure *failure);
/* FAILURE_NOT_FOUND; FAILURE_PARAMETER: it is over already. */
bool backfill_stop(struct mirror *mirror, const struct scope *scope, struct slice id,
                   const struct caller *who, struct arena *arena, struct backfill *backfill,
                   struct failure *failure);
/* FAILURE_NOT_FOUND. */
bool backfill_get(struct mirror *mirror, const struct scope *scope, struct slice id,
                  struct arena *arena, struct backfill *backfill, struct failure *failure);
/* By id, after `after`. */
bool backfill_list(struct mirror *mirror, const struct scope *scope, struct slice after,
                   size_t limit, struct arena *arena, struct backfill **items, size_t *count,
                   struct failure *failure);
bool backfill_results(struct mirror *mirror, const struct scope *scope, struct slice id,
                      struct slice after, size_t limit, struct arena *arena,
                      struct backfill_result **items, size_t *count, struct failure *failure);
