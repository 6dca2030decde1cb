#pragma once
/*
 * The setting "pull-policy" of a repository, or of an account for those that have none:
 *   {"mode": "off"|"warn"|"block", "failOn": "critical,kev", "unscanned": "allow"|"block"}
 * `failOn` is as `scan --fail-on` has it (scan/policy.h); `unscanned` is "block" in mode block when
 * it is not told. Pure computation; any thread may call.
 */
#include "scan/policy.h"

#define PULL_POLICY_SETTING "pull-policy"

struct pull_policy {
    enum { PULL_OFF, PULL_WARN, PULL_BLOCK } mode;
    bool unscanned_allowed;
    struct policy gate;
};

/* ERROR_FORMAT says what cannot be understood. */
bool pull_policy_parse(struct slice text, struct pull_policy *policy, struct error *err);
/* The same for whoever sets it (registry/settings.c). */
bool pull_policy_check(struct slice text, struct arena *arena, struct error *err);
