/* See retention.h. */
#include "registry/retention.h"

#include "registry/core/journal.h"
#include "registry/inspect/inspect.h"
#include "registry/mirror/replication.h"
#include "registry/ops/events.h"

enum { BATCH = 2000, DAY = 86400, SCRATCH = 16 << 20 };

/* Up to where all have read, and there is enough behind it. */
static bool find_end(struct registry *registry, uint64_t *upto, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    CLEANUP_META struct meta_txn *txn = NULL;
    uint64_t last, hooks, replication, scans;
    arena_init(&arena, SCRATCH);
    if (!meta_begin(registry->meta, false, &txn, err) || !journal_last(txn, &arena, &last, err) ||
        !events_place(txn, &arena, &hooks, err) ||
        !replication_place(txn, &arena, &replication, err) ||
        !inspect_place(txn, &arena, &scans, err))
        return false;
    *upto = last > RETENTION_ENTRIES ? last - RETENTION_ENTRIES : 0;
    const uint64_t readers[] = {hooks, replication, scans};
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i] < *upto)
            *upto = readers[i];
    return true;
}

static bool tell(struct registry *registry, unsigned days, uint64_t removed, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct scope nowhere = {.repository = {"", 0}};
    arena_init(&arena, 1 << 16);
    struct journal_entry entry = {
        .action = SLICE("ShortenJournal"),
        .detail = arena_printf(&arena, "{\"removed\":%llu}", (unsigned long long)removed),
        .why = arena_printf(&arena, "older than %u days", days)};
    return (entry.detail.at && entry.why.at) ? journal_tell(registry, &nowhere, &entry, NULL, err)
                                             : arena_error(err);
}

bool retention_run(struct registry *registry, unsigned days, const atomic_bool *stop,
                   struct retention_report *report, struct error *err)
{
    double before = registry->world->ops->now(registry->world) - (double)days * DAY;
    size_t removed = 0;
    *report = (struct retention_report){0};
    if (!find_end(registry, &report->upto, err))
        return false;
    do {
        if (!journal_shorten(registry, before, report->upto, BATCH, &removed, err))
            return error_add(err, "shortening the journal");
        report->removed += removed;
    } while (removed && !(stop && atomic_load(stop)));
    return !report->removed || tell(registry, days, report->removed, err);
}
