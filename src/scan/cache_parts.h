#pragma once
/* What the files of the cache share among themselves; nobody else includes it. */
#include <lmdb.h>

#include "catalog/analysis.h"
#include "scan/cache.h"

/* LMDB's unnamed table, which needs no opening. */
enum { CACHE_TABLE = 1, CACHE_KEY_MAX = 400 };

struct stamp {
    uint32_t day; /* of the last use, since 1970; at most one write a day */
    uint32_t unused;
    uint64_t size; /* of the entry's value */
};

bool cache_error(struct error *err, int code);
/* mdb_txn_begin that copes with dead readers and a map that another process enlarged. */
int cache_begin(struct cache *cache, unsigned flags, MDB_txn **txn);
/* Deletes the least recently used entries until at most `keep` bytes of values are left. */
int cache_evict(MDB_txn *txn, uint64_t keep, uint64_t *evicted);
/* After a commit: makes the file as long as its last page number says, which LMDB does not always
   do, so that a file that is shorter is known to be cut. */
void cache_settle(struct cache *cache);
