/* See quarantine.h. A row is a JSON object: why, who, when. */
#include "registry/inspect/quarantine.h"

#include <jansson.h>
#include <stdlib.h>

#include "registry/core/journal.h"
#include "registry/inspect/rows.h"

static struct slice row_encode(struct registry *registry, struct slice why,
                               const struct caller *who, struct arena *arena)
{
    struct slice made = {NULL, 0};
    json_t *object = json_pack("{s:s%, s:s%, s:f}", "why", why.at ? why.at : "", why.len, "who",
                               who && who->name.at ? who->name.at : "", who ? who->name.len : 0,
                               "when", registry->world->ops->now(registry->world));
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text)
        made = arena_copy(arena, slice_str(text));
    free(text);
    json_decref(object);
    return made;
}

/* A damaged row shuts away all the same. */
static bool row_decode(struct slice bytes, struct arena *arena, struct quarantine *quarantine)
{
    json_error_t error;
    json_t *object = json_loadb(bytes.at ? bytes.at : "", bytes.len, 0, &error);
    const json_t *why = json_object_get(object, "why"), *who = json_object_get(object, "who");
    quarantine->why = arena_copy(arena, slice_of(json_string_value(why), json_string_length(why)));
    quarantine->who = arena_copy(arena, slice_of(json_string_value(who), json_string_length(who)));
    quarantine->when = json_number_value(json_object_get(object, "when"));
    json_decref(object);
    return quarantine->why.at && quarantine->who.at;
}

static bool row_write(struct registry *registry, const struct scope *scope, struct slice text,
                      const struct digest *digest, struct slice why, bool on,
                      const struct caller *who, struct arena *arena, struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct journal_entry entry = {.action = on ? SLICE("QuarantineImage") : SLICE("ReleaseImage"),
                                  .digest = digest_slice(digest),
                                  .why = why};
    struct slice row = row_encode(registry, why, who, arena), name = digest_slice(digest), before;
    bool found;
    if (!row.at)
        return arena_error(err);
    if (!meta_begin(registry->meta, true, &txn, err) ||
        !meta_get(txn, ROW_QUARANTINE, text, name, arena, &before, &found, err))
        return false;
    if (!on && !found)
        return error_set(err, ERROR_NOT_FOUND, "the image is not quarantined");
    return (on ? meta_put(txn, ROW_QUARANTINE, text, name, row, err)
               : meta_remove(txn, ROW_QUARANTINE, text, name, err)) &&
           journal_add(registry, txn, scope, &entry, who, err) && meta_commit(&txn, err);
}

static bool is_utf8(struct slice text)
{
    json_t *string = json_stringn(text.at ? text.at : "", text.len);
    json_decref(string);
    return string != NULL;
}

bool quarantine_set(struct registry *registry, const struct scope *scope,
                    const struct digest *digest, struct slice why, bool on,
                    const struct caller *who, struct failure *failure)
{
    struct arena arena CLEANUP_ARENA;
    struct manifest_facts facts;
    struct error err = {0};
    arena_init(&arena, 64 << 20);
    struct slice text = scope_text(scope, &arena);
    if (why.len > QUARANTINE_WHY_MAX || !is_utf8(why))
        return failure_set(failure, FAILURE_PARAMETER, "a reason is text of at most %d bytes",
                           QUARANTINE_WHY_MAX);
    if (!text.at) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!manifest_describe(registry, scope, digest, &arena, &facts, failure))
        return false;
    if (row_write(registry, scope, text, digest, why, on, who, &arena, &err))
        return true;
    return err.kind == ERROR_NOT_FOUND ? failure_set(failure, FAILURE_NOT_FOUND, "%s", err.text)
                                       : failure_of(failure, &err);
}

bool quarantine_get(struct registry *registry, struct slice scope, const struct digest *digest,
                    struct arena *arena, struct quarantine *quarantine, bool *found,
                    struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct slice bytes;
    *quarantine = (struct quarantine){.digest = *digest};
    if (!meta_begin(registry->meta, false, &txn, err) ||
        !meta_get(txn, ROW_QUARANTINE, scope, digest_slice(digest), arena, &bytes, found, err))
        return false;
    return !*found || row_decode(bytes, arena, quarantine) || arena_error(err);
}

struct listing {
    struct arena *arena;
    struct quarantine *items;
    size_t count, room;
    bool failed;
};

static bool listing_take(void *context, const struct meta_row *row)
{
    struct listing *listing = context;
    struct quarantine item = {.why = {NULL, 0}};
    struct error wrong;
    if (!digest_parse_any(&item.digest, row->name, &wrong))
        return true;
    if (!row_decode(row->value, listing->arena, &item) ||
        !ARENA_PUSH(listing->arena, listing->items, listing->count, listing->room, item))
        listing->failed = true;
    return !listing->failed;
}

bool quarantine_list(struct registry *registry, struct slice scope, struct arena *arena,
                     struct quarantine **list, size_t *count, struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    struct listing listing = {.arena = arena};
    struct meta_range range = {.kind = ROW_QUARANTINE, .scope = scope};
    if (!meta_begin(registry->meta, false, &txn, err) ||
        !meta_scan(txn, &range, listing_take, &listing, err))
        return false;
    if (listing.failed)
        return arena_error(err);
    *list = listing.items;
    *count = listing.count;
    return true;
}
