#pragma once
/*
 * The starter database: the rows of data/starter/, made into a table at build time by
 * starter_gen.c (a native program) with the same encoders as the store's writer, so that a reader
 * cannot tell its values from LMDB's. Read by store.c alone; constant, any thread.
 *
 * One starter_database for each of the store's named databases, sorted by name; its keys are sorted
 * as LMDB sorts them (bytes, then length). Rows hold offsets instead of pointers: nothing has to be
 * relocated when the program starts.
 */
#include "base/slice.h"

struct starter_row {
    uint32_t key, key_len;     /* in starter_bytes */
    uint32_t value, value_len; /* in starter_bytes */
};

struct starter_database {
    const char *name; /* as in the LMDB folder: "affected/alpine", "facts/nvd-facts", "kev", … */
    const struct starter_row *rows;
    size_t count;
};

extern const struct starter_database starter_databases[];
extern const size_t starter_database_count;
extern const char starter_bytes[];
