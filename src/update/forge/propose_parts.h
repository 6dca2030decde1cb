#pragma once
/* What propose.c and propose_issue.c share; nobody else includes this. */
#include "update/forge/forge.h"
#include "update/forge/git_work.h"
#include "update/forge/propose.h"

struct propose_job {
    const struct propose_options *options;
    struct arena *arena;
    struct propose_result *result;
    struct git_work *git;
    struct remote_url remote;
    const struct forge *forge;
    struct forge_session session; /* .client NULL: a dry run without a token */
    struct forge_items open;
};

/* Opens the repository and the forge, and names both in the result. */
bool propose_open(struct propose_job *job, struct error *err);
void propose_close(struct propose_job *job);
bool propose_add_row(struct propose_job *job, struct propose_row row, struct error *err);
/* A row for what failed; false (err stays) when nothing more will work either. */
bool propose_add_failure(struct propose_job *job, struct propose_row row, struct error *err);
