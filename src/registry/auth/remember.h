#pragma once
/*
 * Credentials that were verified, by a keyed hash of them (SipHash-2-4 of 128 bits under a random
 * key: what is remembered neither tells the credentials nor can be aimed at). A table of fixed
 * size, in stripes with a lock each that is held for some 50 ns. Any thread may call.
 */
#include "registry/auth/identity.h"

struct remember;

struct remember *remember_new(void);
void remember_free(struct remember *remember); /* accepts NULL */

/* Everything so far is to be asked again: stale. */
void remember_forget(struct remember *remember);
/* What stands for "now" when something is read that is put later: what is forgotten in between is
   then stale from the start. */
uint64_t remember_generation(const struct remember *remember);

/* With a reference for the caller, or NULL. `now`: monotonic. *stale: something has changed since;
   it must be verified again, but the same password need not be hashed again. *until: until when it
   is remembered. */
struct identity *remember_find(struct remember *remember, struct siphash key, double now,
                               bool *stale, double *until);
void remember_put(struct remember *remember, struct siphash key, struct identity *identity,
                  double until, uint64_t generation);
