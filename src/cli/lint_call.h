#pragma once
/* What `lint` and commands that lint on their way (comply) have in common: options to
   lint_options, and reports. */
#include "cli/format_call.h"
#include "lint/lint.h"
#include "report/lint_report.h"

/* Rows that all kinds of lint have: what to report, how, and what counts. */
#define LINT_REPORT_OPTIONS                                                                        \
    {.name = "format",                                                                             \
     .letter = 'f',                                                                                \
     .type = OPTION_LIST,                                                                          \
     .argument = "FORMAT[=FILE]",                                                                  \
     .standard = "table",                                                                          \
     .variable = "PLIMSOLL_LINT_FORMAT",                                                           \
     .key = "lint.format",                                                                         \
     .prose =                                                                                      \
         "How to write the result: table, json, sarif, gitlab, checkstyle, junit, github; to "     \
         "FILE or standard output. May be given several times."},                                  \
        {.name = "profile",                                                                        \
         .type = OPTION_CHOICE,                                                                    \
         .argument = "NAME",                                                                       \
         .variable = "PLIMSOLL_LINT_PROFILE",                                                      \
         .key = "lint.profile",                                                                    \
         .choices = "default hadolint buildkit strict",                                            \
         .prose =                                                                                  \
             "Which rules are on: ours, just those that Hadolint has on, just BuildKit's checks, " \
             "or all. Without it: default."},                                                      \
        {.name = "only",                                                                           \
         .type = OPTION_WORDS,                                                                     \
         .argument = "RULES",                                                                      \
         .variable = "PLIMSOLL_LINT_ONLY",                                                         \
         .key = "lint.only",                                                                       \
         .prose = "Only these rules, by name or by any code (pin-base-image, DL3007)."},           \
        {.name = "ignore",                                                                         \
         .letter = 'i',                                                                            \
         .type = OPTION_WORDS,                                                                     \
         .argument = "RULES",                                                                      \
         .variable = "PLIMSOLL_LINT_IGNORE",                                                       \
         .prose =                                                                                  \
             "These rules do not count. In plimsoll.yaml: lint.ignore, a list of rules or of "     \
             "{rule, path, reason}."},                                                             \
        {.name = "fail-on",                                                                        \
         .type = OPTION_CHOICE,                                                                    \
         .argument = "SEVERITY",                                                                   \
         .variable = "PLIMSOLL_LINT_FAIL_ON",                                                      \
         .key = "lint.fail-on",                                                                    \
         .choices = "none style info warning error",                                               \
         .prose = "End with 1 when a finding is that severe or worse. Without it: warning."},      \
    {                                                                                              \
        .name = "strict", .variable = "PLIMSOLL_LINT_STRICT", .key = "lint.strict",                \
        .prose = "End with 4 when one of several files could not be read."                         \
    }

/* What LINT_REPORT_OPTIONS say. */
bool lint_call_common(struct invocation *call, struct lint_options *options, struct error *err);
bool lint_call_options(struct invocation *call, struct lint_options *options, struct error *err);
const char *lint_call_format(size_t index);
bool lint_call_write(const struct format_call *formats, const struct lint_result *result,
                     const struct lint_report_options *options, struct error *err);
