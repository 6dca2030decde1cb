#pragma once
/* /healthz, /readyz and /metrics. front.h says who may ask. */
#include "registry/node.h"

bool ops_knows(struct slice path);
enum server_plan ops_begin(struct server_request *request, struct server_response *response);
/* In a worker. `server` may be NULL. */
void ops_run(const struct node *node, const struct server *server, struct server_request *request,
             struct server_response *response);
