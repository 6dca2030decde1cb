/*
 * Rows in SQLite: one writing connection under a mutex, and reading ones in a pool that grows as
 * readers come. A connection keeps its prepared statements and is used by one thread at a time, so
 * SQLite's own locks are off (NOMUTEX). The format is in user_version; other processes may open the
 * same file at the same time.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "store/meta_range.h"

enum {
    FORMAT_VERSION = 1,
    APPLICATION = 0x506c696d, /* "Plim", for file(1) */
    IDLE_MAX = 16,            /* reading connections that are kept */
    TROUBLE_MAX = 100,        /* lines of meta_check */
};

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
    bool read_only;              /* nobody writes to the file as long as it is open */
    pthread_mutex_t writer_lock; /* writer, data_version */
    struct connection *writer;
    int64_t data_version;
    atomic_bool changed; /* by another process, and nobody has asked yet */
    pthread_mutex_t pool_lock;
    struct connection *idle;
    unsigned idle_count;
};

static bool fail(struct error *err, sqlite3 *db, const char *doing)
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

static void connection_close(struct connection *connection)
{
    if (!connection)
        return;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(connection->kept[i]);
    sqlite3_close(connection->db);
    free(connection);
}

static bool run(sqlite3 *db, const char *sql, const char *doing, struct error *err)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(err, db, doing);
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

/* The name of the file as an URI that says that nobody changes it: nothing is written beside it. */
static bool frozen_name(const char *path, char *name, size_t room)
{
    size_t used = (size_t)snprintf(name, room, "file:");
    for (const char *at = path; *at && used + 4 < room; at++) {
        bool plain = *at != '%' && *at != '?' && *at != '#';
        used +=
            (size_t)snprintf(name + used, room - used, plain ? "%c" : "%%%02x", (unsigned char)*at);
    }
    return snprintf(name + used, room - used, "?immutable=1") < (int)(room - used);
}

static int open_file(const struct sqlite *sqlite, bool write, sqlite3 **db)
{
    char name[2 * PATH_MAX];
    if (!sqlite->read_only)
        return sqlite3_open_v2(
            sqlite->path, db,
            SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (write ? SQLITE_OPEN_CREATE : 0), NULL);
    if (!frozen_name(sqlite->path, name, sizeof name))
        return SQLITE_TOOBIG;
    return sqlite3_open_v2(name, db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                           NULL);
}

static const char *settings(const struct sqlite *sqlite, bool write)
{
    return sqlite->read_only ? FROZEN_SETTINGS : write ? WRITER_SETTINGS : READER_SETTINGS;
}

static struct connection *connection_open(struct sqlite *sqlite, bool write, struct error *err)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        error_set(err, ERROR_LIMIT, "out of memory");
        return NULL;
    }
    connection->sqlite = sqlite;
    int code = open_file(sqlite, write, &connection->db);
    bool done = code == SQLITE_OK || fail(err, connection->db, "opening");
    if (done) {
        sqlite3_busy_timeout(connection->db, META_WAIT_SECONDS * 1000);
        sqlite3_db_config(connection->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        done = run(connection->db, settings(sqlite, write), "opening", err);
    }
    if (done)
        return connection;
    connection_close(connection);
    return NULL;
}

static sqlite3_stmt *prepare(struct connection *connection, const char *sql, struct error *err)
{
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v3(connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) !=
        SQLITE_OK)
        fail(err, connection->db, "asking");
    return statement;
}

/* A kept statement, reset. Scans do not use it: they may stand within each other. */
static sqlite3_stmt *kept(struct connection *connection, enum statement which, struct error *err)
{
    if (!connection->kept[which])
        connection->kept[which] = prepare(connection, statement_text[which], err);
    return connection->kept[which];
}

/* Runs a statement that has no rows. */
static bool step(struct connection *connection, enum statement which, const char *doing,
                 struct error *err)
{
    sqlite3_stmt *statement = kept(connection, which, err);
    if (!statement)
        return false;
    bool done = sqlite3_step(statement) == SQLITE_DONE || fail(err, connection->db, doing);
    sqlite3_reset(statement);
    return done;
}

/* A null pointer would be NULL, not an empty blob. */
static void bind_bytes(sqlite3_stmt *statement, int index, struct slice bytes)
{
    sqlite3_bind_blob64(statement, index, bytes.len ? bytes.at : "", bytes.len, SQLITE_STATIC);
}

static void bind_key(sqlite3_stmt *statement, const char *kind, struct slice scope,
                     struct slice name)
{
    sqlite3_bind_text(statement, 1, kind, -1, SQLITE_STATIC);
    bind_bytes(statement, 2, scope);
    bind_bytes(statement, 3, name);
}

static struct slice column(sqlite3_stmt *statement, int index)
{
    const void *at = sqlite3_column_blob(statement, index);
    return slice_of(at ? at : "", (size_t)sqlite3_column_bytes(statement, index));
}

/* What data_version says changes on the writing connection only when another process committed. */
static bool note_changes(struct sqlite *sqlite, struct error *err)
{
    sqlite3_stmt *statement = kept(sqlite->writer, DATA_VERSION, err);
    if (!statement)
        return false;
    bool done = sqlite3_step(statement) == SQLITE_ROW || fail(err, sqlite->writer->db, "asking");
    int64_t version = done ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    if (done && version != sqlite->data_version) {
        sqlite->data_version = version;
        atomic_store(&sqlite->changed, true);
    }
    return done;
}

static bool lock_writer(struct sqlite *sqlite, struct error *err)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += META_WAIT_SECONDS;
    int code = pthread_mutex_timedlock(&sqlite->writer_lock, &until);
    if (code == EDEADLK)
        return error_set(err, ERROR_INTERNAL, "this thread has a writing transaction already");
    return code == 0 || error_set(err, ERROR_BUSY, "another change takes too long");
}

static bool begin_write(struct sqlite *sqlite, struct error *err)
{
    if (!lock_writer(sqlite, err))
        return false;
    bool begun = step(sqlite->writer, BEGIN_WRITE, "beginning to change", err);
    if (begun && note_changes(sqlite, err))
        return true;
    struct error ignored;
    if (begun)
        step(sqlite->writer, ROLLBACK, "", &ignored);
    pthread_mutex_unlock(&sqlite->writer_lock);
    return false;
}

static struct connection *take_reader(struct sqlite *sqlite, struct error *err)
{
    pthread_mutex_lock(&sqlite->pool_lock);
    struct connection *reader = sqlite->idle;
    if (reader) {
        sqlite->idle = reader->next;
        sqlite->idle_count--;
    }
    pthread_mutex_unlock(&sqlite->pool_lock);
    return reader ? reader : connection_open(sqlite, false, err);
}

static void give_reader(struct sqlite *sqlite, struct connection *reader)
{
    /* One that could not end its transaction would show an old moment for ever. */
    bool sound = sqlite3_get_autocommit(reader->db) != 0;
    pthread_mutex_lock(&sqlite->pool_lock);
    bool keep = sound && sqlite->idle_count < IDLE_MAX;
    if (keep) {
        reader->next = sqlite->idle;
        sqlite->idle = reader;
        sqlite->idle_count++;
    }
    pthread_mutex_unlock(&sqlite->pool_lock);
    if (!keep)
        connection_close(reader);
}

static bool sqlite_begin(struct meta *meta, bool write, struct meta_txn **txn, struct error *err)
{
    struct sqlite *sqlite = (struct sqlite *)meta;
    if (write && sqlite->read_only)
        return error_set(err, ERROR_IO, "the metadata was opened for reading only");
    if (write && !begin_write(sqlite, err))
        return false;
    struct connection *connection = write ? sqlite->writer : take_reader(sqlite, err);
    if (!connection)
        return false;
    if (!write && !step(connection, BEGIN_READ, "reading", err)) {
        connection_close(connection);
        return false;
    }
    connection->txn = (struct meta_txn){0};
    *txn = &connection->txn;
    return true;
}

static struct connection *own(struct meta_txn *txn)
{
    return (struct connection *)txn;
}

static void give_back(struct connection *connection, bool write)
{
    if (write)
        pthread_mutex_unlock(&connection->sqlite->writer_lock);
    else
        give_reader(connection->sqlite, connection);
}

static void sqlite_abort(struct meta_txn *txn)
{
    struct connection *connection = own(txn);
    struct error ignored;
    /* Some failures end the transaction by themselves. */
    if (!sqlite3_get_autocommit(connection->db))
        step(connection, ROLLBACK, "", &ignored);
    give_back(connection, txn->write);
}

static bool sqlite_commit(struct meta_txn *txn, struct error *err)
{
    struct connection *connection = own(txn);
    bool open = !sqlite3_get_autocommit(connection->db) ||
                error_set(err, ERROR_INTERNAL, "the transaction has ended before");
    if (open && step(connection, COMMIT, "writing", err)) {
        give_back(connection, txn->write);
        return true;
    }
    sqlite_abort(txn);
    return false;
}

static bool sqlite_get(struct meta_txn *txn, const char *kind, struct slice scope,
                       struct slice name, struct arena *arena, struct slice *value, bool *found,
                       struct error *err)
{
    sqlite3_stmt *statement = kept(own(txn), GET, err);
    if (!statement)
        return false;
    bind_key(statement, kind, scope, name);
    int code = sqlite3_step(statement);
    bool done = code == SQLITE_ROW || code == SQLITE_DONE || fail(err, own(txn)->db, "reading");
    struct slice copy = code == SQLITE_ROW ? arena_copy(arena, column(statement, 0)) : SLICE("");
    sqlite3_reset(statement);
    if (!done)
        return false;
    if (!copy.at)
        return arena_error(err);
    *found = code == SQLITE_ROW;
    if (*found)
        *value = copy;
    return true;
}

static bool sqlite_put(struct meta_txn *txn, const char *kind, struct slice scope,
                       struct slice name, struct slice value, struct error *err)
{
    sqlite3_stmt *statement = kept(own(txn), PUT, err);
    if (!statement)
        return false;
    bind_key(statement, kind, scope, name);
    bind_bytes(statement, 4, value);
    return step(own(txn), PUT, "changing", err);
}

static bool sqlite_remove(struct meta_txn *txn, const char *kind, struct slice scope,
                          struct slice name, struct error *err)
{
    sqlite3_stmt *statement = kept(own(txn), REMOVE, err);
    if (!statement)
        return false;
    bind_key(statement, kind, scope, name);
    return step(own(txn), REMOVE, "changing", err);
}

struct scan {
    struct connection *connection;
    struct range_walk walk;
    bool (*each)(void *context, const struct meta_row *row);
    void *context;
};

/* A scan takes the kept statement away while it runs; one within it prepares another. */
static sqlite3_stmt *borrow(struct connection *connection, enum statement which, struct error *err)
{
    sqlite3_stmt *statement = connection->kept[which];
    connection->kept[which] = NULL;
    return statement ? statement : prepare(connection, statement_text[which], err);
}

static void give_statement(struct connection *connection, enum statement which,
                           sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    if (connection->kept[which])
        sqlite3_finalize(statement);
    else
        connection->kept[which] = statement;
}

/* Goes through rows from where the walk begins; *verdict is RANGE_JUMP when it is to go on. */
static bool scan_on(struct scan *scan, sqlite3_stmt *statement, enum range_verdict *verdict,
                    struct error *err)
{
    bind_key(statement, scan->walk.range->kind, scan->walk.scope, scan->walk.name);
    *verdict = RANGE_TAKE;
    while (*verdict == RANGE_TAKE) {
        int code = sqlite3_step(statement);
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            return fail(err, scan->connection->db, "reading");
        if (code == SQLITE_DONE)
            break;
        struct meta_row row = {.scope = column(statement, 0), .name = column(statement, 1)};
        *verdict = range_walk_judge(&scan->walk, row.scope, row.name);
        if (*verdict != RANGE_TAKE)
            break;
        row.value = column(statement, 2);
        if (!scan->each(scan->context, &row))
            *verdict = RANGE_END;
    }
    return true;
}

static bool sqlite_scan(struct meta_txn *txn, const struct meta_range *range,
                        bool (*each)(void *context, const struct meta_row *row), void *context,
                        struct error *err)
{
    struct scan scan = {.connection = own(txn), .each = each, .context = context};
    enum range_verdict verdict = RANGE_JUMP;
    range_walk_begin(&scan.walk, range);
    bool done = true;
    while (done && verdict == RANGE_JUMP) {
        enum statement which = scan.walk.after ? AFTER : FROM;
        sqlite3_stmt *statement = borrow(scan.connection, which, err);
        if (!statement)
            return false;
        done = scan_on(&scan, statement, &verdict, err);
        give_statement(scan.connection, which, statement);
    }
    return done;
}

static bool sqlite_changed(struct meta *meta, bool *changed, struct error *err)
{
    struct sqlite *sqlite = (struct sqlite *)meta;
    *changed = false;
    if (sqlite->read_only)
        return true;
    /* When somebody writes, he has looked when he began. */
    if (pthread_mutex_trylock(&sqlite->writer_lock) == 0) {
        bool done = note_changes(sqlite, err);
        pthread_mutex_unlock(&sqlite->writer_lock);
        if (!done)
            return false;
    }
    *changed = atomic_exchange(&sqlite->changed, false);
    return true;
}

/* One step for all pages: the copy is of one moment, and a reader makes no writer wait. */
static bool copy_all(sqlite3 *to, sqlite3 *from, struct error *err)
{
    sqlite3_backup *copy = sqlite3_backup_init(to, "main", from, "main");
    if (!copy)
        return fail(err, to, "copying");
    sqlite3_backup_step(copy, -1);
    return sqlite3_backup_finish(copy) == SQLITE_OK || fail(err, to, "copying");
}

static bool sqlite_backup(struct meta *meta, const char *path, struct error *err)
{
    struct connection *reader = connection_open((struct sqlite *)meta, false, err);
    sqlite3 *to = NULL;
    if (!reader)
        return false;
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    bool done = (sqlite3_open_v2(path, &to, flags, NULL) == SQLITE_OK &&
                 sqlite3_exec(to, "PRAGMA synchronous=FULL", NULL, NULL, NULL) == SQLITE_OK) ||
                fail(err, to, "copying");
    done = done && copy_all(to, reader->db, err);
    sqlite3_close(to);
    connection_close(reader);
    return done;
}

static bool sqlite_check(struct meta *meta, struct arena *arena, struct slice *trouble,
                         struct error *err)
{
    struct connection *reader = connection_open((struct sqlite *)meta, false, err);
    if (!reader)
        return false;
    sqlite3_stmt *statement = prepare(reader, "PRAGMA integrity_check(100)", err);
    bool done = statement != NULL;
    struct slice found = SLICE("");
    int code = SQLITE_DONE;
    for (int line = 0; done && line < TROUBLE_MAX; line++) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW)
            break;
        struct slice text = column(statement, 0);
        if (!slice_equal_str(text, "ok"))
            found = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(found), found.len ? "\n" : "",
                                 SLICE_ARG(text));
        done = found.at != NULL || arena_error(err);
    }
    /* What is too damaged to be checked is damaged. */
    if (done && code != SQLITE_DONE && code != SQLITE_ROW)
        found = slice_str(arena_string(arena, slice_str(sqlite3_errmsg(reader->db))));
    sqlite3_finalize(statement);
    connection_close(reader);
    if (done)
        *trouble = found;
    return done;
}

static void sqlite_close(struct meta *meta)
{
    struct sqlite *sqlite = (struct sqlite *)meta;
    while (sqlite->idle) {
        struct connection *reader = sqlite->idle;
        sqlite->idle = reader->next;
        connection_close(reader);
    }
    connection_close(sqlite->writer); /* last: it folds the log into the file */
    pthread_mutex_destroy(&sqlite->writer_lock);
    pthread_mutex_destroy(&sqlite->pool_lock);
    free(sqlite);
}

static const struct meta_ops sqlite_ops = {
    .name = "sqlite",
    .begin = sqlite_begin,
    .commit = sqlite_commit,
    .abort = sqlite_abort,
    .get = sqlite_get,
    .put = sqlite_put,
    .remove = sqlite_remove,
    .scan = sqlite_scan,
    .changed = sqlite_changed,
    .backup = sqlite_backup,
    .check = sqlite_check,
    .close = sqlite_close,
};

static bool read_number(struct connection *connection, const char *sql, int64_t *number,
                        struct error *err)
{
    sqlite3_stmt *statement = prepare(connection, sql, err);
    if (!statement)
        return false;
    bool done = sqlite3_step(statement) == SQLITE_ROW || fail(err, connection->db, "opening");
    if (done)
        *number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return done;
}

/* Makes what is not there yet, inside a writing transaction. */
static bool make_format(struct connection *writer, struct error *err)
{
    int64_t version = 0, tables = 0;
    if (!read_number(writer, "PRAGMA user_version", &version, err) ||
        !read_number(writer, "SELECT count(*) FROM sqlite_schema", &tables, err))
        return false;
    if (version > FORMAT_VERSION)
        return error_set(err, ERROR_UNSUPPORTED,
                         "the metadata has format %lld, of a newer plimsoll; this one knows %d",
                         (long long)version, FORMAT_VERSION);
    if (version == FORMAT_VERSION)
        return true;
    if (version != 0 || tables != 0)
        return error_set(err, ERROR_FORMAT, "a database that is not plimsoll's");
    char sql[400];
    snprintf(sql, sizeof sql,
             "CREATE TABLE rows (kind TEXT NOT NULL, scope BLOB NOT NULL, name BLOB NOT NULL,"
             " value BLOB NOT NULL, PRIMARY KEY (kind, scope, name)) WITHOUT ROWID;"
             "PRAGMA application_id=%d; PRAGMA user_version=%d;",
             APPLICATION, FORMAT_VERSION);
    return run(writer->db, sql, "making", err);
}

static bool check_format(struct connection *reader, struct error *err)
{
    int64_t version = 0;
    if (!read_number(reader, "PRAGMA user_version", &version, err))
        return false;
    return version == FORMAT_VERSION || error_set(err, version ? ERROR_UNSUPPORTED : ERROR_FORMAT,
                                                  "metadata of another format: %lld, not %d",
                                                  (long long)version, FORMAT_VERSION);
}

/* What is still in the log would not be seen. */
static bool log_is_empty(const char *path, struct error *err)
{
    char name[PATH_MAX + 8];
    struct stat status;
    snprintf(name, sizeof name, "%s-wal", path);
    if (stat(name, &status) != 0)
        return errno == ENOENT || error_errno(err, "%s", name);
    return status.st_size == 0 ||
           error_set(err, ERROR_UNSUPPORTED,
                     "%s has changes that are not in the database yet, and nothing may be written "
                     "there; copy the folder to where it may",
                     name);
}

static bool prepare_frozen(struct sqlite *sqlite, struct error *err)
{
    if (!log_is_empty(sqlite->path, err))
        return false;
    sqlite->writer = connection_open(sqlite, false, err); /* shows that it can be read */
    return sqlite->writer && check_format(sqlite->writer, err);
}

static bool prepare_file(struct sqlite *sqlite, struct error *err)
{
    sqlite->writer = connection_open(sqlite, true, err);
    if (!sqlite->writer || !step(sqlite->writer, BEGIN_WRITE, "opening", err))
        return false;
    struct error ignored;
    bool done = make_format(sqlite->writer, err) && step(sqlite->writer, COMMIT, "making", err);
    if (!done && !sqlite3_get_autocommit(sqlite->writer->db))
        step(sqlite->writer, ROLLBACK, "", &ignored);
    if (!done || !note_changes(sqlite, err))
        return false;
    atomic_store(&sqlite->changed, false);
    return true;
}

static struct sqlite *sqlite_new(const char *path, bool read_only, struct error *err)
{
    struct sqlite *sqlite = calloc(1, sizeof *sqlite);
    pthread_mutexattr_t kind;
    if (!sqlite || strlen(path) >= sizeof sqlite->path) {
        free(sqlite);
        error_set(err, ERROR_LIMIT, "out of memory, or the path is too long");
        return NULL;
    }
    snprintf(sqlite->path, sizeof sqlite->path, "%s", path);
    sqlite->read_only = read_only;
    pthread_mutexattr_init(&kind);
    pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_init(&sqlite->writer_lock, &kind);
    pthread_mutexattr_destroy(&kind);
    pthread_mutex_init(&sqlite->pool_lock, NULL);
    sqlite->meta.ops = &sqlite_ops;
    return sqlite;
}

static bool open_path(struct meta **meta, const char *path, bool read_only, struct error *err)
{
    struct sqlite *sqlite = sqlite_new(path, read_only, err);
    if (!sqlite)
        return false;
    if (read_only ? prepare_frozen(sqlite, err) : prepare_file(sqlite, err)) {
        *meta = &sqlite->meta;
        return true;
    }
    sqlite_close(&sqlite->meta);
    return error_add(err, "%s", path);
}

bool meta_sqlite_open(struct meta **meta, const char *path, struct error *err)
{
    return open_path(meta, path, false, err);
}

bool meta_sqlite_open_frozen(struct meta **meta, const char *path, struct error *err)
{
    return open_path(meta, path, true, err);
}
