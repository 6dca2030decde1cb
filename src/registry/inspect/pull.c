/* May an image be pulled? The policy's verdict, remembered; and quarantine. */
#include <stdlib.h>

#include "base/clock.h"
#include "registry/inspect/inspect_parts.h"
#include "registry/inspect/pull_policy.h"
#include "registry/inspect/quarantine.h"

enum { PULL_BUDGET = 256 << 20, DAY = 86400, PULL_TEXT_MAX = 500 };

/* What comes out for one manifest: what is remembered. */
struct pull_verdict {
    bool blocked, known;
    struct slice text; /* why not, or the warning; empty: nothing to say */
};

/* The repository's, else the account's. One that cannot be read blocks: somebody wanted a gate. */
static bool pull_policy_get(struct inspect *inspect, const struct scope *scope, struct arena *arena,
                            struct pull_policy *policy, bool *unreadable, struct failure *failure)
{
    struct scope account = {.account = scope->account, .region = scope->region};
    struct slice text = {NULL, 0};
    struct error err;
    bool exists = false;
    *policy = (struct pull_policy){.mode = PULL_OFF};
    *unreadable = false;
    if (!setting_get(inspect->registry, scope, PULL_POLICY_SETTING, arena, &text, &exists,
                     failure) ||
        (!exists && !setting_get(inspect->registry, &account, PULL_POLICY_SETTING, arena, &text,
                                 &exists, failure)))
        return false;
    *unreadable = exists && text.len && !pull_policy_parse(text, policy, &err);
    return true;
}

static const char *unscanned_word(enum inspect_status status)
{
    return status == INSPECT_NONE     ? "was never scanned"
           : status == INSPECT_FAILED ? "could not be scanned"
                                      : "is being scanned";
}

/* The worst of those over the gate, for people. */
static struct slice pull_reason(const struct policy *gate, struct scan_result *result,
                                size_t violations, struct arena *arena)
{
    const struct finding *worst = NULL;
    struct scan_finding *all = result->findings;
    size_t count = result->finding_count;
    result->finding_count = 1;
    for (size_t i = 0; i < count && !worst; i++) {
        result->findings = &all[i];
        if (policy_violations(gate, result))
            worst = &all[i].finding;
    }
    result->findings = all;
    result->finding_count = count;
    if (!worst)
        return arena_printf(arena, "%zu findings are over the pull policy", violations);
    return arena_printf(arena, "%zu finding%s over the pull policy, such as %.*s (%s%s) in %.*s",
                        violations, violations == 1 ? " is" : "s are", SLICE_ARG(worst->id),
                        severity_name(worst->severity), worst->kev ? ", exploited" : "",
                        SLICE_ARG(slice_upto(worst->package->name, 100)));
}

static bool pull_gate(struct inspect *inspect, const struct scope *scope,
                      const struct manifest_facts *facts, const struct pull_policy *policy,
                      struct slice inventory, struct arena *arena, struct pull_verdict *verdict,
                      struct error *err)
{
    struct evaluation evaluation CLEANUP_EVALUATION = {.lender = NULL};
    if (!report_evaluate(inspect, scope, facts, inventory, arena, &evaluation, err))
        return false;
    size_t violations = policy_violations(&policy->gate, &evaluation.result);
    bool unread = evaluation.result.partial && !policy->unscanned_allowed;
    if (!violations && !unread)
        return true;
    verdict->blocked = policy->mode == PULL_BLOCK;
    /* What could not be read is as good as not scanned: a bomb in front of it hides anything. */
    verdict->text =
        violations ? pull_reason(&policy->gate, &evaluation.result, violations, arena)
                   : arena_printf(arena, "part of the image could not be read, and the pull policy "
                                         "asks for a whole scan");
    return verdict->text.at || arena_error(err);
}

static bool pull_judge_image(struct inspect *inspect, const struct scope *scope, struct slice text,
                             const struct manifest_facts *facts, const struct pull_policy *policy,
                             struct arena *arena, struct pull_verdict *verdict, struct error *err)
{
    struct scan_row row;
    struct slice inventory = {NULL, 0};
    bool found;
    if (!report_rows(inspect, text, &facts->digest, arena, &row, &inventory, &found, err))
        return false;
    enum inspect_status status = found ? row.status : INSPECT_NONE;
    if (status == INSPECT_UNSUPPORTED)
        return true;
    if (status == INSPECT_COMPLETE)
        return pull_gate(inspect, scope, facts, policy, inventory, arena, verdict, err);
    verdict->known = status == INSPECT_FAILED; /* the others change by themselves, soon */
    if (status == INSPECT_PENDING)             /* perhaps of another version, and not in line yet */
        jobs_add(inspect, text, &facts->digest, false);
    if (policy->unscanned_allowed)
        return true;
    verdict->blocked = policy->mode == PULL_BLOCK;
    verdict->text =
        arena_printf(arena, "the image %s, and the pull policy asks for it%s",
                     unscanned_word(status), status == INSPECT_NONE ? "; start a scan of it" : "");
    return verdict->text.at || arena_error(err);
}

static bool pull_judge(struct inspect *inspect, const struct scope *scope, struct slice text,
                       const struct digest *digest, struct arena *arena,
                       struct pull_verdict *verdict, struct failure *failure);

/* Who has the index has them. Not remembered: their verdicts change, and it is not told. */
static bool pull_judge_embedded(struct inspect *inspect, const struct scope *scope,
                                struct slice text, const struct manifest_facts *facts,
                                struct arena *arena, struct pull_verdict *verdict,
                                struct failure *failure)
{
    for (size_t i = 0; i < facts->child_count && !verdict->blocked; i++) {
        struct pull_verdict child;
        if (!pull_judge(inspect, scope, text, &facts->children[i].digest, arena, &child, failure)) {
            if (failure->reason != FAILURE_MANIFEST_UNKNOWN)
                return false;
        } else if (child.blocked || !verdict->text.len) {
            *verdict = child;
        }
    }
    verdict->known = false;
    return true;
}

/* Indexes only lead to images, and artifacts are none: these are judged by quarantine alone, unless
   an index brings along what it leads to. A few dozen deep at most: base64 grows by a third. */
static bool pull_judge(struct inspect *inspect, const struct scope *scope, struct slice text,
                       const struct digest *digest, struct arena *arena,
                       struct pull_verdict *verdict, struct failure *failure)
{
    struct pull_policy policy;
    struct manifest_facts facts;
    struct error err = {0};
    bool unreadable;
    *verdict = (struct pull_verdict){.known = true};
    struct quarantine quarantine;
    if (!quarantine_get(inspect->registry, text, digest, arena, &quarantine, &verdict->blocked,
                        &err))
        return failure_of(failure, &err);
    if (verdict->blocked) {
        verdict->text =
            arena_printf(arena, "the image is quarantined%s%.*s", quarantine.why.len ? ": " : "",
                         SLICE_ARG(slice_upto(quarantine.why, 300)));
        if (verdict->text.at)
            return true;
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!manifest_describe(inspect->registry, scope, digest, arena, &facts, failure))
        return false;
    if (facts.embeds)
        return pull_judge_embedded(inspect, scope, text, &facts, arena, verdict, failure);
    if (!pull_policy_get(inspect, scope, arena, &policy, &unreadable, failure))
        return false;
    if (unreadable) {
        verdict->blocked = true;
        verdict->text = SLICE("the repository's pull policy cannot be read; set it anew");
        return true;
    }
    if (policy.mode == PULL_OFF)
        return true;
    if (facts.kind != MANIFEST_IS_IMAGE)
        return true;
    return pull_judge_image(inspect, scope, text, &facts, &policy, arena, verdict, &err) ||
           failure_of(failure, &err);
}

/* Remembered verdicts: a table of slots, each for whoever comes last. */
enum { PULL_KEY_MAX = 512 };

/* "SCOPE DIGEST"; NULL when that is longer than any can be. */
static struct slice pull_key(const struct scope *scope, const struct digest *digest,
                             char text[PULL_KEY_MAX])
{
    const struct slice parts[] = {scope->account,    SLICE("/"), scope->region,       SLICE("/"),
                                  scope->repository, SLICE(" "), digest_slice(digest)};
    size_t len = slice_join(text, PULL_KEY_MAX, parts, sizeof parts / sizeof *parts);
    return len == SIZE_MAX ? (struct slice){NULL, 0} : slice_of(text, len);
}

static struct pull_slot *pull_slot(struct inspect *inspect, struct slice key,
                                   pthread_mutex_t **lock)
{
    size_t at = hash64(key) % PULL_SLOTS;
    *lock = &inspect->pulls.locks[at % PULL_LOCKS];
    return &inspect->pulls.slots[at];
}

static void pull_slot_clear(struct pull_slot *slot)
{
    free(slot->key);
    free(slot->text);
    *slot = (struct pull_slot){NULL};
}

static double pull_now(struct inspect *inspect)
{
    return inspect->registry->world->ops->now(inspect->registry->world);
}

/* Under the slot's lock. */
static bool pull_slot_is_of(const struct pull_slot *slot, struct slice key, double now)
{
    return slot->key && slice_equal_str(key, slot->key) && now < slot->until;
}

static bool pull_recall(struct inspect *inspect, struct slice key, struct arena *arena,
                        struct pull_verdict *verdict)
{
    pthread_mutex_t *lock;
    double now = pull_now(inspect);
    struct pull_slot *slot = pull_slot(inspect, key, &lock);
    pthread_mutex_lock(lock);
    bool known = pull_slot_is_of(slot, key, now);
    if (known)
        *verdict = (struct pull_verdict){slot->blocked, true,
                                         slot->text ? arena_copy(arena, slice_str(slot->text))
                                                    : (struct slice){NULL, 0}};
    pthread_mutex_unlock(lock);
    return known;
}

/* Until midnight: then exceptions expire. */
static void pull_remember(struct inspect *inspect, struct slice key,
                          const struct pull_verdict *verdict, uint64_t epoch)
{
    pthread_mutex_t *lock;
    double now = pull_now(inspect);
    struct pull_slot *slot = pull_slot(inspect, key, &lock);
    pthread_mutex_lock(lock);
    if (verdict->known && epoch == atomic_load(&inspect->pulls.epoch)) {
        pull_slot_clear(slot);
        slot->key = strndup(key.at, key.len);
        slot->blocked = verdict->blocked;
        slot->text = verdict->text.len ? strndup(verdict->text.at, verdict->text.len) : NULL;
        slot->until = (double)(((int64_t)now / DAY + 1) * DAY);
        if (verdict->text.len && !slot->text)
            pull_slot_clear(slot);
    }
    pthread_mutex_unlock(lock);
}

static bool key_is_of(const char *key, struct slice scope, const struct digest *digest)
{
    struct slice rest = slice_str(key), own = slice_cut(&rest, ' ');
    bool below = !scope.len || slice_equal(own, scope) ||
                 (slice_starts(own, scope) && own.at[scope.len] == '/');
    return below && (!digest || slice_equal(rest, digest_slice(digest)));
}

/* The epoch first: who judged before it then remembers nothing, or does so before its slot is
   looked at here. */
void pulls_forget(struct inspect *inspect, struct slice scope, const struct digest *digest)
{
    atomic_fetch_add(&inspect->pulls.epoch, 1);
    for (size_t i = 0; i < PULL_LOCKS; i++) {
        pthread_mutex_lock(&inspect->pulls.locks[i]);
        for (size_t at = i; at < PULL_SLOTS; at += PULL_LOCKS) {
            struct pull_slot *slot = &inspect->pulls.slots[at];
            if (slot->key && key_is_of(slot->key, scope, digest))
                pull_slot_clear(slot);
        }
        pthread_mutex_unlock(&inspect->pulls.locks[i]);
    }
}

void pulls_init(struct inspect *inspect)
{
    for (size_t i = 0; i < PULL_LOCKS; i++)
        pthread_mutex_init(&inspect->pulls.locks[i], NULL);
}

void pulls_done(struct inspect *inspect)
{
    for (size_t i = 0; i < PULL_SLOTS; i++)
        pull_slot_clear(&inspect->pulls.slots[i]);
    for (size_t i = 0; i < PULL_LOCKS; i++)
        pthread_mutex_destroy(&inspect->pulls.locks[i]);
}

static bool pull_say(const struct pull_verdict *verdict, struct slice *warning,
                     struct failure *failure)
{
    if (verdict->blocked)
        return failure_set(failure, FAILURE_BLOCKED, "%.*s",
                           SLICE_ARG(slice_upto(verdict->text, PULL_TEXT_MAX)));
    *warning = verdict->text;
    return true;
}

bool inspect_may_pull(struct inspect *inspect, const struct scope *scope,
                      const struct digest *digest, struct arena *arena, struct slice *warning,
                      struct failure *failure)
{
    struct arena own CLEANUP_ARENA = {0};
    char room[PULL_KEY_MAX];
    struct slice key = pull_key(scope, digest, room);
    struct pull_verdict verdict;
    struct error err;
    arena_init(&own, PULL_BUDGET);
    *warning = (struct slice){NULL, 0};
    if (key.at && pull_recall(inspect, key, arena, &verdict))
        return pull_say(&verdict, warning, failure);
    uint64_t epoch = atomic_load(&inspect->pulls.epoch);
    struct slice text = scope_text(scope, &own);
    if (!text.at) {
        arena_error(&err);
        return failure_of(failure, &err);
    }
    if (!pull_judge(inspect, scope, text, digest, &own, &verdict, failure))
        return false;
    if (key.at)
        pull_remember(inspect, key, &verdict, epoch);
    verdict.text = arena_copy(arena, verdict.text);
    return pull_say(&verdict, warning, failure);
}

bool inspect_may_pull_at_once(struct inspect *inspect, const struct scope *scope,
                              const struct digest *digest)
{
    char room[PULL_KEY_MAX];
    struct slice key = pull_key(scope, digest, room);
    pthread_mutex_t *lock;
    if (!key.at)
        return false;
    double now = pull_now(inspect);
    struct pull_slot *slot = pull_slot(inspect, key, &lock);
    pthread_mutex_lock(lock);
    bool may = pull_slot_is_of(slot, key, now) && !slot->blocked && !slot->text;
    pthread_mutex_unlock(lock);
    return may;
}

bool inspect_quarantine(struct inspect *inspect, const struct scope *scope,
                        const struct digest *digest, struct slice why, bool on,
                        const struct caller *who, struct failure *failure)
{
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, 1 << 16);
    if (!quarantine_set(inspect->registry, scope, digest, why, on, who, failure))
        return false;
    pulls_forget(inspect, scope_text(scope, &arena), digest);
    inspect_tell_journal(inspect);
    return true;
}
