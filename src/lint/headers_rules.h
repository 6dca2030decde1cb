#pragma once
/* Rows of header_rules by name, for headers_judge.c. */
#include "lint/headers.h"

enum header_rule {
    RULE_WEAK,
    RULE_DROPPED,
    RULE_NOT_ALWAYS,
    RULE_NOT_OWN,
    RULE_DELETED,
    RULE_CONDITIONAL,
    RULE_TWICE,
    RULE_OBSOLETE,
    RULE_XSS,
    RULE_HSTS_PLAIN,
    RULE_DISCLOSING,
    RULE_MISSING, /* the first of the missing-… rows: by id */
};
