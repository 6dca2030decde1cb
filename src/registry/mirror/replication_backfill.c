/*
 * Backfills: all images that are here already, to one destination. A row "backfill" says how far
 * it is, one "backfilled" for each image and tag how it went; "backfilling" (scope "") lists those
 * that are not over, so that they go on after a restart. The jobs of one are written in one
 * transaction with its step out of PREPARING, so a crash never doubles them.
 */
#include "image/document.h"
#include "registry/mirror/backfill_parts.h"

/* What ended so long ago that nobody is told of it any more. */
static bool forget_old(struct meta_txn *txn, struct slice account, const struct backfill *backfill,
                       struct arena *arena, struct error *err)
{
    struct row_names names = {.arena = arena};
    struct slice prefix = arena_printf(arena, "%.*s\t", SLICE_ARG(backfill->id));
    if (!prefix.at)
        return arena_error(err);
    if (!names_of_rows(txn, ROW_BACKFILLED, account, prefix, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!meta_remove(txn, ROW_BACKFILLED, account, names.items[i], err))
            return false;
    return meta_remove(txn, ROW_BACKFILL, account, backfill->id, err);
}

static bool make_id(struct world *world, struct arena *arena, struct slice *id, struct error *err)
{
    unsigned char r[16];
    if (!world->ops->random(world, r, sizeof r, err))
        return false;
    r[6] = (unsigned char)((r[6] & 0x0f) | 0x40);
    r[8] = (unsigned char)((r[8] & 0x3f) | 0x80);
    *id = arena_printf(
        arena, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0], r[1],
        r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13], r[14], r[15]);
    return id->at || arena_error(err);
}

/* Inside the transaction: may another one start? Old ones go on the way. */
static bool has_room(struct meta_txn *txn, struct slice account,
                     const struct replication_destination *to, double now, struct arena *arena,
                     struct failure *failure, struct error *err)
{
    size_t going = 0;
    struct backfill_rows all = {.arena = arena};
    if (!backfill_gather(txn, account, SLICE(""), 0, &all, err))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        if (backfill_is_old(&all.items[i], now) &&
            !forget_old(txn, account, &all.items[i], arena, err))
            return false;
        if (backfill_is_over(&all.items[i]))
            continue;
        going++;
        if (slice_equal(all.items[i].destination.region, to->region))
            return failure_set(failure, FAILURE_BUSY,
                               "A replication backfill is already in progress for the destination "
                               "Region '%.*s'",
                               SLICE_ARG(to->region));
    }
    return going < BACKFILLS_MAX ||
           failure_set(failure, FAILURE_LIMIT,
                       "A registry can have at most %d replication backfills in progress at once",
                       BACKFILLS_MAX);
}

static bool tell_journal(struct mirror *mirror, struct meta_txn *txn, const struct scope *scope,
                         const char *action, const struct backfill *backfill,
                         const struct caller *who, struct arena *arena, struct error *err)
{
    struct scope account = {.account = scope->account, .region = scope->region};
    struct journal_entry entry = {
        .action = slice_str(action),
        .detail =
            arena_printf(arena, "{\"replicationBackfillId\":\"%.*s\"}", SLICE_ARG(backfill->id))};
    if (!entry.detail.at)
        return arena_error(err);
    return journal_add(mirror->registry, txn, &account, &entry, who, err);
}

bool backfill_start(struct mirror *mirror, const struct scope *scope,
                    const struct replication_destination *destination, const struct caller *who,
                    struct arena *arena, struct backfill *backfill, struct failure *failure)
{
    struct error err = {0};
    struct slice account = backfill_account(scope, arena);
    struct backfill made = {.destination = *destination, .started = mirror_now(mirror)};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at)
        return arena_error(&err) || failure_of(failure, &err);
    if (!make_id(mirror->world, arena, &made.id, &err) ||
        !meta_begin(mirror->registry->meta, true, &txn, &err))
        return failure_of(failure, &err);
    if (!has_room(txn, account, destination, made.started, arena, failure, &err))
        return err.kind ? failure_of(failure, &err) : false;
    if (!backfill_save(txn, account, &made, arena, &err) ||
        !tell_journal(mirror, txn, scope, "StartReplicationBackfill", &made, who, arena, &err) ||
        !meta_commit(&txn, &err))
        return failure_of(failure, &err);
    replication_wake(mirror->replication);
    *backfill = made;
    return true;
}

static bool not_found(struct failure *failure, const struct scope *scope, struct slice id)
{
    return failure_set(failure, FAILURE_NOT_FOUND,
                       "The replication backfill with id '%.*s' does not exist in the registry "
                       "with id '%.*s'",
                       SLICE_ARG(slice_upto(id, 64)), SLICE_ARG(scope->account));
}

bool backfill_get(struct mirror *mirror, const struct scope *scope, struct slice id,
                  struct arena *arena, struct backfill *backfill, struct failure *failure)
{
    bool found;
    struct error err = {0};
    struct slice account = backfill_account(scope, arena);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at || !meta_begin(mirror->registry->meta, false, &txn, &err) ||
        !backfill_load(txn, account, id, arena, backfill, &found, &err))
        return failure_of(failure, &err);
    return (found && !backfill_is_old(backfill, mirror_now(mirror))) ||
           not_found(failure, scope, id);
}

bool backfill_stop(struct mirror *mirror, const struct scope *scope, struct slice id,
                   const struct caller *who, struct arena *arena, struct backfill *backfill,
                   struct failure *failure)
{
    bool found;
    struct error err = {0};
    struct slice account = backfill_account(scope, arena);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at || !meta_begin(mirror->registry->meta, true, &txn, &err) ||
        !backfill_load(txn, account, id, arena, backfill, &found, &err))
        return failure_of(failure, &err);
    if (!found)
        return not_found(failure, scope, id);
    if (backfill_is_over(backfill) || backfill->state == BACKFILL_STOPPING)
        return failure_set(failure, FAILURE_PARAMETER,
                           "The replication backfill with id '%.*s' has the status %s and cannot "
                           "be stopped",
                           SLICE_ARG(id), backfill_state_name(backfill->state));
    bool at_once = backfill->state == BACKFILL_PREPARING;
    backfill->state = at_once ? BACKFILL_STOPPED : BACKFILL_STOPPING;
    if (at_once)
        backfill->ended = mirror_now(mirror);
    if (!backfill_save(txn, account, backfill, arena, &err) ||
        !tell_journal(mirror, txn, scope, "StopReplicationBackfill", backfill, who, arena, &err) ||
        !meta_commit(&txn, &err))
        return failure_of(failure, &err);
    replication_wake(mirror->replication);
    return true;
}

bool backfill_list(struct mirror *mirror, const struct scope *scope, struct slice after,
                   size_t limit, struct arena *arena, struct backfill **items, size_t *count,
                   struct failure *failure)
{
    struct error err = {0};
    struct backfill_rows all = {.arena = arena};
    struct slice account = backfill_account(scope, arena);
    double now = mirror_now(mirror);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at || !meta_begin(mirror->registry->meta, false, &txn, &err) ||
        !backfill_gather(txn, account, after, limit, &all, &err))
        return failure_of(failure, &err);
    *count = 0;
    for (size_t i = 0; i < all.count; i++)
        if (!backfill_is_old(&all.items[i], now))
            all.items[(*count)++] = all.items[i];
    *items = all.items;
    return true;
}

struct results {
    struct arena *arena;
    struct backfill_result *items;
    size_t count, room;
    bool spent;
};

/* Row "ID\tREPOSITORY\tDIGEST\tTAG". */
static bool result_gather(void *context, const struct meta_row *row)
{
    struct results *to = context;
    struct error ignored;
    struct backfill_result result = {.name = arena_copy(to->arena, row->name)};
    struct slice rest = result.name;
    CLEANUP_JSON json_t *document = document_parse(row->value, &ignored);
    (void)slice_cut(&rest, '\t');
    result.repository = slice_cut(&rest, '\t');
    if (!digest_parse_any(&result.digest, slice_cut(&rest, '\t'), &ignored))
        return true;
    result.tag = rest;
    result.fine = json_is_true(json_object_get(document, "fine"));
    to->spent = !result.name.at || !document_text(document, "code", to->arena, &result.code) ||
                !ARENA_PUSH(to->arena, to->items, to->count, to->room, result);
    return !to->spent;
}

bool backfill_results(struct mirror *mirror, const struct scope *scope, struct slice id,
                      struct slice after, size_t limit, struct arena *arena,
                      struct backfill_result **items, size_t *count, struct failure *failure)
{
    struct error err = {0};
    struct results results = {.arena = arena};
    struct meta_range range = {.kind = ROW_BACKFILLED,
                               .scope = backfill_account(scope, arena),
                               .prefix = arena_printf(arena, "%.*s\t", SLICE_ARG(id)),
                               .after = after,
                               .limit = limit};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!range.scope.at || !range.prefix.at ||
        !meta_begin(mirror->registry->meta, false, &txn, &err) ||
        !meta_scan(txn, &range, result_gather, &results, &err) ||
        (results.spent && !arena_error(&err)))
        return failure_of(failure, &err);
    *items = results.items;
    *count = results.count;
    return true;
}

static void add_code(struct backfill *backfill, struct slice code)
{
    for (size_t i = 0; i < backfill->code_count; i++)
        if (slice_equal(backfill->codes[i], code))
            return;
    if (code.len && backfill->code_count < BACKFILL_CODES_MAX)
        backfill->codes[backfill->code_count++] = code;
}

static bool result_put(struct meta_txn *txn, struct slice account, const struct job *job, bool fine,
                       struct arena *arena, struct error *err)
{
    struct slice value, name = arena_printf(arena, "%.*s\t%.*s\t%s\t%.*s", SLICE_ARG(job->backfill),
                                            SLICE_ARG(job->scope.repository), job->digest.text,
                                            SLICE_ARG(job->tag));
    CLEANUP_JSON json_t *row = json_object();
    json_object_set_new(row, "fine", json_boolean(fine));
    if (!fine)
        json_object_set_new(row, "code", json_stringn(job->code.at, job->code.len));
    if (!name.at)
        return arena_error(err);
    return json_to_slice(row, arena, &value, err) &&
           meta_put(txn, ROW_BACKFILLED, account, name, value, err);
}

bool backfill_note(struct meta_txn *txn, const struct job *job, bool fine, struct arena *arena,
                   struct error *err)
{
    bool found;
    struct backfill backfill;
    struct slice account = backfill_account(&job->scope, arena);
    if (!account.at)
        return arena_error(err);
    if (!backfill_load(txn, account, job->backfill, arena, &backfill, &found, err))
        return false;
    if (!found || backfill_is_over(&backfill) || (backfill.state == BACKFILL_STOPPING && !fine))
        return true;
    backfill.completed += fine;
    backfill.failed += !fine;
    if (!fine)
        add_code(&backfill, job->code);
    if (backfill.state == BACKFILL_IN_PROGRESS &&
        backfill.completed + backfill.failed >= backfill.total) {
        backfill.state = BACKFILL_COMPLETE;
        backfill.ended = job->next;
    }
    return result_put(txn, account, job, fine, arena, err) &&
           backfill_save(txn, account, &backfill, arena, err);
}

bool backfill_goes_on(struct meta_txn *txn, const struct job *job, struct arena *arena)
{
    bool found;
    struct error err = {0};
    struct backfill backfill;
    struct slice account = backfill_account(&job->scope, arena);
    return !account.at ||
           !backfill_load(txn, account, job->backfill, arena, &backfill, &found, &err) ||
           (found && backfill.state == BACKFILL_IN_PROGRESS);
}
