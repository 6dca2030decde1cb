#pragma once
/*
 * Policies: a subset of the IAM policy language ("Grammar of the IAM JSON policy language", IAM
 * user guide). What is not understood makes a policy invalid as a whole: it is refused when it is
 * set, and one that got in otherwise grants nothing.
 *
 *   Version, Id, Statement[]: Sid, Effect, Principal, Action | NotAction, Resource | NotResource,
 *   Condition {operator: {key: value | [values]}}
 *
 * A parsed policy is not changed any more: any thread may judge by it.
 */
#include "registry/core/caller.h"

enum policy_kind {
    POLICY_OF_IDENTITY,   /* of a user or role: Resource, no Principal */
    POLICY_OF_REPOSITORY, /* Principal, no Resource: it is the repository's */
    POLICY_OF_REGISTRY,   /* Principal and Resource */
    POLICY_OF_TRUST,      /* who may take a role: Principal, no Resource */
};

enum { POLICY_TEXT_MAX = 20480, POLICY_STATEMENTS_MAX = 200, POLICY_VALUES_MAX = 500 };

struct policy;

/* ERROR_FORMAT with what is wrong: "Statement 2: unknown condition key aws:Foo". The policy and all
   it holds live in `arena`; `text` need not. */
bool access_policy_parse(struct slice text, enum policy_kind kind, struct arena *arena,
                         struct policy **policy, struct error *err);

/* Each Action and NotAction, as written; false, with err, as soon as `each` says so. */
bool policy_each_action(const struct policy *policy,
                        bool (*each)(void *context, struct slice action, struct error *err),
                        void *context, struct error *err);

struct policy_question {
    const char *action;    /* "ecr:PutImage" */
    struct slice resource; /* an ARN */
    const struct caller *who;
    bool secure;              /* over TLS */
    double now;               /* seconds since 1970 */
    struct slice external_id; /* sts:ExternalId */
};

enum policy_verdict { POLICY_SILENT, POLICY_ALLOW, POLICY_DENY };
/* Deny wins. */
enum policy_verdict policy_judge(const struct policy *policy,
                                 const struct policy_question *question);

/* "*" any characters, "?" one; in a time of at most length times length. */
bool policy_match(struct slice pattern, struct slice text, bool fold_case);

/* Policies that come with the program: "admin", "push", "pull"; empty: no such. */
struct slice policy_preset(struct slice name);
