/* See sqlite_parts.h. */
#include <errno.h>
#include <sys/stat.h>

#include "store/sqlite_parts.h"

enum {
    FORMAT_VERSION = 1,
    APPLICATION = 0x506c696d, /* "Plim", for file(1) */
};

static bool read_number(struct connection *connection, const char *sql, int64_t *number,
                        struct error *err)
{
    sqlite3_stmt *statement = connection_prepare(connection, sql, err);
    if (!statement)
        return false;
    bool done =
        sqlite3_step(statement) == SQLITE_ROW || sqlite_fail(err, connection->db, "opening");
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
    return sqlite_run(writer->db, sql, "making", err);
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

/* *size 0: it is not there, or empty. */
static bool file_beside(const char *path, const char *suffix, bool *there, off_t *size,
                        struct error *err)
{
    char name[PATH_MAX + 8];
    struct stat status = {.st_size = 0};
    snprintf(name, sizeof name, "%s%s", path, suffix);
    *there = stat(name, &status) == 0;
    *size = status.st_size;
    return *there || errno == ENOENT || error_errno(err, "%s", name);
}

/* What is still in the log is seen only with the index of the log, which is there while others
   have the database open (and after a crash). */
static bool look_for_others(struct sqlite *sqlite, struct error *err)
{
    bool log, index;
    off_t log_size, index_size;
    if (!file_beside(sqlite->path, "-wal", &log, &log_size, err) ||
        !file_beside(sqlite->path, "-shm", &index, &index_size, err))
        return false;
    sqlite->shared = log && index;
    return sqlite->shared || !log_size ||
           error_set(err, ERROR_UNSUPPORTED,
                     "%s-wal has changes that are not in the database yet, and nothing may be "
                     "written there; copy the folder to where it may",
                     sqlite->path);
}

static bool prepare_frozen(struct sqlite *sqlite, struct error *err)
{
    if (!look_for_others(sqlite, err))
        return false;
    sqlite->writer = connection_open(sqlite, false, err); /* shows that it can be read */
    return sqlite->writer && check_format(sqlite->writer, err);
}

static bool prepare_file(struct sqlite *sqlite, struct error *err)
{
    sqlite->writer = connection_open(sqlite, true, err);
    if (!sqlite->writer || !connection_step(sqlite->writer, BEGIN_WRITE, "opening", err))
        return false;
    struct error ignored;
    bool done =
        make_format(sqlite->writer, err) && connection_step(sqlite->writer, COMMIT, "making", err);
    if (!done && !sqlite3_get_autocommit(sqlite->writer->db))
        connection_step(sqlite->writer, ROLLBACK, "", &ignored);
    if (!done || !sqlite_note_changes(sqlite, err))
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
    sqlite_ops.close(&sqlite->meta);
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
