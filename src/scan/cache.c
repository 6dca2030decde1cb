/* See cache.h. Opening, reading, writing; eviction is in cache_evict.c, repair in cache_open.c. */
#include "scan/cache.h"

#include <fcntl.h>
#include <inttypes.h>
#include <lmdb.h>
#include <sys/stat.h>

#include "catalog/secret.h"
#include "scan/cache_parts.h"

static struct slice cache_key(struct cache *cache, char kind, bool secrets, struct slice key)
{
    if (!secrets)
        return arena_printf(&cache->arena, "%c%d:%.*s", kind, ANALYSIS_VERSION, SLICE_ARG(key));
    return arena_printf(&cache->arena, "%c%d+%08x:%.*s", kind, ANALYSIS_VERSION, secret_table_mark,
                        SLICE_ARG(key));
}

bool cache_error(struct error *err, int code)
{
    enum error_kind kind = code == MDB_MAP_FULL ? ERROR_LIMIT : ERROR_IO;
    return error_set(err, kind, "layer cache: %s", mdb_strerror(code));
}

int cache_begin(struct cache *cache, unsigned flags, MDB_txn **txn)
{
    int code = mdb_txn_begin(cache->env, NULL, flags, txn);
    if (code == MDB_READERS_FULL) {
        int dead;
        mdb_reader_check(cache->env, &dead);
        code = mdb_txn_begin(cache->env, NULL, flags, txn);
    }
    /* Another process has made the map larger; adopting that is allowed only without readers. */
    if (code == MDB_MAP_RESIZED && !cache->read) {
        code = mdb_env_set_mapsize(cache->env, 0);
        if (!code)
            code = mdb_txn_begin(cache->env, NULL, flags, txn);
    }
    /* "Opening" the unnamed table only tells LMDB its order of keys. */
    MDB_dbi table;
    if (!code && (code = mdb_dbi_open(*txn, NULL, 0, &table)))
        mdb_txn_abort(*txn);
    return code;
}

static void cache_note_use(struct cache *cache, bool secrets, struct slice key)
{
    struct slice name = cache_key(cache, 's', secrets, key);
    MDB_val at = {name.len, (void *)name.at}, value;
    struct stamp stamp = {0};
    if (!name.at || mdb_get(cache->read, CACHE_TABLE, &at, &value) || value.mv_size != sizeof stamp)
        return;
    memcpy(&stamp, value.mv_data, sizeof stamp);
    if (stamp.day < cache->today && !cache->read_only)
        (void)ARENA_PUSH(&cache->arena, cache->stale, cache->stale_count, cache->stale_room, name);
}

static bool cache_get_of(struct cache *cache, bool secrets, struct slice key, struct slice *bytes)
{
    struct slice name = cache_key(cache, 'e', secrets, key);
    MDB_val at = {name.len, (void *)name.at}, value;
    if (!name.at || mdb_get(cache->read, CACHE_TABLE, &at, &value))
        return false;
    *bytes = slice_of(value.mv_data, value.mv_size);
    cache_note_use(cache, secrets, key);
    return true;
}

bool cache_get(struct cache *cache, struct slice key, struct slice *bytes)
{
    if (!cache->env || !key.len || key.len > CACHE_KEY_MAX)
        return false;
    if (!cache->read && cache_begin(cache, MDB_RDONLY, &cache->read)) {
        cache->read = NULL;
        return false;
    }
    return cache_get_of(cache, cache->secrets, key, bytes) ||
           (!cache->secrets && cache_get_of(cache, true, key, bytes));
}

static int cache_put_entry(struct cache *cache, MDB_txn *txn, const struct cache_entry *entry)
{
    struct slice name = cache_key(cache, 'e', cache->secrets, entry->key);
    struct slice stamp_name = cache_key(cache, 's', cache->secrets, entry->key);
    if (!name.at || !stamp_name.at || entry->key.len > CACHE_KEY_MAX)
        return MDB_BAD_VALSIZE;
    MDB_val at = {name.len, (void *)name.at};
    MDB_val value = {entry->bytes.len, (void *)entry->bytes.at};
    int code = mdb_put(txn, CACHE_TABLE, &at, &value, 0);
    if (code)
        return code;
    struct stamp stamp = {.day = cache->today, .size = entry->bytes.len};
    MDB_val stamp_at = {stamp_name.len, (void *)stamp_name.at};
    MDB_val stamp_value = {sizeof stamp, &stamp};
    return mdb_put(txn, CACHE_TABLE, &stamp_at, &stamp_value, 0);
}

/* One try. Leaves room first: `keep` bytes of old entries at most stay. */
static int cache_put_all(struct cache *cache, const struct cache_entry *entries, size_t count,
                         uint64_t keep)
{
    MDB_txn *txn;
    int code = cache_begin(cache, 0, &txn);
    if (code)
        return code;
    uint64_t evicted;
    code = cache_evict(txn, keep, &evicted);
    for (size_t i = 0; i < count && !code; i++)
        if (entries[i].bytes.len <= cache->limit / 2)
            code = cache_put_entry(cache, txn, &entries[i]);
    if (code) {
        mdb_txn_abort(txn);
        return code;
    }
    code = mdb_txn_commit(txn);
    cache_settle(cache);
    return code;
}

bool cache_put(struct cache *cache, const struct cache_entry *entries, size_t count,
               struct error *err)
{
    if (!cache->env || cache->read_only || !count)
        return true;
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += entries[i].bytes.len;
    uint64_t keep = total < cache->limit ? cache->limit - total : 0;
    int code = cache_put_all(cache, entries, count, keep);
    /* Free pages that readers still hold, or holes between large values: make more room. */
    if (code == MDB_MAP_FULL)
        code = cache_put_all(cache, entries, count, keep / 2);
    if (code == MDB_MAP_FULL)
        code = cache_put_all(cache, entries, count, 0);
    return code ? cache_error(err, code) : true;
}

static void cache_write_stamps(struct cache *cache)
{
    MDB_txn *txn;
    if (!cache->stale_count || cache_begin(cache, 0, &txn))
        return;
    int code = 0;
    for (size_t i = 0; i < cache->stale_count && !code; i++) {
        MDB_val at = {cache->stale[i].len, (void *)cache->stale[i].at}, value;
        struct stamp stamp;
        if (mdb_get(txn, CACHE_TABLE, &at, &value) || value.mv_size != sizeof stamp)
            continue; /* evicted meanwhile */
        memcpy(&stamp, value.mv_data, sizeof stamp);
        stamp.day = cache->today;
        value = (MDB_val){sizeof stamp, &stamp};
        code = mdb_put(txn, CACHE_TABLE, &at, &value, 0);
    }
    if (code)
        mdb_txn_abort(txn);
    else if (!mdb_txn_commit(txn))
        cache_settle(cache);
}

void cache_close(struct cache *cache)
{
    if (cache->env) {
        if (cache->read)
            mdb_txn_abort(cache->read);
        cache->read = NULL;
        cache_write_stamps(cache);
        mdb_env_close(cache->env);
    }
    arena_done(&cache->arena);
    cache->env = NULL;
    cache->stale_count = 0;
}

bool cache_file_key(int fd, uint64_t offset, struct arena *arena, struct slice *key)
{
    struct stat info;
    if (fstat(fd, &info) || !S_ISREG(info.st_mode))
        return false;
    struct slice made = arena_printf(
        arena, "file:%" PRIx64 ":%" PRIx64 ":%" PRIx64 ":%" PRIx64 ".%lx:%" PRIx64 ".%lx:%" PRIx64,
        (uint64_t)info.st_dev, (uint64_t)info.st_ino, (uint64_t)info.st_size,
        (uint64_t)info.st_mtim.tv_sec, (unsigned long)info.st_mtim.tv_nsec,
        (uint64_t)info.st_ctim.tv_sec, (unsigned long)info.st_ctim.tv_nsec, offset);
    if (!made.at)
        return false;
    *key = made;
    return true;
}
