#include "lint/rules/tables.h"

/* Order decides nothing but the order of documentation. */
const struct dockerfile_rule *const dockerfile_rule_tables[] = {
    NULL,
};
