#pragma once
/*
 * What a scan found, written for somebody: people at a terminal, a pull request, another program.
 * One table of formats (report.c); add one: a file with a write function, and a row.
 * Nothing here changes the result or prints anywhere but to `file`. Any thread may call.
 */
#include <stdio.h>

#include "scan/result.h"

struct report_options {
    unsigned width; /* of the table, in columns; 0: as wide as the terminal, else not cut */
    bool all;       /* table, markdown: a line for each finding, however many */
};

struct report_format {
    const char *name;        /* "json"; what --format takes */
    const char *media;       /* "application/json" */
    const char *description; /* for --help, one line */
    bool (*write)(const struct scan_result *result, const struct report_options *options,
                  struct arena *arena, FILE *file, struct error *err);
};

/* Ends with a row without a name. */
extern const struct report_format report_formats[];
/* NULL when there is none of that name. */
const struct report_format *report_format_find(struct slice name);

/* Writes and flushes. ERROR_IO when the file took not all of it (a full disk); ERROR_USAGE when
   there is no such format, with the names of those there are. */
bool report_write(struct slice format, const struct scan_result *result,
                  const struct report_options *options, FILE *file, struct error *err);
