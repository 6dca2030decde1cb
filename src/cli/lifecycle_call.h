#pragma once
/* What the commands of `plimsoll lifecycle` share: the service that they speak to. */
#include "cli/command.h"
#include "net/aws.h"

#define LIFECYCLE_CALL_OPTIONS                                                                     \
    {.name = "endpoint-url",                                                                       \
     .type = OPTION_STRING,                                                                        \
     .argument = "URL",                                                                            \
     .variable = "AWS_ENDPOINT_URL",                                                               \
     .prose = "Where ECR's API is, such as http://127.0.0.1:5000; without it, Amazon's own."},     \
    {                                                                                              \
        .name = "region", .type = OPTION_STRING, .argument = "REGION", .variable = "AWS_REGION",   \
        .prose = "Region; without it, that of AWS_DEFAULT_REGION or of the profile."               \
    }

/* A policy's file, "-" for standard input; checked to be a policy of ECR's length. */
bool lifecycle_call_policy(struct invocation *call, const char *path, struct slice *text,
                           struct error *err);

extern const struct command lifecycle_init, lifecycle_put, lifecycle_get, lifecycle_preview;
