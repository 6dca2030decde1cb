#pragma once
/* One line a table of rules: `rules_<family>` of rules/<family>.c. */
#include "lint/rules/rule_words.h"

extern const struct dockerfile_rule rules_from[], rules_platform[], rules_variables[], rules_base[],
    rules_stages[], rules_shape[], rules_continued[], rules_copy[], rules_add[], rules_copied[],
    rules_user[], rules_workdir[], rules_commandline[], rules_health[], rules_expose[],
    rules_runtime[], rules_labels[], rules_environment[], rules_secrets[];
extern const struct dockerfile_rule rules_apt[];
extern const struct dockerfile_rule rules_apk[];
extern const struct dockerfile_rule rules_prompts[];
extern const struct dockerfile_rule rules_caches[];
extern const struct dockerfile_rule rules_pins[];
extern const struct dockerfile_rule rules_commands[];
extern const struct dockerfile_rule rules_workdir_cd[];
extern const struct dockerfile_rule rules_runs[];
extern const struct dockerfile_rule rules_pipes[];
extern const struct dockerfile_rule rules_downloads[];
extern const struct dockerfile_rule rules_tls[];
extern const struct dockerfile_rule rules_run_secrets[];
extern const struct dockerfile_rule rules_accounts[];
extern const struct dockerfile_rule rules_npm[];
extern const struct dockerfile_rule rules_layers[];
extern const struct dockerfile_rule rules_practices[];
extern const struct dockerfile_rule rules_ignored[];
