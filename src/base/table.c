#include "base/table.h"

#include "base/hash.h"

void table_init(struct table *table, struct arena *arena)
{
    *table = (struct table){.arena = arena};
}

/* The place of the key in the index, or the empty place where it would stand. */
static uint32_t *place(const struct table *table, struct slice key, uint64_t hash)
{
    for (size_t at = hash & (table->index_size - 1);; at = (at + 1) & (table->index_size - 1)) {
        uint32_t position = table->index[at];
        if (position == 0)
            return &table->index[at];
        const struct table_entry *entry = &table->entries[position - 1];
        if (entry->hash == hash && slice_equal(entry->key, key))
            return &table->index[at];
    }
}

void *table_get(const struct table *table, struct slice key)
{
    if (table->count == 0)
        return NULL;
    uint32_t position = *place(table, key, hash64(key));
    return position ? table->entries[position - 1].value : NULL;
}

/* At most half of the index is used, so that probes stay short and always end. */
static bool grow_index(struct table *table)
{
    size_t size = table->index_size ? table->index_size * 2 : 16;
    uint32_t *index = arena_array(table->arena, size, sizeof *index);
    if (!index)
        return false;
    table->index = index;
    table->index_size = size;
    for (size_t i = 0; i < table->count; i++)
        *place(table, table->entries[i].key, table->entries[i].hash) = (uint32_t)i + 1;
    return true;
}

bool table_put(struct table *table, struct slice key, void *value)
{
    if (table->count >= table->index_size / 2 &&
        (table->count >= UINT32_MAX / 2 || !grow_index(table)))
        return false;
    uint64_t hash = hash64(key);
    uint32_t *position = place(table, key, hash);
    if (*position) {
        table->entries[*position - 1].value = value;
        return true;
    }
    struct table_entry entry = {key, hash, value};
    if (!ARENA_PUSH(table->arena, table->entries, table->count, table->room, entry))
        return false;
    *position = (uint32_t)table->count;
    return true;
}
