#pragma once
/* Option rows that several commands have word for word: for their tables, each macro a row, or two
   where the name says so. */
#include "cli/options.h"

/* ---- registries ---- */

#define OPTION_ROWS_REGISTRY                                                                       \
    {.name = "insecure",                                                                           \
     .variable = "PLIMSOLL_INSECURE",                                                              \
     .key = "registry.insecure",                                                                   \
     .prose = "Do not verify the registry's TLS certificate."},                                    \
    {                                                                                              \
        .name = "plain-http", .variable = "PLIMSOLL_PLAIN_HTTP", .key = "registry.plain-http",     \
        .prose = "Speak HTTP without TLS to the registry (localhost: always allowed)."             \
    }

#define OPTION_ROW_WAIT                                                                            \
    {                                                                                              \
        .name = "wait", .type = OPTION_INT, .argument = "SECONDS", .standard = "30", .low = 1,     \
        .high = 86400,                                                                             \
        .prose = "How long to wait when the registry wants to be left alone (429); over that it "  \
                 "ends and says until when."                                                       \
    }

#define OPTION_ROW_ECR_ENDPOINT                                                                    \
    {                                                                                              \
        .name = "endpoint-url", .type = OPTION_STRING, .argument = "URL",                          \
        .variable = "AWS_ENDPOINT_URL",                                                            \
        .prose = "Where ECR's API is, such as http://127.0.0.1:5000; without it, Amazon's own."    \
    }

/* ---- images ---- */

#define OPTION_ROW_PLATFORM                                                                        \
    {                                                                                              \
        .name = "platform", .type = OPTION_STRING, .argument = "OS/ARCH",                          \
        .variable = "PLIMSOLL_PLATFORM", .key = "scan.platform",                                   \
        .prose = "Which image of an index: linux/arm64, linux/arm/v7. Without it this machine's."  \
    }

#define OPTION_ROW_IMAGE_TAG                                                                       \
    {                                                                                              \
        .name = "tag", .type = OPTION_STRING, .argument = "TAG",                                   \
        .prose = "Which image of an archive or layout that holds several."                         \
    }

#define OPTION_ROW_OFFLINE                                                                         \
    {                                                                                              \
        .name = "offline", .variable = "PLIMSOLL_OFFLINE", .key = "scan.offline",                  \
        .prose = "Only files and folders: no engine socket, no registry."                          \
    }

#define OPTION_ROW_STRICT                                                                          \
    {                                                                                              \
        .name = "strict", .variable = "PLIMSOLL_STRICT", .key = "scan.strict",                     \
        .prose = "End with 4 when part of the image could not be read."                            \
    }

#define OPTION_ROWS_CACHE                                                                          \
    {.name = "no-cache",                                                                           \
     .variable = "PLIMSOLL_NO_CACHE",                                                              \
     .key = "scan.no-cache",                                                                       \
     .prose = "Neither use nor fill the cache of layers that were read."},                         \
    {                                                                                              \
        .name = "cache-limit", .type = OPTION_SIZE, .argument = "SIZE", .standard = "1G",          \
        .variable = "PLIMSOLL_CACHE_LIMIT", .key = "cache-limit",                                  \
        .prose = "Size of that cache; what was not used for longest leaves it first."              \
    }

#define OPTION_ROW_JOBS                                                                            \
    {                                                                                              \
        .name = "jobs", .letter = 'j', .type = OPTION_INT, .argument = "N",                        \
        .variable = "PLIMSOLL_JOBS", .key = "scan.jobs", .low = 1, .high = 64,                     \
        .prose = "Threads at most; without it as many as there are processors."                    \
    }

/* ---- results ---- */

#define OPTION_ROW_TABLE_OR_JSON                                                                   \
    {                                                                                              \
        .name = "format", .type = OPTION_CHOICE, .argument = "FORMAT", .standard = "table",        \
        .choices = "table json", .prose = "table, for people; json, for programs."                 \
    }
