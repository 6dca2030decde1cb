#pragma once
/*
 * Metadata: ordered rows in serializable transactions, and nothing more. What rows mean is the
 * business of registry/; which database holds them is the business of a backend (meta_sqlite.c;
 * PostgreSQL is to come). Rules of the registry are thus written once, and the simulation runs the
 * very same ones.
 *
 * A row is found by three texts:
 *   kind    a literal of ours: "repository", "tag", "manifest", … (registry/core/rows.h lists them)
 *   scope   "ACCOUNT/REGION" or "ACCOUNT/REGION/REPOSITORY": the key by which a cluster can
 *           partition; "" for what belongs to nobody (blobs' files, users)
 *   name    within the scope; may be empty; any bytes, at most META_NAME_MAX
 * and holds a value, at most META_VALUE_MAX bytes: JSON of ours, or raw bytes.
 *
 * SQLite: one table `rows (kind, scope, name, value, primary key (kind, scope, name)) without
 * rowid`, WAL, synchronous=FULL: what meta_commit said true to survives a power cut.
 *
 * Threads: struct meta may be used by any thread; a transaction by the thread that began it.
 * Reading transactions see one moment and never wait. At most one writing transaction is open at a
 * time in the process; beginning another waits (ERROR_BUSY after META_WAIT_SECONDS, also for other
 * processes). A thread has at most one transaction open.
 *
 * A writing transaction in which anything failed (full disk, damaged file) cannot be committed:
 * meta_commit then says false, so that nothing is ever half done.
 */
#include "base/arena.h"

enum {
    META_SCOPE_MAX = 512,
    META_NAME_MAX = 2048,
    META_VALUE_MAX = 16 << 20,
    META_WAIT_SECONDS = 30,
};

struct meta;

/* Embedded first in each backend's own struct. */
struct meta_txn {
    struct meta *meta;
    bool write;
    bool broken;       /* something failed in it: it cannot be committed any more */
    unsigned scanning; /* meta_scan is going on: no writing */
};

struct meta_row {
    struct slice scope, name, value;
};

/* What meta_scan goes through: rows of `kind` in ascending byte order of (scope, name). */
struct meta_range {
    const char *kind;
    struct slice scope;
    bool below;          /* all scopes that begin with `scope` + "/" as well ("": all there are) */
    struct slice prefix; /* of names (not with `below`); empty: all */
    struct slice after;  /* names after this one; empty: from the beginning (not with `below`) */
    struct slice after_scope; /* with `below`: rows after (after_scope, after) */
    size_t limit;             /* 0: all */
};

struct meta_ops {
    const char *name; /* "sqlite" */
    bool (*begin)(struct meta *meta, bool write, struct meta_txn **txn, struct error *err);
    bool (*commit)(struct meta_txn *txn, struct error *err);
    void (*abort)(struct meta_txn *txn);
    bool (*get)(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                struct arena *arena, struct slice *value, bool *found, struct error *err);
    bool (*put)(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                struct slice value, struct error *err);
    bool (*remove)(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                   struct error *err);
    bool (*scan)(struct meta_txn *txn, const struct meta_range *range,
                 bool (*each)(void *context, const struct meta_row *row), void *context,
                 struct error *err);
    bool (*changed)(struct meta *meta, bool *changed, struct error *err);
    bool (*backup)(struct meta *meta, const char *path, struct error *err);
    bool (*check)(struct meta *meta, struct arena *arena, struct slice *trouble, struct error *err);
    void (*close)(struct meta *meta);
};

/* Embedded first in each backend's own struct. */
struct meta {
    const struct meta_ops *ops;
};

/* `path`: the file. Makes it when absent. ERROR_UNSUPPORTED for one of a newer version. */
bool meta_sqlite_open(struct meta **meta, const char *path, struct error *err);
/* One that we may only read (a backup, a read-only disk), others perhaps write to it: nothing is
   written beside it, and beginning a writing transaction fails with ERROR_IO. */
bool meta_sqlite_open_frozen(struct meta **meta, const char *path, struct error *err);
/* In memory, the same semantics, for tests and the simulation. Its rows outlive a crash as far as
   they were committed: meta_memory_crash makes every transaction that is open now fail. */
struct meta *meta_memory_new(void);
void meta_memory_crash(struct meta *meta);
/* Accepts NULL. */
void meta_close(struct meta *meta);

bool meta_begin(struct meta *meta, bool write, struct meta_txn **txn, struct error *err);
/* Ends the transaction in any case; false: nothing of it happened. *txn becomes NULL. */
bool meta_commit(struct meta_txn **txn, struct error *err);
/* Accepts NULL and *txn == NULL: fit for cleanup. */
void meta_abort(struct meta_txn **txn);
#define CLEANUP_META __attribute__((cleanup(meta_abort)))

/* *found says whether the row is there; *value in `arena`. */
bool meta_get(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
              struct arena *arena, struct slice *value, bool *found, struct error *err);
bool meta_put(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
              struct slice value, struct error *err);
/* Fine when it is not there. */
bool meta_remove(struct meta_txn *txn, const char *kind, struct slice scope, struct slice name,
                 struct error *err);
/* The row's slices are valid during the call only; `each` returns false to stop (no failure). It
   must not write. */
bool meta_scan(struct meta_txn *txn, const struct meta_range *range,
               bool (*each)(void *context, const struct meta_row *row), void *context,
               struct error *err);
/* Whether another process has committed since this was asked last: caches are stale then. Cheap. */
bool meta_changed(struct meta *meta, bool *changed, struct error *err);
/* A consistent copy while others go on. */
bool meta_backup(struct meta *meta, const char *path, struct error *err);
/* Whether the database itself is sound; `trouble` says what is not, empty when nothing. */
bool meta_check(struct meta *meta, struct arena *arena, struct slice *trouble, struct error *err);
