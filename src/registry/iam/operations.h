#pragma once
/*
 * What the files of iam/ share. An operation is a function and a row: it reads its form by
 * call_field, asks iam_allows, and writes what stands in <NAMEResult>.
 *
 * Add an operation: a function in the file of its group, a row at the end of that file, a case in
 * tests/scenarios/iam.sh (botocore's model reads every answer there).
 */
#include "net/form.h"
#include "registry/auth/policy.h"
#include "registry/auth/user.h"
#include "registry/iam/iam.h"
#include "registry/iam/xml.h"

struct iam_call {
    const struct node *node;
    struct server_request *request;
    const struct iam_operation *operation;
    struct form form;
    struct caller caller;
    struct slice account; /* of the caller: IAM knows no regions, and no other account's */
    struct arena *arena;
    struct xml out;
    int status;
    const char *code; /* of the error; NULL: none */
    struct failure failure;
};

struct iam_operation {
    const char *name;
    bool (*run)(struct iam_call *call);
    bool changes;   /* it is in the audit log, and what auth remembers is asked again */
    bool no_result; /* the answer has no <NAMEResult> */
};

extern const struct iam_operation sts_operations[], iam_role_operations[],
    iam_role_policy_operations[], iam_user_operations[], iam_key_operations[];

/* All return false. */
__attribute__((format(printf, 4, 5))) bool iam_fail(struct iam_call *call, int status,
                                                    const char *code, const char *format, ...);
/* Of the failure that auth or the store has set. */
bool iam_fail_of(struct iam_call *call);
bool iam_fail_error(struct iam_call *call, const struct error *err);
bool iam_missing(struct iam_call *call, const char *what, struct slice name);

/* A field of the form: ValidationError when it is required and not there, or longer than `most`. */
bool iam_field(struct iam_call *call, const char *name, bool required, size_t most,
               struct slice *value);
/* A name of [A-Za-z0-9_+=,.@-]. */
bool iam_name(struct iam_call *call, const char *field, bool required, struct slice *name);
bool iam_number(struct iam_call *call, const char *field, int64_t low, int64_t high,
                int64_t *value);
/* "PathPrefix": empty when it is not there; else begins with a slash, printable. */
bool iam_path_prefix(struct iam_call *call, struct slice *prefix);
/* Refuses fields that would change what the operation means, and that are not done here. */
bool iam_without(struct iam_call *call, const char *const *fields);

/* May the caller do `action` ("iam:GetRole") to arn:aws:iam::ACCOUNT:KIND/NAME? */
bool iam_allows(struct iam_call *call, const char *action, const char *kind, struct slice name);

/* A transaction; the caller's CLEANUP_META ends it. */
bool iam_begin(struct iam_call *call, bool write, struct meta_txn **txn);
bool iam_commit(struct iam_call *call, struct meta_txn **txn);

/* Paging: MaxItems and Marker; and the end of a page. */
struct iam_page {
    size_t limit;
    struct slice after;
};
bool iam_page(struct iam_call *call, struct iam_page *page);
void iam_page_end(struct iam_call *call, bool more, struct slice last);

/* Shared shapes. */
bool iam_policy_document(struct iam_call *call, const char *field, enum policy_kind kind,
                         struct slice *text);
void iam_put_document(struct iam_call *call, const char *name, struct slice text);
bool iam_find_role(struct iam_call *call, struct meta_txn *txn, struct slice name,
                   struct role *role);
