#pragma once
/* What `lint` and commands that lint on their way (comply) have in common: options to
   lint_options, and reports. */
#include "cli/format_call.h"
#include "lint/lint.h"
#include "report/lint_report.h"

bool lint_call_options(struct invocation *call, struct lint_options *options, struct error *err);
/* Names of --only and --ignore: known rules, codes, or ShellCheck's. */
bool lint_call_names(struct invocation *call, const char *option, struct slice **names,
                     size_t *count, struct error *err);
const char *lint_call_format(size_t index);
bool lint_call_write(const struct format_call *formats, const struct lint_result *result,
                     const struct lint_report_options *options, struct error *err);
