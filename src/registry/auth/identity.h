#pragma once
/*
 * Who was verified, as it is remembered between requests: a caller without its address and request,
 * with all its texts in one block. Not changed any more once it is shared; counted references, any
 * thread.
 */
#include <stdatomic.h>

#include "base/hmac.h"
#include "registry/core/caller.h"

struct identity {
    atomic_uint references;
    struct caller caller;
    double expires;       /* of a token, seconds since 1970; 0: none */
    struct siphash stamp; /* of the password's hash that was verified; all 0: no password */
    char texts[];
};

/* A copy, with one reference; NULL: no memory. */
struct identity *identity_new(const struct caller *caller, double expires, struct siphash stamp);
void identity_unref(struct identity *identity); /* accepts NULL */
/* The caller of a request, in its arena; address and request are the request's. False: no memory.
 */
bool identity_copy(const struct identity *identity, struct arena *arena, struct caller *caller);
