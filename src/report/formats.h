#pragma once
/* The write functions of report.c's table, one a file of the same name. */
#include "report/report.h"

#define REPORT_WRITER(name)                                                                        \
    bool report_##name(const struct scan_result *result, const struct report_options *options,     \
                       struct arena *arena, FILE *file, struct error *err)

REPORT_WRITER(table);
REPORT_WRITER(json);
REPORT_WRITER(ecr);
REPORT_WRITER(sarif);
REPORT_WRITER(cyclonedx);
REPORT_WRITER(markdown);
