#pragma once
/* Principals whose pulls leave lastRecordedPullTime as it is (scanners, replication): settings of
   the account, "pull-exclusion/ARN". */
#include "registry/node.h"

/* Whether this caller is one; also false when it cannot be found out. */
bool pull_exclusion_applies(const struct node *node, const struct scope *scope,
                            const struct caller *caller);
