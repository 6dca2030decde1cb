#pragma once
/*
 * The journal: every change with who, when and why, written in the transaction of the change. It is
 * the audit log, and the outbox from which events are delivered (ops/events): a reader keeps the
 * sequence number it has come to, so nothing is lost and nothing waits.
 *
 * Row: kind "journal", scope "", name: 16 hex digits of the sequence number, ascending and without
 * gaps that matter.
 */
#include "registry/core/core.h"

struct journal_entry {
    uint64_t sequence;
    double when;
    struct slice action; /* "CreateRepository", "PutImage", "DeleteImage", "TagImage", "UntagImage",
                            "ExpireImage", "ScanImage", "PutLifecyclePolicy", … */
    struct slice account, region, repository;
    struct slice digest, tag, media_type; /* may be empty */
    struct slice who, arn, address, request;
    struct slice detail; /* JSON object of what else there is; may be empty */
    bool failed;         /* a refused attempt (denied, blocked): audit only */
    struct slice why;
};

/* Inside the transaction of the change. */
bool journal_add(struct registry *registry, struct meta_txn *txn, const struct scope *scope,
                 const struct journal_entry *entry, const struct caller *who, struct error *err);
/* In a transaction of its own: what happened without a change of rows (a refused pull, a scan). */
bool journal_tell(struct registry *registry, const struct scope *scope,
                  const struct journal_entry *entry, const struct caller *who, struct error *err);
/* The last sequence number that was given; 0: none. */
bool journal_last(struct meta_txn *txn, struct arena *arena, uint64_t *sequence, struct error *err);
/* Removes those that are older than `before` (seconds since 1970), up to the number `upto`, oldest
   first, at most `limit`, in a transaction of its own. Ends at the first that is younger; those
   that a clock dated into the future are passed over, and stay. */
bool journal_shorten(struct registry *registry, double before, uint64_t upto, size_t limit,
                     size_t *removed, struct error *err);
/* Those after `sequence`, at most `limit`. */
bool journal_read(struct registry *registry, uint64_t sequence, size_t limit, struct arena *arena,
                  struct journal_entry **entries, size_t *count, struct error *err);
