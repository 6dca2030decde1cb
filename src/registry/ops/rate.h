#pragma once
/*
 * Rate limits: a bucket of tokens for each caller or address, which fills again at a steady rate. A
 * fixed table, so that a flood of addresses costs no memory: the bucket that was asked for longest
 * ago gives its place (a full bucket and no bucket are the same). Any thread may call.
 */
#include "base/error.h"
#include "base/slice.h"

struct rate;

/* `per_second` requests on average, `burst` at once (0: twice per_second, at least 10). */
struct rate *rate_new(double per_second, double burst);
void rate_free(struct rate *rate); /* accepts NULL */
/* Takes a token of `key` at time `now` (seconds, only forward). False: none is left; *wait says in
   how many seconds there is one. */
bool rate_take(struct rate *rate, struct slice key, double now, unsigned *wait);
/* Whether there is one, without taking it. */
bool rate_has(struct rate *rate, struct slice key, double now, unsigned *wait);
