#pragma once
/*
 * The server's handler: sends each request to its API and keeps the books (metrics, access log;
 * the request id in every answer is the server's).
 *   /v2/…                      oci/
 *   /token                     auth/
 *   POST / with X-Amz-Target   ecr/
 *   POST / with Action=        iam/ (STS, IAM)
 *   /metrics /healthz /readyz  ops/
 *
 * /healthz (the process answers) and /readyz (its metadata can be read) tell nothing worth hiding
 * and ask for no credentials. /metrics is open to loopback: to requests that name nobody else
 * (Forwarded, X-Forwarded-For), and to those for whom a trusted proxy names this machine; all
 * others must be an admin.
 */
#include "net/server.h"
#include "registry/node.h"

struct front;

struct front_options {
    const struct node *node;
    const char *access_log;             /* "-" standard error, a file, NULL none: JSON lines */
    const struct server *const *server; /* for its numbers; set after server_start */
    double rate; /* requests a second of one caller or address, on average; 0: no limit */
};

bool front_new(struct front **front, const struct front_options *options, struct error *err);
void front_free(struct front *front);
struct server_handler front_handler(struct front *front);
