#pragma once
/*
 * One fetch for many who ask for the same: the first leads, the others wait for how it went. Any
 * thread may call; keys are copied.
 */
#include <pthread.h>

#include "base/slice.h"
#include "registry/core/failure.h"

struct flight;

struct flights {
    pthread_mutex_t lock;
    pthread_cond_t landed;
    struct flight *first;
};

void flights_init(struct flights *flights);
void flights_done(struct flights *flights);

/* True: you lead; do it, and call flight_land with *flight. False: somebody else did it meanwhile;
 *fine and *failure are theirs. (A lack of memory makes everybody a leader, with *flight NULL.) */
bool flight_join(struct flights *flights, struct slice key, struct flight **flight, bool *fine,
                 struct failure *failure);
/* Accepts NULL. */
void flight_land(struct flights *flights, struct flight *flight, bool fine,
                 const struct failure *failure);
