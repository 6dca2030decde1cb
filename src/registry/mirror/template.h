#pragma once
/*
 * Repository creation templates: what a repository is made with when the registry makes it itself,
 * because of a pull through a cache rule, a replication, or a push where pushes may. Kept as the
 * account's settings "creation-template/PREFIX" in the words of the API (RepositoryCreationTemplate
 * of the service model ecr 2015-09-21). Any thread may call, outside of transactions.
 */
#include "registry/core/core.h"

#define TEMPLATE_SETTING "creation-template/"

enum template_reason { TEMPLATE_PULL_THROUGH, TEMPLATE_REPLICATION, TEMPLATE_ON_PUSH };

/*
 * Makes scope->repository as the template says that stands for it (the longest prefix that has this
 * reason among its appliedFor; ROOT is the shortest): tag mutability, encryption, resource tags,
 * then its policy and lifecycle policy. Without a template by ECR's defaults. Fine when the
 * repository is there already (it is left as it is).
 */
bool template_make_repository(struct registry *registry, const struct scope *scope,
                              enum template_reason reason, const struct caller *who,
                              struct arena *arena, struct failure *failure);
