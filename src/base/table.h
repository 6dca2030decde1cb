#pragma once
/*
 * A hash table from slices to pointers, in an arena; keys are not copied. Grows; never shrinks;
 * entries can be replaced, not removed. Iteration is in order of insertion. One thread at a time.
 */
#include "base/arena.h"

struct table_entry {
    struct slice key;
    uint64_t hash;
    void *value;
};

struct table {
    struct arena *arena;
    struct table_entry *entries; /* in order of insertion */
    size_t count, room;
    uint32_t *index; /* position in entries + 1, 0 = empty; power of two */
    size_t index_size;
};

void table_init(struct table *table, struct arena *arena);
/* NULL when absent. */
void *table_get(const struct table *table, struct slice key);
/* Inserts or replaces; false when the arena's budget is spent. */
bool table_put(struct table *table, struct slice key, void *value);
