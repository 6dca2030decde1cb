#pragma once
/*
 * What the files of oci/ share; nobody else includes it. A request's way: oci.c finds the operation
 * (route.h), answers from memory what it can, and else hands over to one of the functions below, in
 * a worker. Their parts for bodies that stream run on the I/O thread.
 */
#include "registry/core/manifest.h"
#include "registry/core/repository.h"
#include "registry/core/upload.h"
#include "registry/node.h"
#include "registry/oci/answer.h"
#include "registry/oci/oci.h"
#include "registry/oci/route.h"
#include "registry/oci/stored.h"

struct oci {
    const struct node *node;
    struct stored *stored;
};

/* request->state: of one request. */
struct oci_request {
    struct oci *oci;
    struct server_request *http;
    struct oci_route route;
    struct scope scope;   /* whose registry, and route.repository */
    struct caller caller; /* once `identified` */
    bool identified, authorized;
    bool refused; /* `failure` is the answer */
    struct failure failure;
    /* of an upload */
    struct upload *upload; /* held by this request; NULL: not, or no more */
    char upload_id[UPLOAD_ID_MAX];
    struct digest digest; /* that it is to have, when has_digest */
    bool has_digest, opened;
    bool has_range;
    uint64_t first, last;    /* of Content-Range */
    struct slice mount_from; /* a token for this repository would do; for the challenge */
};

/* access.c: who it is (unless known already) and whether they may do what the route says. In a
   worker. False: refused. */
bool oci_admit(struct oci_request *state);
/* Whether the caller may do one more thing, perhaps elsewhere; nothing is refused. */
bool oci_may(struct oci_request *state, const struct scope *scope, const char *action,
             struct failure *failure);
/* Whose registry it is about: the caller's own, unless the name it was asked by says otherwise. */
struct scope oci_scope(struct oci *oci, const struct server_request *request,
                       const struct caller *caller, struct slice repository);
/* Whether who has a token for less might do that with another one. */
bool oci_might(struct oci_request *state, const struct scope *scope, const char *action);
/* WWW-Authenticate, for an answer with 401. */
void oci_challenge(const struct oci_request *state, struct server_response *response);
/* The action that the operation needs; NULL: none. */
const char *oci_action_of(const struct oci_route *route);

/* Always false; state->failure is what it says. */
__attribute__((format(printf, 3, 4))) bool
oci_fail(struct oci_request *state, enum failure_reason reason, const char *format, ...);
/* The answer to state->failure. */
void oci_fail_answer(struct oci_request *state, struct server_response *response);
/* After FAILURE_REPOSITORY_UNKNOWN of a push: makes the repository where that is wanted and
   allowed. True: try again. */
bool oci_create_repository(struct oci_request *state);
/* A whole header value that names the content: "\"sha256:…\"". Whether the client has it already.
 */
bool oci_has_it(const struct server_request *request, const struct digest *digest);

/* uploads.c */
bool oci_upload_wants_body(const struct oci_request *state);
bool oci_upload_open(struct oci_request *state);
void oci_upload_where(const struct oci_request *state, struct server_response *response);
bool oci_upload_piece(struct oci_request *state, struct slice bytes);
void oci_upload_run(struct oci_request *state, struct server_response *response);
void oci_upload_end(struct oci_request *state);
/* blobs.c */
void oci_blob_get(struct oci_request *state, struct server_response *response);
void oci_blob_delete(struct oci_request *state, struct server_response *response);
/* manifests.c */
bool oci_manifest_from_memory(struct oci *oci, struct server_request *request,
                              const struct oci_route *route, struct server_response *response);
void oci_manifest_get(struct oci_request *state, struct server_response *response);
void oci_manifest_put(struct oci_request *state, struct server_response *response);
void oci_manifest_delete(struct oci_request *state, struct server_response *response);
/* lists.c */
void oci_tags(struct oci_request *state, struct server_response *response);
void oci_catalog(struct oci_request *state, struct server_response *response);
void oci_referrers(struct oci_request *state, struct server_response *response);
