#include "registry/ops/dead.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "image/document.h"

enum { SCRATCH_MAX = 256 << 20 };

void dead_name(struct slice hook, uint64_t sequence, char name[DEAD_NAME_MAX])
{
    snprintf(name, DEAD_NAME_MAX, "%.*s/%016" PRIx64, SLICE_ARG(slice_upto(hook, 128)), sequence);
}

static void put_text(json_t *object, const char *name, struct slice text)
{
    json_object_set_new(object, name, json_stringn(text.at, text.len));
}

bool dead_put(struct meta_txn *txn, const struct dead_letter *letter, struct arena *arena,
              struct error *err)
{
    char name[DEAD_NAME_MAX];
    CLEANUP_JSON json_t *row = json_object();
    json_object_set_new(row, "when", json_real(letter->when));
    json_object_set_new(row, "attempts", json_integer(letter->attempts));
    json_object_set_new(row, "again", json_boolean(letter->again));
    put_text(row, "why", letter->why);
    put_text(row, "body", letter->body);
    char *text = json_dumps(row, JSON_COMPACT);
    struct slice copy = text ? arena_copy(arena, slice_str(text)) : (struct slice){0};
    free(text);
    dead_name(letter->hook, letter->sequence, name);
    return copy.at ? meta_put(txn, ROW_DEAD, letter->scope, slice_str(name), copy, err)
                   : arena_error(err);
}

struct listing {
    struct arena *arena;
    struct dead_letter *letters;
    size_t count, room, limit;
    struct slice hook; /* empty: all */
    bool again, spent;
};

static bool read_letter(struct listing *listing, const struct meta_row *row,
                        struct dead_letter *letter)
{
    struct error ignored;
    size_t slash = slice_find_last(row->name, '/');
    char digits[17] = "";
    CLEANUP_JSON json_t *object = document_parse(row->value, &ignored);
    if (!object || row->name.len - slash != sizeof digits)
        return false; /* a damaged one is not one that can be sent */
    memcpy(digits, row->name.at + slash + 1, 16);
    *letter = (struct dead_letter){
        .scope = arena_copy(listing->arena, row->scope),
        .hook = arena_copy(listing->arena, slice_upto(row->name, slash)),
        .sequence = strtoull(digits, NULL, 16),
        .when = json_number_value(json_object_get(object, "when")),
        .attempts = (unsigned)json_integer_value(json_object_get(object, "attempts")),
        .again = json_is_true(json_object_get(object, "again"))};
    listing->spent = !document_text(object, "why", listing->arena, &letter->why) ||
                     !document_text(object, "body", listing->arena, &letter->body) ||
                     !letter->scope.at || !letter->hook.at;
    return !listing->spent;
}

static bool note(void *context, const struct meta_row *row)
{
    struct listing *listing = context;
    struct dead_letter letter;
    struct slice name = slice_upto(row->name, slice_find_last(row->name, '/'));
    if (listing->hook.len && !slice_equal(name, listing->hook))
        return true;
    if (read_letter(listing, row, &letter) && (!listing->again || letter.again))
        listing->spent =
            !ARENA_PUSH(listing->arena, listing->letters, listing->count, listing->room, letter);
    return !listing->spent && (!listing->limit || listing->count < listing->limit);
}

static bool scan(struct meta_txn *txn, const struct meta_range *range, struct listing *listing,
                 struct error *err)
{
    return meta_scan(txn, range, note, listing, err) && (!listing->spent || arena_error(err));
}

bool dead_list(struct registry *registry, const struct scope *scope, struct arena *arena,
               struct dead_letter **letters, size_t *count, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct listing listing = {.arena = arena};
    struct scope account = {scope->account, scope->region, {0}};
    struct meta_range range = {
        .kind = ROW_DEAD, .scope = scope_text(&account, arena), .below = true};
    if (!range.scope.at)
        return arena_error(err);
    if (!meta_begin(registry->meta, false, &txn, err) || !scan(txn, &range, &listing, err))
        return false;
    *letters = listing.letters;
    *count = listing.count;
    return true;
}

bool dead_of_hook(struct registry *registry, struct slice scope, struct slice hook, bool again,
                  size_t limit, struct arena *arena, struct dead_letter **letters, size_t *count,
                  struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct listing listing = {.arena = arena, .hook = hook, .again = again, .limit = limit};
    struct meta_range range = {.kind = ROW_DEAD, .scope = scope, .prefix = hook};
    if (!meta_begin(registry->meta, false, &txn, err) || !scan(txn, &range, &listing, err))
        return false;
    *letters = listing.letters;
    *count = listing.count;
    return true;
}

static bool change(struct meta_txn *txn, struct dead_letter *letter, bool drop, struct arena *arena,
                   struct error *err)
{
    char name[DEAD_NAME_MAX];
    dead_name(letter->hook, letter->sequence, name);
    letter->again = true;
    return drop ? meta_remove(txn, ROW_DEAD, letter->scope, slice_str(name), err)
                : dead_put(txn, letter, arena, err);
}

static bool change_all(struct registry *registry, const struct scope *scope, struct slice hook,
                       uint64_t sequence, bool drop, size_t *count, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    CLEANUP_ARENA struct arena arena;
    struct scope account = {scope->account, scope->region, {0}};
    arena_init(&arena, SCRATCH_MAX);
    struct listing listing = {.arena = &arena, .hook = hook};
    struct meta_range range = {
        .kind = ROW_DEAD, .scope = scope_text(&account, &arena), .below = true};
    *count = 0;
    if (!range.scope.at)
        return arena_error(err);
    if (!meta_begin(registry->meta, true, &txn, err) || !scan(txn, &range, &listing, err))
        return false;
    for (size_t i = 0; i < listing.count; i++) {
        if (sequence && listing.letters[i].sequence != sequence)
            continue;
        if (!change(txn, &listing.letters[i], drop, &arena, err))
            return false;
        ++*count;
    }
    return meta_commit(&txn, err);
}

bool dead_again(struct registry *registry, const struct scope *scope, struct slice hook,
                uint64_t sequence, size_t *count, struct error *err)
{
    return change_all(registry, scope, hook, sequence, false, count, err);
}

bool dead_drop(struct registry *registry, const struct scope *scope, struct slice hook,
               uint64_t sequence, size_t *count, struct error *err)
{
    return change_all(registry, scope, hook, sequence, true, count, err);
}
