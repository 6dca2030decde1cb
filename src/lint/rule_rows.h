#pragma once
/* Rules of the way itself (catalogue.c): what no rule of a kind could say. */
#include "lint/finding.h"

extern const struct lint_rule rule_parse_error;         /* DL1000 */
extern const struct lint_rule rule_invalid_instruction; /* what BuildKit refuses after parsing */
extern const struct lint_rule rule_inline_ignore;       /* DL1001 */

/* Whether `name` is the rule's id or one of the codes, in any case. */
bool lint_rule_is(const struct lint_rule *rule, struct slice codes, struct slice name);
/* Says that a file cannot be parsed: whatever the profile and --only, such a file is not clean. */
bool lint_rule_is_parsing(const struct lint_rule *rule);
/* A note with the nearest name when there is no such rule. Empty names and ShellCheck's are fine.
 */
void lint_rule_check(struct lint_report *report, struct slice path, unsigned line,
                     struct slice name);
