#pragma once
/*
 * Inside of rows in SQLite: what its files share, nobody else includes it.
 *
 *   sqlite_connection.c   a connection and its prepared statements
 *   meta_sqlite.c         transactions, rows, backup, check
 *   sqlite_open.c         the file's format, opening it
 */
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "store/meta_range.h"

enum statement {
    BEGIN_READ,
    BEGIN_WRITE,
    COMMIT,
    ROLLBACK,
    GET,
    PUT,
    REMOVE,
    FROM,  /* rows at a key and behind it */
    AFTER, /* rows behind a key */
    DATA_VERSION,
    STATEMENTS,
};

struct sqlite;

struct connection {
    struct meta_txn txn; /* the one that is open on it */
    struct sqlite *sqlite;
    struct connection *next; /* in the pool */
    sqlite3 *db;
    sqlite3_stmt *kept[STATEMENTS];
};

struct sqlite {
    struct meta meta;
    char path[PATH_MAX];
    bool read_only;              /* it is not written to by us */
    bool shared;                 /* with read_only: but by others */
    pthread_mutex_t writer_lock; /* writer, data_version */
    struct connection *writer;
    int64_t data_version;
    atomic_bool changed; /* by another process, and nobody has asked yet */
    pthread_mutex_t pool_lock;
    struct connection *idle;
    unsigned idle_count;
};

extern const struct meta_ops sqlite_ops; /* meta_sqlite.c */

/* Sets what SQLite says went wrong while `doing` it; `db` may be NULL. Returns false. */
bool sqlite_fail(struct error *err, sqlite3 *db, const char *doing);
bool sqlite_run(sqlite3 *db, const char *sql, const char *doing, struct error *err);
void sqlite_bind_bytes(sqlite3_stmt *statement, int index, struct slice bytes);
void sqlite_bind_key(sqlite3_stmt *statement, const char *kind, struct slice scope,
                     struct slice name);
/* Lives until the statement's next step. */
struct slice sqlite_column(sqlite3_stmt *statement, int index);

struct connection *connection_open(struct sqlite *sqlite, bool write, struct error *err);
void connection_close(struct connection *connection); /* accepts NULL */
/* The caller finalizes it; NULL: err says why. */
sqlite3_stmt *connection_prepare(struct connection *connection, const char *sql, struct error *err);
/* A kept statement, reset. Scans do not use it: they may stand within each other. */
sqlite3_stmt *connection_kept(struct connection *connection, enum statement which,
                              struct error *err);
const char *statement_sql(enum statement which);
/* Runs a kept statement that has no rows. */
bool connection_step(struct connection *connection, enum statement which, const char *doing,
                     struct error *err);

/* Whether another process committed since the last time; under the writer's lock. */
bool sqlite_note_changes(struct sqlite *sqlite, struct error *err);
