#pragma once
/*
 * Why lifecycle_evaluate says what it says, in plain sentences: for the preview of a server and of
 * the command line, and for the audit log. Texts live in the arena; `at` is NULL when its budget is
 * spent. Pure; any thread may call.
 */
#include "registry/lifecycle.h"

/* "rule 3 (description)"; "no rule" for NULL. */
struct slice lifecycle_rule_name(const struct lifecycle_rule *rule, struct arena *arena);
/* "expire" or "archive": what the rule does. */
const char *lifecycle_rule_verb(const struct lifecycle_rule *rule);
/* Of images[i]: "rule 1 expires it: it is not among the newest 10 that the rule selects". Whatever
   its verdict, but that of retain rules, which the caller knows. `subject_is_here`: of an artifact,
   whether what it is about is among the images. */
struct slice lifecycle_why(const struct lifecycle_image *images,
                           const struct lifecycle_verdict *verdicts, size_t i, bool subject_is_here,
                           struct arena *arena);
/* What people expect of a policy and it does not do; empty when there is nothing to say.
   `has_indexes`: there are multi-platform images in the repository. */
struct slice lifecycle_policy_note(const struct lifecycle_policy *policy, bool has_indexes,
                                   struct arena *arena);
