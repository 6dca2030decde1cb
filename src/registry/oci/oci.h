#pragma once
/*
 * The OCI Distribution API 1.1 (github.com/opencontainers/distribution-spec, spec.md) and what
 * clients rely on beyond it: catalog, Docker schema 2, the token endpoint's challenge. Everything
 * below /v2/. The functions are those of server_handler (net/server.h); manifests that were asked
 * for before are answered on the I/O thread from memory.
 */
#include "registry/node.h"

struct oci;

/* The node must outlive it. On failure nothing is left. */
bool oci_new(struct oci **oci, const struct node *node, struct error *err);
void oci_free(struct oci *oci); /* accepts NULL */

/* In the order in which a request takes them; which thread calls which: struct server_handler. */
enum server_plan oci_begin(struct oci *oci, struct server_request *request,
                           struct server_response *response);
void oci_prepare(struct oci *oci, struct server_request *request);
bool oci_piece(struct oci *oci, struct server_request *request, struct slice bytes,
               struct server_response *response);
void oci_too_large(struct server_request *request, struct server_response *response);
void oci_run(struct oci *oci, struct server_request *request, struct server_response *response);
void oci_end(struct oci *oci, struct server_request *request);
