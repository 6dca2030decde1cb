/* Values of the store: any bytes are decoded or refused; what is decoded encodes to the same again.
 */
#include <stdlib.h>

#include "advisory/record.h"

#include "advisory/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_entries(struct slice bytes, struct arena *arena)
{
    struct slice rest = bytes, again = {0};
    struct advisory_entry entry, second;
    while (entry_decode(&rest, arena, &entry)) {
        struct slice value = {0};
        if (!entry_encode(&entry, arena, &value))
            return;
        again = value;
        if (!entry_decode(&again, arena, &second) || second.range_count != entry.range_count)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct slice bytes = slice_of(data, size), added, due;
    struct advisory_facts facts;
    struct feed_record record = {0};
    struct id_ref ref;
    double score, percentile;
    arena_init(&arena, 64 << 20);
    check_entries(bytes, &arena);
    facts_decode(bytes, &arena, &facts);
    feed_record_decode(bytes, &arena, &record);
    for (struct slice rest = bytes; id_ref_decode(&rest, &ref);)
        ;
    kev_decode(bytes, &added, &due);
    epss_decode(bytes, &score, &percentile);
    arena_done(&arena);
    return 0;
}
