#pragma once
/* A parsed policy, for policy*.c alone. */
#include "net/network.h"
#include "registry/auth/policy.h"

struct policy_words {
    struct slice *items;
    size_t count, room;
};

enum policy_comparison_kind {
    TEST_TEXT,
    TEST_PATTERN,
    TEST_ADDRESS,
    TEST_BOOL,
    TEST_DATE,
    TEST_NULL
};

struct policy_comparison {
    const char *name;
    enum policy_comparison_kind kind;
    bool negated, fold_case;
    int least, most; /* TEST_DATE: of the sign of (now - value) */
};

enum policy_key {
    KEY_SOURCE_IP,
    KEY_SECURE,
    KEY_USER_NAME,
    KEY_PRINCIPAL_ARN,
    KEY_PRINCIPAL_ACCOUNT,
    KEY_PRINCIPAL_TYPE,
    KEY_CURRENT_TIME,
    KEY_EXTERNAL_ID,
};

struct policy_test {
    const struct policy_comparison *comparison;
    enum policy_key key;
    bool if_exists;
    struct policy_words values;
    struct network *networks; /* TEST_ADDRESS: one a value */
    int64_t *times;           /* TEST_DATE */
};

enum principal_kind { PRINCIPAL_ALL, PRINCIPAL_ACCOUNT, PRINCIPAL_ARN, PRINCIPAL_OTHER };

struct policy_principal {
    enum principal_kind kind;
    struct slice value; /* account id, ARN */
};

struct policy_statement {
    bool allow, not_action, not_resource, has_principal;
    struct policy_words actions, resources; /* no resources: all */
    struct policy_principal *principals;
    size_t principal_count;
    struct policy_test *tests;
    size_t test_count, test_room;
};

struct policy {
    struct policy_statement *statements;
    size_t count;
};

/* Parses the Condition of a statement. */
#include <jansson.h>
bool policy_conditions_parse(const json_t *condition, bool trust, struct arena *arena,
                             struct policy_statement *statement, struct error *err);
bool policy_conditions_hold(const struct policy_statement *statement,
                            const struct policy_question *question);
/* A text or an array of texts. */
bool policy_words_parse(const json_t *value, const char *what, struct arena *arena,
                        struct policy_words *words, struct error *err);
