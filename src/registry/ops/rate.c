#include "registry/ops/rate.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"

enum { SETS = 1024, WAYS = 8 };

struct bucket {
    uint64_t key; /* a hash; two that collide share a bucket */
    double tokens, seen;
};

struct set {
    pthread_mutex_t lock;
    struct bucket buckets[WAYS];
};

struct rate {
    double per_second, burst;
    uint64_t salt; /* so that nobody can aim at somebody's bucket */
    struct set sets[SETS];
};

struct rate *rate_new(double per_second, double burst)
{
    struct rate *rate = calloc(1, sizeof *rate);
    if (!rate)
        return NULL;
    if (getrandom(&rate->salt, sizeof rate->salt, 0) != sizeof rate->salt)
        rate->salt = (uintptr_t)rate;
    rate->per_second = per_second;
    rate->burst = burst > 0 ? burst : 2 * per_second < 10 ? 10 : 2 * per_second;
    for (size_t i = 0; i < SETS; i++)
        pthread_mutex_init(&rate->sets[i].lock, NULL);
    return rate;
}

void rate_free(struct rate *rate)
{
    if (!rate)
        return;
    for (size_t i = 0; i < SETS; i++)
        pthread_mutex_destroy(&rate->sets[i].lock);
    free(rate);
}

static uint64_t key_hash(const struct rate *rate, struct slice key)
{
    uint64_t mixed = hash64(key) ^ rate->salt;
    mixed = (mixed ^ (mixed >> 33)) * 0xff51afd7ed558ccdU;
    mixed ^= mixed >> 33;
    return mixed ? mixed : 1; /* 0: an empty place */
}

static struct bucket *bucket_find(const struct rate *rate, struct set *set, uint64_t key,
                                  double now)
{
    struct bucket *oldest = &set->buckets[0];
    for (unsigned i = 0; i < WAYS; i++) {
        struct bucket *bucket = &set->buckets[i];
        if (bucket->key == key)
            return bucket;
        if (bucket->seen < oldest->seen)
            oldest = bucket;
    }
    *oldest = (struct bucket){key, rate->burst, now};
    return oldest;
}

static bool look(struct rate *rate, struct slice key, double now, bool take, unsigned *wait)
{
    uint64_t hash = key_hash(rate, key);
    struct set *set = &rate->sets[hash % SETS];
    pthread_mutex_lock(&set->lock);
    struct bucket *bucket = bucket_find(rate, set, hash, now);
    double tokens =
        bucket->tokens + (now > bucket->seen ? now - bucket->seen : 0) * rate->per_second;
    if (tokens > rate->burst)
        tokens = rate->burst;
    bool has = tokens >= 1;
    if (!has)
        *wait = (unsigned)ceil((1 - tokens) / rate->per_second);
    bucket->tokens = has && take ? tokens - 1 : tokens;
    bucket->seen = now;
    pthread_mutex_unlock(&set->lock);
    return has;
}

bool rate_take(struct rate *rate, struct slice key, double now, unsigned *wait)
{
    return look(rate, key, now, true, wait);
}

bool rate_has(struct rate *rate, struct slice key, double now, unsigned *wait)
{
    return look(rate, key, now, false, wait);
}
