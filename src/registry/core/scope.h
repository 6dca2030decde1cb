#pragma once
/* Whose: account, region, repository. State is separate for each account and region. */
#include "base/arena.h"

enum { REPOSITORY_NAME_MAX = 256, TAG_NAME_MAX = 128 };

struct scope {
    struct slice account, region; /* "123456789012" (9 to 12 digits), "us-east-1" */
    struct slice repository;      /* "team/app"; empty: the account as a whole */
};

/* "ACCOUNT/REGION[/REPOSITORY]", the scope of meta rows. `at` NULL when the budget is spent. */
struct slice scope_text(const struct scope *scope, struct arena *arena);
/* And back; slices of `text`. */
bool scope_parse(struct slice text, struct scope *scope);
/* "arn:aws:ecr:REGION:ACCOUNT:repository/NAME". */
struct slice scope_arn(const struct scope *scope, struct arena *arena);

/* OCI distribution 1.1 "Pulling manifests": [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/…)*, 1 to 256
   bytes. (ECR wants at least 2; its API says so itself.) */
bool repository_name_is_valid(struct slice name);
/* [a-zA-Z0-9_][a-zA-Z0-9._-]{0,127} */
bool tag_name_is_valid(struct slice tag);
