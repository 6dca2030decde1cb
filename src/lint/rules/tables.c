#include "lint/rules/tables.h"

/* Order decides nothing but the order of documentation. */
const struct dockerfile_rule *const dockerfile_rule_tables[] = {
    rules_from,        rules_platform,    rules_variables,   rules_base,
    rules_stages,      rules_shape,       rules_continued,   rules_copy,
    rules_add,         rules_copied,      rules_user,        rules_workdir,
    rules_commandline, rules_health,      rules_expose,      rules_runtime,
    rules_labels,      rules_environment, rules_secrets,     rules_apt,
    rules_apk,         rules_prompts,     rules_caches,      rules_pins,
    rules_commands,    rules_workdir_cd,  rules_runs,        rules_pipes,
    rules_downloads,   rules_tls,         rules_run_secrets, rules_accounts,
    rules_npm,         rules_layers,      rules_practices,   NULL,
};
