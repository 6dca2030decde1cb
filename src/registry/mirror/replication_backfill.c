/*
 * Backfills: all images that are here already, to one destination. A row "backfill" says how far
 * it is, one "backfilled" for each image and tag how it went; "backfilling" (scope "") lists those
 * that are not over, so that they go on after a restart. The jobs of one are written in one
 * transaction with its step out of PREPARING, so a crash never doubles them.
 */
#include "base/log.h"
#include "image/document.h"
#include "registry/core/repository.h"
#include "registry/mirror/replication_parts.h"

#include <stdio.h>

#define ROW_BACKFILLING "backfilling"

enum { PREPARE_ARENA = 512 << 20, REPOSITORIES_PAGE = 500, MANIFESTS_PAGE = 500 };

static const char *const states[] = {"PREPARING", "IN_PROGRESS", "COMPLETE",
                                     "FAILED",    "STOPPING",    "STOPPED"};

const char *backfill_state_name(enum backfill_state state)
{
    return states[state];
}

static bool is_over(const struct backfill *backfill)
{
    return backfill->state == BACKFILL_COMPLETE || backfill->state == BACKFILL_FAILED ||
           backfill->state == BACKFILL_STOPPED;
}

static struct slice account_text(const struct scope *scope, struct arena *arena)
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

static bool load(struct meta_txn *txn, struct slice account, struct slice id, struct arena *arena,
                 struct backfill *backfill, bool *found, struct error *err)
{
    struct slice value;
    *found = false;
    return meta_get(txn, ROW_BACKFILL, account, id, arena, &value, found, err) &&
           (!*found || backfill_parse(id, value, arena, backfill, err));
}

/* Writes it, and whether it is among those under way. */
static bool save(struct meta_txn *txn, struct slice account, const struct backfill *backfill,
                 struct arena *arena, struct error *err)
{
    struct slice value,
        listed = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(account), SLICE_ARG(backfill->id));
    CLEANUP_JSON json_t *row = backfill_json(backfill);
    if (!listed.at)
        return arena_error(err);
    return json_to_slice(row, arena, &value, err) &&
           meta_put(txn, ROW_BACKFILL, account, backfill->id, value, err) &&
           (is_over(backfill)
                ? meta_remove(txn, ROW_BACKFILLING, SLICE(""), listed, err)
                : meta_put(txn, ROW_BACKFILLING, SLICE(""), listed, SLICE("{}"), err));
}

/* Rows of a scan, as they come. */
struct gathering {
    struct arena *arena;
    struct backfill *items;
    size_t count, room;
    struct error *err;
    bool failed;
};

static bool gather(void *context, const struct meta_row *row)
{
    struct gathering *to = context;
    struct backfill backfill;
    to->failed =
        !backfill_parse(row->name, row->value, to->arena, &backfill, to->err) ||
        (!ARENA_PUSH(to->arena, to->items, to->count, to->room, backfill) && !arena_error(to->err));
    return !to->failed;
}

static bool gather_all(struct meta_txn *txn, struct slice account, struct slice after, size_t limit,
                       struct gathering *to, struct error *err)
{
    struct meta_range range = {
        .kind = ROW_BACKFILL, .scope = account, .after = after, .limit = limit};
    to->err = err;
    return meta_scan(txn, &range, gather, to, err) && !to->failed;
}

struct names {
    struct arena *arena;
    struct slice *items;
    size_t count, room;
    bool spent;
};

static bool names_gather(void *context, const struct meta_row *row)
{
    struct names *to = context;
    struct slice name = arena_copy(to->arena, row->name);
    to->spent = !name.at || !ARENA_PUSH(to->arena, to->items, to->count, to->room, name);
    return !to->spent;
}

static bool names_of(struct meta_txn *txn, const char *kind, struct slice scope,
                     struct slice prefix, struct names *to, struct error *err)
{
    struct meta_range range = {.kind = kind, .scope = scope, .prefix = prefix};
    return meta_scan(txn, &range, names_gather, to, err) && (!to->spent || arena_error(err));
}

/* What ended so long ago that nobody is told of it any more. */
static bool forget_old(struct meta_txn *txn, struct slice account, const struct backfill *backfill,
                       struct arena *arena, struct error *err)
{
    struct names names = {.arena = arena};
    struct slice prefix = arena_printf(arena, "%.*s\t", SLICE_ARG(backfill->id));
    if (!prefix.at)
        return arena_error(err);
    if (!names_of(txn, ROW_BACKFILLED, account, prefix, &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++)
        if (!meta_remove(txn, ROW_BACKFILLED, account, names.items[i], err))
            return false;
    return meta_remove(txn, ROW_BACKFILL, account, backfill->id, err);
}

static bool is_old(const struct backfill *backfill, double now)
{
    return is_over(backfill) && backfill->ended < now - BACKFILL_KEEP_DAYS * 86400.0;
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
    struct gathering all = {.arena = arena};
    if (!gather_all(txn, account, SLICE(""), 0, &all, err))
        return false;
    for (size_t i = 0; i < all.count; i++) {
        if (is_old(&all.items[i], now) && !forget_old(txn, account, &all.items[i], arena, err))
            return false;
        if (is_over(&all.items[i]))
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
    struct slice account = account_text(scope, arena);
    struct backfill made = {.destination = *destination, .started = mirror_now(mirror)};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at)
        return arena_error(&err) || failure_of(failure, &err);
    if (!make_id(mirror->world, arena, &made.id, &err) ||
        !meta_begin(mirror->registry->meta, true, &txn, &err))
        return failure_of(failure, &err);
    if (!has_room(txn, account, destination, made.started, arena, failure, &err))
        return err.kind ? failure_of(failure, &err) : false;
    if (!save(txn, account, &made, arena, &err) ||
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
    struct slice account = account_text(scope, arena);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at || !meta_begin(mirror->registry->meta, false, &txn, &err) ||
        !load(txn, account, id, arena, backfill, &found, &err))
        return failure_of(failure, &err);
    return (found && !is_old(backfill, mirror_now(mirror))) || not_found(failure, scope, id);
}

bool backfill_stop(struct mirror *mirror, const struct scope *scope, struct slice id,
                   const struct caller *who, struct arena *arena, struct backfill *backfill,
                   struct failure *failure)
{
    bool found;
    struct error err = {0};
    struct slice account = account_text(scope, arena);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at || !meta_begin(mirror->registry->meta, true, &txn, &err) ||
        !load(txn, account, id, arena, backfill, &found, &err))
        return failure_of(failure, &err);
    if (!found)
        return not_found(failure, scope, id);
    if (is_over(backfill) || backfill->state == BACKFILL_STOPPING)
        return failure_set(failure, FAILURE_PARAMETER,
                           "The replication backfill with id '%.*s' has the status %s and cannot "
                           "be stopped",
                           SLICE_ARG(id), states[backfill->state]);
    bool at_once = backfill->state == BACKFILL_PREPARING;
    backfill->state = at_once ? BACKFILL_STOPPED : BACKFILL_STOPPING;
    if (at_once)
        backfill->ended = mirror_now(mirror);
    if (!save(txn, account, backfill, arena, &err) ||
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
    struct gathering all = {.arena = arena};
    struct slice account = account_text(scope, arena);
    double now = mirror_now(mirror);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!account.at || !meta_begin(mirror->registry->meta, false, &txn, &err) ||
        !gather_all(txn, account, after, limit, &all, &err))
        return failure_of(failure, &err);
    *count = 0;
    for (size_t i = 0; i < all.count; i++)
        if (!is_old(&all.items[i], now))
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
                               .scope = account_text(scope, arena),
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
        set(row, "code", job->code);
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
    struct slice account = account_text(&job->scope, arena);
    if (!account.at)
        return arena_error(err);
    if (!load(txn, account, job->backfill, arena, &backfill, &found, err))
        return false;
    if (!found || is_over(&backfill) || (backfill.state == BACKFILL_STOPPING && !fine))
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
           save(txn, account, &backfill, arena, err);
}

bool backfill_goes_on(struct meta_txn *txn, const struct job *job, struct arena *arena)
{
    bool found;
    struct error err = {0};
    struct backfill backfill;
    struct slice account = account_text(&job->scope, arena);
    return !account.at || !load(txn, account, job->backfill, arena, &backfill, &found, &err) ||
           (found && backfill.state == BACKFILL_IN_PROGRESS);
}

/* Everything that the backfill is to send. */
struct preparing {
    struct mirror *mirror;
    struct scope scope; /* of the account; then of each repository */
    struct backfill *backfill;
    struct replication_rules rules;
    struct job *jobs;
    size_t count, room;
    double now;
    struct arena arena;
    struct failure failure;
};

static bool spent(struct preparing *preparing)
{
    struct error err = {0};
    arena_error(&err);
    return failure_of(&preparing->failure, &err);
}

static bool add_image(struct preparing *preparing, const struct manifest_facts *facts)
{
    struct job job = {.kind = JOB_PUT,
                      .scope = preparing->scope,
                      .digest = facts->digest,
                      .to = preparing->backfill->destination,
                      .backfill = preparing->backfill->id,
                      .made = preparing->now,
                      .next = preparing->now};
    for (size_t i = 0; i < facts->tag_count || i == 0; i++) {
        job.tag = i < facts->tag_count ? facts->tags[i] : (struct slice){0};
        if (!ARENA_PUSH(&preparing->arena, preparing->jobs, preparing->count, preparing->room, job))
            return spent(preparing);
    }
    return true;
}

static bool add_images(struct preparing *preparing)
{
    struct manifest_list list;
    struct slice after = {0};
    do {
        list = (struct manifest_list){0};
        if (!manifest_list(preparing->mirror->registry, &preparing->scope, after, MANIFESTS_PAGE,
                           &preparing->arena, &list, &preparing->failure))
            return preparing->failure.reason == FAILURE_REPOSITORY_UNKNOWN;
        for (size_t i = 0; i < list.count; i++)
            if (!add_image(preparing, &list.items[i]))
                return false;
        if (list.count)
            after = digest_slice(&list.items[list.count - 1].digest);
    } while (list.count == MANIFESTS_PAGE);
    return true;
}

static bool goes_there(struct preparing *preparing, struct slice repository)
{
    for (size_t i = 0; i < preparing->rules.count; i++) {
        const struct replication_rule *rule = &preparing->rules.items[i];
        for (size_t d = 0; d < rule->destination_count; d++)
            if (slice_equal(rule->destinations[d].region,
                            preparing->backfill->destination.region) &&
                slice_equal(rule->destinations[d].account,
                            preparing->backfill->destination.account) &&
                replication_rule_applies(rule, repository))
                return true;
    }
    return false;
}

static bool add_repositories(struct preparing *preparing)
{
    struct repository_list list;
    struct slice after = {0};
    struct scope account = preparing->scope;
    do {
        list = (struct repository_list){0};
        if (!repository_list(preparing->mirror->registry, &account, after, REPOSITORIES_PAGE,
                             &preparing->arena, &list, &preparing->failure))
            return false;
        for (size_t i = 0; i < list.count; i++) {
            after = preparing->scope.repository = list.items[i].name;
            if (goes_there(preparing, list.items[i].name) && !add_images(preparing))
                return false;
        }
    } while (list.count == REPOSITORIES_PAGE);
    return true;
}

static bool rules_load(struct preparing *preparing)
{
    struct slice value = {0};
    bool exists = false;
    struct error err = {0};
    return setting_get(preparing->mirror->registry, &preparing->scope, REPLICATION_SETTING,
                       &preparing->arena, &value, &exists, &preparing->failure) &&
           (replication_rules_parse(exists ? value : SLICE(""), &preparing->arena,
                                    &preparing->rules, &err) ||
            failure_of(&preparing->failure, &err));
}

/* Jobs and the step out of PREPARING in one transaction; nothing when it was stopped meanwhile. */
static bool prepared(struct preparing *preparing, struct slice account, bool fine,
                     struct error *err)
{
    bool found;
    struct backfill now;
    struct arena *arena = &preparing->arena;
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(preparing->mirror->registry->meta, true, &txn, err) ||
        !load(txn, account, preparing->backfill->id, arena, &now, &found, err))
        return false;
    if (!found || now.state != BACKFILL_PREPARING)
        return true;
    now.prepared = fine;
    now.total = fine ? preparing->count : 0;
    now.state = !fine ? BACKFILL_FAILED : now.total ? BACKFILL_IN_PROGRESS : BACKFILL_COMPLETE;
    if (!fine)
        now.code = SLICE("ServerError");
    if (is_over(&now))
        now.ended = preparing->now;
    for (size_t i = 0; i < now.total; i++)
        if (!job_put(txn, preparing->mirror->world, &preparing->jobs[i], arena, err))
            return false;
    return save(txn, account, &now, arena, err) && meta_commit(&txn, err);
}

static bool prepare(struct mirror *mirror, const struct scope *scope, struct slice account,
                    struct backfill *backfill, struct error *err)
{
    struct preparing preparing = {
        .mirror = mirror, .scope = *scope, .backfill = backfill, .now = mirror_now(mirror)};
    arena_init(&preparing.arena, PREPARE_ARENA);
    bool fine = rules_load(&preparing) && add_repositories(&preparing);
    if (!fine)
        log_warning("replication backfill %.*s: %s", SLICE_ARG(backfill->id),
                    preparing.failure.text);
    bool kept = prepared(&preparing, account, fine, err);
    arena_done(&preparing.arena);
    return kept;
}

/* Work of a stopped one that nobody has begun goes; when none is left it is over. */
static bool end_stopping(struct replication *replication, struct slice account, struct slice id,
                         struct arena *arena, struct error *err)
{
    bool found;
    size_t left = 0;
    struct backfill backfill;
    struct names names = {.arena = arena};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(replication->mirror->registry->meta, true, &txn, err) ||
        !names_of(txn, ROW_REPLICATE, SLICE(""), SLICE(""), &names, err))
        return false;
    for (size_t i = 0; i < names.count; i++) {
        struct slice value;
        struct job job;
        if (!meta_get(txn, ROW_REPLICATE, SLICE(""), names.items[i], arena, &value, &found, err))
            return false;
        if (!found || !job_parse(names.items[i], value, arena, &job, err) ||
            !slice_equal(job.backfill, id))
            continue;
        bool going = replication_is_claimed(replication, names.items[i]);
        left += going;
        if (!going && !job_remove(txn, &job, err))
            return false;
    }
    *err = (struct error){0};
    if (!load(txn, account, id, arena, &backfill, &found, err))
        return false;
    if (found && backfill.state == BACKFILL_STOPPING && !left) {
        backfill.state = BACKFILL_STOPPED;
        backfill.ended = mirror_now(replication->mirror);
        if (!save(txn, account, &backfill, arena, err))
            return false;
    }
    return meta_commit(&txn, err);
}

/* `listed`: "ACCOUNT/REGION/ID". */
static bool tend_one(struct replication *replication, struct slice listed, struct arena *arena,
                     struct error *err)
{
    bool found;
    struct scope scope;
    struct backfill backfill;
    struct meta_txn *txn = NULL;
    size_t slash = slice_find_last(listed, '/');
    struct slice account = slice_upto(listed, slash), id = slice_from(listed, slash + 1);
    if (!scope_parse(account, &scope))
        return true;
    bool fine = meta_begin(replication->mirror->registry->meta, false, &txn, err) &&
                load(txn, account, id, arena, &backfill, &found, err);
    meta_abort(&txn);
    if (!fine || !found)
        return fine;
    if (backfill.state == BACKFILL_STOPPING)
        return end_stopping(replication, account, id, arena, err);
    if (backfill.state != BACKFILL_PREPARING)
        return true;
    fine = prepare(replication->mirror, &scope, account, &backfill, err);
    replication_work(replication);
    return fine;
}

void backfill_tend(struct replication *replication)
{
    struct error err = {0};
    CLEANUP_ARENA struct arena arena = {.limit = REPLICATION_ARENA};
    struct names names = {.arena = &arena};
    struct meta_txn *txn = NULL;
    bool fine = meta_begin(replication->mirror->registry->meta, false, &txn, &err) &&
                names_of(txn, ROW_BACKFILLING, SLICE(""), SLICE(""), &names, &err);
    meta_abort(&txn);
    for (size_t i = 0; fine && i < names.count && !atomic_load(&replication->mirror->stop); i++)
        fine = tend_one(replication, names.items[i], &arena, &err);
    if (!fine)
        log_warning("replication backfill: %s", err.text);
}
