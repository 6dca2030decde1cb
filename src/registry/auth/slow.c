#include "registry/auth/slow.h"

#include <pthread.h>
#include <stdlib.h>

enum { SETS = 1024, WAYS = 4, HALVING_SECONDS = 60, KEY_TEXT_MAX = 256 };

struct counter {
    struct siphash key;
    unsigned wrong;      /* 0: empty */
    double last, closed; /* last wrong one; refused until */
};

struct slow {
    pthread_mutex_t lock;
    uint8_t key[SIPHASH_KEY];
    struct counter counters[SETS][WAYS];
};

struct slow *slow_new(const uint8_t key[SIPHASH_KEY])
{
    struct slow *slow = calloc(1, sizeof *slow);
    if (slow) {
        memcpy(slow->key, key, SIPHASH_KEY);
        pthread_mutex_init(&slow->lock, NULL);
    }
    return slow;
}

void slow_free(struct slow *slow)
{
    if (slow)
        pthread_mutex_destroy(&slow->lock);
    free(slow);
}

static struct siphash key_of(const struct slow *slow, struct slice address, struct slice user)
{
    char text[KEY_TEXT_MAX];
    int len = snprintf(text, sizeof text, "%.*s\n%.*s", SLICE_ARG(address), SLICE_ARG(user));
    return siphash_of(slow->key, slice_of(text, len < KEY_TEXT_MAX ? (size_t)len : sizeof text));
}

static struct counter *find(struct slow *slow, struct siphash key, bool make)
{
    struct counter *set = slow->counters[key.high % SETS], *oldest = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].wrong && set[i].key.low == key.low && set[i].key.high == key.high)
            return &set[i];
        if (oldest->wrong && (!set[i].wrong || set[i].last < oldest->last))
            oldest = &set[i];
    }
    if (make)
        *oldest = (struct counter){.key = key};
    return make ? oldest : NULL;
}

static unsigned wait_of(struct slow *slow, struct siphash key, double now)
{
    const struct counter *counter = find(slow, key, false);
    return counter && counter->closed > now ? (unsigned)(counter->closed - now) + 1 : 0;
}

unsigned slow_wait(struct slow *slow, struct slice address, struct slice user, double now)
{
    struct siphash pair = key_of(slow, address, user), alone = key_of(slow, address, SLICE(""));
    pthread_mutex_lock(&slow->lock);
    unsigned first = wait_of(slow, pair, now), second = wait_of(slow, alone, now);
    pthread_mutex_unlock(&slow->lock);
    return first > second ? first : second;
}

static void count(struct slow *slow, struct siphash key, unsigned allowed, double now)
{
    struct counter *counter = find(slow, key, true);
    for (; counter->wrong && now - counter->last > HALVING_SECONDS; counter->wrong /= 2)
        counter->last += HALVING_SECONDS;
    counter->wrong++;
    counter->last = now;
    unsigned over = counter->wrong > allowed ? counter->wrong - allowed : 0;
    if (over) /* 1, 2, 4, … seconds */
        counter->closed = now + (over > 6 ? SLOW_WAIT_MAX : 1 << (over - 1));
}

void slow_wrong(struct slow *slow, struct slice address, struct slice user, double now)
{
    struct siphash pair = key_of(slow, address, user), alone = key_of(slow, address, SLICE(""));
    pthread_mutex_lock(&slow->lock);
    count(slow, pair, SLOW_PAIR_FREE, now);
    count(slow, alone, SLOW_ADDRESS_FREE, now);
    pthread_mutex_unlock(&slow->lock);
}

void slow_right(struct slow *slow, struct slice address, struct slice user)
{
    struct siphash pair = key_of(slow, address, user);
    pthread_mutex_lock(&slow->lock);
    struct counter *counter = find(slow, pair, false);
    if (counter)
        *counter = (struct counter){0};
    pthread_mutex_unlock(&slow->lock);
}
