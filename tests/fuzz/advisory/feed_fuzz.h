#pragma once
/* A feed's reader on any bytes: rows or an error, and the rows read back. */
#include <stdlib.h>

#include "advisory/feed/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void check_rows(const struct feed_sink *sink, struct arena *arena)
{
    struct advisory_entry entry;
    struct advisory_facts facts;
    for (struct store_row *row = sink->first[SINK_AFFECTED]; row; row = row->next) {
        struct slice value = slice_of(row->bytes + row->key_len, row->value_len);
        if (!entry_decode(&value, arena, &entry) || value.len)
            abort();
    }
    for (struct store_row *row = sink->first[SINK_FACTS]; row; row = row->next)
        if (!facts_decode(slice_of(row->bytes + row->key_len, row->value_len), arena, &facts))
            abort();
}

static inline int fuzz_feed(const char *name, const uint8_t *data, size_t size)
{
    struct arena arena;
    struct feed_sink sink;
    struct error err = {0};
    arena_init(&arena, (size_t)512 << 20);
    sink_init(&sink);
    struct feed_input input = {
        .where = SLICE("fuzz"), .bytes = slice_of(data, size), .arena = &arena};
    bool ok = feed_find(slice_str(name))->read(&input, &sink, &err);
    if (!ok && err.kind == ERROR_NONE)
        abort();
    check_rows(&sink, &arena);
    sink_done(&sink);
    arena_done(&arena);
    return 0;
}
