#pragma once
/*
 * Which operation of the distribution API a request is for: method and undecoded path in,
 * operation, repository and reference out. Specification 1.1, "Endpoints". The path is hostile:
 * what comes out has been checked (repository_name_is_valid, tag_name_is_valid, digest_parse_any,
 * upload ids), and nothing else of it is used. Pure; any thread.
 */
#include "base/hash.h"
#include "registry/core/failure.h"
#include "registry/core/scope.h"

enum oci_operation {
    OCI_NONE,
    OCI_PING,            /* GET /v2/ */
    OCI_CATALOG,         /* GET /v2/_catalog */
    OCI_TAGS,            /* GET /v2/NAME/tags/list */
    OCI_REFERRERS,       /* GET /v2/NAME/referrers/DIGEST */
    OCI_MANIFEST_GET,    /* GET, HEAD /v2/NAME/manifests/REFERENCE */
    OCI_MANIFEST_PUT,    /* PUT */
    OCI_MANIFEST_DELETE, /* DELETE */
    OCI_BLOB_GET,        /* GET, HEAD /v2/NAME/blobs/DIGEST */
    OCI_BLOB_DELETE,     /* DELETE */
    OCI_UPLOAD_START,    /* POST /v2/NAME/blobs/uploads/ */
    OCI_UPLOAD_STATUS,   /* GET /v2/NAME/blobs/uploads/ID */
    OCI_UPLOAD_APPEND,   /* PATCH */
    OCI_UPLOAD_FINISH,   /* PUT */
    OCI_UPLOAD_CANCEL,   /* DELETE */
};

enum { OCI_PATH_MAX = 2048 };

struct oci_route {
    enum oci_operation operation;
    bool head;               /* HEAD instead of GET */
    bool by_digest;          /* the reference is `digest` */
    struct slice repository; /* empty for ping and catalog */
    struct slice reference;  /* tag, digest or upload id; empty where there is none */
    struct digest digest;
    /* When it leads nowhere: operation OCI_NONE, and why. FAILURE_UNSUPPORTED: `allow` has the
       methods that the path knows. */
    enum failure_reason why;
    const char *allow;
};

/* Slices are of `path`, or of `arena` when something in it was percent-encoded. False when the
   request leads nowhere. */
bool oci_route(struct slice method, struct slice path, struct arena *arena,
               struct oci_route *route);
/* "manifest-get", for metrics and logs. */
const char *oci_operation_name(enum oci_operation operation);
