#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "registry/core/parts.h"
#include "registry/core/recall.h"
#include "registry/core/unrecorded.h"

/* Scratch of one transaction: the facts of the largest manifest many times over, and the names of
   all images of a repository that is removed. */
enum { SCRATCH_MAX = 512 << 20 };

bool failure_memory(struct failure *failure)
{
    struct error err;
    arena_error(&err);
    return failure_of(failure, &err);
}

bool change_begin(struct change *change, struct registry *registry, const struct scope *scope,
                  bool write, const struct caller *who, struct failure *failure)
{
    struct error err;
    *change = (struct change){.registry = registry,
                              .scope = *scope,
                              .who = who ? who : &caller_system,
                              .now = registry->world->ops->now(registry->world)};
    arena_init(&change->arena, SCRATCH_MAX);
    change->at = scope_text(scope, &change->arena);
    if (!change->at.at)
        return failure_memory(failure);
    if (!meta_begin(registry->meta, write, &change->txn, &err))
        return failure_of(failure, &err);
    return true;
}

static void tell(const struct registry_taps *tap, const struct change *change)
{
    for (size_t i = 0; i < change->item_count; i++) {
        const struct change_item *item = &change->items[i];
        struct scope scope = change->scope;
        if (item->scope.len && !scope_parse(item->scope, &scope))
            continue;
        if (item->news == NEWS_REMOVED && tap->manifest_removed)
            tap->manifest_removed(tap->context, &scope, &item->digest);
        if (item->news != NEWS_REMOVED && tap->manifest_stored)
            tap->manifest_stored(tap->context, &scope, &item->digest, item->news == NEWS_STORED_NEW,
                                 change->who);
    }
    if (change->touched && tap->changed)
        tap->changed(tap->context, change->at);
    if (change->journaled && tap->journal)
        tap->journal(tap->context);
}

bool change_commit(struct change *change, struct failure *failure)
{
    struct registry *registry = change->registry;
    struct error err;
    if (!meta_commit(&change->txn, &err))
        return failure_of(failure, &err);
    if (change->touched) {
        recall_forget(registry, change->at);
        unrecorded_forget(registry->state->unrecorded, change->at);
    }
    for (size_t i = 0; i < registry->tap_count; i++)
        tell(&registry->taps[i], change);
    return true;
}

void change_done(struct change *change)
{
    meta_abort(&change->txn);
    arena_done(&change->arena);
}

bool change_tell(struct change *change, enum change_news news, const struct digest *digest,
                 struct failure *failure)
{
    struct change_item item = {.news = news, .digest = *digest};
    change->touched = true;
    if (!ARENA_PUSH(&change->arena, change->items, change->item_count, change->item_room, item))
        return failure_memory(failure);
    return true;
}

bool change_journal_entry(struct change *change, const struct journal_entry *entry,
                          struct failure *failure)
{
    struct error err;
    change->journaled = true;
    if (!journal_add(change->registry, change->txn, &change->scope, entry, change->who, &err))
        return failure_of(failure, &err);
    return true;
}

bool change_journal(struct change *change, const char *action, const struct digest *digest,
                    struct slice tag, struct slice why, struct failure *failure)
{
    struct journal_entry entry = {.action = slice_str(action), .tag = tag, .why = why};
    if (digest)
        entry.digest = digest_slice(digest);
    return change_journal_entry(change, &entry, failure);
}

/* ---- rows ---- */

bool row_get_at(struct change *change, const char *kind, struct slice scope, struct slice name,
                struct slice *value, bool *found, struct failure *failure)
{
    struct error err;
    if (!meta_get(change->txn, kind, scope, name, &change->arena, value, found, &err))
        return failure_of(failure, &err);
    return true;
}

bool row_put_at(struct change *change, const char *kind, struct slice scope, struct slice name,
                struct slice value, struct failure *failure)
{
    struct error err;
    if (!name.at && !name.len)
        name = SLICE("");
    if (!meta_put(change->txn, kind, scope, name, value, &err))
        return failure_of(failure, &err);
    return true;
}

bool row_remove_at(struct change *change, const char *kind, struct slice scope, struct slice name,
                   struct failure *failure)
{
    struct error err;
    if (!meta_remove(change->txn, kind, scope, name, &err))
        return failure_of(failure, &err);
    return true;
}

bool row_get(struct change *change, const char *kind, struct slice name, struct slice *value,
             bool *found, struct failure *failure)
{
    return row_get_at(change, kind, change->at, name, value, found, failure);
}

bool row_put(struct change *change, const char *kind, struct slice name, struct slice value,
             struct failure *failure)
{
    return row_put_at(change, kind, change->at, name, value, failure);
}

bool row_remove(struct change *change, const char *kind, struct slice name, struct failure *failure)
{
    return row_remove_at(change, kind, change->at, name, failure);
}

struct listing {
    struct arena *arena;
    struct row_list list;
    bool spent;
};

static bool list_row(void *context, const struct meta_row *row)
{
    struct listing *listing = context;
    struct row copy = {arena_copy(listing->arena, row->scope),
                       arena_copy(listing->arena, row->name),
                       arena_copy(listing->arena, row->value)};
    listing->spent = !copy.scope.at || !copy.name.at || !copy.value.at ||
                     !ARENA_PUSH(listing->arena, listing->list.items, listing->list.count,
                                 listing->list.room, copy);
    return !listing->spent;
}

bool row_list(struct change *change, const struct meta_range *range, struct row_list *list,
              struct failure *failure)
{
    struct listing listing = {.arena = &change->arena};
    struct error err;
    if (!meta_scan(change->txn, range, list_row, &listing, &err))
        return failure_of(failure, &err);
    if (listing.spent)
        return failure_memory(failure);
    *list = listing.list;
    return true;
}

bool row_list_prefix(struct change *change, const char *kind, struct slice prefix,
                     struct slice after, size_t limit, struct row_list *list,
                     struct failure *failure)
{
    struct meta_range range = {
        .kind = kind, .scope = change->at, .prefix = prefix, .after = after, .limit = limit};
    return row_list(change, &range, list, failure);
}

struct naming {
    struct arena *arena;
    struct slice *names;
    size_t room, count;
    bool spent;
};

static bool list_name(void *context, const struct meta_row *row)
{
    struct naming *naming = context;
    if (naming->count == naming->room)
        return false;
    struct slice copy = arena_copy(naming->arena, row->name);
    naming->spent = !copy.at;
    if (copy.at)
        naming->names[naming->count++] = copy;
    return copy.at != NULL;
}

bool row_names(struct change *change, const char *kind, struct slice prefix, struct slice after,
               struct arena *arena, struct slice *names, size_t room, size_t *count,
               struct failure *failure)
{
    struct naming naming = {.arena = arena, .names = names, .room = room};
    struct meta_range range = {
        .kind = kind, .scope = change->at, .prefix = prefix, .after = after, .limit = room};
    struct error err;
    if (!meta_scan(change->txn, &range, list_name, &naming, &err))
        return failure_of(failure, &err);
    if (naming.spent)
        return failure_memory(failure);
    *count = naming.count;
    return true;
}

static bool note_any(void *context, const struct meta_row *row)
{
    (void)row;
    *(bool *)context = true;
    return false;
}

bool row_any(struct change *change, const char *kind, struct slice scope, struct slice prefix,
             bool *any, struct failure *failure)
{
    struct meta_range range = {.kind = kind, .scope = scope, .prefix = prefix, .limit = 1};
    struct error err;
    *any = false;
    if (!meta_scan(change->txn, &range, note_any, any, &err))
        return failure_of(failure, &err);
    return true;
}

struct slice row_pair(struct change *change, struct slice a, struct slice b)
{
    return arena_printf(&change->arena, "%.*s/%.*s", SLICE_ARG(a), SLICE_ARG(b));
}

/* ---- numbers ---- */

bool counter_get(struct change *change, struct slice scope, const char *name, uint64_t *value,
                 struct failure *failure)
{
    struct slice text;
    bool found;
    if (!row_get_at(change, ROW_COUNTER, scope, slice_str(name), &text, &found, failure))
        return false;
    if (!found || !slice_u64(text, value))
        *value = 0;
    return true;
}

bool counter_add(struct change *change, struct slice scope, const char *name, int64_t by,
                 struct failure *failure)
{
    uint64_t value;
    char text[24];
    if (!counter_get(change, scope, name, &value, failure))
        return false;
    if (by < 0)
        value -= (uint64_t)-by < value ? (uint64_t)-by : value;
    else
        value += (uint64_t)by;
    snprintf(text, sizeof text, "%" PRIu64, value);
    return row_put_at(change, ROW_COUNTER, scope, slice_str(name), slice_str(text), failure);
}

bool row_put_time(struct change *change, const char *kind, struct slice name, double when,
                  struct failure *failure)
{
    char text[40];
    snprintf(text, sizeof text, "%.3f", when);
    return row_put(change, kind, name, slice_str(text), failure);
}

bool row_get_time(struct change *change, const char *kind, struct slice name, double *when,
                  struct failure *failure)
{
    struct slice text;
    bool found;
    *when = 0;
    if (!row_get(change, kind, name, &text, &found, failure))
        return false;
    if (found && !slice_double(text, when))
        *when = 0;
    return true;
}
