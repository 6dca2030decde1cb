#pragma once
/*
 * The layer-analysis cache: an LMDB folder that any number of processes use at once. A value is an
 * encoded analysis (catalog/analysis.h) and is read in place, from the map.
 *
 *   key                                value
 *   "e<ANALYSIS_VERSION>:<layer key>"  the encoded analysis
 *   "s<ANALYSIS_VERSION>:<layer key>"  struct stamp: day of last use, size
 *
 * Where secrets were looked for, "+" and a hash of the table of kinds stand behind the version
 * (cache_key): an analysis that did not look is never taken for one that did, nor one of an older
 * table. The other way is fine: who does not ask for secrets does not look at them.
 *
 * A layer key is a digest that the broker itself has verified, or, for layers that are sought
 * through and never hashed, the identity of the file (cache_file_key). What a child says never
 * becomes part of a key: so the digest of the inflated tar, which only the child computes, is no
 * key either unless the layer is stored uncompressed.
 *
 * It is a cache: whatever is wrong with it, a scan goes on without. A damaged folder is set aside
 * as data.mdb.damaged and begun anew. Only the broker may use it; a forked child must not touch it
 * (LMDB: no environment across fork). One thread at a time.
 */
#include "base/arena.h"

struct MDB_env;
struct MDB_txn;

struct cache_settings {
    const char *folder; /* made when absent */
    uint64_t limit;     /* bytes of the entries; 0: CACHE_LIMIT_DEFAULT */
    uint32_t today;     /* days since 1970; 0: ask the clock (tests set it) */
    bool secrets;       /* only analyses that looked for secrets */
};
#define CACHE_LIMIT_DEFAULT (UINT64_C(1) << 30)

struct cache {
    struct MDB_env *env;  /* NULL: not open; all calls are harmless then */
    struct MDB_txn *read; /* open from the first cache_get to cache_close */
    const char *folder;   /* the caller's */
    uint64_t limit;
    uint32_t today;
    bool read_only, secrets;
    char note[300]; /* something people should know, e.g. that a damaged cache was set aside */
    struct arena arena;
    struct slice *stale; /* keys whose stamp is older than today */
    size_t stale_count, stale_room;
};

struct cache_entry {
    struct slice key; /* layer key */
    struct slice bytes;
};

struct cache_status {
    uint64_t entries, bytes, limit;
    bool read_only;
};

/* False: no cache, with the reason; `cache` can be used nevertheless and holds nothing. */
bool cache_open(struct cache *cache, const struct cache_settings *settings, struct error *err);
/* Writes stamps that are older than a day, then closes. Slices from cache_get are invalid after. */
void cache_close(struct cache *cache);

/* The analysis of a layer, in the map until cache_close; false: not there. */
bool cache_get(struct cache *cache, struct slice key, struct slice *bytes);
/* Stores all in one transaction; evicts what was not used for longest when over the limit. */
bool cache_put(struct cache *cache, const struct cache_entry *entries, size_t count,
               struct error *err);

/* A key for `fd`, offset: device, inode, size, times. Changes when the file does. */
bool cache_file_key(int fd, uint64_t offset, struct arena *arena, struct slice *key);

bool cache_status(struct cache *cache, struct cache_status *status, struct error *err);
/* Evicts the least recently used entries until at most `bytes` are left. 0: all. */
bool cache_prune(struct cache *cache, uint64_t bytes, uint64_t *evicted, struct error *err);

#define CLEANUP_CACHE __attribute__((cleanup(cache_close)))
