#pragma once
/* What the files of backfills share; nobody else includes it. */
#include "registry/mirror/replication_parts.h"

#define ROW_BACKFILLING "backfilling"

bool backfill_is_over(const struct backfill *backfill);
/* What ended so long ago that nobody is told of it any more. */
bool backfill_is_old(const struct backfill *backfill, double now);
/* The scope of its rows. */
struct slice backfill_account(const struct scope *scope, struct arena *arena);
bool backfill_load(struct meta_txn *txn, struct slice account, struct slice id, struct arena *arena,
                   struct backfill *backfill, bool *found, struct error *err);
/* Writes it, and whether it is among those under way. */
bool backfill_save(struct meta_txn *txn, struct slice account, const struct backfill *backfill,
                   struct arena *arena, struct error *err);

/* Those of an account, by id. */
struct backfill_rows {
    struct arena *arena;
    struct backfill *items;
    size_t count, room;
    struct error *err;
    bool failed;
};
bool backfill_gather(struct meta_txn *txn, struct slice account, struct slice after, size_t limit,
                     struct backfill_rows *to, struct error *err);

/* Names of rows, which are then changed. */
struct row_names {
    struct arena *arena;
    struct slice *items;
    size_t count, room;
    bool spent;
};
bool names_of_rows(struct meta_txn *txn, const char *kind, struct slice scope, struct slice prefix,
                   struct row_names *to, struct error *err);
