#pragma once
/*
 * Manifests by (scope, reference) in memory, for the hot path: what was asked for before is
 * answered without a transaction. A commit in this process forgets what it touches before the call
 * returns; registry_tick forgets everything when another process has committed.
 *
 * Any thread may call; nothing waits for more than another look-up.
 */
#include "registry/core/core.h"

struct recall_cache;
struct recall_entry;

/* A manifest as remembered: stays as it is until recall_release, whatever is forgotten. */
struct recalled {
    struct digest digest;
    struct slice media_type, bytes;
    struct recall_entry *entry;
};

/* `reference`: tag or digest. False when it is not remembered: take recall_load then. */
bool recall_find(struct registry *registry, const struct scope *scope, struct slice reference,
                 struct recalled *recalled);
/* From meta, and remembered. FAILURE_MANIFEST_UNKNOWN, FAILURE_REPOSITORY_UNKNOWN. */
bool recall_load(struct registry *registry, const struct scope *scope, struct slice reference,
                 struct recalled *recalled, struct failure *failure);
void recall_release(struct recalled *recalled); /* accepts an all-zero one */

/* Core's own: of one repository (scope text), or all (empty). */
void recall_forget(struct registry *registry, struct slice scope);
struct recall_cache *recall_cache_new(void);
void recall_cache_free(struct recall_cache *cache);
