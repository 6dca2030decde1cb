/* Eviction and status of the layer cache: the stamps say when each entry was last used. */
#include <errno.h>
#include <stdlib.h>

#include "scan/cache_parts.h"

struct candidate {
    struct slice name; /* of the stamp, in the map: valid until the transaction writes */
    uint32_t day;
    uint64_t size;
};

struct candidates {
    struct candidate *items;
    size_t count, room;
    uint64_t bytes;
};

static int cache_list(MDB_txn *txn, struct arena *arena, struct candidates *list)
{
    MDB_cursor *cursor;
    int code = mdb_cursor_open(txn, CACHE_TABLE, &cursor);
    if (code)
        return code;
    MDB_val key = {1, (void *)"s"}, value;
    for (code = mdb_cursor_get(cursor, &key, &value, MDB_SET_RANGE); !code;
         code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
        struct stamp stamp;
        struct slice name = slice_of(key.mv_data, key.mv_size);
        if (!slice_starts(name, SLICE("s")) || value.mv_size != sizeof stamp)
            break;
        memcpy(&stamp, value.mv_data, sizeof stamp);
        struct candidate candidate = {arena_copy(arena, name), stamp.day, stamp.size};
        if (!candidate.name.at ||
            !ARENA_PUSH(arena, list->items, list->count, list->room, candidate)) {
            mdb_cursor_close(cursor);
            return MDB_MAP_FULL;
        }
        list->bytes += stamp.size;
    }
    mdb_cursor_close(cursor);
    return code == MDB_NOTFOUND ? 0 : code;
}

static int candidate_compare(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;
    return x->day < y->day ? -1 : x->day > y->day;
}

/* Removes the stamp and the entry it belongs to: the names differ in the first letter. */
static int cache_delete(MDB_txn *txn, struct slice name)
{
    char entry[CACHE_KEY_MAX + 32];
    if (name.len > sizeof entry)
        return MDB_BAD_VALSIZE;
    memcpy(entry, name.at, name.len);
    MDB_val key = {name.len, entry};
    int code = mdb_del(txn, CACHE_TABLE, &key, NULL);
    entry[0] = 'e';
    int code_entry = mdb_del(txn, CACHE_TABLE, &key, NULL);
    if (code_entry && code_entry != MDB_NOTFOUND)
        return code_entry;
    return code == MDB_NOTFOUND ? 0 : code;
}

int cache_evict(MDB_txn *txn, uint64_t keep, uint64_t *evicted)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)64 << 20);
    struct candidates list = {NULL};
    *evicted = 0;
    int code = cache_list(txn, &arena, &list);
    if (code || list.bytes <= keep)
        return code;
    qsort(list.items, list.count, sizeof *list.items, candidate_compare);
    for (size_t i = 0; i < list.count && list.bytes > keep && !code; i++) {
        code = cache_delete(txn, list.items[i].name);
        list.bytes -= list.items[i].size;
        ++*evicted;
    }
    return code;
}

bool cache_prune(struct cache *cache, uint64_t bytes, uint64_t *evicted, struct error *err)
{
    if (!cache->env || cache->read_only)
        return error_set(err, ERROR_IO, "layer cache %s cannot be written",
                         cache->folder ? cache->folder : "");
    MDB_txn *txn;
    int code = cache_begin(cache, 0, &txn);
    if (code)
        return cache_error(err, code);
    code = bytes ? cache_evict(txn, bytes, evicted) : 0;
    if (!code && !bytes) { /* also what an older version left under other keys */
        MDB_stat stat;
        code = mdb_stat(txn, CACHE_TABLE, &stat);
        *evicted = code ? 0 : stat.ms_entries / 2;
        code = code ? code : mdb_drop(txn, CACHE_TABLE, 0);
    }
    if (code) {
        mdb_txn_abort(txn);
        return cache_error(err, code);
    }
    code = mdb_txn_commit(txn);
    cache_settle(cache);
    return code ? cache_error(err, code) : true;
}

bool cache_status(struct cache *cache, struct cache_status *status, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)64 << 20);
    struct candidates list = {NULL};
    MDB_txn *txn = NULL;
    int code = cache->env ? cache_begin(cache, MDB_RDONLY, &txn) : ENOENT;
    if (code)
        return cache_error(err, code);
    code = cache_list(txn, &arena, &list);
    mdb_txn_abort(txn);
    if (code)
        return cache_error(err, code);
    *status = (struct cache_status){list.count, list.bytes, cache->limit, cache->read_only};
    return true;
}
