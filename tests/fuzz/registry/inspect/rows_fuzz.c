/* Rows of a scan as a damaged disk may leave them, and policies as people write them; the first
   byte says which. What is taken can be written again. */
#include "registry/inspect/index.h"
#include "registry/inspect/pull_policy.h"
#include "registry/inspect/readings.h"
#include "registry/inspect/scan_row.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_inventory(struct slice bytes, struct arena *arena)
{
    struct inventory inventory, again;
    struct slice written;
    struct error err;
    if (!inventory_decode(bytes, arena, &inventory, &err))
        return;
    if (inventory_encode(&inventory, arena, &written, &err) &&
        (!inventory_decode(written, arena, &again, &err) ||
         again.package_count != inventory.package_count ||
         again.note_count != inventory.note_count))
        __builtin_trap();
}

static void try_package(struct slice bytes, struct arena *arena)
{
    struct index_package row, again;
    struct verdict_finding finding;
    struct slice written;
    struct error err;
    if (!index_package_decode(bytes, arena, &row, &err))
        return;
    for (struct slice rest = row.verdict; verdict_next(&rest, &finding);)
        if (finding.severity > SEVERITY_CRITICAL)
            __builtin_trap();
    if (index_package_encode(&row, arena, &written, &err) &&
        (!index_package_decode(written, arena, &again, &err) ||
         !slice_equal(row.verdict, again.verdict)))
        __builtin_trap();
}

static void try_scan(struct slice bytes, struct arena *arena)
{
    struct scan_row row, again;
    struct error err;
    if (!scan_row_decode(bytes, arena, &row, &err))
        return;
    struct slice written = scan_row_encode(&row, arena);
    if (written.at && (!scan_row_decode(written, arena, &again, &err) ||
                       again.status != row.status || !slice_equal(again.why, row.why)))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena CLEANUP_ARENA;
    struct pull_policy policy;
    struct error err;
    arena_init(&arena, 256 << 20);
    if (!size)
        return 0;
    /* A copy: encoded analyses are aligned in real life, too. */
    struct slice bytes = arena_copy(&arena, slice_of(data + 1, size - 1));
    switch (data[0]) {
    case 'i':
        try_inventory(bytes, &arena);
        break;
    case 'p':
        try_package(bytes, &arena);
        break;
    case 's':
        try_scan(bytes, &arena);
        break;
    case 'l':
        (void)readings_sniff(bytes);
        break;
    default:
        (void)pull_policy_parse(bytes, &policy, &err);
    }
    return 0;
}
