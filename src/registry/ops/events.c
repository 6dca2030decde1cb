#include "registry/ops/events.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/hmac.h"
#include "base/log.h"
#include "image/document.h"
#include "net/http.h"
#include "registry/core/manifest.h"
#include "registry/core/rows.h"
#include "registry/ops/dead.h"

enum {
    EVENTS_THREADS = 4,
    EVENTS_BATCH = 100,      /* entries of the journal read at once */
    EVENTS_SAVE_EVERY = 500, /* entries passed over before the place is written down */
    EVENTS_STALL = 15,       /* seconds that a receiver may be silent */
    EVENTS_SCRATCH = 64 << 20,
    RUNNER_ARENA = 1 << 20,
    RUNNERS_MAX = 256,
};

/* A hook at work. What is not marked is the thread's that has it (busy). */
struct runner {
    struct runner *next; /* under the lock, as are busy, removed and due */
    bool busy, removed;
    double due; /* clock_monotonic; INFINITY-like: nothing to do */
    struct arena arena;
    struct slice scope_text, name, setting; /* setting: its text, to see a change */
    struct scope scope;
    struct hook hook;
    uint64_t sequence, saved;
    unsigned attempts; /* of the entry behind `sequence` */
    bool placed;       /* `sequence` is known */
    bool failing;      /* the last event was given up */
    bool look_at_dead; /* some may be to be sent again */
};

struct events {
    struct registry *registry;
    pthread_t threads[EVENTS_THREADS];
    unsigned thread_count;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    atomic_bool stopping;
    bool managing, news, stale; /* entries came; hooks may have changed */
    struct runner *runners;
    unsigned runner_count;
    uint64_t seen; /* of the journal, by whoever manages */
    double loaded;
    atomic_llong *sent, *failed, *dead;
};

static const double never = 1e18;

static void runner_free(struct runner *runner)
{
    arena_done(&runner->arena);
    free(runner);
}

/* --- which hooks there are --- */

static struct runner *runner_new(const struct meta_row *row)
{
    struct runner *runner = calloc(1, sizeof *runner);
    struct error err = {0};
    if (!runner)
        return NULL;
    arena_init(&runner->arena, RUNNER_ARENA);
    runner->scope_text = arena_copy(&runner->arena, row->scope);
    runner->name = arena_copy(&runner->arena, slice_from(row->name, sizeof HOOK_SETTING - 1));
    runner->setting = arena_copy(&runner->arena, row->value);
    runner->look_at_dead = true;
    if (runner->scope_text.at && runner->name.at && runner->setting.at &&
        scope_parse(runner->scope_text, &runner->scope) &&
        hook_parse(runner->setting, &runner->arena, &runner->hook, &err))
        return runner;
    log_warning("webhook %.*s of %.*s is left out: %s", SLICE_ARG(slice_upto(row->name, 100)),
                SLICE_ARG(slice_upto(row->scope, 300)), err.text);
    runner_free(runner);
    return NULL;
}

struct loading {
    struct runner *runners;
    unsigned count;
};

static bool note_hook(void *context, const struct meta_row *row)
{
    struct loading *loading = context;
    if (!slice_starts(row->name, SLICE(HOOK_SETTING)))
        return true;
    struct runner *runner = loading->count < RUNNERS_MAX ? runner_new(row) : NULL;
    if (runner) {
        runner->next = loading->runners;
        loading->runners = runner;
        loading->count++;
    }
    return true;
}

static bool is_same(const struct runner *a, const struct runner *b)
{
    return slice_equal(a->scope_text, b->scope_text) && slice_equal(a->name, b->name) &&
           slice_equal(a->setting, b->setting);
}

/* Those that are as they were go on; others end, at once or when their thread is done. Under the
   lock. */
static void take_over(struct events *events, struct loading *loading)
{
    struct runner *old = events->runners;
    for (struct runner **place = &loading->runners; *place; place = &(*place)->next)
        for (struct runner **before = &old; *before; before = &(*before)->next)
            if (is_same(*place, *before)) {
                struct runner *kept = *before, *made = *place;
                *before = kept->next;
                kept->next = made->next;
                kept->look_at_dead = true;
                *place = kept;
                runner_free(made);
                break;
            }
    for (struct runner *next; old; old = next) {
        next = old->next;
        old->removed = true;
        if (!old->busy)
            runner_free(old);
    }
    events->runners = loading->runners;
    events->runner_count = loading->count;
}

static void load(struct events *events)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct loading loading = {0};
    struct error err = {0};
    struct meta_range range = {.kind = ROW_SETTING, .scope = SLICE(""), .below = true};
    bool read = meta_begin(events->registry->meta, false, &txn, &err) &&
                meta_scan(txn, &range, note_hook, &loading, &err);
    meta_abort(&txn);
    pthread_mutex_lock(&events->lock);
    if (read) {
        take_over(events, &loading);
        events->loaded = clock_monotonic();
    } else {
        events->stale = true;
    }
    pthread_mutex_unlock(&events->lock);
    if (read)
        return;
    log_warning("webhooks cannot be read: %s", err.text);
    for (struct runner *next; loading.runners; loading.runners = next) {
        next = loading.runners->next;
        runner_free(loading.runners);
    }
}

/* Entries that pushes and pulls make change no hook; any other may have. */
static bool may_change_hooks(const struct journal_entry *entry)
{
    return !slice_ends(entry->action, SLICE("Image")) &&
           !slice_ends(entry->action, SLICE("Layer")) &&
           !slice_ends(entry->action, SLICE("LayerUpload")) &&
           !slice_equal_str(entry->action, "CreateRepository");
}

/* Whether the entries since last time ask for a new look at the settings. */
static bool look_at_news(struct events *events)
{
    CLEANUP_ARENA struct arena arena;
    struct error err = {0};
    struct journal_entry *entries;
    size_t count = EVENTS_BATCH;
    bool changed = false;
    arena_init(&arena, EVENTS_SCRATCH);
    while (count == EVENTS_BATCH && !atomic_load(&events->stopping)) {
        arena_reset(&arena);
        if (!journal_read(events->registry, events->seen, EVENTS_BATCH, &arena, &entries, &count,
                          &err)) {
            log_warning("the journal cannot be read: %s", err.text);
            return changed;
        }
        for (size_t i = 0; i < count; i++) {
            changed |= may_change_hooks(&entries[i]);
            events->seen = entries[i].sequence;
        }
    }
    return changed;
}

/* --- a hook's place --- */

static bool journal_end(struct events *events, struct meta_txn *txn, struct arena *arena,
                        uint64_t *sequence, struct error *err)
{
    struct slice text;
    bool found;
    (void)events;
    *sequence = 0;
    if (!meta_get(txn, ROW_COUNTER, SLICE(""), SLICE("journal"), arena, &text, &found, err))
        return false;
    return !found || slice_u64(text, sequence) ||
           error_set(err, ERROR_FORMAT, "the journal's counter is damaged");
}

static bool put_place(struct meta_txn *txn, const struct runner *runner, struct error *err)
{
    char value[64];
    int len = snprintf(value, sizeof value, "{\"sequence\":%" PRIu64 "}", runner->sequence);
    return meta_put(txn, ROW_HOOK, runner->scope_text, runner->name, slice_of(value, (size_t)len),
                    err);
}

static bool save_place(struct events *events, struct runner *runner, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    if (runner->saved == runner->sequence)
        return true;
    if (!meta_begin(events->registry->meta, true, &txn, err) || !put_place(txn, runner, err) ||
        !meta_commit(&txn, err))
        return false;
    runner->saved = runner->sequence;
    return true;
}

/* Where it was, or for a new one the end of the journal, written down at once. */
static bool find_place(struct events *events, struct runner *runner, struct arena *arena,
                       struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct slice text;
    bool found;
    if (runner->placed)
        return true;
    if (!meta_begin(events->registry->meta, true, &txn, err) ||
        !meta_get(txn, ROW_HOOK, runner->scope_text, runner->name, arena, &text, &found, err))
        return false;
    if (found) {
        CLEANUP_JSON json_t *row = document_parse(text, err);
        runner->sequence = (uint64_t)json_integer_value(json_object_get(row, "sequence"));
    } else if (!journal_end(events, txn, arena, &runner->sequence, err) ||
               !put_place(txn, runner, err) || !meta_commit(&txn, err)) {
        return false;
    }
    runner->saved = runner->sequence;
    runner->placed = true;
    return true;
}

/* --- delivery --- */

struct outcome {
    bool delivered, for_good; /* for_good: more tries are not wanted */
    unsigned wait;            /* as the receiver asked; 0: not told */
    struct slice why;
};

static bool add_header(struct http_request *request, const char *name, struct slice value,
                       struct arena *arena)
{
    struct error ignored;
    return value.at && http_headers_add(&request->headers, slice_str(name), value, arena, &ignored);
}

static bool make_request(const struct runner *runner, const struct event *event,
                         struct http_request *request, struct arena *arena)
{
    *request = (struct http_request){.method = "POST",
                                     .url = runner->hook.url,
                                     .body = event->body,
                                     .body_type = event->content_type,
                                     .limit = 64 << 10,
                                     .stall_seconds = EVENTS_STALL};
    if (!add_header(request, "User-Agent", SLICE("plimsoll/" PLIMSOLL_VERSION), arena) ||
        (event->id[0] && !add_header(request, "X-Plimsoll-Delivery", slice_str(event->id), arena)))
        return false;
    if (!runner->hook.secret.len)
        return true;
    struct hmac mac;
    char hex[2 * HMAC_SIZE + 1];
    hmac_of(runner->hook.secret, &event->body, 1, &mac);
    hmac_hex(&mac, hex);
    return add_header(request, "X-Plimsoll-Signature", arena_printf(arena, "sha256=%s", hex),
                      arena);
}

static struct outcome deliver(struct events *events, struct http_client *client,
                              const struct runner *runner, const struct event *event,
                              struct arena *arena)
{
    struct outcome outcome = {0};
    struct http_request request;
    struct http_response response = {0};
    struct error err = {0};
    if (!make_request(runner, event, &request, arena)) {
        outcome.why = SLICE("no memory");
        return outcome;
    }
    request.cancel = &events->stopping;
    if (!http_perform(client, &request, arena, &response, &err)) {
        outcome.why = arena_copy(arena, slice_str(err.text));
        return outcome;
    }
    outcome.delivered = response.status >= 200 && response.status < 300;
    outcome.for_good = response.status == 410;
    http_retry_after(http_header_get(&response.headers, "Retry-After"), time(NULL), &outcome.wait);
    outcome.why = arena_printf(arena, "answered with status %d", response.status);
    return outcome;
}

static bool bury(struct events *events, struct runner *runner, const struct event *event,
                 uint64_t sequence, struct slice why, struct arena *arena, struct error *err)
{
    CLEANUP_META struct meta_txn *txn = NULL;
    struct dead_letter letter = {.scope = runner->scope_text,
                                 .hook = runner->name,
                                 .sequence = sequence,
                                 .when = (double)time(NULL),
                                 .attempts = runner->attempts,
                                 .why = why,
                                 .body = event->body};
    struct dead_letter *others;
    size_t count;
    runner->sequence = sequence;
    if (!dead_of_hook(events->registry, runner->scope_text, runner->name, false, DEAD_MAX, arena,
                      &others, &count, err))
        return false;
    if (count >= DEAD_MAX)
        log_warning("webhook %.*s has %d dead letters: one more is dropped",
                    SLICE_ARG(runner->name), DEAD_MAX);
    if (!meta_begin(events->registry->meta, true, &txn, err) ||
        (count < DEAD_MAX && !dead_put(txn, &letter, arena, err)) || !put_place(txn, runner, err) ||
        !meta_commit(&txn, err))
        return false;
    runner->saved = sequence;
    atomic_fetch_add(events->dead, 1);
    return true;
}

static void tags_of(struct events *events, const struct journal_entry *entry, struct arena *arena,
                    struct manifest_facts *facts)
{
    struct failure ignored;
    struct error err;
    struct digest digest;
    struct scope scope = {entry->account, entry->region, entry->repository};
    *facts = (struct manifest_facts){0};
    if (digest_parse(&digest, entry->digest, &err) &&
        !manifest_describe(events->registry, &scope, &digest, arena, facts, &ignored))
        *facts = (struct manifest_facts){0}; /* gone again: it has no tags */
}

enum progress { PROGRESS_ON, PROGRESS_WAIT, PROGRESS_TROUBLE };

/* One entry: delivered, given up, or to be tried again later. */
static enum progress handle(struct events *events, struct http_client *client,
                            struct runner *runner, const struct journal_entry *entry,
                            struct arena *arena, double *wait, struct error *err)
{
    struct event event;
    struct manifest_facts facts = {0};
    if (slice_equal_str(entry->action, "ScanImage"))
        tags_of(events, entry, arena, &facts);
    if (!event_make(entry, facts.tags, facts.tag_count, runner->hook.format, arena, &event, err))
        return PROGRESS_TROUBLE;
    if (!event.body.len)
        return PROGRESS_ON;
    struct outcome outcome = deliver(events, client, runner, &event, arena);
    if (outcome.delivered) {
        runner->attempts = 0;
        runner->failing = false;
        atomic_fetch_add(events->sent, 1);
        return PROGRESS_ON;
    }
    if (atomic_load(&events->stopping))
        return PROGRESS_WAIT;
    runner->attempts++;
    atomic_fetch_add(events->failed, 1);
    if (runner->attempts < runner->hook.attempts && !outcome.for_good && !runner->failing) {
        *wait = hook_wait(&runner->hook, runner->attempts + 1);
        if (outcome.wait > *wait)
            *wait = outcome.wait;
        return PROGRESS_WAIT;
    }
    bool buried = bury(events, runner, &event, entry->sequence, outcome.why, arena, err);
    runner->attempts = 0;
    runner->failing = true;
    return buried ? PROGRESS_ON : PROGRESS_TROUBLE;
}

static bool is_of(const struct runner *runner, const struct journal_entry *entry)
{
    return slice_equal(runner->scope.account, entry->account) &&
           slice_equal(runner->scope.region, entry->region) &&
           (!runner->scope.repository.len ||
            slice_equal(runner->scope.repository, entry->repository)) &&
           hook_wants(&runner->hook, entry);
}

/* One try for each dead letter that somebody wants sent again. */
static bool send_dead(struct events *events, struct http_client *client, struct runner *runner,
                      struct arena *arena, struct error *err)
{
    struct dead_letter *letters;
    size_t count;
    if (!runner->look_at_dead)
        return true;
    runner->look_at_dead = false;
    if (!dead_of_hook(events->registry, runner->scope_text, runner->name, true, 0, arena, &letters,
                      &count, err))
        return false;
    for (size_t i = 0; i < count && !atomic_load(&events->stopping); i++) {
        CLEANUP_META struct meta_txn *txn = NULL;
        char name[DEAD_NAME_MAX];
        struct event event = {.body = letters[i].body, .content_type = SLICE("application/json")};
        struct outcome outcome = deliver(events, client, runner, &event, arena);
        dead_name(letters[i].hook, letters[i].sequence, name);
        letters[i].again = false;
        letters[i].attempts++;
        letters[i].why = outcome.why;
        atomic_fetch_add(outcome.delivered ? events->sent : events->failed, 1);
        if (!meta_begin(events->registry->meta, true, &txn, err) ||
            !(outcome.delivered
                  ? meta_remove(txn, ROW_DEAD, runner->scope_text, slice_str(name), err)
                  : dead_put(txn, &letters[i], arena, err)) ||
            !meta_commit(&txn, err))
            return false;
    }
    return true;
}

/* A batch of the journal. *wait: seconds until there is more to do; 0 at once, `never` when
   something happens. */
static bool advance(struct events *events, struct http_client *client, struct runner *runner,
                    struct arena *arena, double *wait, struct error *err)
{
    struct journal_entry *entries;
    size_t count;
    *wait = never;
    if (!find_place(events, runner, arena, err) || !send_dead(events, client, runner, arena, err) ||
        !journal_read(events->registry, runner->sequence, EVENTS_BATCH, arena, &entries, &count,
                      err))
        return false;
    bool delivered = false;
    for (size_t i = 0; i < count && !atomic_load(&events->stopping); i++) {
        if (is_of(runner, &entries[i])) {
            enum progress progress = handle(events, client, runner, &entries[i], arena, wait, err);
            if (progress == PROGRESS_TROUBLE)
                return false;
            if (progress == PROGRESS_WAIT)
                return save_place(events, runner, err);
            delivered = true;
        }
        runner->sequence = entries[i].sequence;
    }
    if (count == EVENTS_BATCH)
        *wait = 0;
    return (!delivered && runner->sequence - runner->saved < EVENTS_SAVE_EVERY) ||
           save_place(events, runner, err);
}

static void run(struct events *events, struct http_client *client, struct runner *runner)
{
    CLEANUP_ARENA struct arena arena;
    struct error err = {0};
    double wait = never;
    arena_init(&arena, EVENTS_SCRATCH);
    if (!advance(events, client, runner, &arena, &wait, &err)) {
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
    bool stale = events->stale;
    events->managing = true;
    events->news = events->stale = false;
    pthread_mutex_unlock(&events->lock);
    stale |= look_at_news(events);
    if (stale)
        load(events);
    pthread_mutex_lock(&events->lock);
    events->managing = false;
    for (struct runner *runner = events->runners; runner; runner = runner->next)
        if (runner->attempts == 0) /* else it waits for its next try */
            runner->due = 0;
    start_threads(events);
}

/* Under the lock: the next hook to work on, marked busy; NULL: none now, *until when. */
static struct runner *choose(struct events *events, double *until)
{
    double now = clock_monotonic();
    *until = never;
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
    double wait = until - clock_monotonic();
    if (until >= never) {
        pthread_cond_wait(&events->wake, &events->lock);
        return;
    }
    struct timespec when;
    clock_gettime(CLOCK_MONOTONIC, &when);
    if (wait < 0.001)
        wait = 0.001;
    when.tv_sec += (time_t)wait;
    when.tv_nsec += (long)((wait - (double)(time_t)wait) * 1e9);
    when.tv_sec += when.tv_nsec / 1000000000L;
    when.tv_nsec %= 1000000000L;
    pthread_cond_timedwait(&events->wake, &events->lock, &when);
}

static void *work(void *context)
{
    struct events *events = context;
    struct http_options options = {.attempts = 1, .redirects = 3, .connect_seconds = 5};
    CLEANUP_HTTP struct http_client *client = http_client_new(&options);
    pthread_mutex_lock(&events->lock);
    while (client && !atomic_load(&events->stopping)) {
        double until;
        struct runner *runner;
        if ((events->news || events->stale) && !events->managing) {
            manage(events);
            pthread_cond_broadcast(&events->wake);
        } else if ((runner = choose(events, &until))) {
            pthread_mutex_unlock(&events->lock);
            run(events, client, runner);
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
    pthread_condattr_t attributes;
    if (!made)
        return arena_error(err);
    made->registry = registry;
    made->sent = metrics_number(metrics, "plimsoll_events_sent_total", "Events delivered.");
    made->failed =
        metrics_number(metrics, "plimsoll_events_failed_total", "Tries to deliver that failed.");
    made->dead = metrics_number(metrics, "plimsoll_events_dead_total", "Events given up.");
    pthread_mutex_init(&made->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&made->wake, &attributes);
    pthread_condattr_destroy(&attributes);
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
