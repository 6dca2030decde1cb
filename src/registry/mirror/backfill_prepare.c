/* The work of backfills: what there is to send, and the end of those that were stopped. See
   replication_backfill.c. */
#include "base/log.h"
#include "registry/core/repository.h"
#include "registry/mirror/backfill_parts.h"
#include "registry/mirror/mirror.h"

enum {
    PREPARE_ARENA = 512 << 20,
    REPOSITORIES_PAGE = 500,
    MANIFESTS_PAGE = 500,
    PAGE_BYTES_MAX = 64 << 20
};

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
        job.tag = i < facts->tag_count ? arena_copy(&preparing->arena, facts->tags[i])
                                       : (struct slice){0};
        if ((i < facts->tag_count && !job.tag.at) ||
            !ARENA_PUSH(&preparing->arena, preparing->jobs, preparing->count, preparing->room, job))
            return spent(preparing);
    }
    return true;
}

static bool add_images(struct preparing *preparing)
{
    CLEANUP_ARENA struct arena page;
    struct manifest_list list;
    struct digest after = {0};
    arena_init(&page, PAGE_BYTES_MAX);
    do {
        arena_reset(&page);
        list = (struct manifest_list){0};
        if (!manifest_list(preparing->mirror->registry, &preparing->scope, digest_slice(&after),
                           MANIFESTS_PAGE, &page, &list, &preparing->failure))
            return preparing->failure.reason == FAILURE_REPOSITORY_UNKNOWN;
        for (size_t i = 0; i < list.count; i++)
            if (!add_image(preparing, &list.items[i]))
                return false;
        if (list.count)
            after = list.items[list.count - 1].digest;
    } while (list.more);
    return true;
}

/* What a cache rule brings is not sent on: most of it is not here. */
static bool goes_there(struct preparing *preparing, struct slice repository)
{
    struct scope scope = preparing->scope;
    scope.repository = repository;
    if (mirror_applies(preparing->mirror, &scope))
        return false;
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
        !backfill_load(txn, account, preparing->backfill->id, arena, &now, &found, err))
        return false;
    if (!found || now.state != BACKFILL_PREPARING)
        return true;
    now.prepared = fine;
    now.total = fine ? preparing->count : 0;
    now.state = !fine ? BACKFILL_FAILED : now.total ? BACKFILL_IN_PROGRESS : BACKFILL_COMPLETE;
    if (!fine)
        now.code = SLICE("ServerError");
    if (backfill_is_over(&now))
        now.ended = preparing->now;
    for (size_t i = 0; i < now.total; i++)
        if (!job_put(txn, preparing->mirror->world, &preparing->jobs[i], arena, err))
            return false;
    return backfill_save(txn, account, &now, arena, err) && meta_commit(&txn, err);
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
    struct row_names names = {.arena = arena};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(replication->mirror->registry->meta, true, &txn, err) ||
        !names_of_rows(txn, ROW_REPLICATE, SLICE(""), SLICE(""), &names, err))
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
    if (!backfill_load(txn, account, id, arena, &backfill, &found, err))
        return false;
    if (found && backfill.state == BACKFILL_STOPPING && !left) {
        backfill.state = BACKFILL_STOPPED;
        backfill.ended = mirror_now(replication->mirror);
        if (!backfill_save(txn, account, &backfill, arena, err))
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
                backfill_load(txn, account, id, arena, &backfill, &found, err);
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
    struct row_names names = {.arena = &arena};
    struct meta_txn *txn = NULL;
    bool fine = meta_begin(replication->mirror->registry->meta, false, &txn, &err) &&
                names_of_rows(txn, ROW_BACKFILLING, SLICE(""), SLICE(""), &names, &err);
    meta_abort(&txn);
    for (size_t i = 0; fine && i < names.count && !atomic_load(&replication->mirror->stop); i++)
        fine = tend_one(replication, names.items[i], &arena, &err);
    if (!fine)
        log_warning("replication backfill: %s", err.text);
}
