/*
 * Rows in SQLite: one writing connection under a mutex, and reading ones in a pool that grows as
 * readers come. A connection keeps its prepared statements and is used by one thread at a time, so
 * SQLite's own locks are off (NOMUTEX). The format is in user_version; other processes may open the
 * same file at the same time.
 */
#include <errno.h>

#include "base/clock.h"
#include "store/sqlite_parts.h"

enum {
    IDLE_MAX = 16,     /* reading connections that are kept */
    TROUBLE_MAX = 100, /* lines of meta_check */
};

/* What data_version says changes on the writing connection only when another process committed. */
bool sqlite_note_changes(struct sqlite *sqlite, struct error *err)
{
    sqlite3_stmt *statement = connection_kept(sqlite->writer, DATA_VERSION, err);
    if (!statement)
        return false;
    bool done =
        sqlite3_step(statement) == SQLITE_ROW || sqlite_fail(err, sqlite->writer->db, "asking");
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
    struct timespec until = clock_after(META_WAIT_SECONDS);
    int code = pthread_mutex_clocklock(&sqlite->writer_lock, CLOCK_MONOTONIC, &until);
    if (code == EDEADLK)
        return error_set(err, ERROR_INTERNAL, "this thread has a writing transaction already");
    return code == 0 || error_set(err, ERROR_BUSY, "another change takes too long");
}

static bool begin_write(struct sqlite *sqlite, struct error *err)
{
    if (!lock_writer(sqlite, err))
        return false;
    bool begun = connection_step(sqlite->writer, BEGIN_WRITE, "beginning to change", err);
    if (begun && sqlite_note_changes(sqlite, err))
        return true;
    struct error ignored;
    if (begun)
        connection_step(sqlite->writer, ROLLBACK, "", &ignored);
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
    if (!write && !connection_step(connection, BEGIN_READ, "reading", err)) {
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
        connection_step(connection, ROLLBACK, "", &ignored);
    give_back(connection, txn->write);
}

static bool sqlite_commit(struct meta_txn *txn, struct error *err)
{
    struct connection *connection = own(txn);
    bool open = !sqlite3_get_autocommit(connection->db) ||
                error_set(err, ERROR_INTERNAL, "the transaction has ended before");
    if (open && connection_step(connection, COMMIT, "writing", err)) {
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
    sqlite3_stmt *statement = connection_kept(own(txn), GET, err);
    if (!statement)
        return false;
    sqlite_bind_key(statement, kind, scope, name);
    int code = sqlite3_step(statement);
    bool done =
        code == SQLITE_ROW || code == SQLITE_DONE || sqlite_fail(err, own(txn)->db, "reading");
    struct slice copy =
        code == SQLITE_ROW ? arena_copy(arena, sqlite_column(statement, 0)) : SLICE("");
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
    sqlite3_stmt *statement = connection_kept(own(txn), PUT, err);
    if (!statement)
        return false;
    sqlite_bind_key(statement, kind, scope, name);
    sqlite_bind_bytes(statement, 4, value);
    return connection_step(own(txn), PUT, "changing", err);
}

static bool sqlite_remove(struct meta_txn *txn, const char *kind, struct slice scope,
                          struct slice name, struct error *err)
{
    sqlite3_stmt *statement = connection_kept(own(txn), REMOVE, err);
    if (!statement)
        return false;
    sqlite_bind_key(statement, kind, scope, name);
    return connection_step(own(txn), REMOVE, "changing", err);
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
    return statement ? statement : connection_prepare(connection, statement_sql(which), err);
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
    sqlite_bind_key(statement, scan->walk.range->kind, scan->walk.scope, scan->walk.name);
    *verdict = RANGE_TAKE;
    while (*verdict == RANGE_TAKE) {
        int code = sqlite3_step(statement);
        if (code != SQLITE_ROW && code != SQLITE_DONE)
            return sqlite_fail(err, scan->connection->db, "reading");
        if (code == SQLITE_DONE)
            break;
        struct meta_row row = {.scope = sqlite_column(statement, 0),
                               .name = sqlite_column(statement, 1)};
        *verdict = range_walk_judge(&scan->walk, row.scope, row.name);
        if (*verdict != RANGE_TAKE)
            break;
        row.value = sqlite_column(statement, 2);
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
        bool done = sqlite_note_changes(sqlite, err);
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
        return sqlite_fail(err, to, "copying");
    sqlite3_backup_step(copy, -1);
    return sqlite3_backup_finish(copy) == SQLITE_OK || sqlite_fail(err, to, "copying");
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
                sqlite_fail(err, to, "copying");
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
    sqlite3_stmt *statement = connection_prepare(reader, "PRAGMA integrity_check(100)", err);
    bool done = statement != NULL;
    struct slice found = SLICE("");
    int code = SQLITE_DONE;
    for (int line = 0; done && line < TROUBLE_MAX; line++) {
        code = sqlite3_step(statement);
        if (code != SQLITE_ROW)
            break;
        struct slice text = sqlite_column(statement, 0);
        if (!slice_equal_str(text, "ok"))
            arena_list(arena, &found, "\n", "%.*s", SLICE_ARG(text));
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

const struct meta_ops sqlite_ops = {
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
