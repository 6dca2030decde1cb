#pragma once
/* --format FORMAT[=FILE], any number of times: reports of a scan to files and standard output. */
#include "cli/format_call.h"
#include "report/report.h"

#define REPORT_FORMAT_OPTION(default_format)                                                       \
    {                                                                                              \
        .name = "format", .letter = 'f', .type = OPTION_LIST, .argument = "FORMAT[=FILE]",         \
        .standard = default_format, .variable = "PLIMSOLL_FORMAT", .key = "scan.format",           \
        .prose = "How to write the result: table, json, ecr, sarif, cyclonedx, markdown; to FILE " \
                 "or standard output. May be given several times."                                 \
    }

struct report_call {
    struct format_call formats;
};

/* ERROR_USAGE for unknown formats, and when two would go to standard output. */
bool report_call_read(struct invocation *call, struct report_call *reports, struct error *err);
/* Files are written whole or not at all. */
bool report_call_write(const struct report_call *reports, const struct scan_result *result,
                       bool all, struct error *err);
