#pragma once
/*
 * Inside of events.h: what its files share.
 *
 *   events.c          threads: what they do next, taps, opening and closing
 *   events_hooks.c    which hooks there are, from the settings
 *   events_deliver.c  one hook's way through the journal: its place, tries, dead letters
 */
#include <pthread.h>
#include <stdatomic.h>

#include "net/http.h"
#include "registry/core/rows.h"
#include "registry/ops/events.h"
#include "registry/ops/hook.h"

enum {
    EVENTS_THREADS = 4,
    EVENTS_BATCH = 100, /* entries of the journal read at once */
    EVENTS_SCRATCH = 64 << 20,
    READ_AGAIN_SECONDS = 1, /* when the store could not be read */
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
    unsigned attempts;        /* of the entry behind `sequence` */
    bool placed;              /* `sequence` is known */
    bool failing;             /* the last event was given up */
    atomic_bool look_at_dead; /* some may be to be sent again; set by whoever manages */
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
    double again;  /* clock_monotonic: not before it, after the store could not be read */
    atomic_llong *sent, *failed, *dead;
};

static const double never = 1e18;

/* events_hooks.c */
void runner_free(struct runner *runner);
/* Reads the settings anew; takes the lock. False: they cannot be read, which is logged. */
bool events_load(struct events *events);
/* *changed: the entries since last time ask for a new look at the settings. False as above. */
bool events_look_at_news(struct events *events, bool *changed);

/* events_deliver.c */
/* The value of a row ROW_HOOK. */
bool hook_place_read(struct slice text, uint64_t *sequence, struct error *err);
/* A batch of the journal. *wait: seconds until there is more to do; 0 at once,
   `never` when something happens. */
bool runner_advance(struct events *events, struct http_client *client, struct runner *runner,
                    struct arena *arena, double *wait, struct error *err);
