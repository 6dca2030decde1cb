#pragma once
/*
 * --format FORMAT[=FILE], any number of times, for commands that write reports: reading the option,
 * and writing each report to its file or to standard output. What formats there are, and how one is
 * written, is the command's.
 */
#include "cli/command.h"

enum { FORMAT_CALL_MAX = 16 };

struct format_call {
    struct format_target {
        const char *format;
        const char *path; /* NULL: standard output */
    } targets[FORMAT_CALL_MAX];
    size_t count;
};

/* Names of all formats, one an index, NULL behind the last. */
typedef const char *(*format_name)(size_t index);
typedef bool (*format_write)(void *context, const char *format, FILE *file, struct error *err);

/* ERROR_USAGE for unknown formats, and when two would go to standard output. */
bool format_call_read(struct invocation *call, format_name name, struct format_call *formats,
                      struct error *err);
/* Drops what would go to standard output. */
void format_call_only_files(struct format_call *formats);
/* Files are written whole or not at all. */
bool format_call_write(const struct format_call *formats, format_write write, void *context,
                       struct error *err);
