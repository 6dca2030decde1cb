#pragma once
/*
 * Parsed policies by whose they are ("ACCOUNT/REGION/REPOSITORY", "ACCOUNT/REGION", "user/NAME",
 * "role/ACCOUNT/NAME"), so that a request reads and parses none. That there is none is remembered,
 * too. Any thread may call.
 */
#include <stdatomic.h>

#include "base/hmac.h"
#include "registry/auth/policy.h"

struct policy_cache;

/* Not changed any more once it is in the cache; counted references. */
struct policies {
    atomic_uint references;
    struct arena arena;
    struct policy **items;
    size_t count, room;
    bool broken; /* one could not be read: nothing is granted by it, and not everything known that
                    it denies */
};

typedef bool policies_load(void *context, struct slice whose, struct policies *policies,
                           struct error *err);

struct policy_cache *policy_cache_new(const uint8_t key[SIPHASH_KEY]);
void policy_cache_free(struct policy_cache *cache); /* accepts NULL */
/* With a reference for the caller; NULL and err when they cannot be loaded. */
struct policies *policy_cache_get(struct policy_cache *cache, struct slice whose,
                                  policies_load *load, void *context, struct error *err);
void policy_cache_forget(struct policy_cache *cache, struct slice whose);
void policy_cache_forget_all(struct policy_cache *cache);
void policies_unref(struct policies *policies); /* accepts NULL */
/* Deny wins, of all of them. */
enum policy_verdict policies_judge(const struct policies *policies,
                                   const struct policy_question *question);
/* For loaders: one that cannot be parsed makes the whole broken. False: no memory. */
bool policies_add(struct policies *policies, struct slice text, enum policy_kind kind,
                  struct error *err);
