/* Histories of audits of any bytes; an audit that is compared with one can be appended and read. */
#include <stdio.h>
#include <stdlib.h>

#include "ship/audit/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare_and_read(const struct history *history, struct arena *arena)
{
    char *text = NULL;
    size_t len = 0;
    struct error err;
    struct history again;
    struct audit_finding findings[] = {{.id = SLICE("CVE-1"), .severity = SEVERITY_HIGH},
                                       {.id = SLICE("CVE-2"), .package = SLICE("a")}};
    struct audit_repository repositories[] = {
        {.name = SLICE("a"), .findings = findings, .finding_count = 2}, {.name = SLICE("b")}};
    struct audit audit = {.when = 1795000000, .repositories = repositories, .count = 2};
    audit_deadlines_default(audit.deadlines);
    if (!audit_compare(&audit, history, arena, &err))
        return;
    FILE *file = open_memstream(&text, &len);
    if (!file)
        return;
    history_put(&audit, arena, file);
    if (fclose(file) == 0 && history_parse(slice_of(text, len), AUDIT_NEVER, arena, &again, &err) &&
        again.audits != 1)
        abort();
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct history history;
    struct error err;
    arena_init(&arena, (size_t)64 << 20);
    if (history_parse(slice_of(data, size), size % 2 ? AUDIT_NEVER : 1793491200, &arena, &history,
                      &err))
        compare_and_read(&history, &arena);
    arena_done(&arena);
    return 0;
}
