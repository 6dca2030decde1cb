#pragma once
/* Documents of a registry that are kept in the words of the API. */
#include "registry/ecr/operations.h"

/* Compact JSON in call->arena. */
bool call_json_text(struct ecr_call *call, const json_t *document, struct slice *text);
/* The account that call->scope is of, without a repository. */
struct scope call_account(const struct ecr_call *call);
/* A setting of the account; *text empty when there is none. */
bool call_setting(struct ecr_call *call, const char *name, struct slice *text, bool *exists);
/* Writes it (empty: removes it) under the operation's name in the journal. */
bool call_set(struct ecr_call *call, const char *name, struct slice text);
