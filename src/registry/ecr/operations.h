#pragma once
/*
 * What the files of ecr/ share. An operation is a function and a row in operations.c: it reads its
 * input (checked against its fields by call_* helpers), and fills `call->output`. Errors by
 * call_fail.
 *
 * Add an operation: a function in the file of its group, a row in operations.c, a case in
 * tests/scenarios (every response is validated by botocore's model there).
 */
#include <jansson.h>

#include "registry/node.h"

struct ecr_call {
    const struct node *node;
    struct caller caller;
    struct scope scope; /* account and region; repository when the operation names one */
    const json_t *input;
    json_t *output; /* a new object; becomes the answer */
    struct arena *arena;
    struct failure failure;
    const char *exception; /* "RepositoryNotFoundException"; NULL: by failure.reason */
};

struct ecr_operation {
    const char *name;   /* "CreateRepository" */
    const char *action; /* "ecr:CreateRepository"; what auth_allows is asked, on call->scope */
    bool (*run)(struct ecr_call *call);
    bool on_repository; /* repositoryName is required, validated and put into call->scope before
                           authorization; registryId is checked against the account */
};

extern const struct ecr_operation
    *const ecr_groups[]; /* each ends with name NULL; ends with NULL */
extern const struct ecr_operation ecr_repositories[], ecr_images[], ecr_layers[], ecr_lifecycle[],
    ecr_scanning[], ecr_policies[], ecr_replication[], ecr_pull_through[], ecr_templates[],
    ecr_signing[], ecr_account[];

/* Sets call->exception and the text; returns false. */
__attribute__((format(printf, 3, 4))) bool call_fail(struct ecr_call *call, const char *exception,
                                                     const char *format, ...);
/* Member `name` of the input. A wrong type is SerializationException, a missing required one
   InvalidParameterException in AWS's wording; both return false. Absent and not required: *value
   empty / as it was. */
bool call_text(struct ecr_call *call, const char *name, bool required, struct slice *value);
bool call_int(struct ecr_call *call, const char *name, int64_t low, int64_t high, int64_t *value);
bool call_bool(struct ecr_call *call, const char *name, bool *value);
/* Object or array member; *value NULL when absent. */
bool call_object(struct ecr_call *call, const char *name, bool required, const json_t **value);
bool call_array(struct ecr_call *call, const char *name, bool required, const json_t **value);
/* Member of an enumeration; `words` ends with NULL. */
bool call_choice(struct ecr_call *call, const char *name, bool required, const char *const *words,
                 int *index);

/* Output; text must be UTF-8 (bad bytes are replaced). */
void put_text(json_t *object, const char *name, struct slice value);
void put_time(json_t *object, const char *name, double when); /* epoch seconds; 0 leaves it out */
void put_int(json_t *object, const char *name, int64_t value);
void put_bool(json_t *object, const char *name, bool value);

/* Paging: maxResults (default 100, at most `max`) and nextToken, which is opaque, bound to the
   operation and the request's other fields: InvalidParameterException for a forged one. */
struct page {
    size_t limit;
    struct slice after; /* where the last page ended; empty: at the beginning */
};
bool call_page(struct ecr_call *call, size_t standard, size_t max, struct page *page);
bool call_next_page(struct ecr_call *call, struct slice after);
