/* See sqlite_parts.h. */
#include <errno.h>

#include "store/sqlite_parts.h"

static const char *const statement_text[STATEMENTS] = {
    [BEGIN_READ] = "BEGIN",
    [BEGIN_WRITE] = "BEGIN IMMEDIATE",
    [COMMIT] = "COMMIT",
    [ROLLBACK] = "ROLLBACK",
    [GET] = "SELECT value FROM rows WHERE kind = ?1 AND scope = ?2 AND name = ?3",
    [PUT] = "INSERT OR REPLACE INTO rows (kind, scope, name, value) VALUES (?1, ?2, ?3, ?4)",
    [REMOVE] = "DELETE FROM rows WHERE kind = ?1 AND scope = ?2 AND name = ?3",
    [FROM] = "SELECT scope, name, value FROM rows WHERE kind = ?1 AND (scope, name) >= (?2, ?3)"
             " ORDER BY scope, name",
    [AFTER] = "SELECT scope, name, value FROM rows WHERE kind = ?1 AND (scope, name) > (?2, ?3)"
              " ORDER BY scope, name",
    [DATA_VERSION] = "PRAGMA data_version",
};

const char *statement_sql(enum statement which)
{
    return statement_text[which];
}

bool sqlite_fail(struct error *err, sqlite3 *db, const char *doing)
{
    int code = db ? sqlite3_errcode(db) : SQLITE_NOMEM;
    int below = db ? sqlite3_system_errno(db) : 0;
    enum error_kind kind = ERROR_IO;
    const char *advice = "";
    if (code == SQLITE_FULL || (code == SQLITE_IOERR && (below == ENOSPC || below == EDQUOT))) {
        kind = ERROR_FULL;
        advice = " (make room, then run it again)";
    } else if (code == SQLITE_BUSY || code == SQLITE_LOCKED) {
        kind = ERROR_BUSY;
    } else if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
        kind = ERROR_FORMAT;
        advice = " (plimsoll check says what is damaged)";
    }
    return error_set(err, kind, "%s the metadata: %s%s", doing,
                     db ? sqlite3_errmsg(db) : "out of memory", advice);
}

void connection_close(struct connection *connection)
{
    if (!connection)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(connection->kept[i]);
    sqlite3_close(connection->db);
    free(connection);
}

bool sqlite_run(sqlite3 *db, const char *sql, const char *doing, struct error *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || sqlite_fail(err, db, doing);
}

/* WAL: readers and the writer do not wait for each other. FULL: a commit is on the disk. The cache
   is small because the kernel's is behind it, and there may be many connections. */
#define SETTINGS                                                                                   \
    "PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"                     \
    "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF; PRAGMA journal_size_limit=67108864;"     \
    "PRAGMA wal_autocheckpoint=4000;"
#define WRITER_SETTINGS SETTINGS "PRAGMA cache_size=-2048;"
#define READER_SETTINGS SETTINGS "PRAGMA cache_size=-512; PRAGMA query_only=ON;"
#define FROZEN_SETTINGS "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;"

/* The name of the file as an URI that says that nobody changes it: nothing is written beside it.
   `shared`: others do change it. */
static bool frozen_name(const char *path, bool shared, char *name, size_t room)
{
    size_t used = (size_t)snprintf(name, room, "file:");
    for (const char *at = path; *at && used + 4 < room; at++) {
        bool plain = *at != '%' && *at != '?' && *at != '#';
        used +=
            (size_t)snprintf(name + used, room - used, plain ? "%c" : "%%%02x", (unsigned char)*at);
    }
    return snprintf(name + used, room - used, shared ? "?mode=ro" : "?immutable=1") <
           (int)(room - used);
}

static int open_file(const struct sqlite *sqlite, bool write, sqlite3 **db)
{
    char name[2 * PATH_MAX];
    if (!sqlite->read_only)
        return sqlite3_open_v2(
            sqlite->path, db,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_CREATE : 0), NULL);
    if (!frozen_name(sqlite->path, sqlite->shared, name, sizeof name))
        return SQLITE_TOOBIG;
    return sqlite3_open_v2(name, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                           NULL);
}

static const char *settings(const struct sqlite *sqlite, bool write)
{
    return sqlite->read_only ? FROZEN_SETTINGS : write ? WRITER_SETTINGS : READER_SETTINGS;
}

struct connection *connection_open(struct sqlite *sqlite, bool write, struct error *err)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    connection->sqlite = sqlite;
    int code = open_file(sqlite, write, &connection->db);
    bool done = code == SQLITE_OK || sqlite_fail(err, connection->db, "opening");
    if (done) {
        sqlite3_busy_timeout(connection->db, META_WAIT_SECONDS * 1000);
        sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        done = sqlite_run(connection->db, settings(sqlite, write), "opening", err);
    }
    if (done)
        return connection;
    connection_close(connection);
    return NULL;
}

sqlite3_stmt *connection_prepare(struct connection *connection, const char *sql, struct error *err)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK)
        sqlite_fail(err, connection->db, "asking");
    return statement;
}

sqlite3_stmt *connection_kept(struct connection *connection, enum statement which,
                              struct error *err)
{
    if (!connection->kept[which])
        connection->kept[which] = connection_prepare(connection, statement_text[which], err);
    return connection->kept[which];
}

bool connection_step(struct connection *connection, enum statement which, const char *doing,
                     struct error *err)
{
    sqlite3_stmt *statement = connection_kept(connection, which, err);
    if (!statement)
        return false;
    bool done = sqlite3_step(statement) == SQLITE_DONE || sqlite_fail(err, connection->db, doing);
    sqlite3_reset(statement);
    return done;
}

/* A null pointer would be NULL, not an empty blob. */
void sqlite_bind_bytes(sqlite3_stmt *statement, int index, struct slice bytes)
{
    sqlite3_bind_blob64(statement, index, bytes.len ? bytes.at : "", bytes.len, SQLITE_STATIC);
}

void sqlite_bind_key(sqlite3_stmt *statement, const char *kind, struct slice scope,
                     struct slice name)
{
    sqlite3_bind_text(statement, 1, kind, -1, SQLITE_STATIC);
    sqlite_bind_bytes(statement, 2, scope);
    sqlite_bind_bytes(statement, 3, name);
}

struct slice sqlite_column(sqlite3_stmt *statement, int index)
{
    const void *at = sqlite3_column_blob(statement, index);
    return slice_of(at ? at : "", (size_t)sqlite3_column_bytes(statement, index));
}
