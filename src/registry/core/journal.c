#include "registry/core/journal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/core/codec.h"
#include "registry/core/rows.h"

enum { SCRATCH_MAX = 64 << 20, NAME_DIGITS = 16 };

#define SEQUENCE "journal" /* counter: the last number given */

const struct caller caller_system = {.kind = CALLER_SYSTEM, .name = {"system", 6}, .admin = true};

bool journal_last(struct meta_txn *txn, struct arena *arena, uint64_t *sequence, struct error *err)
{
    struct slice text;
    bool found;
    *sequence = 0;
    if (!meta_get(txn, ROW_COUNTER, SLICE(""), SLICE(SEQUENCE), arena, &text, &found, err))
        return false;
    return !found || slice_u64(text, sequence) ||
           error_set(err, ERROR_FORMAT, "the journal's counter is damaged");
}

/* Sequence numbers are given inside the writing transaction, so their order is that of commits. */
static bool next_sequence(struct meta_txn *txn, struct arena *arena, char name[NAME_DIGITS + 1],
                          struct error *err)
{
    uint64_t sequence;
    char decimal[24];
    if (!journal_last(txn, arena, &sequence, err))
        return false;
    sequence++;
    snprintf(decimal, sizeof decimal, "%" PRIu64, sequence);
    snprintf(name, NAME_DIGITS + 1, "%016" PRIx64, sequence);
    return meta_put(txn, ROW_COUNTER, SLICE(""), SLICE(SEQUENCE), slice_str(decimal), err);
}

bool journal_add(struct registry *registry, struct meta_txn *txn, const struct scope *scope,
                 const struct journal_entry *entry, const struct caller *who, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct journal_entry made = *entry;
    struct slice value;
    char name[NAME_DIGITS + 1];
    arena_init(&arena, SCRATCH_MAX);
    who = who ? who : &caller_system;
    made.when = registry->world->ops->now(registry->world);
    made.account = scope->account;
    made.region = scope->region;
    made.repository = scope->repository;
    made.who = who->name;
    made.arn = who->arn;
    made.address = who->address;
    made.request = who->request;
    if (!journal_encode(&made, &arena, &value))
        return arena_error(err);
    return next_sequence(txn, &arena, name, err) &&
           meta_put(txn, ROW_JOURNAL, SLICE(""), slice_str(name), value, err);
}

bool journal_tell(struct registry *registry, const struct scope *scope,
                  const struct journal_entry *entry, const struct caller *who, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(registry->meta, true, &txn, err) ||
        !journal_add(registry, txn, scope, entry, who, err) || !meta_commit(&txn, err))
        return false;
    for (size_t i = 0; i < registry->tap_count; i++)
        if (registry->taps[i].journal)
            registry->taps[i].journal(registry->taps[i].context);
    return true;
}

struct reading {
    struct arena *arena;
    struct error *err;
    struct journal_entry *items;
    size_t count, room;
    bool failed;
};

static bool parse_sequence(struct slice name, uint64_t *sequence)
{
    *sequence = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        *sequence = *sequence << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return name.len == NAME_DIGITS;
}

/* A damaged entry is told as one, so that readers get past it. */
static bool read_entry(void *context, const struct meta_row *row)
{
    struct reading *reading = context;
    struct journal_entry entry = {0};
    struct error err = {0};
    uint64_t sequence;
    if (!parse_sequence(row->name, &sequence))
        return true;
    if (!journal_decode(row->value, reading->arena, &entry, &err)) {
        if (err.kind == ERROR_LIMIT) {
            *reading->err = err;
            reading->failed = true;
            return false;
        }
        entry = (struct journal_entry){.action = SLICE("Damaged"), .failed = true};
    }
    entry.sequence = sequence;
    reading->failed =
        !ARENA_PUSH(reading->arena, reading->items, reading->count, reading->room, entry);
    if (reading->failed)
        arena_error(reading->err);
    return !reading->failed;
}

bool journal_read(struct registry *registry, uint64_t sequence, size_t limit, struct arena *arena,
                  struct journal_entry **entries, size_t *count, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct reading reading = {.arena = arena, .err = err};
    char after[NAME_DIGITS + 1];
    snprintf(after, sizeof after, "%016" PRIx64, sequence);
    struct meta_range range = {
        .kind = ROW_JOURNAL, .scope = SLICE(""), .after = slice_str(after), .limit = limit};
    if (!meta_begin(registry->meta, false, &txn, err) ||
        !meta_scan(txn, &range, read_entry, &reading, err) || reading.failed)
        return false;
    *entries = reading.items;
    *count = reading.count;
    return true;
}

struct shortening {
    struct arena arena, scratch;
    double before, now;
    uint64_t upto;
    struct slice *names;
    size_t count, room, limit;
    bool spent;
};

static bool shorten_take(void *context, const struct meta_row *row)
{
    struct shortening *work = context;
    struct journal_entry entry = {.when = 0};
    struct error damaged;
    uint64_t sequence;
    arena_reset(&work->scratch);
    if (!parse_sequence(row->name, &sequence))
        return true;
    /* A damaged one has no date, and goes with its neighbours. */
    if (sequence > work->upto || work->count == work->limit)
        return false;
    if (journal_decode(row->value, &work->scratch, &entry, &damaged) && entry.when >= work->before)
        return entry.when > work->now;
    struct slice name = arena_copy(&work->arena, row->name);
    work->spent = !name.at || !ARENA_PUSH(&work->arena, work->names, work->count, work->room, name);
    return !work->spent;
}

static bool shorten(struct registry *registry, struct shortening *work, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct meta_range range = {.kind = ROW_JOURNAL, .scope = SLICE("")};
    if (!meta_begin(registry->meta, true, &txn, err) ||
        !meta_scan(txn, &range, shorten_take, work, err))
        return false;
    if (work->spent)
        return arena_error(err);
    for (size_t i = 0; i < work->count; i++)
        if (!meta_remove(txn, ROW_JOURNAL, SLICE(""), work->names[i], err))
            return false;
    return !work->count || meta_commit(&txn, err);
}

bool journal_shorten(struct registry *registry, double before, uint64_t upto, size_t limit,
                     size_t *removed, struct error *err)
{
    struct shortening work = {.before = before,
                              .now = registry->world->ops->now(registry->world),
                              .upto = upto,
                              .limit = limit};
    arena_init(&work.arena, SCRATCH_MAX);
    arena_init(&work.scratch, SCRATCH_MAX);
    bool fine = shorten(registry, &work, err);
    *removed = fine ? work.count : 0;
    arena_done(&work.scratch);
    arena_done(&work.arena);
    return fine;
}
