#pragma once
/*
 * Amazon ECR's API: POST / with X-Amz-Target, JSON 1.1 (shared/reference/ecr-api.md; shapes: the
 * service model "ecr 2015-09-21" of botocore). One row an operation (operations.h), one file a
 * group. Runs in a worker with the body there.
 */
#include "registry/node.h"

/* The whole answer, errors included. */
void ecr_run(const struct node *node, struct server_request *request,
             struct server_response *response);

/* GET and HEAD of a layer by a URL that GetDownloadUrlForLayer gave: all paths that begin so. No
   credentials: the URL is signed. In a worker (it opens a file). */
#define ECR_LAYER_PATH "/layers/"
void ecr_layer_run(const struct node *node, struct server_request *request,
                   struct server_response *response);
