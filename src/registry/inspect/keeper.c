/*
 * The keeper: once a second it looks for new advisories, forgets the scans of removed manifests,
 * and reads the journal for pushed manifests that have no result: of before a crash, or that were
 * too many to be remembered. The journal is written in the transaction that stores a manifest, so
 * none is missed; the row "cursor" says up to where all have what they are to have.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "registry/inspect/inspect_parts.h"

enum { JOURNAL_BATCH = 200, CURSOR_SECONDS = 5, KEEPER_BUDGET = 64 << 20 };

static const struct slice nobody = {"", 0};

static bool remove_rows(struct inspect *inspect, struct meta_txn *txn,
                        const struct removal_job *removal, struct arena *arena, struct error *err)
{
    struct slice bytes, scope = slice_str(removal->scope), name = digest_slice(&removal->digest);
    struct inventory inventory;
    struct error damaged;
    bool found;
    (void)inspect;
    /* Pushed again meanwhile: its rows are of use. */
    if (!meta_get(txn, ROW_MANIFEST, scope, name, arena, &bytes, &found, err) || found)
        return found;
    if (!meta_get(txn, ROW_INVENTORY, scope, name, arena, &bytes, &found, err))
        return false;
    if (found && inventory_decode(bytes, arena, &inventory, &damaged) &&
        !index_remove(txn, scope, &removal->digest, &inventory, arena, err))
        return false;
    return meta_remove(txn, ROW_SCAN, scope, name, err) &&
           meta_remove(txn, ROW_WISH, scope, name, err) &&
           meta_remove(txn, ROW_INVENTORY, scope, name, err);
}

static bool keeper_remove(struct inspect *inspect, const struct removal_job *removal,
                          struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct meta_txn *txn CLEANUP_META = NULL;
    arena_init(&arena, KEEPER_BUDGET);
    pthread_mutex_lock(&inspect->turn);
    bool fine = meta_begin(inspect->registry->meta, true, &txn, err) &&
                remove_rows(inspect, txn, removal, &arena, err) && meta_commit(&txn, err);
    pthread_mutex_unlock(&inspect->turn);
    return fine;
}

static void keeper_removals(struct inspect *inspect)
{
    struct error err;
    for (;;) {
        pthread_mutex_lock(&inspect->lock);
        struct removal_job *removal = inspect->removals;
        if (removal)
            inspect->removals = removal->next;
        pthread_mutex_unlock(&inspect->lock);
        if (!removal)
            return;
        /* What fails leaves rows of a manifest that is not there: nobody asks for them. */
        (void)keeper_remove(inspect, removal, &err);
        free(removal->scope);
        free(removal);
    }
}

/* Whether nothing is left to do for this entry; else it is in line. */
static bool entry_is_settled(struct inspect *inspect, const struct journal_entry *entry,
                             struct arena *arena)
{
    struct scope scope = {entry->account, entry->region, entry->repository};
    struct slice text = scope_text(&scope, arena);
    struct manifest_facts facts;
    struct failure failure = {.reason = FAILURE_NONE};
    struct scan_row row;
    struct digest digest;
    struct error err;
    bool found = false;
    if (entry->failed || !slice_equal_str(entry->action, "PutImage") || !text.at ||
        !digest_parse_any(&digest, entry->digest, &err))
        return true;
    if (report_rows(inspect, text, &digest, arena, &row, NULL, &found, &err) && found)
        return row.status != INSPECT_PENDING && row.status != INSPECT_IN_PROGRESS;
    if (!manifest_describe(inspect->registry, &scope, &digest, arena, &facts, &failure) ||
        facts.sparse || !scan_is_wanted(inspect, &scope))
        return true;
    jobs_add(inspect, text, &digest, false);
    return false;
}

static void keeper_journal(struct inspect *inspect)
{
    struct arena arena CLEANUP_ARENA = {NULL};
    struct journal_entry *entries;
    struct error err;
    size_t count = 0;
    bool settled = true;
    do {
        arena_done(&arena);
        arena_init(&arena, KEEPER_BUDGET);
        if (!journal_read(inspect->registry, inspect->cursor, JOURNAL_BATCH, &arena, &entries,
                          &count, &err))
            return;
        for (size_t i = 0; i < count; i++) {
            bool over = entry_is_settled(inspect, &entries[i], &arena);
            settled = settled && over;
            if (settled)
                inspect->cursor = entries[i].sequence;
        }
    } while (settled && count == JOURNAL_BATCH);
}

static bool wish_take(void *context, const struct meta_row *row)
{
    struct digest digest;
    struct error err;
    if (digest_parse_any(&digest, row->name, &err))
        jobs_add(context, row->scope, &digest, true);
    return true;
}

/* Scans that were asked for before the process ended. */
static void keeper_wishes(struct inspect *inspect)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct error err;
    struct meta_range range = {.kind = ROW_WISH, .scope = nobody, .below = true};
    if (meta_begin(inspect->registry->meta, false, &txn, &err))
        (void)meta_scan(txn, &range, wish_take, inspect, &err);
}

bool inspect_place(struct meta_txn *txn, struct arena *arena, uint64_t *sequence, struct error *err)
{
    struct slice text;
    bool found;
    if (!meta_get(txn, ROW_INSPECT, nobody, SLICE("cursor"), arena, &text, &found, err))
        return false;
    if (!found || !slice_u64(text, sequence))
        *sequence = 0;
    return true;
}

static bool cursor_load(struct inspect *inspect, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct meta_txn *txn CLEANUP_META = NULL;
    arena_init(&arena, 1 << 16);
    if (!meta_begin(inspect->registry->meta, false, &txn, err) ||
        !inspect_place(txn, &arena, &inspect->cursor, err))
        return false;
    inspect->cursor_kept = inspect->cursor;
    return true;
}

static void cursor_keep(struct inspect *inspect)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct error err;
    char text[24];
    if (inspect->cursor == inspect->cursor_kept)
        return;
    snprintf(text, sizeof text, "%" PRIu64, inspect->cursor);
    /* One that is not kept makes the next start look at more entries, and no harm. */
    if (meta_begin(inspect->registry->meta, true, &txn, &err) &&
        meta_put(txn, ROW_INSPECT, nobody, SLICE("cursor"), slice_str(text), &err) &&
        meta_commit(&txn, &err))
        inspect->cursor_kept = inspect->cursor;
}

static void number_set(atomic_llong *number, long long value)
{
    if (number)
        atomic_store(number, value);
}

static void keeper_numbers(struct inspect *inspect)
{
    struct readings_stats stats;
    readings_stats(inspect->readings, &stats);
    pthread_mutex_lock(&inspect->lock);
    const struct inspect_numbers *numbers = &inspect->numbers;
    number_set(numbers->scans, inspect->scans);
    number_set(numbers->failed, inspect->failed);
    number_set(numbers->rematched, inspect->rematched);
    number_set(numbers->waiting, (long long)inspect->job_count);
    number_set(numbers->stale, (long long)inspect->stale);
    number_set(numbers->layers, (long long)stats.started);
    number_set(numbers->along, (long long)stats.along);
    number_set(numbers->again, (long long)stats.again);
    number_set(numbers->layers_failed, (long long)stats.failed);
    number_set(numbers->reading, stats.running);
    pthread_mutex_unlock(&inspect->lock);
}

static void keeper_advisories(struct inspect *inspect)
{
    struct rematch_report report;
    struct error err;
    char identity[STORE_IDENTITY_MAX];
    uint64_t generation;
    advisories_identity(inspect->advisories, identity, &generation);
    pthread_mutex_lock(&inspect->turn);
    bool matched = inspect->matched == generation;
    pthread_mutex_unlock(&inspect->turn);
    /* What cannot be matched now is tried again in a second. */
    if (!matched || advisories_changed(inspect->advisories))
        (void)inspect_rematch(inspect, &report, &err);
}

/* False: it is time to stop. */
static bool keeper_sleep(struct inspect *inspect)
{
    struct timespec until = clock_after(1);
    pthread_mutex_lock(&inspect->lock);
    if (!inspect->stop)
        pthread_cond_clockwait(&inspect->wake, &inspect->lock, CLOCK_MONOTONIC, &until);
    bool stop = inspect->stop;
    pthread_mutex_unlock(&inspect->lock);
    return !stop;
}

void *keeper_thread(void *context)
{
    struct inspect *inspect = context;
    struct error err;
    (void)cursor_load(inspect, &err); /* else from the journal's beginning */
    struct stale_list stale = {.scope = {"", 0}};
    unsigned rounds = 0;
    keeper_wishes(inspect);
    (void)stale_list_make(inspect, &stale, &err); /* else they are found at the next start */
    do {
        keeper_advisories(inspect);
        keeper_removals(inspect);
        keeper_journal(inspect);
        stale_feed(inspect, &stale);
        keeper_numbers(inspect);
        if (++rounds % CURSOR_SECONDS == 0)
            cursor_keep(inspect);
    } while (keeper_sleep(inspect));
    keeper_removals(inspect);
    cursor_keep(inspect);
    stale_list_done(&stale);
    return NULL;
}
