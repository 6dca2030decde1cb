#pragma once
/*
 * Scan on push. An upload's bytes are analysed while they arrive: a jailed worker (forked by a
 * small process that was made before any thread or secret was there) reads along in the upload's
 * file and never holds it back. The analysis of a blob is kept beside it (blobs' objects,
 * "analysis"); when a manifest is stored, those of its layers are merged, matched and kept as
 * findings, with a row for each (package, image), so that new advisories find their images without
 * a layer.
 *
 * Rows: see rows.h in this folder. Any thread may call.
 */
#include "registry/core/manifest.h"
#include "scan/policy.h"
#include "scan/result.h"

struct inspect;

struct inspect_options {
    const char *store;       /* advisory store; NULL: the starter database */
    unsigned workers;        /* analyses at once; 0: twice the processors */
    unsigned idle_seconds;   /* a worker whose upload pauses for so long is given up; 0: 60 */
    unsigned silent_seconds; /* one that has all bytes and says nothing for so long is killed; 0:
                                120 */
    bool only_on_request;    /* nothing is scanned by itself; policies on pull hold all the same */
};

/* Forks the small process. Call first of all, before threads, the network and credentials. */
bool inspect_nursery_start(struct error *err);
/* Last of all; fine when it was never started. */
void inspect_nursery_stop(void);

bool inspect_open(struct inspect **inspect, struct registry *registry,
                  const struct inspect_options *options, struct error *err);
/* Lets what is under way end for at most `seconds`. */
void inspect_close(struct inspect *inspect, unsigned seconds);

struct metrics;
/* From now on its numbers stand there ("plimsoll_scans_total", …), a second old at most. `metrics`
   must outlive it. */
void inspect_measure(struct inspect *inspect, struct metrics *metrics);

enum inspect_status {
    INSPECT_NONE, /* never asked for */
    INSPECT_PENDING,
    INSPECT_IN_PROGRESS,
    INSPECT_COMPLETE,
    INSPECT_FAILED,
    INSPECT_UNSUPPORTED, /* nothing in it that could be scanned */
};

struct inspect_report {
    enum inspect_status status;
    struct slice why;             /* of FAILED, UNSUPPORTED; notes of partial reads */
    double completed, advisories; /* when; as of which date the advisories were */
    struct distribution distribution;
    struct scan_finding *findings; /* suppressed ones too; sorted as ever */
    size_t finding_count;
    struct package *packages;
    size_t package_count;
    struct note *notes;
    size_t note_count;
    size_t counts[SEVERITY_CRITICAL + 1]; /* by severity, not suppressed */
    bool partial, starter_database;
    /* Referrers that speak of it (SBOMs, VEX, attestations); none is believed unless verified. */
    struct inspect_statement {
        struct digest digest;
        struct slice artifact_type;
        bool verified;
    } * statements;
    size_t statement_count;
};

struct meta_txn;
/* How far of the journal is dealt with, for good. */
bool inspect_place(struct meta_txn *txn, struct arena *arena, uint64_t *sequence,
                   struct error *err);

/* What another version of plimsoll analysed is PENDING, is analysed again by itself, and sooner
   when it is asked for here in full or pulled. status INSPECT_NONE and no failure when it was never
   scanned. `full` false: only status and counts. */
bool inspect_report(struct inspect *inspect, const struct scope *scope, const struct digest *digest,
                    bool full, struct arena *arena, struct inspect_report *report,
                    struct failure *failure);
/* StartImageScan. */
bool inspect_start(struct inspect *inspect, const struct scope *scope, const struct digest *digest,
                   const struct caller *who, struct failure *failure);
/* Waits until it is neither pending nor in progress, at most `seconds`. */
bool inspect_wait(struct inspect *inspect, const struct scope *scope, const struct digest *digest,
                  double seconds, enum inspect_status *status, struct failure *failure);

/*
 * May it be pulled? By the repository's (else the account's) setting "pull-policy", JSON:
 *   {"mode": "off"|"warn"|"block", "failOn": "critical,kev", "unscanned": "allow"|"block"}
 * and by quarantine. FAILURE_BLOCKED says why and what to do; `warning` is for a Warning header
 * (299), empty when there is none. Fast: verdicts are remembered until something changes.
 */
bool inspect_may_pull(struct inspect *inspect, const struct scope *scope,
                      const struct digest *digest, struct arena *arena, struct slice *warning,
                      struct failure *failure);
/* Whether it is remembered that it may be pulled, with nothing to say of it. Takes 100 ns; false:
   ask inspect_may_pull, in a worker. */
bool inspect_may_pull_at_once(struct inspect *inspect, const struct scope *scope,
                              const struct digest *digest);
bool inspect_quarantine(struct inspect *inspect, const struct scope *scope,
                        const struct digest *digest, struct slice why, bool on,
                        const struct caller *who, struct failure *failure);

/* The advisories changed (or the exceptions of a repository): which images change? Runs by itself
   when the server sees a new store; `plimsoll db update` of the same data folder may call it. */
struct rematch_report {
    size_t images, changed; /* looked at; with other findings than before */
    size_t added, gone;     /* findings */
    double seconds;
};
bool inspect_rematch(struct inspect *inspect, struct rematch_report *report, struct error *err);
