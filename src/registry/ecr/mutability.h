#pragma once
/* imageTagMutability and its exclusion filters; creation templates have them, too. */
#include "registry/ecr/operations.h"

enum { EXCLUSIONS_MAX = 5, EXCLUSION_LEN_MAX = 128, EXCLUSION_WILDCARDS_MAX = 2 };

extern const char *const mutability_words[]; /* by enum tag_mutability; ends with NULL */

struct mutability {
    int mode; /* enum tag_mutability */
    struct slice *exclusions;
    size_t exclusion_count;
};

/* Both members of call->input; filters go with the modes WITH_EXCLUSION, and only with them. */
bool mutability_read(struct ecr_call *call, bool required, struct mutability *mutability);
void put_mutability(json_t *object, const struct mutability *mutability);
