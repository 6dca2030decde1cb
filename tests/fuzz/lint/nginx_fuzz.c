/* A configuration of nginx, whole: tree, headers, rules, and each fix as the bytes of one more
   configuration. The first byte chooses what is declared; a file may include itself. */
#include <stdlib.h>

#include "lint/lint.h"

struct world {
    struct arena arena;
    struct lint_file file, other;
};

static bool include(void *context, const struct lint_file *from, struct slice pattern,
                    struct lint_file ***files, size_t *count, struct error *err)
{
    struct world *world = context;
    (void)from;
    *count = 0;
    if (pattern.len % 3 == 0)
        return error_set(err, ERROR_NOT_FOUND, "there is none");
    *files = arena_array(&world->arena, 1, sizeof **files);
    if (!*files)
        return arena_error(err);
    (*files)[0] = pattern.len % 3 == 1 ? &world->file : &world->other;
    *count = 1;
    return true;
}

static struct slice lint(struct world *world, struct slice bytes, unsigned char choice,
                         struct lint_report *report)
{
    struct error err;
    struct proxy_result result;
    struct proxy_options options = {.profile = choice & 1 ? HEADERS_CLASSIC : HEADERS_OWASP,
                                    .target_version = choice & 2 ? SLICE("1.22.1") : SLICE(""),
                                    .behind_tls = (choice & 4) != 0,
                                    .include = choice & 8 ? include : NULL,
                                    .context = world};
    struct slice fixed = {NULL, 0};
    size_t applied;
    *report = (struct lint_report){.arena = &world->arena};
    if (!lint_file_init(&world->file, SLICE("a.conf"), bytes, LINT_NGINX, &world->arena) ||
        !nginx_lint(&world->file, &options, report, &world->arena, &result, &err))
        return fixed;
    for (size_t i = 0; i < report->count; i++) {
        const struct lint_finding *finding = report->findings[i];
        if (!finding->message.len || finding->line > finding->file->line_count)
            abort();
        for (size_t j = 0; j < finding->edit_count; j++)
            if (finding->edits[j].start > finding->edits[j].end ||
                finding->edits[j].end > finding->file->bytes.len)
                abort();
    }
    if (!lint_fix_apply(report, &world->file, &world->arena, &fixed, &applied, &err))
        return (struct slice){NULL, 0};
    /* What nginx takes is taken when mended, too. */
    return result.parsed && applied ? fixed : (struct slice){NULL, 0};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world;
    struct lint_report report;
    if (!size)
        return 0;
    memset(&world, 0, sizeof world);
    arena_init(&world.arena, 256 << 20);
    lint_file_init(&world.other, SLICE("b.conf"), SLICE("add_header X-B c;\nserver { listen 81; }"),
                   LINT_NGINX, &world.arena);
    struct slice fixed = lint(&world, slice_of(data + 1, size - 1), data[0], &report);
    if (fixed.at && !(data[0] & 8)) {
        struct lint_report again;
        lint(&world, fixed, data[0], &again);
        for (size_t i = 0; i < again.count && !again.failed; i++)
            if (strcmp(again.findings[i]->rule->id, "nginx-syntax") == 0)
                abort();
    }
    arena_done(&world.arena);
    return 0;
}
