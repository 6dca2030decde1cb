/*
 * All Dockerfile rules on whatever parses. What their edits make of it parses again, and they come
 * to an end.
 */
#include <stdlib.h>

#include "lint/dockerfile/check.h"
#include "lint/lint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SIZE_MAX_HERE = 2000, ROUNDS_MAX = 60 };

static const struct base_image image = {.known = true,
                                        .user = {"0", 1},
                                        .workdir = {"/w", 2},
                                        .digest = {"sha256:0", 8},
                                        .platform = {"linux/amd64", 11}};

static const struct base_image *find_image(void *context, struct slice reference,
                                           struct slice platform)
{
    (void)context;
    (void)platform;
    return reference.len % 2 ? &image : NULL;
}

/* False when it does not parse or the budget was spent. */
static bool mend(struct slice bytes, struct arena *arena, struct slice *fixed, size_t *applied)
{
    struct lint_file *file = arena_new(arena, struct lint_file);
    struct dockerfile *dockerfile = arena_new(arena, struct dockerfile);
    struct dockerfile_model *model = arena_new(arena, struct dockerfile_model);
    struct base_resolver resolver = {find_image, NULL};
    struct check_settings settings = {0};
    struct lint_report report = {.arena = arena};
    struct error err = {0};
    unsigned line;
    if (!file || !dockerfile || !model ||
        !lint_file_init(file, SLICE("Dockerfile"), bytes, LINT_DOCKERFILE, arena) ||
        !dockerfile_parse(file, arena, dockerfile, &line, &err) ||
        !dockerfile_model_make(dockerfile, &resolver, arena, model, &err))
        return false;
    struct dockerfile_check check = {.dockerfile = dockerfile,
                                     .model = model,
                                     .report = &report,
                                     .arena = arena,
                                     .settings = &settings,
                                     .resolver = &resolver};
    dockerfile_check_run(&check, NULL, NULL);
    for (size_t i = 0; i < report.count; i++)
        if (!report.findings[i]->message.len)
            abort();
    return !report.failed && lint_fix_apply(&report, file, arena, fixed, applied, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 512 << 20);
    struct slice bytes = slice_of(data, size), fixed;
    size_t applied;
    if (size > SIZE_MAX_HERE || !mend(bytes, &arena, &fixed, &applied))
        return 0;
    for (size_t round = 0; applied; round++) {
        if (round == ROUNDS_MAX ||
            (!mend(fixed, &arena, &fixed, &applied) && arena.used < 256 << 20))
            abort();
    }
    return 0;
}
