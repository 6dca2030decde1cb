/*
 * Opening the layer cache, whatever state its folder is in.
 *
 * While a process opens it holds a shared lock on the file "guard"; setting a damaged file aside
 * takes it exclusively, so that nobody ever pairs an old data.mdb with a new lock.mdb.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "scan/cache_parts.h"

enum { CACHE_READERS = 510 };

static int cache_env_open(struct cache *cache, unsigned flags)
{
    int code = mdb_env_create(&cache->env);
    if (code)
        return code;
    /* Room beyond the limit: pages of old versions stay while somebody reads them. */
    mdb_env_set_mapsize(cache->env, cache->limit + cache->limit / 2 + ((size_t)16 << 20));
    mdb_env_set_maxreaders(cache->env, CACHE_READERS);
    /* NOTLS: the reader belongs to the transaction. NOMETASYNC: a crash of the machine may lose the
       last transaction, never the rest. */
    code = mdb_env_open(cache->env, cache->folder, flags | MDB_NOTLS | MDB_NOMETASYNC, 0644);
    if (code) {
        mdb_env_close(cache->env);
        cache->env = NULL;
    }
    return code;
}

static bool cache_file_size(struct cache *cache, uint64_t *have, uint64_t *needed)
{
    mdb_filehandle_t fd;
    struct stat info;
    MDB_envinfo env_info;
    MDB_stat env_stat;
    if (mdb_env_get_fd(cache->env, &fd) || fstat(fd, &info) ||
        mdb_env_info(cache->env, &env_info) || mdb_env_stat(cache->env, &env_stat))
        return false;
    *have = (uint64_t)info.st_size;
    *needed = ((uint64_t)env_info.me_last_pgno + 1) * env_stat.ms_psize;
    return true;
}

void cache_settle(struct cache *cache)
{
    uint64_t have, needed;
    mdb_filehandle_t fd;
    /* fallocate only ever makes a file longer, so a race with another writer is harmless. */
    if (cache_file_size(cache, &have, &needed) && have < needed && !mdb_env_get_fd(cache->env, &fd))
        (void)!posix_fallocate(fd, (off_t)needed - 1, 1);
}

/* A file that is shorter than its own page count would raise SIGBUS when read. A writer lengthens
   the file right after its commit, so a second look decides. */
static bool cache_is_cut(struct cache *cache)
{
    uint64_t have = 0, needed = 0;
    for (int look = 0; look < 2; look++) {
        if (!cache_file_size(cache, &have, &needed) || have >= needed)
            return false;
        if (look == 0)
            nanosleep(&(struct timespec){0, 50 * 1000 * 1000}, NULL);
    }
    return true;
}

static bool cache_code_is_damage(int code)
{
    return code == MDB_INVALID || code == MDB_CORRUPTED || code == MDB_VERSION_MISMATCH ||
           code == MDB_PAGE_NOTFOUND || code == MDB_PANIC;
}

static int cache_env_try(struct cache *cache, unsigned flags)
{
    int code = cache_env_open(cache, flags);
    if (!code && cache_is_cut(cache)) {
        mdb_env_close(cache->env);
        cache->env = NULL;
        code = MDB_CORRUPTED;
    }
    return code;
}

static int cache_guard(struct cache *cache, int operation)
{
    char path[4096];
    if (snprintf(path, sizeof path, "%s/guard", cache->folder) >= (int)sizeof path)
        return -1;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0 && flock(fd, operation)) {
        close(fd);
        return -1;
    }
    return fd;
}

static bool cache_rename(struct cache *cache, const char *from, const char *to)
{
    char old[4096], new[4096];
    if (snprintf(old, sizeof old, "%s/%s", cache->folder, from) >= (int)sizeof old ||
        snprintf(new, sizeof new, "%s/%s", cache->folder, to) >= (int)sizeof new)
        return false;
    return rename(old, new) == 0;
}

/* Sets the damaged file aside and begins a new one. Another process may have done so meanwhile: so
   it is tried again under the lock first. */
static int cache_repair(struct cache *cache, int damage)
{
    int guard CLEANUP_FD = cache_guard(cache, LOCK_EX);
    if (guard < 0)
        return damage;
    int code = cache_env_try(cache, 0);
    if (!cache_code_is_damage(code))
        return code;
    if (!cache_rename(cache, "data.mdb", "data.mdb.damaged"))
        return code;
    cache_rename(cache, "lock.mdb", "lock.mdb.damaged");
    snprintf(cache->note, sizeof cache->note,
             "layer cache was damaged (%s): set aside as %.100s/data.mdb.damaged and begun anew",
             mdb_strerror(damage), cache->folder);
    return cache_env_try(cache, 0);
}

/* A folder that cannot be written is still good for reading; without a lock file when even that
   cannot be made, which is safe as long as nobody else can write there either. */
static int cache_open_read_only(struct cache *cache)
{
    cache->read_only = true;
    int code = cache_env_try(cache, MDB_RDONLY);
    return code ? cache_env_try(cache, MDB_RDONLY | MDB_NOLOCK) : 0;
}

static int cache_open_folder(struct cache *cache)
{
    int code;
    {
        int guard CLEANUP_FD = cache_guard(cache, LOCK_SH);
        if (guard < 0)
            return cache_open_read_only(cache);
        code = cache_env_try(cache, 0);
    }
    if (cache_code_is_damage(code))
        return cache_repair(cache, code);
    if (code == EACCES || code == EROFS || code == EPERM)
        return cache_open_read_only(cache);
    return code;
}

bool cache_open(struct cache *cache, const struct cache_settings *settings, struct error *err)
{
    *cache =
        (struct cache){.folder = settings->folder,
                       .secrets = settings->secrets,
                       .limit = settings->limit ? settings->limit : CACHE_LIMIT_DEFAULT,
                       .today = settings->today ? settings->today : (uint32_t)(time(NULL) / 86400)};
    arena_init(&cache->arena, (size_t)16 << 20);
    struct stat info;
    if (stat(settings->folder, &info) && !file_make_folder(settings->folder, err))
        return error_add(err, "layer cache");
    int code = cache_open_folder(cache);
    if (!code)
        return true;
    cache_error(err, code);
    return error_add(err, "%s", cache->folder);
}
