/* Backfills as rows. See replication_backfill.c. */
#include "image/document.h"
#include "registry/mirror/backfill_parts.h"

static const char *const states[] = {"PREPARING", "IN_PROGRESS", "COMPLETE",
                                     "FAILED",    "STOPPING",    "STOPPED"};

const char *backfill_state_name(enum backfill_state state)
{
    return states[state];
}

bool backfill_is_over(const struct backfill *backfill)
{
    return backfill->state == BACKFILL_COMPLETE || backfill->state == BACKFILL_FAILED ||
           backfill->state == BACKFILL_STOPPED;
}

struct slice backfill_account(const struct scope *scope, struct arena *arena)
{
    struct scope account = {.account = scope->account, .region = scope->region};
    return scope_text(&account, arena);
}

static void set(json_t *object, const char *name, struct slice value)
{
    if (value.len)
        json_object_set_new(object, name, json_stringn(value.at, value.len));
}

static json_t *backfill_json(const struct backfill *backfill)
{
    json_t *row = json_object(), *codes = json_array();
    set(row, "region", backfill->destination.region);
    set(row, "account", backfill->destination.account);
    set(row, "state", slice_str(states[backfill->state]));
    set(row, "code", backfill->code);
    for (size_t i = 0; i < backfill->code_count; i++)
        json_array_append_new(codes, json_stringn(backfill->codes[i].at, backfill->codes[i].len));
    json_object_set_new(row, "codes", codes);
    json_object_set_new(row, "prepared", json_boolean(backfill->prepared));
    json_object_set_new(row, "total", json_integer((json_int_t)backfill->total));
    json_object_set_new(row, "completed", json_integer((json_int_t)backfill->completed));
    json_object_set_new(row, "failed", json_integer((json_int_t)backfill->failed));
    json_object_set_new(row, "started", json_real(backfill->started));
    json_object_set_new(row, "ended", json_real(backfill->ended));
    return row;
}

static bool backfill_parse(struct slice id, struct slice value, struct arena *arena,
                           struct backfill *backfill, struct error *err)
{
    struct backfill got = {.id = arena_copy(arena, id)};
    CLEANUP_JSON json_t *row = document_parse(value, err);
    if (!row)
        return false;
    const json_t *codes = json_object_get(row, "codes");
    struct slice word = document_view(json_object_get(row, "state"));
    for (int i = 0; i <= BACKFILL_STOPPED; i++)
        if (slice_equal_str(word, states[i]))
            got.state = (enum backfill_state)i;
    for (; got.code_count < BACKFILL_CODES_MAX && got.code_count < json_array_size(codes);
         got.code_count++)
        if (!document_string(json_array_get(codes, got.code_count), arena,
                             &got.codes[got.code_count]))
            return arena_error(err);
    got.prepared = json_is_true(json_object_get(row, "prepared"));
    got.total = (uint64_t)json_integer_value(json_object_get(row, "total"));
    got.completed = (uint64_t)json_integer_value(json_object_get(row, "completed"));
    got.failed = (uint64_t)json_integer_value(json_object_get(row, "failed"));
    got.started = json_number_value(json_object_get(row, "started"));
    got.ended = json_number_value(json_object_get(row, "ended"));
    if (!got.id.at || !document_text(row, "region", arena, &got.destination.region) ||
        !document_text(row, "account", arena, &got.destination.account) ||
        !document_text(row, "code", arena, &got.code))
        return arena_error(err);
    *backfill = got;
    return true;
}

bool backfill_load(struct meta_txn *txn, struct slice account, struct slice id, struct arena *arena,
                   struct backfill *backfill, bool *found, struct error *err)
{
    struct slice value;
    *found = false;
    return meta_get(txn, ROW_BACKFILL, account, id, arena, &value, found, err) &&
           (!*found || backfill_parse(id, value, arena, backfill, err));
}

/* Writes it, and whether it is among those under way. */
bool backfill_save(struct meta_txn *txn, struct slice account, const struct backfill *backfill,
                   struct arena *arena, struct error *err)
{
    struct slice value,
        listed = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(account), SLICE_ARG(backfill->id));
    CLEANUP_JSON json_t *row = backfill_json(backfill);
    if (!listed.at)
        return arena_error(err);
    return json_to_slice(row, arena, &value, err) &&
           meta_put(txn, ROW_BACKFILL, account, backfill->id, value, err) &&
           (backfill_is_over(backfill)
                ? meta_remove(txn, ROW_BACKFILLING, SLICE(""), listed, err)
                : meta_put(txn, ROW_BACKFILLING, SLICE(""), listed, SLICE("{}"), err));
}

static bool gather(void *context, const struct meta_row *row)
{
    struct backfill_rows *to = context;
    struct backfill backfill;
    to->failed =
        !backfill_parse(row->name, row->value, to->arena, &backfill, to->err) ||
        (!ARENA_PUSH(to->arena, to->items, to->count, to->room, backfill) && !arena_error(to->err));
    return !to->failed;
}

bool backfill_gather(struct meta_txn *txn, struct slice account, struct slice after, size_t limit,
                     struct backfill_rows *to, struct error *err)
{
    struct meta_range range = {
        .kind = ROW_BACKFILL, .scope = account, .after = after, .limit = limit};
    to->err = err;
    return meta_scan(txn, &range, gather, to, err) && !to->failed;
}

static bool names_gather(void *context, const struct meta_row *row)
{
    struct row_names *to = context;
    struct slice name = arena_copy(to->arena, row->name);
    to->spent = !name.at || !ARENA_PUSH(to->arena, to->items, to->count, to->room, name);
    return !to->spent;
}

bool names_of_rows(struct meta_txn *txn, const char *kind, struct slice scope, struct slice prefix,
                   struct row_names *to, struct error *err)
{
    struct meta_range range = {.kind = kind, .scope = scope, .prefix = prefix};
    return meta_scan(txn, &range, names_gather, to, err) && (!to->spent || arena_error(err));
}

bool backfill_is_old(const struct backfill *backfill, double now)
{
    return backfill_is_over(backfill) && backfill->ended < now - BACKFILL_KEEP_DAYS * 86400.0;
}
