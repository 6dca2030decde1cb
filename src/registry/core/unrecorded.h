#pragma once
/*
 * Principals whose pulls are not recorded (scanners, replication): settings of an account,
 * "pull-exclusion/ARN", which ECR's API sets. Asked at every pull, so remembered by account until
 * something of the account changes. Core's own.
 */
#include "registry/core/core.h"

#define UNRECORDED_PREFIX "pull-exclusion/"

struct unrecorded;

struct unrecorded *unrecorded_new(void);
void unrecorded_free(struct unrecorded *unrecorded); /* accepts NULL */
/* False also when it cannot be found out. Not inside a transaction. */
bool unrecorded_has(struct registry *registry, const struct scope *scope, struct slice arn);
/* Of this account ("ACCOUNT/REGION"; what is longer is a repository's and changes nothing), or, of
   the empty scope, of all. */
void unrecorded_forget(struct unrecorded *unrecorded, struct slice scope);
