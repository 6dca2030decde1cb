#include "registry/auth/policy_cache.h"

#include <pthread.h>
#include <stdlib.h>

enum { STRIPES = 64, SETS = 32, WAYS = 4, MEMORY_MAX = 8 << 20 };

struct entry {
    struct siphash key;
    struct policies *policies; /* NULL: empty */
    uint64_t used;
};

struct stripe {
    _Alignas(64) pthread_mutex_t lock;
    uint64_t forgotten; /* what was read before something was forgotten is not kept */
    uint64_t used;
    struct entry entries[SETS][WAYS];
};

struct policy_cache {
    uint8_t key[SIPHASH_KEY];
    struct stripe stripes[STRIPES];
};

struct policy_cache *policy_cache_new(const uint8_t key[SIPHASH_KEY])
{
    struct policy_cache *cache = aligned_alloc(64, sizeof *cache);
    if (!cache)
        return NULL;
    memset(cache, 0, sizeof *cache);
    memcpy(cache->key, key, SIPHASH_KEY);
    for (size_t i = 0; i < STRIPES; i++)
        pthread_mutex_init(&cache->stripes[i].lock, NULL);
    return cache;
}

void policies_unref(struct policies *policies)
{
    if (!policies || atomic_fetch_sub_explicit(&policies->references, 1, memory_order_acq_rel) != 1)
        return;
    arena_done(&policies->arena);
    free(policies);
}

static void empty(struct stripe *stripe)
{
    struct entry *entries = &stripe->entries[0][0];
    pthread_mutex_lock(&stripe->lock);
    stripe->forgotten++;
    for (size_t i = 0; i < (size_t)SETS * WAYS; i++) {
        policies_unref(entries[i].policies);
        entries[i].policies = NULL;
    }
    pthread_mutex_unlock(&stripe->lock);
}

void policy_cache_forget_all(struct policy_cache *cache)
{
    for (size_t i = 0; i < STRIPES; i++)
        empty(&cache->stripes[i]);
}

void policy_cache_free(struct policy_cache *cache)
{
    if (!cache)
        return;
    policy_cache_forget_all(cache);
    for (size_t i = 0; i < STRIPES; i++)
        pthread_mutex_destroy(&cache->stripes[i].lock);
    free(cache);
}

static struct stripe *stripe_of(struct policy_cache *cache, struct slice whose, struct siphash *key,
                                struct entry **set)
{
    *key = siphash_of(cache->key, whose);
    struct stripe *stripe = &cache->stripes[key->high % STRIPES];
    *set = stripe->entries[key->high / STRIPES % SETS];
    return stripe;
}

static struct entry *find(struct entry *set, struct siphash key)
{
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].policies && set[i].key.low == key.low && set[i].key.high == key.high)
            return &set[i];
    return NULL;
}

static struct policies *recall(struct stripe *stripe, struct entry *set, struct siphash key,
                               uint64_t *forgotten)
{
    struct policies *policies = NULL;
    pthread_mutex_lock(&stripe->lock);
    struct entry *entry = find(set, key);
    if (entry) {
        entry->used = ++stripe->used;
        policies = entry->policies;
        atomic_fetch_add_explicit(&policies->references, 1, memory_order_relaxed);
    }
    *forgotten = stripe->forgotten;
    pthread_mutex_unlock(&stripe->lock);
    return policies;
}

/* The same one, an empty one, or the one not used for longest. */
static struct entry *place(struct entry *set, struct siphash key)
{
    struct entry *best = find(set, key);
    if (best)
        return best;
    best = &set[0];
    for (size_t i = 1; i < WAYS && best->policies; i++)
        if (!set[i].policies || set[i].used < best->used)
            best = &set[i];
    return best;
}

static void keep(struct stripe *stripe, struct entry *set, struct siphash key,
                 struct policies *policies, uint64_t forgotten)
{
    struct policies *old = NULL;
    pthread_mutex_lock(&stripe->lock);
    if (stripe->forgotten == forgotten) {
        struct entry *entry = place(set, key);
        old = entry->policies;
        atomic_fetch_add_explicit(&policies->references, 1, memory_order_relaxed);
        *entry = (struct entry){key, policies, ++stripe->used};
    }
    pthread_mutex_unlock(&stripe->lock);
    policies_unref(old);
}

struct policies *policy_cache_get(struct policy_cache *cache, struct slice whose,
                                  policies_load *load, void *context, struct error *err)
{
    struct siphash key;
    struct entry *set;
    uint64_t forgotten;
    struct stripe *stripe = stripe_of(cache, whose, &key, &set);
    struct policies *policies = recall(stripe, set, key, &forgotten);
    if (policies)
        return policies;
    policies = calloc(1, sizeof *policies);
    if (!policies) {
        arena_error(err);
        return NULL;
    }
    atomic_init(&policies->references, 1);
    arena_init(&policies->arena, MEMORY_MAX);
    if (!load(context, whose, policies, err)) {
        policies_unref(policies);
        return NULL;
    }
    keep(stripe, set, key, policies, forgotten);
    return policies;
}

void policy_cache_forget(struct policy_cache *cache, struct slice whose)
{
    struct siphash key;
    struct entry *set;
    struct stripe *stripe = stripe_of(cache, whose, &key, &set);
    pthread_mutex_lock(&stripe->lock);
    struct entry *entry = find(set, key);
    struct policies *old = entry ? entry->policies : NULL;
    if (entry)
        entry->policies = NULL;
    stripe->forgotten++;
    pthread_mutex_unlock(&stripe->lock);
    policies_unref(old);
}

enum policy_verdict policies_judge(const struct policies *policies,
                                   const struct policy_question *question)
{
    enum policy_verdict verdict = POLICY_SILENT;
    for (size_t i = 0; i < policies->count; i++) {
        enum policy_verdict one = policy_judge(policies->items[i], question);
        if (one == POLICY_DENY)
            return POLICY_DENY;
        if (one == POLICY_ALLOW)
            verdict = POLICY_ALLOW;
    }
    return verdict;
}

bool policies_add(struct policies *policies, struct slice text, enum policy_kind kind,
                  struct error *err)
{
    struct policy *policy;
    struct error trouble;
    if (!access_policy_parse(text, kind, &policies->arena, &policy, &trouble)) {
        policies->broken = true;
        return true;
    }
    return ARENA_PUSH(&policies->arena, policies->items, policies->count, policies->room, policy) ||
           arena_error(err);
}
