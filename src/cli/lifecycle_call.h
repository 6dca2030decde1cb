#pragma once
/* What the commands of `plimsoll lifecycle` share: the service that they speak to. */
#include "cli/command.h"
#include "cli/option_rows.h"
#include "net/aws.h"

#define LIFECYCLE_CALL_OPTIONS                                                                     \
    OPTION_ROW_ECR_ENDPOINT,                                                                       \
    {                                                                                              \
        .name = "region", .type = OPTION_STRING, .argument = "REGION", .variable = "AWS_REGION",   \
        .prose = "Region; without it, that of AWS_DEFAULT_REGION or of the profile."               \
    }

/* A policy's file, "-" for standard input; checked to be a policy of ECR's length. */
bool lifecycle_call_policy(struct invocation *call, const char *path, struct slice *text,
                           struct error *err);

extern const struct command lifecycle_init, lifecycle_put, lifecycle_get, lifecycle_preview;
