/* See events_parts.h. */
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "registry/ops/events_parts.h"

static void run_hook(struct events *events, struct http_client *client, struct runner *runner)
{
    CLEANUP_ARENA struct arena arena;
    struct error err = {0};
    double wait = never;
    arena_init(&arena, EVENTS_SCRATCH);
    if (!runner_advance(events, client, runner, &arena, &wait, &err)) {
        log_warning("webhook %.*s: %s", SLICE_ARG(runner->name), err.text);
        wait = 5; /* the store has trouble; it has its own alarms */
    }
    pthread_mutex_lock(&events->lock);
    runner->busy = false;
    if (runner->removed)
        runner_free(runner);
    else if (wait < never || runner->due == never) /* else something came meanwhile */
        runner->due = wait < never ? clock_monotonic() + wait : never;
    pthread_mutex_unlock(&events->lock);
}

/* --- threads: all alike --- */

static void *work(void *context);

/* Under the lock. */
static void start_threads(struct events *events)
{
    sigset_t all, before;
    unsigned want = events->runner_count < EVENTS_THREADS ? events->runner_count : EVENTS_THREADS;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    while (events->thread_count < (want ? want : 1)) {
        if (pthread_create(&events->threads[events->thread_count], NULL, work, events) != 0)
            break;
        events->thread_count++;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* News of the journal and of the settings. Under the lock, which it gives up meanwhile. */
static void manage(struct events *events)
{
    bool changed, stale = events->stale;
    events->managing = true;
    events->news = events->stale = false;
    pthread_mutex_unlock(&events->lock);
    bool read = events_look_at_news(events, &changed);
    if (changed || stale)
        read &= events_load(events);
    pthread_mutex_lock(&events->lock);
    events->managing = false;
    if (!read) {
        events->stale = true;
        events->again = clock_monotonic() + READ_AGAIN_SECONDS;
    }
    for (struct runner *runner = events->runners; runner; runner = runner->next)
        if (runner->busy || runner->attempts == 0) /* else it waits for its next try */
            runner->due = 0; /* a busy one looks again: it read the journal before the news */
    start_threads(events);
}

/* Under the lock: whether there is news to look at now; what has to wait makes *until earlier. */
static bool has_news(const struct events *events, double *until)
{
    bool waiting = (events->news || events->stale) && !events->managing;
    if (!waiting || events->again <= clock_monotonic())
        return waiting;
    if (events->again < *until)
        *until = events->again;
    return false;
}

/* Under the lock: the next hook to work on, marked busy; NULL: none now, and *until is no later
   than the next. */
static struct runner *choose(struct events *events, double *until)
{
    double now = clock_monotonic();
    for (struct runner *runner = events->runners; runner; runner = runner->next) {
        if (runner->busy)
            continue;
        if (runner->due <= now) {
            runner->busy = true;
            runner->due = never;
            return runner;
        }
        if (runner->due < *until)
            *until = runner->due;
    }
    return NULL;
}

/* Under the lock. */
static void wait_until(struct events *events, double until)
{
    if (until >= never) {
        pthread_cond_wait(&events->wake, &events->lock);
        return;
    }
    double wait = until - clock_monotonic();
    struct timespec when = clock_after(wait < 0.001 ? 0.001 : wait);
    pthread_cond_clockwait(&events->wake, &events->lock, CLOCK_MONOTONIC, &when);
}

static void *work(void *context)
{
    struct events *events = context;
    struct http_options options = {.attempts = 1, .redirects = 3, .connect_seconds = 5};
    CLEANUP_HTTP struct http_client *client = http_client_new(&options);
    pthread_mutex_lock(&events->lock);
    while (client && !atomic_load(&events->stopping)) {
        double until = never;
        struct runner *runner;
        if (has_news(events, &until)) {
            manage(events);
            pthread_cond_broadcast(&events->wake);
        } else if ((runner = choose(events, &until))) {
            pthread_mutex_unlock(&events->lock);
            run_hook(events, client, runner);
            pthread_mutex_lock(&events->lock);
        } else {
            wait_until(events, until);
        }
    }
    pthread_mutex_unlock(&events->lock);
    return NULL;
}

static void tap_journal(void *context)
{
    struct events *events = context;
    pthread_mutex_lock(&events->lock);
    events->news = true;
    pthread_cond_signal(&events->wake);
    pthread_mutex_unlock(&events->lock);
}

/* Another process changed something: a setting perhaps, or dead letters are to be sent again. */
static void tap_changed(void *context, struct slice scope)
{
    struct events *events = context;
    if (scope.len)
        return;
    pthread_mutex_lock(&events->lock);
    events->stale = true;
    pthread_cond_signal(&events->wake);
    pthread_mutex_unlock(&events->lock);
}

bool events_open(struct events **events, struct registry *registry, struct metrics *metrics,
                 struct error *err)
{
    struct events *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->registry = registry;
    made->sent = metrics_number(metrics, "plimsoll_events_sent_total", "Events delivered.");
    made->failed =
        metrics_number(metrics, "plimsoll_events_failed_total", "Tries to deliver that failed.");
    made->dead = metrics_number(metrics, "plimsoll_events_dead_total", "Events given up.");
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->wake, NULL);
    made->news = made->stale = true;
    pthread_mutex_lock(&made->lock); /* the first thread may start others at once */
    start_threads(made);
    bool works = made->thread_count > 0;
    pthread_mutex_unlock(&made->lock);
    if (!works) {
        events_close(made);
        return error_set(err, ERROR_INTERNAL, "no thread can be started");
    }
    registry_tap(registry, &(struct registry_taps){
                               .context = made, .changed = tap_changed, .journal = tap_journal});
    *events = made;
    return true;
}

void events_close(struct events *events)
{
    if (!events)
        return;
    atomic_store(&events->stopping, true);
    pthread_mutex_lock(&events->lock);
    unsigned count = events->thread_count;
    pthread_cond_broadcast(&events->wake);
    pthread_mutex_unlock(&events->lock);
    for (unsigned i = 0; i < count; i++)
        pthread_join(events->threads[i], NULL);
    for (struct runner *next; events->runners; events->runners = next) {
        next = events->runners->next;
        runner_free(events->runners);
    }
    pthread_mutex_destroy(&events->lock);
    pthread_cond_destroy(&events->wake);
    free(events);
}
