#pragma once
/* What commands that look into images have in common: their option rows, and options made of them.
 */
#include "cli/command.h"
#include "scan/pipeline.h"

/* Rows for a command's table; scan_call_options reads all of them. */
#define SCAN_INPUT_OPTIONS                                                                         \
    {.name = "platform",                                                                           \
     .type = OPTION_STRING,                                                                        \
     .argument = "OS/ARCH",                                                                        \
     .variable = "PLIMSOLL_PLATFORM",                                                              \
     .key = "scan.platform",                                                                       \
     .prose = "Which image of an index: linux/arm64, linux/arm/v7. Without it this machine's."},   \
        {.name = "tag",                                                                            \
         .type = OPTION_STRING,                                                                    \
         .argument = "TAG",                                                                        \
         .prose = "Which image of an archive or layout that holds several."},                      \
        {.name = "purls",                                                                          \
         .type = OPTION_STRING,                                                                    \
         .argument = "FILE",                                                                       \
         .prose = "Packages instead of an image: a package URL a line; - is standard input."},     \
        {.name = "insecure",                                                                       \
         .variable = "PLIMSOLL_INSECURE",                                                          \
         .key = "registry.insecure",                                                               \
         .prose = "Do not verify the registry's TLS certificate."},                                \
        {.name = "plain-http",                                                                     \
         .variable = "PLIMSOLL_PLAIN_HTTP",                                                        \
         .key = "registry.plain-http",                                                             \
         .prose = "Speak HTTP without TLS to the registry (localhost: always allowed)."},          \
        {.name = "offline",                                                                        \
         .variable = "PLIMSOLL_OFFLINE",                                                           \
         .key = "scan.offline",                                                                    \
         .prose = "Only files and folders: no engine socket, no registry."},                       \
        {.name = "no-cache",                                                                       \
         .variable = "PLIMSOLL_NO_CACHE",                                                          \
         .key = "scan.no-cache",                                                                   \
         .prose = "Neither use nor fill the cache of layers that were read."},                     \
        {.name = "cache-limit",                                                                    \
         .type = OPTION_SIZE,                                                                      \
         .argument = "SIZE",                                                                       \
         .standard = "1G",                                                                         \
         .variable = "PLIMSOLL_CACHE_LIMIT",                                                       \
         .key = "cache-limit",                                                                     \
         .prose = "Size of that cache; what was not used for longest leaves it first."},           \
    {                                                                                              \
        .name = "jobs", .letter = 'j', .type = OPTION_INT, .argument = "N",                        \
        .variable = "PLIMSOLL_JOBS", .key = "scan.jobs", .low = 1, .high = 64,                     \
        .prose = "Threads at most; without it as many as there are processors."                    \
    }

#define SCAN_ALL_PLATFORMS_OPTION                                                                  \
    {                                                                                              \
        .name = "all-platforms", .key = "scan.all-platforms",                                      \
        .prose = "Every platform of an index, in one result; layers that they share are read "     \
                 "once."                                                                           \
    }

#define SCAN_EXCEPTIONS_OPTION                                                                     \
    {                                                                                              \
        .name = "exceptions", .type = OPTION_STRING, .argument = "FILE",                           \
        .variable = "PLIMSOLL_EXCEPTIONS", .key = "exceptions",                                    \
        .prose = "Exceptions to read instead of plimsoll.exceptions.yaml beside plimsoll.yaml, "   \
                 "or from the working folder upwards."                                             \
    }

/* `operands` are an image, or purls. Sets the limit of threads and the progress line. */
bool scan_call_options(struct invocation *call, const char *const *operands, size_t count,
                       struct scan_options *options, struct error *err);
/* The exceptions file that holds for this call: what the option says, else what is found, else
   NULL. */
const char *scan_call_exceptions(struct invocation *call);
/* Whether `--all-platforms` is among the command's rows is the command's to know. */
