#pragma once
/*
 * What a lint found, written for somebody. One table of formats (lint_report.c); add one: a file
 * lint_<format>.c with a write function, and a row. Nothing here changes the result. Any thread.
 */
#include <stdio.h>

#include "lint/lint.h"

struct lint_report_options {
    unsigned width;     /* of the table, in columns; 0: as wide as the terminal, else not cut */
    size_t fixed;       /* findings that --fix has mended just now */
    size_t fixed_files; /* files it has changed */
};

struct lint_report_format {
    const char *name, *media, *description;
    bool (*write)(const struct lint_result *result, const struct lint_report_options *options,
                  struct arena *arena, FILE *file, struct error *err);
};

/* Ends with a row without a name. */
extern const struct lint_report_format lint_report_formats[];

/* Writes and flushes; ERROR_IO when the file took not all of it. */
bool lint_report_write(const char *format, const struct lint_result *result,
                       const struct lint_report_options *options, FILE *file, struct error *err);

#define LINT_REPORT(name)                                                                          \
    bool lint_report_##name(const struct lint_result *result,                                      \
                            const struct lint_report_options *options, struct arena *arena,        \
                            FILE *file, struct error *err)
LINT_REPORT(table);
LINT_REPORT(json);
LINT_REPORT(sarif);
LINT_REPORT(gitlab);
LINT_REPORT(checkstyle);
LINT_REPORT(junit);
LINT_REPORT(github);

/* Formats that want a path for everything: "image" for what an image as a whole is told. */
struct slice lint_report_path(const struct lint_finding *finding);

/* Headers route by route, below the findings of the table. */
void lint_report_headers(const struct lint_result *result, unsigned width, FILE *file);

/* What names a finding from one run to the next: rule, path, the line's words (not its number), and
   which of several alike it is. */
struct digest;
void lint_report_fingerprint(const struct lint_result *result, size_t index, struct arena *arena,
                             struct digest *digest);
