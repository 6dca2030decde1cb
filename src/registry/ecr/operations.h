#pragma once
/*
 * What the files of ecr/ share. An operation is a function and a row: it reads its input (checked
 * against the service model by the call_* helpers, which answer in AWS's words) and fills
 * `call->output`. What the core refuses becomes an exception by the table in exceptions.c.
 *
 * Add an operation: a function and a row in the file of its group, the group in operations.c, a
 * case in tests/scenarios/ecr_*.py (every response is validated by botocore's model there). What
 * core says no with and ECR knows a name for is a row in exceptions.c.
 *
 * One call is one thread's. `call->input` is the object that the helpers read from: the whole input
 * at first, and what call_enter went into.
 */
#include <jansson.h>

#include "registry/core/repository.h"
#include "registry/node.h"

struct ecr_operation;

struct ecr_call {
    const struct node *node;
    const struct server_request *request;
    const struct ecr_operation *operation;
    struct caller caller;
    struct scope scope;  /* account and region; repository when the operation names one */
    const json_t *whole; /* the input */
    const json_t *input; /* where the helpers read; see call_enter */
    const char *path;    /* "" or "imageIds.1.member.": of `input`, for messages */
    struct slice blob;   /* of operations with `blob`: that member's base64 text, undecoded */
    json_t *output;      /* a new object; becomes the answer */
    struct arena *arena;
    struct failure failure;
    const char *exception; /* "RepositoryNotFoundException"; NULL: by failure.reason */
    json_t *trouble;       /* further members of an exception; NULL: none */
};

enum ecr_target {
    ECR_ON_REGISTRY,   /* registryId may be there, and is put into call->scope */
    ECR_ON_REPOSITORY, /* repositoryName is required, too */
    ECR_ON_ARN,        /* resourceArn names the repository */
};

struct ecr_operation {
    const char *name; /* "CreateRepository"; "ecr:" and this is what auth_allows is asked, on
                         call->scope, before run() */
    bool (*run)(struct ecr_call *call);
    enum ecr_target target;
    const char *blob; /* a member that is large and base64: kept out of the tree, in call->blob */
    bool own_checks;  /* run() asks call_allows itself, on what its input names */
};

/* Each group ends with name NULL; the list of them with NULL. */
extern const struct ecr_operation *const ecr_groups[];
extern const struct ecr_operation ecr_repositories[], ecr_resource_tags[], ecr_images[],
    ecr_image_lists[], ecr_layers[], ecr_lifecycle[], ecr_lifecycle_previews[], ecr_account[],
    ecr_pull_exclusions[], ecr_scanning[], ecr_policies[], ecr_replication[], ecr_pull_through[],
    ecr_templates[], ecr_signing[];
/* NULL when there is none of this name. */
const struct ecr_operation *ecr_operation_find(struct slice name);

/* Errors. All return false. */

/* Sets call->exception and the text. */
__attribute__((format(printf, 3, 4))) bool call_fail(struct ecr_call *call, const char *exception,
                                                     const char *format, ...);
/* "Invalid parameter at 'name' failed to satisfy constraint: 'CONSTRAINT'". */
__attribute__((format(printf, 3, 4))) bool call_invalid(struct ecr_call *call, const char *name,
                                                        const char *format, ...);
/* The arena's budget is spent, or jansson has no memory. */
bool call_no_memory(struct ecr_call *call);
/* The exception and AWS's text for call->failure, where it has one; called by ecr_run. */
void call_explain_failure(struct ecr_call *call);
/* What may be in an input: a repository's name (ECR's are of 2 characters at least), an account id
   (twelve digits; nine to twelve are taken, since guides are written with nine). */
bool repository_name_is_ecr(struct slice name);
bool account_is_valid(struct slice id);
#define REPOSITORY_NAME_PATTERN "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*"
#define ACCOUNT_PATTERN         "[0-9]{12}"
/* Asks auth_allows for this operation on another scope than call->scope. */
bool call_allows(struct ecr_call *call, const struct scope *scope);

/*
 * Input: members of call->input. A wrong type is SerializationException; a missing required one, or
 * one out of its limits, InvalidParameterException ("1 validation error detected: …"). Absent (or
 * null) and not required: *value is empty, or stays as it was.
 */
bool call_text(struct ecr_call *call, const char *name, bool required, struct slice *value);
/* With the model's limits: characters. high 0: none. */
bool call_text_in(struct ecr_call *call, const char *name, bool required, size_t low, size_t high,
                  struct slice *value);
/* And a pattern: `valid` decides, `pattern` is what the message says. Empty values of absent
   members are not asked. */
bool call_text_like(struct ecr_call *call, const char *name, bool required,
                    bool (*valid)(struct slice text), const char *pattern, struct slice *value);
/* *value is the default before; *there says whether the member is there (may be NULL). */
bool call_int(struct ecr_call *call, const char *name, int64_t low, int64_t high, int64_t *value,
              bool *there);
bool call_required_int(struct ecr_call *call, const char *name, int64_t low, int64_t high,
                       int64_t *value);
bool call_bool(struct ecr_call *call, const char *name, bool *value);
/* Object member; *value NULL when absent. */
bool call_object(struct ecr_call *call, const char *name, bool required, const json_t **value);
/* Array member of low to high elements (high 0: any number). */
bool call_array(struct ecr_call *call, const char *name, bool required, size_t low, size_t high,
                const json_t **value);
/* Member of an enumeration; `words` ends with NULL; *index stays as it was when absent. */
bool call_choice(struct ecr_call *call, const char *name, bool required, const char *const *words,
                 int *index);
/* A list of texts, each of low to high characters, and `valid` (may be NULL). */
bool call_texts(struct ecr_call *call, const char *name, bool required, size_t least, size_t most,
                bool (*valid)(struct slice text), const char *pattern, struct slice **values,
                size_t *count);

/*
 * Goes into a member object (number 0) or an element of a member array (number from 1 on): the
 * helpers above then read from there, and messages name it. Elements that are no objects fail.
 *
 *     struct call_place place;
 *     if (!call_enter(call, "imageIds", i + 1, json_array_get(list, i), &place)) return false;
 *     … call_text(call, "imageTag", …)
 *     call_leave(call, &place);      not needed when the operation fails
 */
struct call_place {
    const json_t *input;
    const char *path;
};
bool call_enter(struct ecr_call *call, const char *name, size_t number, const json_t *object,
                struct call_place *place);
void call_leave(struct ecr_call *call, const struct call_place *place);

/* Output; text must be UTF-8 (bad bytes are replaced). */
void put_text(json_t *object, const char *name, struct slice value);
/* The same, left out when empty. */
void put_text_if(json_t *object, const char *name, struct slice value);
void put_time(json_t *object, const char *name, double when); /* epoch seconds; 0 leaves it out */
void put_int(json_t *object, const char *name, int64_t value);
void put_bool(json_t *object, const char *name, bool value);
/* New members, which `object` owns; NULL when there is no memory (the other put_* accept that, and
   ecr_run then answers with ServerException). */
json_t *put_object(json_t *object, const char *name);
json_t *put_array(json_t *object, const char *name);
json_t *put_element(json_t *array);       /* a new object at its end */
json_t *put_element_array(json_t *array); /* a new array */
void put_element_text(json_t *array, struct slice value);
void put_element_int(json_t *array, int64_t value);
/* Whether all of this thread's put_* since it was asked last had memory. */
bool put_was_whole(void);
/* registryId and repositoryName of call->scope. */
void put_repository(struct ecr_call *call);

/* Paging: maxResults (default `standard`, at most `max`) and nextToken, which is opaque and bound
   to the operation and the request's other members: InvalidParameterException for any other. */
struct page {
    size_t limit;
    struct slice after; /* where the last page ended; empty: at the beginning */
    bool asked;         /* maxResults or nextToken is there */
};
bool call_page(struct ecr_call *call, size_t standard, size_t max, struct page *page);
/* Puts nextToken. */
bool call_next_page(struct ecr_call *call, struct slice after);
