#pragma once
/*
 * Slows down those who try passwords: wrong ones are counted by address and user, and by address
 * alone (more are allowed there: many may share one, behind a proxy). Over the limit every further
 * one makes the next try wait longer, to a minute; a minute without one halves the count. Tries in
 * the waiting time are refused unread: nothing is hashed for them. Any thread may call.
 */
#include "base/hmac.h"

struct slow;

enum { SLOW_PAIR_FREE = 5, SLOW_ADDRESS_FREE = 50, SLOW_WAIT_MAX = 60 };

struct slow *slow_new(const uint8_t key[SIPHASH_KEY]);
void slow_free(struct slow *slow); /* accepts NULL */
/* Seconds to wait; 0: try. `now`: monotonic. */
unsigned slow_wait(struct slow *slow, struct slice address, struct slice user, double now);
void slow_wrong(struct slow *slow, struct slice address, struct slice user, double now);
/* It was right: the pair's count is forgotten. */
void slow_right(struct slow *slow, struct slice address, struct slice user);
