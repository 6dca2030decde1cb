#pragma once
/*
 * Events from the journal to webhooks (hook.h says what a hook's setting holds, event.h what is
 * sent). Each hook has its place in the journal and goes through it in order; a new one begins at
 * what happens next. A try that fails is made again after growing waits; after the last one the
 * event goes to the dead letters, from where it can be sent again. Those behind it have all their
 * tries, too; but until something gets through, those older than a day have one each, so that a
 * receiver that is gone for good does not hold the journal for ever. What was delivered may be
 * delivered again after a crash: same id.
 *
 * Threads of its own, as many as there are hooks and at most four; nobody waits for them.
 */
#include "registry/core/core.h"
#include "registry/ops/metrics.h"

struct events;

/* `metrics` may be NULL. */
bool events_open(struct events **events, struct registry *registry, struct metrics *metrics,
                 struct error *err);
/* A try under way is broken off. Accepts NULL. */
void events_close(struct events *events);

/* How far of the journal all hooks are that there are (those that are to begin yet begin at its
   end): UINT64_MAX when there is none. */
bool events_place(struct meta_txn *txn, struct arena *arena, uint64_t *sequence, struct error *err);

/* Rows of ours, in the scope of the hook's setting (rows.h):
 *   hook   NAME           {"sequence": how far it has come}
 *   dead   NAME/SEQUENCE  an event that did not get through */
#define ROW_HOOK "hook"
#define ROW_DEAD "dead"

struct dead_letter {
    struct slice scope, hook; /* "ACCOUNT/REGION[/REPOSITORY]"; its name */
    uint64_t sequence;
    double when; /* given up, seconds since 1970 */
    unsigned attempts;
    struct slice why, body;
    bool again; /* will be sent again */
};

/* Those of an account and region, repositories' included, by scope, hook and sequence. For any
   process; a server that runs on the folder sees a change within a second. */
bool dead_list(struct registry *registry, const struct scope *scope, struct arena *arena,
               struct dead_letter **letters, size_t *count, struct error *err);
/* To be sent again (one try, `why` anew when that fails), or forgotten. `hook` empty: of all hooks;
   `sequence` 0: all of the hook. *count: how many. */
bool dead_again(struct registry *registry, const struct scope *scope, struct slice hook,
                uint64_t sequence, size_t *count, struct error *err);
bool dead_drop(struct registry *registry, const struct scope *scope, struct slice hook,
               uint64_t sequence, size_t *count, struct error *err);
