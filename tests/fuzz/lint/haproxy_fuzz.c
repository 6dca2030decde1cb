/* Any bytes are read or refused; every place that a finding or an edit names is inside of them. */
#include <stdio.h>
#include <stdlib.h>

#include "lint/haproxy/haproxy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_finding(const struct lint_file *file, const struct lint_finding *finding)
{
    if (finding->file == file && finding->line > file->line_count)
        abort();
    for (size_t i = 0; i < finding->edit_count; i++)
        if (finding->edits[i].start > finding->edits[i].end ||
            finding->edits[i].end > file->bytes.len)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const versions[] = {"", "2.6", "2.0", "3.3"};
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 256 << 20);
    struct lint_file file;
    struct lint_report report = {.arena = &arena};
    struct proxy_options options = {.behind_tls = size & 4, .profile = size & 8 ? 1 : 0};
    struct proxy_result result;
    struct error err = {0};
    options.target_version = slice_str(versions[size & 3]);
    if (!lint_file_init(&file, SLICE("haproxy.cfg"), slice_of(data, size), LINT_HAPROXY, &arena))
        return 0;
    if (haproxy_lint(&file, &options, &report, &arena, &result, &err))
        for (size_t i = 0; i < report.count; i++)
            check_finding(&file, report.findings[i]);
    FILE *out = fopen("/dev/null", "w");
    if (out) {
        haproxy_parse_json(&file, &options, &arena, out, &err);
        fclose(out);
    }
    return 0;
}
