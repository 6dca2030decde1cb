#pragma once
/*
 * The parts of STS (2011-06-15) and IAM (2010-05-08) that people need beside a registry, in AWS's
 * query protocol: form in, XML out. Roles have a trust policy and policies of their own; AssumeRole
 * gives temporary keys. Runs in a worker with the body there.
 */
#include "registry/node.h"

void iam_run(const struct node *node, struct server_request *request,
             struct server_response *response);
