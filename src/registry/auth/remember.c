#include "registry/auth/remember.h"

#include <pthread.h>
#include <stdlib.h>

enum { STRIPES = 64, SETS = 32, WAYS = 4 };

struct entry {
    struct siphash key;
    struct identity *identity; /* NULL: empty */
    double until;
    uint64_t generation;
};

struct stripe {
    _Alignas(64) pthread_mutex_t lock; /* of its own cache lines */
    struct entry entries[SETS][WAYS];
};

struct remember {
    _Atomic uint64_t generation;
    struct stripe stripes[STRIPES];
};

struct remember *remember_new(void)
{
    struct remember *remember = aligned_alloc(64, sizeof *remember);
    if (!remember)
        return NULL;
    memset(remember, 0, sizeof *remember);
    for (size_t i = 0; i < STRIPES; i++)
        pthread_mutex_init(&remember->stripes[i].lock, NULL);
    return remember;
}

void remember_free(struct remember *remember)
{
    for (size_t i = 0; remember && i < STRIPES; i++) {
        struct entry *entries = &remember->stripes[i].entries[0][0];
        for (size_t j = 0; j < (size_t)SETS * WAYS; j++)
            identity_unref(entries[j].identity);
        pthread_mutex_destroy(&remember->stripes[i].lock);
    }
    free(remember);
}

void remember_forget(struct remember *remember)
{
    atomic_fetch_add(&remember->generation, 1);
}

uint64_t remember_generation(const struct remember *remember)
{
    return atomic_load(&remember->generation);
}

static struct stripe *stripe_of(struct remember *remember, struct siphash key, struct entry **set)
{
    struct stripe *stripe = &remember->stripes[key.high % STRIPES];
    *set = stripe->entries[key.high / STRIPES % SETS];
    return stripe;
}

static bool is_of(const struct entry *entry, struct siphash key)
{
    return entry->identity && entry->key.low == key.low && entry->key.high == key.high;
}

struct identity *remember_find(struct remember *remember, struct siphash key, double now,
                               bool *stale, double *until)
{
    struct identity *found = NULL;
    struct entry *set;
    struct stripe *stripe = stripe_of(remember, key, &set);
    pthread_mutex_lock(&stripe->lock);
    for (size_t i = 0; i < WAYS && !found; i++) {
        if (!is_of(&set[i], key) || set[i].until <= now)
            continue;
        found = set[i].identity;
        atomic_fetch_add_explicit(&found->references, 1, memory_order_relaxed);
        *stale = set[i].generation != atomic_load(&remember->generation);
        *until = set[i].until;
    }
    pthread_mutex_unlock(&stripe->lock);
    return found;
}

/* The same one, an empty one, or the one that would be forgotten first. */
static struct entry *place(struct entry *set, struct siphash key)
{
    struct entry *best = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (is_of(&set[i], key))
            return &set[i];
        if (best->identity && (!set[i].identity || set[i].until < best->until))
            best = &set[i];
    }
    return best;
}

void remember_put(struct remember *remember, struct siphash key, struct identity *identity,
                  double until, uint64_t generation)
{
    struct entry *set;
    struct stripe *stripe = stripe_of(remember, key, &set);
    atomic_fetch_add_explicit(&identity->references, 1, memory_order_relaxed);
    pthread_mutex_lock(&stripe->lock);
    struct entry *entry = place(set, key);
    struct identity *old = entry->identity;
    *entry = (struct entry){key, identity, until, generation};
    pthread_mutex_unlock(&stripe->lock);
    identity_unref(old);
}
