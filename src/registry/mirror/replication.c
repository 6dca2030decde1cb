/* The threads of replication: one that reads the journal, some that do the work. See
   replication.h. */
#include "base/clock.h"
#include "base/log.h"
#include "registry/core/repository.h"
#include "registry/mirror/replication_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { WORK_EVERY = 2 };

/* One worker: which of the claims is its own. */
struct worker {
    struct replication *replication;
    size_t number;
};

struct picking {
    struct replication *replication;
    struct arena *arena;
    struct job *job;
    double now;
    bool found;
};

static bool is_claimed(const struct replication *replication, struct slice name)
{
    for (size_t i = 0; i < REPLICATION_WORKERS; i++)
        if (slice_equal_str(name, replication->claimed[i]))
            return true;
    return false;
}

static bool pick_row(void *context, const struct meta_row *row)
{
    struct picking *picking = context;
    struct error err = {0};
    if (is_claimed(picking->replication, row->name))
        return true;
    arena_reset(picking->arena);
    if (!job_parse(row->name, row->value, picking->arena, picking->job, &err))
        return true; /* damaged; `check` tells of it, work goes on */
    picking->found = picking->job->next <= picking->now;
    return !picking->found;
}

/* The first work that is due and that nobody does. */
static bool pick(const struct worker *worker, struct arena *arena, struct job *job)
{
    struct error err = {0};
    struct replication *replication = worker->replication;
    struct picking picking = {replication, arena, job, mirror_now(replication->mirror), false};
    struct meta_range range = {.kind = ROW_REPLICATE, .scope = SLICE("")};
    struct meta_txn *txn = NULL;
    pthread_mutex_lock(&replication->pick_lock);
    if (!meta_begin(replication->mirror->registry->meta, false, &txn, &err) ||
        !meta_scan(txn, &range, pick_row, &picking, &err))
        log_warning("replication cannot read its work: %s", err.text);
    meta_abort(&txn);
    if (picking.found)
        snprintf(replication->claimed[worker->number], sizeof replication->claimed[0], "%.*s",
                 SLICE_ARG(job->name));
    pthread_mutex_unlock(&replication->pick_lock);
    return picking.found;
}

static void release(const struct worker *worker)
{
    pthread_mutex_lock(&worker->replication->pick_lock);
    worker->replication->claimed[worker->number][0] = 0;
    pthread_mutex_unlock(&worker->replication->pick_lock);
}

static bool is_temporary(const struct error *err)
{
    return err->kind == ERROR_NETWORK || err->kind == ERROR_IO || err->kind == ERROR_BUSY;
}

/* What an attempt's end means for its rows, all in one transaction. */
static bool conclude(struct mirror *mirror, struct job *job, bool fine, bool over,
                     struct arena *arena, struct error *err)
{
    double now = mirror_now(mirror);
    enum replication_state state = fine   ? REPLICATION_COMPLETE
                                   : over ? REPLICATION_FAILED
                                          : REPLICATION_IN_PROGRESS;
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(mirror->registry->meta, true, &txn, err) ||
        !(fine || over ? job_remove(txn, job, err)
                       : job_put(txn, mirror->world, job, arena, err)) ||
        !job_tell(txn, job, state, now, arena, err))
        return false;
    if ((fine || over) && job->backfill.len && !backfill_note(txn, job, fine, arena, err))
        return false;
    return meta_commit(&txn, err);
}

/* An image that went meanwhile, or a backfill that was stopped: nothing is left to do. */
static bool is_wanted(struct mirror *mirror, const struct job *job, struct arena *arena)
{
    struct error err = {0};
    struct failure failure = {0};
    struct manifest_facts facts;
    CLEANUP_META struct meta_txn *txn = NULL;
    if (job->kind == JOB_PUT &&
        !manifest_describe(mirror->registry, &job->scope, &job->digest, arena, &facts, &failure))
        return failure.reason != FAILURE_MANIFEST_UNKNOWN &&
               failure.reason != FAILURE_REPOSITORY_UNKNOWN;
    if (!job->backfill.len)
        return true;
    return !meta_begin(mirror->registry->meta, false, &txn, &err) ||
           backfill_goes_on(txn, job, arena);
}

static void drop(struct mirror *mirror, const struct job *job, struct arena *arena)
{
    struct error err = {0};
    CLEANUP_META struct meta_txn *txn = NULL;
    if (!meta_begin(mirror->registry->meta, true, &txn, &err) || !job_remove(txn, job, &err) ||
        (job->backfill.len && !backfill_note(txn, job, false, arena, &err)) ||
        !meta_commit(&txn, &err))
        log_warning("replication: %s", err.text);
}

/* Of this very registry, or of one whose address the operator gave. */
static bool is_local(struct mirror *mirror, const struct scope *scope,
                     const struct replication_destination *to)
{
    mirror_configuration_refresh(mirror);
    pthread_mutex_lock(&mirror->lock);
    bool told = mirror_destination_of(&mirror->configuration, to->region, to->account) != NULL;
    pthread_mutex_unlock(&mirror->lock);
    return !told && slice_equal(to->account, scope->account) &&
           !slice_equal(to->region, scope->region);
}

bool replication_reaches(struct mirror *mirror, const struct scope *scope,
                         const struct replication_destination *destination)
{
    mirror_configuration_refresh(mirror);
    pthread_mutex_lock(&mirror->lock);
    bool told = mirror_destination_of(&mirror->configuration, destination->region,
                                      destination->account) != NULL;
    pthread_mutex_unlock(&mirror->lock);
    return told || is_local(mirror, scope, destination);
}

static void work(struct mirror *mirror, struct job *job, struct arena *arena)
{
    struct error err = {0}, kept = {0};
    const char *code = "Rejected";
    if (!is_wanted(mirror, job, arena)) {
        job->code = SLICE("ImageNotFound");
        drop(mirror, job, arena);
        return;
    }
    bool fine = is_local(mirror, &job->scope, &job->to)
                    ? replication_copy(mirror, job, arena, &code, &err)
                    : replication_send(mirror, job, arena, &code, &err);
    if (!fine && atomic_load(&mirror->stop))
        return; /* was cut short by us: goes on after the start */
    double now = mirror_now(mirror);
    bool patient = is_temporary(&err) && !job->backfill.len;
    job->attempts++;
    bool over = !fine && (patient ? now - job->made > REPLICATION_PATIENCE
                                  : job->attempts >= REPLICATION_ATTEMPTS);
    double wait = job->attempts < 10 ? (double)(1U << job->attempts) : REPLICATION_WAIT_MAX;
    job->next = now + (wait < REPLICATION_WAIT_MAX ? wait : REPLICATION_WAIT_MAX);
    job->code = slice_str(code);
    if (!fine)
        log_warning("replicating %.*s@%s to %.*s of %.*s: %s%s", SLICE_ARG(job->scope.repository),
                    job->digest.text, SLICE_ARG(job->to.region), SLICE_ARG(job->to.account),
                    err.text, over ? "; given up" : "");
    if (!conclude(mirror, job, fine, over, arena, &kept))
        log_warning("replication: %s", kept.text);
}

/* Until there is new work, or some may have become due. */
static void rest(struct replication *replication, unsigned *round)
{
    struct timespec until = clock_after(WORK_EVERY);
    pthread_mutex_lock(&replication->lock);
    while (*round == replication->work_round && !atomic_load(&replication->mirror->stop))
        if (pthread_cond_clockwait(&replication->work_wake, &replication->lock, CLOCK_MONOTONIC,
                                   &until) != 0)
            break;
    *round = replication->work_round;
    pthread_mutex_unlock(&replication->lock);
}

static void *worker_run(void *context)
{
    struct worker worker = *(struct worker *)context;
    struct replication *replication = worker.replication;
    unsigned round = 0;
    free(context);
    while (!atomic_load(&replication->mirror->stop)) {
        CLEANUP_ARENA struct arena arena = {.limit = REPLICATION_ARENA};
        struct job job;
        if (pick(&worker, &arena, &job)) {
            work(replication->mirror, &job, &arena);
            release(&worker);
        } else {
            rest(replication, &round);
        }
    }
    return NULL;
}

bool replication_is_claimed(struct replication *replication, struct slice name)
{
    pthread_mutex_lock(&replication->pick_lock);
    bool claimed = is_claimed(replication, name);
    pthread_mutex_unlock(&replication->pick_lock);
    return claimed;
}

void replication_work(struct replication *replication)
{
    pthread_mutex_lock(&replication->lock);
    replication->work_round++;
    pthread_cond_broadcast(&replication->work_wake);
    pthread_mutex_unlock(&replication->lock);
}

void replication_wake(struct replication *replication)
{
    if (!replication)
        return;
    pthread_mutex_lock(&replication->lock);
    replication->feed_due = true;
    pthread_cond_signal(&replication->feed_wake);
    pthread_mutex_unlock(&replication->lock);
}

void replication_forget(struct replication *replication)
{
    replication_wake(replication); /* rules are read anew with each batch of the journal */
}

static bool threads_start(struct replication *replication, struct error *err)
{
    int code = pthread_create(&replication->feeder, NULL, replication_feed, replication);
    replication->feeder_runs = code == 0;
    while (code == 0 && replication->worker_count < REPLICATION_WORKERS) {
        struct worker *worker = calloc(1, sizeof *worker);
        if (!worker)
            return arena_error(err);
        *worker = (struct worker){replication, replication->worker_count};
        code = pthread_create(&replication->workers[replication->worker_count], NULL, worker_run,
                              worker);
        if (code == 0)
            replication->worker_count++;
        else
            free(worker);
    }
    return code == 0 || error_set(err, ERROR_IO, "no thread for replication: %s", strerror(code));
}

bool replication_open(struct replication **replication, struct mirror *mirror, struct error *err)
{
    struct replication *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->mirror = mirror;
    pthread_mutex_init(&made->lock, NULL);
    pthread_mutex_init(&made->pick_lock, NULL);
    pthread_cond_init(&made->feed_wake, NULL);
    pthread_cond_init(&made->work_wake, NULL);
    made->kept_at = mirror_now(mirror);
    *replication = made; /* mirror_close ends it, also when the rest fails */
    return replication_sequence_load(made, err) && threads_start(made, err);
}

void replication_stop(struct replication *replication)
{
    if (!replication)
        return;
    pthread_mutex_lock(&replication->lock);
    pthread_cond_broadcast(&replication->feed_wake);
    pthread_cond_broadcast(&replication->work_wake);
    pthread_mutex_unlock(&replication->lock);
    if (replication->feeder_runs)
        pthread_join(replication->feeder, NULL);
    replication->feeder_runs = false;
    while (replication->worker_count)
        pthread_join(replication->workers[--replication->worker_count], NULL);
    replication_sequence_keep(replication);
}

void replication_close(struct replication *replication)
{
    if (!replication)
        return;
    replication_stop(replication);
    pthread_cond_destroy(&replication->feed_wake);
    pthread_cond_destroy(&replication->work_wake);
    pthread_mutex_destroy(&replication->pick_lock);
    pthread_mutex_destroy(&replication->lock);
    free(replication);
}
