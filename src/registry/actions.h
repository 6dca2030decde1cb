#pragma once
/*
 * Which actions there are: a policy or a webhook that names one that does not exist would fit
 * nothing, in silence. Asked when such a document is set, not when it is read: what was stored by
 * another version goes on as it is. Any thread may call.
 */
#include "registry/auth/policy.h"

/* As access_policy_parse, and each action of ecr: and sts: must be one, or as a pattern fit one.
   Other services are not ours to know. */
bool actions_policy_parse(struct slice text, enum policy_kind kind, struct arena *arena,
                          struct policy **policy, struct error *err);
/* A setting's check: hook_check, and each of "actions" fits one that the journal knows. */
bool actions_hook_check(struct slice text, struct arena *arena, struct error *err);
