#include "advisory/store_write.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "advisory/store_env.h"
#include "advisory/store_fault.h"
#include "base/clock.h"
#include "base/file.h"

static const size_t MAP_SIZE = (size_t)1 << 30, MAP_MAX = (size_t)1 << 36;

enum { SCRATCH_BUDGET = 16 * 1024 * 1024 };

struct store_writer {
    pthread_mutex_t lock; /* LMDB's handles and map size are for one thread at a time */
    int lock_fd;
    bool older; /* the store is of an older format: emptied with the first feed that is written */
    MDB_env *env;
    char folder[1024]; /* for people */
    size_t map_size, map_max;
};

static bool write_error(struct error *err, int code)
{
    if (code == MDB_MAP_FULL)
        return error_set(err, ERROR_LIMIT,
                         "the advisory database has reached its size limit; the old data is "
                         "untouched");
    return store_error(err, code, "writing the advisory database");
}

static bool take_lock(struct store_writer *writer, const char *folder, struct error *err)
{
    char path[4096], who[64] = "";
    if (snprintf(path, sizeof path, "%s/update.lock", folder) >= (int)sizeof path)
        return error_set(err, ERROR_USAGE, "the path of the advisory database is too long");
    writer->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (writer->lock_fd < 0)
        return error_errno(err, "opening %s", path);
    if (flock(writer->lock_fd, LOCK_EX | LOCK_NB) != 0) {
        ssize_t got = pread(writer->lock_fd, who, sizeof who - 1, 0);
        who[got > 0 ? got : 0] = '\0';
        return error_set(err, ERROR_BUSY,
                         "another update of %s is running (%s); wait for it or end it", folder,
                         *who ? who : "its process is not known");
    }
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 4096);
    struct slice now = clock_format(clock_now(), &arena);
    int len = snprintf(who, sizeof who, "process %d, since %.*s", (int)getpid(), SLICE_ARG(now));
    /* Only for the message above: a full disk shows soon enough. */
    if (ftruncate(writer->lock_fd, 0) != 0 || pwrite(writer->lock_fd, who, (size_t)len, 0) != len)
        errno = 0;
    return true;
}

static int open_environment(struct store_writer *writer, const char *folder)
{
    int code = mdb_env_create(&writer->env);
    if (code)
        return code;
    mdb_env_set_maxdbs(writer->env, STORE_DATABASES_MAX);
    mdb_env_set_maxreaders(writer->env, 1022);
    mdb_env_set_mapsize(writer->env, writer->map_size);
    mdb_env_set_assert(writer->env, store_fault_asserted);
    code = mdb_env_open(writer->env, folder, MDB_NOTLS, 0644);
    int dead;
    if (code == 0)
        mdb_reader_check(writer->env, &dead); /* readers that were killed would hold old pages */
    return code;
}

static int drop_named(MDB_txn *txn, MDB_val name)
{
    char text[256];
    MDB_dbi dbi;
    if (name.mv_size >= sizeof text ||
        slice_equal_str(slice_of(name.mv_data, name.mv_size), "meta"))
        return 0;
    memcpy(text, name.mv_data, name.mv_size);
    text[name.mv_size] = '\0';
    int code = mdb_dbi_open(txn, text, 0, &dbi);
    return code ? code : mdb_drop(txn, dbi, 1);
}

/* All databases but "meta", one after the other: LMDB's main database, emptied at once, would not
   give their pages back. The cursor is set anew each time, since dropping moves what it stands on.
 */
static int drop_everything(MDB_txn *txn)
{
    MDB_dbi main;
    MDB_cursor *cursor;
    MDB_val name, value;
    size_t before = SIZE_MAX;
    MDB_stat stat;
    int code = mdb_dbi_open(txn, NULL, 0, &main);
    while (code == 0 && (code = mdb_stat(txn, main, &stat)) == 0 && stat.ms_entries < before) {
        before = stat.ms_entries;
        code = mdb_cursor_open(txn, main, &cursor);
        if (code)
            break;
        code = mdb_cursor_get(cursor, &name, &value, MDB_FIRST);
        if (code == 0 && slice_equal_str(slice_of(name.mv_data, name.mv_size), "meta"))
            code = mdb_cursor_get(cursor, &name, &value, MDB_NEXT);
        mdb_cursor_close(cursor);
        if (code == 0)
            code = drop_named(txn, name);
    }
    return code == MDB_NOTFOUND ? 0 : code;
}

static int put(MDB_txn *txn, MDB_dbi dbi, struct slice key, struct slice value)
{
    MDB_val k = {key.len, (void *)(uintptr_t)key.at}, v = {value.len, (void *)(uintptr_t)value.at};
    return mdb_put(txn, dbi, &k, &v, 0);
}

static int put_format(MDB_txn *txn)
{
    MDB_dbi meta;
    char text[16];
    int len = snprintf(text, sizeof text, "%d", STORE_FORMAT);
    int code = mdb_dbi_open(txn, "meta", MDB_CREATE, &meta);
    return code ? code : put(txn, meta, SLICE("format"), slice_of(text, (size_t)len));
}

/* A store without a format is made ours. */
static int prepare_format(MDB_txn *txn, uint64_t *format)
{
    MDB_dbi meta;
    MDB_val key = {6, "format"}, value;
    int code = mdb_dbi_open(txn, "meta", MDB_CREATE, &meta);
    *format = STORE_FORMAT;
    if (code || (code = mdb_get(txn, meta, &key, &value)) == MDB_NOTFOUND)
        return code == MDB_NOTFOUND ? put_format(txn) : code;
    if (code == 0 && !slice_u64(slice_of(value.mv_data, value.mv_size), format))
        *format = 0;
    return code;
}

static bool prepare(struct store_writer *writer, struct error *err)
{
    STORE_FAULT_INSIDE(writer->folder);
    MDB_txn *txn;
    uint64_t format = 0;
    int code = mdb_txn_begin(writer->env, NULL, 0, &txn);
    if (code)
        return write_error(err, code);
    code = prepare_format(txn, &format);
    if (code)
        mdb_txn_abort(txn);
    else
        code = mdb_txn_commit(txn);
    if (code == 0 && format > STORE_FORMAT)
        return error_set(err, ERROR_UNSUPPORTED,
                         "the advisory database was made by a newer plimsoll: install that, or use "
                         "another folder (PLIMSOLL_DB)");
    writer->older = format < STORE_FORMAT;
    return code == 0 || write_error(err, code);
}

bool store_writer_open(struct store_writer **writer, const char *folder,
                       const struct store_writer_options *options, struct error *err)
{
    if (!file_make_folder(folder, err)) {
        struct error said = *err;
        return error_set(err, said.kind, "%s; --db FOLDER (PLIMSOLL_DB) names another", said.text);
    }
    struct store_writer *new = calloc(1, sizeof *new);
    if (!new)
        return arena_error(err);
    snprintf(new->folder, sizeof new->folder, "%s", folder);
    pthread_mutex_init(&new->lock, NULL);
    new->lock_fd = -1;
    new->map_size = options && options->map_size ? options->map_size : MAP_SIZE;
    new->map_max = options && options->map_max ? options->map_max : MAP_MAX;
    if (!take_lock(new, folder, err)) {
        store_writer_close(new);
        return false;
    }
    int code = open_environment(new, folder);
    if (code)
        store_error(err, code, "opening the advisory database");
    if (code || !prepare(new, err)) {
        store_writer_close(new);
        return false;
    }
    *writer = new;
    return true;
}

void store_writer_close(struct store_writer *writer)
{
    if (!writer)
        return;
    if (writer->env)
        mdb_env_close(writer->env);
    file_close_fd(&writer->lock_fd);
    pthread_mutex_destroy(&writer->lock);
    free(writer);
}

/* The record is decoded from a copy, since the map changes under it. */
static int read_record(struct store_writer *writer, struct slice feed, struct arena *arena,
                       struct feed_record *record, bool *found)
{
    STORE_FAULT_INSIDE(writer->folder);
    MDB_txn *txn;
    MDB_dbi dbi;
    MDB_val key = {feed.len, (void *)(uintptr_t)feed.at}, value;
    struct slice copy = {0};
    int code = mdb_txn_begin(writer->env, NULL, MDB_RDONLY, &txn);
    if (code)
        return code;
    code = mdb_dbi_open(txn, "feeds", 0, &dbi);
    if (code == 0 && (code = mdb_get(txn, dbi, &key, &value)) == 0)
        copy = arena_copy(arena, slice_of(value.mv_data, value.mv_size));
    mdb_txn_commit(txn);
    record->status.name = feed;
    *found = code == 0 && copy.at && feed_record_decode(copy, arena, record);
    return code == MDB_NOTFOUND ? 0 : code;
}

bool store_writer_feed(struct store_writer *writer, struct slice feed, struct arena *arena,
                       struct feed_record *record, bool *found, struct error *err)
{
    pthread_mutex_lock(&writer->lock);
    record->status.name = feed;
    *found = false;
    int code = writer->older ? 0 : read_record(writer, feed, arena, record, found);
    pthread_mutex_unlock(&writer->lock);
    return code == 0 || store_error(err, code, "reading the advisory database");
}

static bool same_key(const struct store_row *a, const struct store_row *b)
{
    return a->key_len == b->key_len && memcmp(a->bytes, b->bytes, a->key_len) == 0;
}

/* Writes the rows of one key, `count` of them, as one value. */
static int append_run(MDB_cursor *cursor, struct store_row *const *rows, size_t count)
{
    MDB_val key = {rows[0]->key_len, (void *)(uintptr_t)rows[0]->bytes}, value = {0};
    for (size_t i = 0; i < count; i++)
        value.mv_size += rows[i]->value_len;
    int code = mdb_cursor_put(cursor, &key, &value, MDB_APPEND | MDB_RESERVE);
    char *to = value.mv_data;
    for (size_t i = 0; code == 0 && i < count; i++) {
        memcpy(to, rows[i]->bytes + rows[i]->key_len, rows[i]->value_len);
        to += rows[i]->value_len;
    }
    return code;
}

static int write_rows(MDB_txn *txn, const struct store_rows *rows)
{
    MDB_dbi dbi;
    MDB_cursor *cursor;
    int code = mdb_dbi_open(txn, rows->database, MDB_CREATE, &dbi);
    if (code || (code = mdb_drop(txn, dbi, 0)) || (code = mdb_cursor_open(txn, dbi, &cursor)))
        return code;
    for (size_t i = 0, end; code == 0 && i < rows->count; i = end) {
        for (end = i + 1; end < rows->count && same_key(rows->rows[i], rows->rows[end]);)
            end++;
        code = append_run(cursor, rows->rows + i, end - i);
    }
    mdb_cursor_close(cursor);
    return code;
}

static int write_record(MDB_txn *txn, const struct feed_record *record)
{
    CLEANUP_ARENA struct arena arena;
    struct slice value = {0};
    MDB_dbi feeds;
    arena_init(&arena, SCRATCH_BUDGET);
    if (!feed_record_encode(record, &arena, &value))
        return ENOMEM;
    int code = mdb_dbi_open(txn, "feeds", MDB_CREATE, &feeds);
    return code ? code : put(txn, feeds, record->status.name, value);
}

static int replace(struct store_writer *writer, const struct feed_record *record,
                   const struct store_rows *databases, size_t count)
{
    STORE_FAULT_INSIDE(writer->folder);
    MDB_txn *txn;
    int code = mdb_txn_begin(writer->env, NULL, 0, &txn);
    if (code)
        return code;
    if (writer->older && (code = drop_everything(txn)) == 0)
        code = put_format(txn);
    for (size_t i = 0; code == 0 && i < count; i++)
        code = write_rows(txn, &databases[i]);
    if (code == 0)
        code = write_record(txn, record);
    if (code) {
        mdb_txn_abort(txn);
        return code;
    }
    code = mdb_txn_commit(txn);
    writer->older &= code != 0;
    return code;
}

bool store_writer_replace(struct store_writer *writer, const struct feed_record *record,
                          const struct store_rows *databases, size_t count, struct error *err)
{
    pthread_mutex_lock(&writer->lock);
    /* A feed that failed or has nothing new is no reason to empty an older store. */
    bool nothing = writer->older && count == 0;
    int code = nothing ? 0 : replace(writer, record, databases, count);
    while (code == MDB_MAP_FULL && writer->map_size < writer->map_max) {
        writer->map_size *= 2;
        code = mdb_env_set_mapsize(writer->env, writer->map_size);
        if (code == 0)
            code = replace(writer, record, databases, count);
    }
    pthread_mutex_unlock(&writer->lock);
    return code == 0 || write_error(err, code);
}
