/* See events_parts.h. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/hmac.h"
#include "base/log.h"
#include "image/document.h"
#include "registry/core/manifest.h"
#include "registry/ops/dead.h"
#include "registry/ops/event.h"
#include "registry/ops/events_parts.h"

enum {
    EVENTS_SAVE_EVERY = 500, /* entries passed over before the place is written down */
    EVENTS_STALL = 15,       /* seconds that a receiver may be silent */
    EVENTS_PATIENCE = 86400, /* seconds for which an event has all its tries behind a dead one */
};

/* --- a hook's place --- */

bool hook_place_read(struct slice text, uint64_t *sequence, struct error *err)
{
    CLEANUP_JSON json_t *row = document_parse(text, err);
    if (!row)
        return error_add(err, "a webhook's place in the journal");
    *sequence = (uint64_t)json_integer_value(json_object_get(row, "sequence"));
    return true;
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
        struct error damaged; /* then from the beginning: rather twice than never */
        if (!hook_place_read(text, &runner->sequence, &damaged))
            runner->sequence = 0;
    } else if (!journal_last(txn, arena, &runner->sequence, err) || !put_place(txn, runner, err) ||
               !meta_commit(&txn, err)) {
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

static bool is_stale(const struct events *events, const struct journal_entry *entry)
{
    struct world *world = events->registry->world;
    return world->ops->now(world) - entry->when > EVENTS_PATIENCE;
}

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
    if (runner->attempts < runner->hook.attempts && !outcome.for_good &&
        !(runner->failing && is_stale(events, entry))) {
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
    if (!atomic_exchange(&runner->look_at_dead, false))
        return true;
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

bool runner_advance(struct events *events, struct http_client *client, struct runner *runner,
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
