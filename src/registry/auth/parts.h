#pragma once
/* What the files of auth/ share. */
#include <pthread.h>

#include "net/sigv4.h"
#include "registry/auth/auth.h"
#include "registry/auth/htpasswd.h"
#include "registry/auth/policy_cache.h"
#include "registry/auth/remember.h"
#include "registry/auth/slow.h"
#include "registry/auth/token.h"
#include "registry/auth/user.h"

enum { HASHES_AT_ONCE = 2, HASH_WAIT_SECONDS = 5, STAMP_SIZE = 8 };

/* Hashing a password takes tens of milliseconds of a processor: so many at once, others wait, but
   not for ever. */
struct hash_slots {
    pthread_mutex_t lock;
    pthread_cond_t free;
    unsigned busy;
};

struct auth {
    struct auth_options options;
    struct registry *registry;
    struct remember *remember;
    struct policy_cache *policies;
    struct slow *slow;
    struct htpasswd *htpasswd;
    struct hash_slots slots;
    uint8_t token_key[TOKEN_KEY_SIZE];
    uint8_t header_key[SIPHASH_KEY], certificate_key[SIPHASH_KEY];
    struct slice decoy; /* hash of a password that nobody has */
    struct arena arena; /* of texts above */
};

/* One request's credentials on their way to be believed. */
struct attempt {
    struct auth *auth;
    const struct server_request *request;
    struct arena *arena;
    struct siphash key;       /* under which it is remembered */
    struct identity *earlier; /* what was remembered of it before something changed, or NULL */
    uint64_t generation;
    struct caller caller; /* the result, and: */
    double expires;
    struct siphash stamp;
    const char *code; /* AWS's word for why not */
    struct failure *failure;
};

/* All return false with failure and code set. */
bool attempt_refused(struct attempt *attempt, const char *code, const char *text);
bool attempt_basic(struct attempt *attempt, struct slice encoded);
bool attempt_bearer(struct attempt *attempt, struct slice text);
bool attempt_signature(struct attempt *attempt);
bool attempt_certificate(struct attempt *attempt);
/* `password` against `hash` (empty: nobody has such), in the same time whether or not. */
bool attempt_password(struct attempt *attempt, struct slice password, struct slice hash,
                      bool *right);

/* A user that is there and not disabled. *found false: there is none. htpasswd's, too. */
bool user_to_caller(struct attempt *attempt, struct slice name, struct user *user, bool *found);
/* Whether what a token names is still there and the same; the caller from it. */
bool token_to_caller(struct attempt *attempt, const struct token *token);
/* Of a password hash: what tokens carry. In `arena`. */
struct slice stamp_of(const struct auth *auth, struct slice hash, struct arena *arena);

/* As Basic credentials of that user and password would be. */
bool auth_identify_password(struct auth *auth, const struct server_request *request,
                            struct slice user, struct slice password, struct caller *caller,
                            struct failure *failure);

/* [a-z0-9-]{1,32} */
bool region_is_valid(struct slice region);
struct slice user_arn(struct slice account, struct slice name, struct arena *arena);
