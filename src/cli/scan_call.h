#pragma once
/* What commands that look into images have in common: their option rows, and options made of them.
 */
#include "cli/command.h"
#include "cli/option_rows.h"
#include "scan/pipeline.h"

/* Rows for a command's table; scan_call_options reads all of them. */
#define SCAN_INPUT_OPTIONS                                                                         \
    OPTION_ROW_PLATFORM, OPTION_ROW_IMAGE_TAG,                                                     \
        {.name = "purls",                                                                          \
         .type = OPTION_STRING,                                                                    \
         .argument = "FILE",                                                                       \
         .prose = "Packages instead of an image: a package URL a line; - is standard input."},     \
        OPTION_ROWS_REGISTRY, OPTION_ROW_OFFLINE, OPTION_ROWS_CACHE, OPTION_ROW_JOBS

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
