#include "advisory/store_env.h"
#include "advisory/store_fault.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/arena.h"

enum { READERS_MAX = 1022, NAME_MAX_LEN = 120, NAMES_BUDGET = 1024 * 1024 };

struct handle {
    struct slice name;
    MDB_dbi dbi;
};

struct store_env {
    struct store_env *next;
    dev_t device; /* identity of data.mdb, whatever path leads to it */
    ino_t inode;
    unsigned users;
    MDB_env *env;
    char folder[1024];  /* for people */
    struct arena arena; /* names */
    struct handle *handles;
    size_t handle_count, handle_room;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct store_env *open_environments; /* under `lock`, as all their fields */

bool store_error(struct error *err, int code, const char *doing)
{
    if (code == MDB_INVALID || code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND)
        return error_set(err, ERROR_FORMAT,
                         "%s: the advisory database is damaged (%s); remove its folder and run "
                         "plimsoll db update",
                         doing, mdb_strerror(code));
    if (code == MDB_VERSION_MISMATCH)
        return error_set(err, ERROR_UNSUPPORTED, "%s: %s", doing, mdb_strerror(code));
    if (code == ENOSPC)
        return error_set(err, ERROR_IO,
                         "%s: no space left on the device; the old data is untouched (make room, "
                         "then run it again)",
                         doing);
    return error_set(err, ERROR_IO, "%s: %s", doing, mdb_strerror(code));
}

static int open_flags(MDB_env **env, const char *folder, unsigned flags)
{
    int code = mdb_env_create(env);
    if (code)
        return code;
    mdb_env_set_maxdbs(*env, STORE_DATABASES_MAX);
    mdb_env_set_maxreaders(*env, READERS_MAX);
    code = mdb_env_open(*env, folder, MDB_RDONLY | MDB_NOTLS | flags, 0644);
    if (code)
        mdb_env_close(*env);
    return code;
}

/* A file shorter than its own page count would kill the reader with SIGBUS. */
static bool is_whole(MDB_env *env, const struct stat *about)
{
    MDB_envinfo info;
    MDB_stat stat;
    return mdb_env_info(env, &info) == 0 && mdb_env_stat(env, &stat) == 0 &&
           (info.me_last_pgno + 1) <= (size_t)about->st_size / stat.ms_psize;
}

static bool check_format(MDB_env *env, struct error *err)
{
    MDB_txn *txn;
    MDB_dbi meta;
    MDB_val key = {6, "format"}, value;
    uint64_t format = 0;
    int code = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
    if (code)
        return store_error(err, code, "reading the advisory database");
    code = mdb_dbi_open(txn, "meta", 0, &meta);
    if (code == 0)
        code = mdb_get(txn, meta, &key, &value);
    bool known = code == 0 && slice_u64(slice_of(value.mv_data, value.mv_size), &format);
    mdb_txn_commit(txn);
    if (code == MDB_NOTFOUND)
        return error_set(err, ERROR_NOT_FOUND, "the advisory database is empty");
    if (code)
        return store_error(err, code, "reading the advisory database");
    if (known && format == STORE_FORMAT)
        return true;
    return error_set(err, ERROR_UNSUPPORTED,
                     "the advisory database has format %llu and this program reads %d: %s",
                     (unsigned long long)format, STORE_FORMAT,
                     known && format > STORE_FORMAT ? "install a newer plimsoll, or use another "
                                                      "folder (PLIMSOLL_DB)"
                                                    : "run plimsoll db update to make it anew");
}

static bool open_new(struct store_env *new, const char *folder, const struct stat *about,
                     struct error *err)
{
    snprintf(new->folder, sizeof new->folder, "%s", folder);
    STORE_FAULT_INSIDE(new->folder);
    int code = open_flags(&new->env, folder, 0);
    if (code == EACCES || code == EROFS || code == EPERM)
        code = open_flags(&new->env, folder, MDB_NOLOCK);
    if (code)
        return store_error(err, code, "opening the advisory database");
    mdb_env_set_assert(new->env, store_fault_asserted);
    bool ok = is_whole(new->env, about);
    if (!ok)
        store_error(err, MDB_CORRUPTED, "opening the advisory database");
    if (ok && check_format(new->env, err))
        return true;
    mdb_env_close(new->env);
    return false;
}

static bool acquire_locked(struct store_env **env, const char *folder, struct error *err)
{
    char path[4096];
    struct stat about;
    if (snprintf(path, sizeof path, "%s/data.mdb", folder) >= (int)sizeof path)
        return error_set(err, ERROR_USAGE, "the path of the advisory database is too long");
    if (stat(path, &about) != 0)
        return error_errno(err, "opening %s", path);
    struct store_env *found = open_environments;
    while (found && (found->device != about.st_dev || found->inode != about.st_ino))
        found = found->next;
    if (!found) {
        found = calloc(1, sizeof *found);
        if (!found)
            return arena_error(err);
        arena_init(&found->arena, NAMES_BUDGET);
        if (!open_new(found, folder, &about, err)) {
            free(found);
            return false;
        }
        found->device = about.st_dev;
        found->inode = about.st_ino;
        found->next = open_environments;
        open_environments = found;
    }
    found->users++;
    *env = found;
    return true;
}

bool store_env_acquire(struct store_env **env, const char *folder, struct error *err)
{
    pthread_mutex_lock(&lock);
    bool ok = acquire_locked(env, folder, err);
    pthread_mutex_unlock(&lock);
    return ok;
}

void store_env_release(struct store_env *env)
{
    pthread_mutex_lock(&lock);
    if (--env->users == 0) {
        struct store_env **link = &open_environments;
        while (*link != env)
            link = &(*link)->next;
        *link = env->next;
        mdb_env_close(env->env);
        arena_done(&env->arena);
        free(env);
    }
    pthread_mutex_unlock(&lock);
}

void store_env_file(const struct store_env *env, uint64_t *device, uint64_t *file)
{
    *device = env->device;
    *file = env->inode;
}

static struct handle *find_handle(struct store_env *env, struct slice name)
{
    for (size_t i = 0; i < env->handle_count; i++)
        if (slice_equal(env->handles[i].name, name))
            return &env->handles[i];
    return NULL;
}

static int add_handle(struct store_env *env, MDB_txn *txn, struct slice name)
{
    char text[NAME_MAX_LEN + 1];
    struct handle handle = {0};
    if (name.len > NAME_MAX_LEN || find_handle(env, name))
        return 0;
    memcpy(text, name.at, name.len);
    text[name.len] = '\0';
    unsigned flags;
    int code = mdb_dbi_open(txn, text, 0, &handle.dbi);
    if (code == 0)
        code = mdb_dbi_flags(txn, handle.dbi, &flags);
    if (code)
        return code;
    if (flags) /* none of ours has any; with bent ones LMDB would take other structures for these */
        return MDB_CORRUPTED;
    handle.name = arena_copy(&env->arena, name);
    bool kept = handle.name.at &&
                ARENA_PUSH(&env->arena, env->handles, env->handle_count, env->handle_room, handle);
    return kept ? 0 : ENOMEM;
}

/* The names of all databases are the keys of LMDB's main one. Handles outlive the transaction that
   made them when it is committed. */
static int open_handles(struct store_env *env, MDB_txn *txn)
{
    MDB_dbi main;
    MDB_cursor *cursor;
    MDB_val key, value;
    int code = mdb_dbi_open(txn, NULL, 0, &main);
    if (code || (code = mdb_cursor_open(txn, main, &cursor)))
        return code;
    while ((code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0 &&
           (code = add_handle(env, txn, slice_of(key.mv_data, key.mv_size))) == 0)
        ;
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int begin(struct store_env *env, MDB_txn **txn)
{
    int code = mdb_txn_begin(env->env, NULL, MDB_RDONLY, txn);
    if (code == MDB_READERS_FULL) {
        int dead;
        mdb_reader_check(env->env, &dead);
        code = mdb_txn_begin(env->env, NULL, MDB_RDONLY, txn);
    }
    /* Another process has made the map larger; ours may follow while we are its only user. */
    if (code == MDB_MAP_RESIZED && env->users == 1 && mdb_env_set_mapsize(env->env, 0) == 0)
        code = mdb_txn_begin(env->env, NULL, MDB_RDONLY, txn);
    return code;
}

const char *store_env_folder(const struct store_env *env)
{
    return env->folder;
}

bool store_env_begin(struct store_env *env, MDB_txn **txn, struct error *err)
{
    STORE_FAULT_INSIDE(env->folder);
    pthread_mutex_lock(&lock);
    int code = begin(env, txn);
    if (code == 0) {
        code = open_handles(env, *txn);
        if (code)
            mdb_txn_abort(*txn);
        else
            mdb_txn_commit(*txn);
        if (code == 0)
            code = begin(env, txn);
    }
    if (code)
        *txn = NULL; /* whoever cleans up must not end it again */
    pthread_mutex_unlock(&lock);
    return code == 0 || store_error(err, code, "reading the advisory database");
}

bool store_env_database(struct store_env *env, struct slice name, MDB_dbi *dbi)
{
    pthread_mutex_lock(&lock);
    struct handle *handle = find_handle(env, name);
    if (handle)
        *dbi = handle->dbi;
    pthread_mutex_unlock(&lock);
    return handle != NULL;
}
