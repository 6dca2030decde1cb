/* Ignore comments of any bytes, as a Dockerfile and as both proxies' configuration: what is read
   names lines and bytes of the file. */
#include <stdlib.h>

#include "lint/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lint_rule rule = {.id = "a", .codes = "B", .profiles = LINT_PROFILE_BUILDKIT};

static void check(const struct ignore_set *set, const struct lint_file *file, struct arena *arena)
{
    struct lint_report report = {.arena = arena};
    struct lint_finding finding = {.rule = &rule, .codes = slice_str("B"), .line = 1};
    for (size_t i = 0; i < set->count && !set->failed; i++) {
        const struct ignore_entry *entry = &set->entries[i];
        if (entry->start > entry->end || entry->end > file->bytes.len || entry->first > entry->last)
            abort();
    }
    ignore_check(set, file, true, &report);
    ignore_apply(set, &finding);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct lint_file file;
    struct ignore_set set;
    struct error err;
    struct dockerfile dockerfile;
    unsigned line;
    arena_init(&arena, (size_t)64 << 20);
    static const enum lint_kind kinds[] = {LINT_NGINX, LINT_HAPROXY};
    for (size_t i = 0; i < 2; i++) {
        ignore_set_init(&set, &arena);
        if (!lint_file_init(&file, SLICE("x"), slice_of(data, size), kinds[i], &arena))
            break;
        ignore_read_proxy(&set, &file);
        check(&set, &file, &arena);
    }
    ignore_set_init(&set, &arena);
    if (lint_file_init(&file, SLICE("x"), slice_of(data, size), LINT_DOCKERFILE, &arena) &&
        dockerfile_parse(&file, &arena, &dockerfile, &line, &err)) {
        ignore_read_dockerfile(&set, &dockerfile);
        check(&set, &file, &arena);
    }
    arena_done(&arena);
    return 0;
}
