#pragma once
/* What the files of mirror/ share; nobody else includes it. */
#include <stdatomic.h>

#include "base/table.h"
#include "registry/core/manifest.h"
#include "registry/core/rows.h"
#include "registry/core/upload.h"
#include "registry/mirror/flight.h"
#include "registry/mirror/mirror.h"
#include "registry/mirror/replication.h"
#include "registry/mirror/rule.h"
#include "registry/mirror/upstream.h"

/* Kinds of rows of ours.
 *   mirrored     scope a repository's, name a tag: when it was asked for upstream last (JSON)
 *   replicate    scope "", name SEQUENCE: work of replication (replication_queue.c)
 *   replicated   scope a repository's, name DIGEST/REGION/ACCOUNT: how it went
 *   backfill     scope an account's, name ID; backfilled: name ID/…: its results */
#define ROW_MIRRORED   "mirrored"
#define ROW_REPLICATE  "replicate"
#define ROW_REPLICATED "replicated"
#define ROW_BACKFILL   "backfill"
#define ROW_BACKFILLED "backfilled"

enum {
    PULL_ARENA = 64 << 20,  /* of one manifest's pull */
    MISSES_MAX = 4096,      /* remembered; then all are forgotten */
    AWAY_SECONDS = 20,      /* an upstream that did not answer is left alone for */
    FILLS_MAX = 1000,       /* images whose layers are still to be fetched */
    SCAN_WAIT_SECONDS = 300 /* a first pull waits for its scan at most this long */
};

/* Rules of one account, parsed. */
struct mirror_account {
    struct mirror_account *next;
    char scope[80]; /* "ACCOUNT/REGION" */
    struct arena arena;
    struct mirror_rule *rules;
    size_t rule_count;
};

/* An image whose layers should come without being asked for. */
struct mirror_fill {
    struct mirror_fill *next;
    char scope[400];
    struct digest digest;
};

struct mirror {
    const struct node *node;
    struct registry *registry;
    struct world *world;
    atomic_bool stop;
    pthread_mutex_t lock; /* of all below, never held over network or rows */

    struct mirror_account *accounts;
    unsigned rules_generation; /* goes up when rules are forgotten */

    struct arena configuration_arena;
    struct mirror_configuration configuration;
    double configuration_asked, configuration_changed;
    uint64_t configuration_size;

    struct arena miss_arena; /* "what" → until when it need not be asked again */
    struct table misses;

    struct flights flights;

    pthread_cond_t fill_wake;
    struct mirror_fill *fills, **fills_end;
    size_t fill_count;
    pthread_t filler;
    bool filler_runs;

    struct replication *replication;
};

extern const struct caller caller_mirror;

double mirror_now(const struct mirror *mirror);

/* mirror.c. The rule for a repository, copied to `arena`; false: none. */
bool mirror_rule_for(struct mirror *mirror, const struct scope *scope, struct arena *arena,
                     struct mirror_rule *rule);
/* Reads mirror.json again when it changed (asked at most every two seconds). */
void mirror_configuration_refresh(struct mirror *mirror);
/* Where a rule's repository comes from, with what the configuration says of it; copied. */
bool mirror_target(struct mirror *mirror, const struct mirror_rule *rule, struct slice repository,
                   struct arena *arena, struct upstream_target *target,
                   struct mirror_timing *timing, struct error *err);

/* Of mirror.json, copied; under the lock. */
bool mirror_host_copy(struct mirror *mirror, struct slice url, struct arena *arena,
                      const struct mirror_host **host, struct error *err);

/* misses.c. */
bool mirror_missed(struct mirror *mirror, struct slice what);
void mirror_miss(struct mirror *mirror, struct slice what, double seconds);
void mirror_forget_misses(struct mirror *mirror);

/* pull.c. Brings a blob whose size is known, once for all who ask. */
bool mirror_bring_blob(struct mirror *mirror, const struct scope *scope,
                       const struct blob_reference *blob, const struct caller *who,
                       struct failure *failure);
/* All that an image names and that is not here; then it is whole, and scanned. */
bool mirror_bring_image(struct mirror *mirror, const struct scope *scope,
                        const struct digest *digest, const struct caller *who,
                        struct failure *failure);

/* fill.c. */
bool mirror_fill_start(struct mirror *mirror, struct error *err);
void mirror_fill_stop(struct mirror *mirror);
void mirror_fill_add(struct mirror *mirror, const struct scope *scope, const struct digest *digest);
