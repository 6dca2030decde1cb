/* See flight.h. Flights live on the heap, since they outlive the request of the leader: the last
   who waits frees it. */
#include "registry/mirror/flight.h"

#include <stdlib.h>

struct flight {
    struct flight *next;
    char *key;
    size_t key_len;
    unsigned waiting;
    bool landed, fine;
    struct failure failure;
};

void flights_init(struct flights *flights)
{
    pthread_mutex_init(&flights->lock, NULL);
    pthread_cond_init(&flights->landed, NULL);
    flights->first = NULL;
}

void flights_done(struct flights *flights)
{
    pthread_mutex_destroy(&flights->lock);
    pthread_cond_destroy(&flights->landed);
}

static void flight_free(struct flight *flight)
{
    free(flight->key);
    free(flight);
}

static struct flight *find(const struct flights *flights, struct slice key)
{
    struct flight *flight = flights->first;
    while (flight && !slice_equal(slice_of(flight->key, flight->key_len), key))
        flight = flight->next;
    return flight;
}

static struct flight *start(struct flights *flights, struct slice key)
{
    struct flight *flight = calloc(1, sizeof *flight);
    if (flight)
        flight->key = malloc(key.len + 1);
    if (!flight || !flight->key) {
        free(flight);
        return NULL;
    }
    memcpy(flight->key, key.at, key.len);
    flight->key_len = key.len;
    flight->next = flights->first;
    flights->first = flight;
    return flight;
}

bool flight_join(struct flights *flights, struct slice key, struct flight **flight, bool *fine,
                 struct failure *failure)
{
    pthread_mutex_lock(&flights->lock);
    struct flight *theirs = find(flights, key);
    if (!theirs) {
        *flight = start(flights, key);
        pthread_mutex_unlock(&flights->lock);
        return true;
    }
    theirs->waiting++;
    while (!theirs->landed)
        pthread_cond_wait(&flights->landed, &flights->lock);
    *fine = theirs->fine;
    if (!theirs->fine)
        *failure = theirs->failure;
    if (--theirs->waiting == 0)
        flight_free(theirs);
    pthread_mutex_unlock(&flights->lock);
    return false;
}

void flight_land(struct flights *flights, struct flight *flight, bool fine,
                 const struct failure *failure)
{
    if (!flight)
        return;
    pthread_mutex_lock(&flights->lock);
    struct flight **at = &flights->first;
    while (*at != flight)
        at = &(*at)->next;
    *at = flight->next;
    flight->landed = true;
    flight->fine = fine;
    flight->failure = *failure;
    if (flight->waiting)
        pthread_cond_broadcast(&flights->landed);
    else
        flight_free(flight);
    pthread_mutex_unlock(&flights->lock);
}
