/* See events_parts.h. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "registry/ops/events_parts.h"

enum { RUNNER_ARENA = 1 << 20, RUNNERS_MAX = 256 };

void runner_free(struct runner *runner)
{
    arena_done(&runner->arena);
    free(runner);
}

static struct runner *runner_new(const struct meta_row *row)
{
    struct runner *runner = calloc(1, sizeof *runner);
    struct error err = {0};
    if (!runner)
        return NULL;
    arena_init(&runner->arena, RUNNER_ARENA);
    runner->scope_text = arena_copy(&runner->arena, row->scope);
    runner->name = arena_copy(&runner->arena, slice_from(row->name, sizeof HOOK_SETTING - 1));
    runner->setting = arena_copy(&runner->arena, row->value);
    atomic_init(&runner->look_at_dead, true);
    if (runner->scope_text.at && runner->name.at && runner->setting.at &&
        scope_parse(runner->scope_text, &runner->scope) &&
        hook_parse(runner->setting, &runner->arena, &runner->hook, &err))
        return runner;
    log_warning("webhook %.*s of %.*s is left out: %s", SLICE_ARG(slice_upto(row->name, 100)),
                SLICE_ARG(slice_upto(row->scope, 300)), err.text);
    runner_free(runner);
    return NULL;
}

struct loading {
    struct runner *runners;
    unsigned count;
};

static bool note_hook(void *context, const struct meta_row *row)
{
    struct loading *loading = context;
    if (!slice_starts(row->name, SLICE(HOOK_SETTING)))
        return true;
    struct runner *runner = loading->count < RUNNERS_MAX ? runner_new(row) : NULL;
    if (runner) {
        runner->next = loading->runners;
        loading->runners = runner;
        loading->count++;
    }
    return true;
}

static bool is_same(const struct runner *a, const struct runner *b)
{
    return slice_equal(a->scope_text, b->scope_text) && slice_equal(a->name, b->name) &&
           slice_equal(a->setting, b->setting);
}

/* Those that are as they were go on; others end, at once or when their thread is done. Under the
   lock. */
static void take_over(struct events *events, struct loading *loading)
{
    struct runner *old = events->runners;
    for (struct runner **place = &loading->runners; *place; place = &(*place)->next)
        for (struct runner **before = &old; *before; before = &(*before)->next)
            if (is_same(*place, *before)) {
                struct runner *kept = *before, *made = *place;
                *before = kept->next;
                kept->next = made->next;
                atomic_store(&kept->look_at_dead, true);
                *place = kept;
                runner_free(made);
                break;
            }
    for (struct runner *next; old; old = next) {
        next = old->next;
        old->removed = true;
        if (!old->busy)
            runner_free(old);
    }
    events->runners = loading->runners;
    events->runner_count = loading->count;
}

bool events_load(struct events *events)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct loading loading = {0};
    struct error err = {0};
    struct meta_range range = {.kind = ROW_SETTING, .scope = SLICE(""), .below = true};
    bool read = meta_begin(events->registry->meta, false, &txn, &err) &&
                meta_scan(txn, &range, note_hook, &loading, &err);
    meta_abort(&txn);
    pthread_mutex_lock(&events->lock);
    if (read)
        take_over(events, &loading);
    pthread_mutex_unlock(&events->lock);
    if (read)
        return true;
    log_warning("webhooks cannot be read: %s", err.text);
    for (struct runner *next; loading.runners; loading.runners = next) {
        next = loading.runners->next;
        runner_free(loading.runners);
    }
    return false;
}

struct placing {
    struct arena *arena;
    struct meta_row *rows; /* of settings: scope, and the hook's name */
    size_t count, room;
    bool spent;
};

static bool place_take(void *context, const struct meta_row *row)
{
    struct placing *placing = context;
    if (!slice_starts(row->name, SLICE(HOOK_SETTING)))
        return true;
    struct meta_row kept = {
        .scope = arena_copy(placing->arena, row->scope),
        .name = arena_copy(placing->arena, slice_from(row->name, sizeof HOOK_SETTING - 1))};
    placing->spent =
        !kept.scope.at || !kept.name.at ||
        !ARENA_PUSH(placing->arena, placing->rows, placing->count, placing->room, kept);
    return !placing->spent;
}

bool events_place(struct meta_txn *txn, struct arena *arena, uint64_t *sequence, struct error *err)
{
    struct placing placing = {.arena = arena};
    struct meta_range range = {.kind = ROW_SETTING, .scope = SLICE(""), .below = true};
    *sequence = UINT64_MAX;
    if (!meta_scan(txn, &range, place_take, &placing, err))
        return false;
    if (placing.spent)
        return arena_error(err);
    for (size_t i = 0; i < placing.count; i++) {
        struct slice text;
        bool found;
        uint64_t own;
        if (!meta_get(txn, ROW_HOOK, placing.rows[i].scope, placing.rows[i].name, arena, &text,
                      &found, err))
            return false;
        if (found && !hook_place_read(text, &own, err))
            return false;
        if (found && own < *sequence)
            *sequence = own;
    }
    return true;
}

/* Entries that pushes and pulls make change no hook; any other may have. */
static bool may_change_hooks(const struct journal_entry *entry)
{
    return !slice_ends(entry->action, SLICE("Image")) &&
           !slice_ends(entry->action, SLICE("Layer")) &&
           !slice_ends(entry->action, SLICE("LayerUpload")) &&
           !slice_equal_str(entry->action, "CreateRepository");
}

bool events_look_at_news(struct events *events, bool *changed)
{
    CLEANUP_ARENA struct arena arena;
    struct error err = {0};
    struct journal_entry *entries;
    size_t count = EVENTS_BATCH;
    *changed = false;
    arena_init(&arena, EVENTS_SCRATCH);
    while (count == EVENTS_BATCH && !atomic_load(&events->stopping)) {
        arena_reset(&arena);
        if (!journal_read(events->registry, events->seen, EVENTS_BATCH, &arena, &entries, &count,
                          &err)) {
            log_warning("the journal cannot be read: %s", err.text);
            return false;
        }
        for (size_t i = 0; i < count; i++) {
            *changed |= may_change_hooks(&entries[i]);
            events->seen = entries[i].sequence;
        }
    }
    return true;
}
