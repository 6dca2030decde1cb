#pragma once
/* One line a table of rules: `rules_<family>` of rules/<family>.c. */
#include "lint/rules/rule_words.h"

extern const struct dockerfile_rule rules_from[], rules_platform[], rules_variables[], rules_base[],
    rules_stages[], rules_shape[], rules_copy[], rules_add[], rules_copied[], rules_user[],
    rules_workdir[], rules_commandline[], rules_health[], rules_expose[], rules_runtime[],
    rules_labels[], rules_environment[], rules_secrets[];
