/* Whatever a program of that name writes: findings stand in the file, or there are none. */
#include <stdlib.h>

#include "lint/shellcheck_run.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char text[] = "FROM a\nENV X=1\nRUN echo \xc3\xa4 $x && \\\n  # why\n  cd /y\n"
                           "RUN cat <<E && bash <<'F'\n$(x)\nE\n#!/bin/sh\necho $z\nF\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    struct dockerfile dockerfile;
    struct dockerfile_model model;
    struct lint_file file;
    struct error err = {0};
    struct lint_report report = {.arena = &arena};
    unsigned line;
    struct shellcheck *check = shellcheck_new(&arena);
    if (!check || !lint_file_init(&file, SLICE("D"), slice_str(text), LINT_DOCKERFILE, &arena) ||
        !dockerfile_parse(&file, &arena, &dockerfile, &line, &err) ||
        !dockerfile_model_make(&dockerfile, NULL, &arena, &model, &err) ||
        !shellcheck_add(check, &model, &err) || check->count != 3)
        abort();
    shellcheck_read(check, slice_of(data, size), &report, &err);
    for (size_t i = 0; i < report.count; i++)
        if (!report.findings[i]->line || report.findings[i]->line > file.line_count)
            abort();
    return 0;
}
