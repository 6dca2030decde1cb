#pragma once
/* What the files of ecr_client.h share; nobody else includes it. */
#include "image/document.h"
#include "registry/ecr_client.h"

#define ECR_TARGET "AmazonEC2ContainerRegistry_V20150921."

/* Consumes `input`. NULL and err when it did not succeed; else to be given back (CLEANUP_JSON). */
json_t *ecr_client_ask(struct aws *aws, const char *target, json_t *input, struct arena *arena,
                       struct error *err);
/* {"repositoryName": …} */
json_t *ecr_client_about(struct slice repository);
