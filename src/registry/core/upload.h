#pragma once
/*
 * Blobs of a repository and the uploads that bring them. A blob is in a repository when a row says
 * so ("blob", scope, digest), and safe there from the moment that a client was told of it (201,
 * mount, HEAD) until registry->limits.grace_seconds later, or as long as a manifest names it
 * (collect.h).
 */
#include "registry/core/core.h"

struct upload; /* open in one request */

enum { UPLOAD_ID_MAX = 64 };

/* Makes a new upload; its id (a UUID) is written to `id`. */
bool upload_start(struct registry *registry, const struct scope *scope, const struct caller *who,
                  char id[UPLOAD_ID_MAX], struct failure *failure);
/* Takes it for this request: FAILURE_UPLOAD_UNKNOWN, FAILURE_UPLOAD_BUSY. Give it back with
   upload_release, upload_finish or upload_cancel. After a restart of the server it reads what is
   there to hash it again: call from a worker. */
bool upload_take(struct registry *registry, const struct scope *scope, struct slice id,
                 struct upload **upload, struct failure *failure);
uint64_t upload_size(const struct upload *upload);
/* The next bytes: hashed and written; may be called on an I/O thread. FAILURE_TOO_LARGE, _FULL. */
bool upload_append(struct upload *upload, struct slice bytes, struct failure *failure);
/* Verifies, syncs, names and enters it into the repository. On FAILURE_DIGEST_INVALID (the bytes
   are others) the upload is over. Consumes the upload in any case. */
bool upload_finish(struct upload *upload, const struct digest *digest, const struct caller *who,
                   struct failure *failure);
void upload_release(struct upload *upload); /* accepts NULL */
bool upload_cancel(struct upload *upload, struct failure *failure);
/* The digest of what has arrived so far (ECR's CompleteLayerUpload names several). */
bool upload_digest(const struct upload *upload, struct digest *digest);

/* FAILURE_BLOB_UNKNOWN. `told`: a client learns from it that the blob is there, so it is safe. */
bool blob_stat(struct registry *registry, const struct scope *scope, const struct digest *digest,
               bool told, uint64_t *size, struct failure *failure);
/* For reading; give it back with blob_close. Stays readable even when it is removed meanwhile. */
bool blob_get(struct registry *registry, const struct scope *scope, const struct digest *digest,
              struct blob *blob, struct failure *failure);
/* From another repository of the same account and region. FAILURE_BLOB_UNKNOWN when it is not there
   (the client then uploads). Whether the caller may read `from` was asked before. */
bool blob_mount(struct registry *registry, const struct scope *scope, const struct scope *from,
                const struct digest *digest, const struct caller *who, struct failure *failure);
/* Out of this repository; FAILURE_MANIFEST_REFERENCED when a manifest of it names the blob. */
bool blob_delete(struct registry *registry, const struct scope *scope, const struct digest *digest,
                 const struct caller *who, struct failure *failure);
/* A blob from memory (configurations that we make, replication): as an upload would. */
bool blob_put(struct registry *registry, const struct scope *scope, struct slice bytes,
              const struct caller *who, struct digest *digest, struct failure *failure);
