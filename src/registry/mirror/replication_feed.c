/*
 * From the journal to work: the outbox pattern. The place in the journal is written in the same
 * transaction as the work that was found up to there; where nothing was found it is only written
 * now and then, since reading on from an older place finds nothing again.
 */
#include "base/clock.h"
#include "base/log.h"
#include "image/document.h"
#include "registry/core/repository.h"
#include "registry/mirror/replication_parts.h"

#include <time.h>

#define SEQUENCE_ROW SLICE("replication-journal")

enum { FEED_BATCH = 500, FEED_DELAY_MS = 100, KEEP_EVERY = 600, TEND_EVERY = 5 };

struct feed {
    struct replication *replication;
    struct arena arena; /* of one batch */
    struct table rules; /* "ACCOUNT/REGION" → its rules */
    struct job *jobs;
    size_t count, room;
    struct journal_entry *gone; /* images that are no more: their rows go */
    size_t gone_count, gone_room;
};

static bool sequence_put(struct meta_txn *txn, uint64_t sequence, struct arena *arena,
                         struct error *err)
{
    struct slice value = arena_printf(arena, "%llu", (unsigned long long)sequence);
    return value.at ? meta_put(txn, ROW_COUNTER, SLICE(""), SEQUENCE_ROW, value, err)
                    : arena_error(err);
}

void replication_sequence_keep(struct replication *replication)
{
    struct error err = {0};
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 16};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (replication->sequence == replication->sequence_kept)
        return;
    if (meta_begin(replication->mirror->registry->meta, true, &txn, &err) &&
        sequence_put(txn, replication->sequence, &arena, &err) && meta_commit(&txn, &err))
        replication->sequence_kept = replication->sequence;
    else
        log_warning("replication: its place in the journal is not written: %s", err.text);
    replication->kept_at = mirror_now(replication->mirror);
}

bool replication_place(struct meta_txn *txn, struct arena *arena, uint64_t *sequence,
                       struct error *err)
{
    struct slice value;
    bool found;
    if (!meta_get(txn, ROW_COUNTER, SLICE(""), SEQUENCE_ROW, arena, &value, &found, err))
        return false;
    if (!found || !slice_u64(value, sequence))
        *sequence = 0;
    return true;
}

bool replication_sequence_load(struct replication *replication, struct error *err)
{
    struct slice value;
    bool found = false;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 16};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(replication->mirror->registry->meta, false, &txn, err) ||
        !meta_get(txn, ROW_COUNTER, SLICE(""), SEQUENCE_ROW, &arena, &value, &found, err))
        return error_add(err, "replication");
    if (found)
        (void)slice_u64(value, &replication->sequence);
    else
        replication->opened = mirror_now(replication->mirror); /* what was before is not ours */
    replication->sequence_kept = replication->sequence;
    return true;
}

static const struct replication_rules *rules_of(struct feed *feed, const struct scope *scope)
{
    struct scope account = {.account = scope->account, .region = scope->region};
    struct slice key = scope_text(&account, &feed->arena), value = {0};
    bool exists = false;
    struct failure failure = {0};
    struct error err = {0};
    struct replication_rules *rules = key.at ? table_get(&feed->rules, key) : NULL;
    if (rules)
        return rules;
    rules = arena_new(&feed->arena, struct replication_rules);
    if (!rules || !setting_get(feed->replication->mirror->registry, &account, REPLICATION_SETTING,
                               &feed->arena, &value, &exists, &failure))
        return NULL;
    if (!replication_rules_parse(exists ? value : SLICE(""), &feed->arena, rules, &err))
        log_warning("replication rules of %.*s: %s", SLICE_ARG(key), err.text);
    (void)table_put(&feed->rules, key, rules);
    return rules;
}

/* What an entry of the journal means for other registries; false: nothing. */
static bool kind_of(const struct journal_entry *entry, enum job_kind *kind)
{
    static const struct {
        const char *action;
        enum job_kind kind;
    } rows[] = {{"PutImage", JOB_PUT},       {"TagImage", JOB_PUT},
                {"RestoreImage", JOB_PUT},   {"UntagImage", JOB_UNTAG},
                {"DeleteImage", JOB_DELETE}, {"ExpireImage", JOB_DELETE}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (slice_equal_str(entry->action, rows[i].action)) {
            *kind = rows[i].kind;
            return !entry->failed && entry->repository.len;
        }
    return false;
}

static bool add_jobs(struct feed *feed, const struct journal_entry *entry, enum job_kind kind,
                     const struct replication_rules *rules, double now)
{
    struct replication_destination *to;
    size_t count;
    struct error ignored;
    struct job job = {.kind = kind,
                      .scope = {entry->account, entry->region, entry->repository},
                      .tag = entry->tag,
                      .made = now,
                      .next = now};
    if (entry->digest.len && !digest_parse_any(&job.digest, entry->digest, &ignored))
        return true;
    if (kind != JOB_UNTAG && !entry->digest.len)
        return true;
    if (!replication_destinations(rules, entry->repository, kind != JOB_PUT, &feed->arena, &to,
                                  &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        job.to = to[i];
        if (!ARENA_PUSH(&feed->arena, feed->jobs, feed->count, feed->room, job))
            return false;
    }
    return true;
}

/* Rows about an image that is gone go, too. */
static bool forget_statuses(struct meta_txn *txn, const struct journal_entry *entry,
                            struct arena *arena, struct error *err)
{
    struct replication_status *statuses;
    size_t count;
    struct digest digest;
    struct scope scope = {entry->account, entry->region, entry->repository};
    struct slice text = scope_text(&scope, arena);
    if (!digest_parse_any(&digest, entry->digest, err))
        return true;
    if (!text.at)
        return arena_error(err);
    if (!replication_statuses_in(txn, &scope, &digest, arena, &statuses, &count, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        struct slice name =
            arena_printf(arena, "%s/%.*s/%.*s", digest.text, SLICE_ARG(statuses[i].region),
                         SLICE_ARG(statuses[i].account));
        if (!name.at)
            return arena_error(err);
        if (!meta_remove(txn, ROW_REPLICATED, text, name, err))
            return false;
    }
    return true;
}

static bool write_batch(struct feed *feed, uint64_t sequence, struct error *err)
{
    struct replication *replication = feed->replication;
    struct world *world = replication->mirror->world;
    double now = mirror_now(replication->mirror);
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(replication->mirror->registry->meta, true, &txn, err))
        return false;
    for (size_t i = 0; i < feed->gone_count; i++)
        if (!forget_statuses(txn, &feed->gone[i], &feed->arena, err))
            return false;
    for (size_t i = 0; i < feed->count; i++)
        if (!job_put(txn, world, &feed->jobs[i], &feed->arena, err) ||
            !job_tell(txn, &feed->jobs[i], REPLICATION_IN_PROGRESS, now, &feed->arena, err))
            return false;
    if (!sequence_put(txn, sequence, &feed->arena, err) || !meta_commit(&txn, err))
        return false;
    replication->sequence_kept = sequence;
    replication->kept_at = now;
    return true;
}

static bool take_entry(struct feed *feed, const struct journal_entry *entry, double now)
{
    enum job_kind kind;
    struct scope scope = {entry->account, entry->region, entry->repository};
    if (entry->when < feed->replication->opened || !kind_of(entry, &kind) ||
        slice_equal(entry->who, caller_mirror.name))
        return true; /* what came by replication does not go on from here, as with ECR */
    const struct replication_rules *rules = rules_of(feed, &scope);
    if (!rules)
        return false;
    if (!rules->count || mirror_applies(feed->replication->mirror, &scope))
        return true; /* what a cache rule brings is not sent on: most of it is not here */
    if (kind == JOB_DELETE &&
        !ARENA_PUSH(&feed->arena, feed->gone, feed->gone_count, feed->gone_room, *entry))
        return false;
    return add_jobs(feed, entry, kind, rules, now);
}

/* One batch; *more when there may be another. */
static bool feed_batch(struct replication *replication, bool *more, struct error *err)
{
    struct feed feed = {.replication = replication};
    struct journal_entry *entries;
    size_t count = 0;
    double now = mirror_now(replication->mirror);
    arena_init(&feed.arena, REPLICATION_ARENA);
    table_init(&feed.rules, &feed.arena);
    bool fine = journal_read(replication->mirror->registry, replication->sequence, FEED_BATCH,
                             &feed.arena, &entries, &count, err);
    for (size_t i = 0; fine && i < count; i++)
        fine = take_entry(&feed, &entries[i], now) || arena_error(err);
    uint64_t sequence = fine && count ? entries[count - 1].sequence : replication->sequence;
    if (fine && (feed.count || feed.gone_count))
        fine = write_batch(&feed, sequence, err);
    if (fine)
        replication->sequence = sequence;
    if (fine && feed.count)
        replication_work(replication);
    *more = fine && count == FEED_BATCH;
    arena_done(&feed.arena);
    return fine;
}

/* Waits for news, at most TEND_EVERY seconds; then a moment more, so that many pushes are one
   batch. False: the end. */
static bool feed_wait(struct replication *replication)
{
    struct timespec until = clock_after(TEND_EVERY);
    pthread_mutex_lock(&replication->lock);
    while (!replication->feed_due && !atomic_load(&replication->mirror->stop))
        if (pthread_cond_clockwait(&replication->feed_wake, &replication->lock, CLOCK_MONOTONIC,
                                   &until) != 0)
            break;
    bool due = replication->feed_due;
    replication->feed_due = false;
    pthread_mutex_unlock(&replication->lock);
    if (due && !atomic_load(&replication->mirror->stop))
        nanosleep(&(struct timespec){.tv_nsec = FEED_DELAY_MS * 1000000L}, NULL);
    return !atomic_load(&replication->mirror->stop);
}

void *replication_feed(void *context)
{
    struct replication *replication = context;
    do {
        bool more = true;
        struct error err = {0};
        while (more && !atomic_load(&replication->mirror->stop))
            if (!feed_batch(replication, &more, &err)) {
                log_warning("replication cannot read the journal: %s", err.text);
                more = false;
            }
        backfill_tend(replication);
        if (mirror_now(replication->mirror) - replication->kept_at > KEEP_EVERY)
            replication_sequence_keep(replication);
    } while (feed_wait(replication));
    return NULL;
}
