#pragma once
/*
 * Manifests that were asked for before, as ready responses, so that they can be answered on the I/O
 * thread: by repository and reference (tag or digest). A bounded memory, in shards with a lock
 * each; what was least used goes first. Any thread may call.
 *
 * Never stale: who reads a manifest to put it here takes a ticket before reading; whatever changes
 * the repository (stored_forget, after its transaction and before its client is answered) makes
 * older tickets worthless, and removes what is there.
 */
#include "base/hash.h"
#include "net/server.h"
#include "registry/core/scope.h"

enum { STORED_BYTES_MAX = 4 << 20, STORED_MANIFEST_MAX = 64 << 10 };

struct stored;

struct stored_hit {
    struct server_stored *response; /* a reference: give it on or back */
    struct digest digest;
    char media_type[128];
};

struct stored *stored_new(size_t bytes_max, struct error *err);
void stored_free(struct stored *stored); /* accepts NULL */

bool stored_find(struct stored *stored, const struct scope *scope, struct slice reference,
                 struct stored_hit *hit);
uint64_t stored_ticket(struct stored *stored, const struct scope *scope);
/* Takes a reference of its own to hit->response. `size`: of the manifest. What is too large, or
   comes with an old ticket, is not kept. */
void stored_put(struct stored *stored, uint64_t ticket, const struct scope *scope,
                struct slice reference, const struct stored_hit *hit, size_t size);
/* All of a repository, by its scope's text; all there is when that is empty, or an account's. */
void stored_forget(struct stored *stored, struct slice scope_text);
