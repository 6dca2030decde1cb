#pragma once
/* --fix: lint, edit, lint again, until nothing changes any more; then write, or show a diff. */
#include "lint/lint.h"

struct lint_fixed_file {
    struct slice path;
    struct slice before, after;
    size_t findings; /* mended */
};

struct lint_fixed {
    struct lint_fixed_file *files;
    size_t count, room;
    size_t findings;
    size_t unwritten; /* files that could not be written; each has a note */
    bool to_stdout;   /* a dry run, or standard input */
};

enum { FIX_ROUNDS_MAX = 50 };

/* `result` is what is left once all is mended (as after --fix, also in a dry run). Files are
   written (atomically, mode kept) unless `dry`. ERROR_INTERNAL when a fix has made a file that
   cannot be parsed any more: that file is not written. */
bool lint_fix_run(const struct lint_options *options, bool dry, struct arena *arena,
                  struct lint_fixed *fixed, struct lint_result *result, struct error *err);
/* The diff of a dry run, or standard input as mended. */
bool lint_fix_write(const struct lint_fixed *fixed, bool dry, FILE *file, struct error *err);
