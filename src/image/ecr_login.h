#pragma once
/*
 * Amazon's registries (and a plimsoll that AWS_ENDPOINT_URL names): which names are theirs, and the
 * login that whoever has AWS credentials gets by GetAuthorizationToken. A token is asked for once
 * and kept for the run. Answers are hostile. Any thread may call.
 */
#include "image/credentials.h"
#include "net/aws.h"

struct ecr_host {
    struct slice account, region; /* slices of the host's name */
    bool fips, china;
};

/* "123456789012.dkr.ecr[-fips].REGION.amazonaws.com[.cn]". */
bool ecr_host_parse(struct slice host, struct ecr_host *found);

/*
 * Opens ECR's API for the registry `host`: an ECR by its name, or the registry at the endpoint that
 * the environment or the AWS profile names. ERROR_NOT_FOUND: it is neither, so there is no such API
 * to ask. ERROR_DENIED, ERROR_USAGE: it is one, and credentials or region are missing. Needs
 * aws_close in any case.
 */
bool ecr_open(struct aws *aws, struct slice host, struct arena *arena, struct error *err);

/* User and password for `host`; errors as of ecr_open, or the service's own. */
bool ecr_login(struct slice host, struct arena *arena, struct credentials *credentials,
               struct error *err);

/* GetAuthorizationToken's answer, for tests and fuzzing. `expires`: seconds since 1970, 0 when not
   told. */
bool ecr_login_read(struct slice json, struct arena *arena, struct credentials *credentials,
                    int64_t *expires, struct error *err);
