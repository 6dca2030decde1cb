#include "registry/ecr/layer_parts.h"

#include <inttypes.h>

#include "registry/core/rows.h"

#define ROW_LAYER_PART "layerpart"

enum { STALE_SCAN = 50, STALE_SECONDS = 7 * 24 * 3600 };

/* The value is "END WHEN". */
static uint64_t end_of(struct slice value)
{
    uint64_t end;
    return slice_u64(slice_cut(&value, ' '), &end) ? end : 0;
}

struct stale {
    struct arena *arena;
    uint64_t before;
    struct slice names[STALE_SCAN];
    size_t count;
};

static bool find_stale(void *context, const struct meta_row *row)
{
    struct stale *stale = context;
    struct slice value = row->value;
    uint64_t when;
    slice_cut(&value, ' ');
    if (!slice_u64(value, &when) || when >= stale->before)
        return true;
    struct slice name = arena_copy(stale->arena, row->name);
    if (name.at)
        stale->names[stale->count++] = name;
    return name.at && stale->count < STALE_SCAN;
}

static bool remove_stale(struct meta_txn *txn, struct slice scope, uint64_t now,
                         struct arena *arena, struct error *err)
{
    struct stale stale = {.arena = arena, .before = now > STALE_SECONDS ? now - STALE_SECONDS : 0};
    struct meta_range range = {.kind = ROW_LAYER_PART, .scope = scope, .limit = STALE_SCAN};
    if (!meta_scan(txn, &range, find_stale, &stale, err))
        return false;
    for (size_t i = 0; i < stale.count; i++)
        if (!meta_remove(txn, ROW_LAYER_PART, scope, stale.names[i], err))
            return false;
    return true;
}

bool layer_parts_note(struct ecr_call *call, struct slice upload, uint64_t end)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct error err;
    struct registry *registry = call->node->registry;
    struct slice scope = scope_text(&call->scope, call->arena), old;
    uint64_t now = (uint64_t)registry->world->ops->now(registry->world);
    struct slice value = arena_printf(call->arena, "%" PRIu64 " %" PRIu64, end, now);
    bool found;
    if (!scope.at || !value.at)
        return call_no_memory(call);
    if (!meta_begin(registry->meta, true, &txn, &err) ||
        !meta_get(txn, ROW_LAYER_PART, scope, upload, call->arena, &old, &found, &err) ||
        !remove_stale(txn, scope, now, call->arena, &err) ||
        /* the first small part is the one that counts */
        (!found && !meta_put(txn, ROW_LAYER_PART, scope, upload, value, &err)) ||
        !meta_commit(&txn, &err))
        return failure_of(&call->failure, &err);
    return true;
}

static bool take(struct ecr_call *call, struct slice upload, bool remove, struct slice *value,
                 bool *found)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct error err;
    struct slice scope = scope_text(&call->scope, call->arena);
    if (!scope.at)
        return call_no_memory(call);
    if (!meta_begin(call->node->registry->meta, remove, &txn, &err) ||
        !meta_get(txn, ROW_LAYER_PART, scope, upload, call->arena, value, found, &err) ||
        (remove && !meta_remove(txn, ROW_LAYER_PART, scope, upload, &err)) ||
        (remove && !meta_commit(&txn, &err)))
        return failure_of(&call->failure, &err);
    return true;
}

bool layer_parts_judge(struct ecr_call *call, struct slice upload, uint64_t size, bool *small)
{
    struct slice value;
    bool found;
    if (!take(call, upload, false, &value, &found))
        return false;
    *small = found && end_of(value) < size;
    return !found || take(call, upload, true, &value, &found);
}
