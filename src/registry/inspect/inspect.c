/* See inspect.h: opening, closing, what the registry tells, and starting and awaiting scans. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "registry/inspect/inspect_parts.h"
#include "registry/ops/metrics.h"

static const struct slice nobody = {"", 0};

static void tap_started(void *context, const char *id, int file, uint64_t size,
                        struct slice first_bytes)
{
    struct inspect *inspect = context;
    if (!inspect->options.only_on_request && (!first_bytes.len || readings_sniff(first_bytes) != 0))
        readings_upload_started(inspect->readings, id, file, size);
}

static void tap_grew(void *context, const char *id, uint64_t size)
{
    readings_upload_grew(((struct inspect *)context)->readings, id, size);
}

static void tap_ended(void *context, const char *id, const struct digest *digest, uint64_t size)
{
    readings_upload_ended(((struct inspect *)context)->readings, id, digest, size);
}

void inspect_wish(struct inspect *inspect, struct slice scope, const struct digest *digest)
{
    struct arena arena CLEANUP_ARENA;
    struct scan_row row;
    struct error err;
    bool found = false;
    arena_init(&arena, 1 << 20);
    /* One that failed is tried again: what it lacked (a layer that is still upstream) may be here
       by now. */
    if (report_rows(inspect, scope, digest, &arena, &row, NULL, &found, &err) && found &&
        (row.status == INSPECT_COMPLETE || row.status == INSPECT_UNSUPPORTED))
        return;
    jobs_add(inspect, scope, digest, false);
}

static void tap_stored(void *context, const struct scope *scope, const struct digest *digest,
                       bool is_new, const struct caller *who)
{
    struct inspect *inspect = context;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, 1 << 16);
    struct slice text = scope_text(scope, &arena);
    (void)who;
    (void)is_new; /* one that is put again may lack its result */
    if (text.at && scan_is_wanted(inspect, scope))
        inspect_wish(inspect, text, digest);
}

static void tap_removed(void *context, const struct scope *scope, const struct digest *digest)
{
    struct inspect *inspect = context;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, 1 << 16);
    struct slice text = scope_text(scope, &arena);
    struct removal_job *removal = text.at ? calloc(1, sizeof *removal) : NULL;
    if (!removal || !(removal->scope = strndup(text.at, text.len))) {
        free(removal);
        return;
    }
    removal->digest = *digest;
    pthread_mutex_lock(&inspect->lock);
    removal->next = inspect->removals;
    inspect->removals = removal;
    pthread_mutex_unlock(&inspect->lock);
    pulls_forget(inspect, text, digest);
}

static void tap_changed(void *context, struct slice scope)
{
    pulls_forget(context, scope, NULL);
}

void inspect_tell_journal(struct inspect *inspect)
{
    const struct registry *registry = inspect->registry;
    for (size_t i = 0; i < registry->tap_count; i++)
        if (registry->taps[i].journal)
            registry->taps[i].journal(registry->taps[i].context);
}

static bool threads_start(struct inspect *inspect, struct error *err)
{
    for (int i = 0; i < JOB_THREADS + 1; i++) {
        int failed = pthread_create(&inspect->threads[i], NULL,
                                    i < JOB_THREADS ? jobs_thread : keeper_thread, inspect);
        if (failed) {
            errno = failed;
            return error_errno(err, "starting a thread");
        }
        inspect->thread_count++;
    }
    return true;
}

/* Whether the index tells of the advisories that are there now. */
static bool matched_load(struct inspect *inspect, struct error *err)
{
    struct arena arena CLEANUP_ARENA;
    struct meta_txn *txn CLEANUP_META = NULL;
    struct slice text;
    char identity[STORE_IDENTITY_MAX];
    uint64_t generation;
    bool found;
    arena_init(&arena, 1 << 16);
    advisories_identity(inspect->advisories, identity, &generation);
    if (!meta_begin(inspect->registry->meta, false, &txn, err) ||
        !meta_get(txn, ROW_INSPECT, nobody, SLICE("store"), &arena, &text, &found, err))
        return false;
    inspect->matched = found && slice_equal_str(text, identity) ? generation : 0;
    return true;
}

static bool parts_open(struct inspect *inspect, const struct inspect_options *options,
                       struct error *err)
{
    struct readings_options readings = {.blobs = inspect->registry->blobs,
                                        .workers = options->workers,
                                        .idle_seconds = options->idle_seconds,
                                        .silent_seconds = options->silent_seconds,
                                        .done = jobs_layer_done,
                                        .context = inspect};
    return advisories_open(&inspect->advisories, options->store, err) &&
           stale_index_clear(inspect, err) && matched_load(inspect, err) &&
           readings_new(&inspect->readings, &readings, err) && threads_start(inspect, err);
}

void inspect_measure(struct inspect *inspect, struct metrics *metrics)
{
    struct inspect_numbers numbers = {
        .scans = metrics_number(metrics, "plimsoll_scans_total", "Scans of images that ended."),
        .failed = metrics_number(metrics, "plimsoll_scans_failed_total", "Scans that failed."),
        .waiting = metrics_number(metrics, "plimsoll_scans_waiting", "Scans not yet made."),
        .stale = metrics_number(metrics, "plimsoll_scans_stale",
                                "Images that another version analysed, not yet in line."),
        .layers = metrics_number(metrics, "plimsoll_layers_read_total",
                                 "Layers that were given to a jailed worker."),
        .along = metrics_number(metrics, "plimsoll_layers_read_along_total",
                                "Of these, while they arrived."),
        .again = metrics_number(metrics, "plimsoll_layers_read_again_total",
                                "Of these, after a worker died or hung."),
        .layers_failed = metrics_number(metrics, "plimsoll_layers_failed_total",
                                        "Layers that could not be read."),
        .reading = metrics_number(metrics, "plimsoll_layers_reading", "Workers at work."),
        .rematched = metrics_number(metrics, "plimsoll_images_rematched_total",
                                    "Images whose findings new advisories changed."),
    };
    pthread_mutex_lock(&inspect->lock);
    inspect->numbers = numbers;
    pthread_mutex_unlock(&inspect->lock);
}

bool inspect_open(struct inspect **inspect, struct registry *registry,
                  const struct inspect_options *options, struct error *err)
{
    struct inspect *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->options = *options;
    made->registry = registry;
    made->queue_end = &made->queue;
    pthread_mutex_init(&made->turn, NULL);
    pthread_mutex_init(&made->lock, NULL);
    pulls_init(made);
    pthread_cond_init(&made->work, NULL);
    pthread_cond_init(&made->settled, NULL);
    pthread_cond_init(&made->wake, NULL);
    if (!parts_open(made, options, err)) {
        inspect_close(made, 0);
        return error_add(err, "opening the scanner");
    }
    registry_tap(registry, &(struct registry_taps){.context = made,
                                                   .upload_started = tap_started,
                                                   .upload_grew = tap_grew,
                                                   .upload_ended = tap_ended,
                                                   .manifest_stored = tap_stored,
                                                   .manifest_removed = tap_removed,
                                                   .changed = tap_changed});
    *inspect = made;
    return true;
}

/* Until no job is left, at most so many seconds. Under the lock. */
static void jobs_settle(struct inspect *inspect, unsigned seconds)
{
    struct timespec until = clock_after(seconds);
    while (seconds && inspect->jobs && inspect->thread_count &&
           pthread_cond_clockwait(&inspect->settled, &inspect->lock, CLOCK_MONOTONIC, &until) !=
               ETIMEDOUT)
        ;
}

void inspect_close(struct inspect *inspect, unsigned seconds)
{
    if (!inspect)
        return;
    pthread_mutex_lock(&inspect->lock);
    jobs_settle(inspect, seconds);
    inspect->stop = true;
    pthread_cond_broadcast(&inspect->work);
    pthread_cond_broadcast(&inspect->wake);
    pthread_mutex_unlock(&inspect->lock);
    for (size_t i = 0; i < inspect->thread_count; i++)
        pthread_join(inspect->threads[i], NULL);
    readings_free(inspect->readings);
    while (inspect->jobs)
        jobs_forget(inspect, inspect->jobs);
    advisories_close(inspect->advisories);
    pulls_done(inspect);
    pthread_cond_destroy(&inspect->wake);
    pthread_cond_destroy(&inspect->settled);
    pthread_cond_destroy(&inspect->work);
    pthread_mutex_destroy(&inspect->lock);
    pthread_mutex_destroy(&inspect->turn);
    free(inspect);
}

/* So that it is not forgotten when the process ends before it was granted. */
static bool wish_write(struct inspect *inspect, struct slice scope, const struct digest *digest,
                       struct error *err)
{
    struct meta_txn *txn CLEANUP_META = NULL;
    *err = (struct error){0};
    return meta_begin(inspect->registry->meta, true, &txn, err) &&
           meta_put(txn, ROW_WISH, scope, digest_slice(digest), SLICE("{}"), err) &&
           meta_commit(&txn, err);
}

bool inspect_start(struct inspect *inspect, const struct scope *scope, const struct digest *digest,
                   const struct caller *who, struct failure *failure)
{
    struct arena arena CLEANUP_ARENA;
    struct manifest_facts facts;
    struct error err;
    arena_init(&arena, 16 << 20);
    struct slice text = scope_text(scope, &arena);
    (void)who;
    if (!text.at) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!manifest_describe(inspect->registry, scope, digest, &arena, &facts, failure))
        return false;
    if (!wish_write(inspect, text, digest, &err))
        return failure_of(failure, &err);
    if (jobs_add(inspect, text, digest, true))
        return true;
    return failure_set(failure, FAILURE_LIMIT, "too many scans are waiting; try again later");
}

/* Under the lock: whether a job stands between its manifest and a status that stays. */
static bool wait_for_job(struct inspect *inspect, struct slice scope, const struct digest *digest,
                         const struct timespec *until)
{
    for (;;) {
        const struct job *job = jobs_find(inspect, scope, digest);
        if (!job || job->told)
            return true;
        if (pthread_cond_clockwait(&inspect->settled, &inspect->lock, CLOCK_MONOTONIC, until) ==
            ETIMEDOUT)
            return false;
    }
}

bool inspect_wait(struct inspect *inspect, const struct scope *scope, const struct digest *digest,
                  double seconds, enum inspect_status *status, struct failure *failure)
{
    struct arena arena CLEANUP_ARENA;
    struct inspect_report report;
    struct manifest_facts facts;
    struct timespec until = clock_after(seconds);
    struct error err;
    arena_init(&arena, (size_t)256 << 20);
    struct slice text = scope_text(scope, &arena);
    if (!text.at) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!manifest_describe(inspect->registry, scope, digest, &arena, &facts, failure))
        return false;
    pthread_mutex_lock(&inspect->lock);
    bool over = wait_for_job(inspect, text, digest, &until);
    for (size_t i = 0; over && facts.kind == MANIFEST_IS_INDEX && i < facts.child_count; i++)
        over = wait_for_job(inspect, text, &facts.children[i].digest, &until);
    pthread_mutex_unlock(&inspect->lock);
    if (!inspect_report(inspect, scope, digest, false, &arena, &report, failure))
        return false;
    *status = report.status;
    return true;
}
