/*
 * What each format writes of one audit, whole, against tests/data/ship/audit. To write them anew:
 * PLIMSOLL_GOLDEN=write meson test -C build ship/audit_golden, and look at the difference.
 */
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "test.h"

#include "base/file.h"
#include "ship/audit/compare.h"
#include "ship/audit/write.h"

#define DAY   ((int64_t)86400)
#define START ((int64_t)1793491200) /* 2026-11-01 */

#define FINDING(name, of, has, mended, level)                                                      \
    {                                                                                              \
        .id = SLICE(name), .package = SLICE(of), .version = SLICE(has), .fixed = SLICE(mended),    \
        .url = SLICE("https://security.alpinelinux.org/vuln/" name), .severity = (level)           \
    }

static struct audit_finding haproxy[] = {
    FINDING("CVE-2023-0286", "libcrypto1.1", "1.1.1s-r0", "1.1.1t-r0", SEVERITY_CRITICAL),
    FINDING("CVE-2023-2650", "libcrypto1.1", "1.1.1s-r0", "1.1.1u-r0", SEVERITY_HIGH),
    FINDING("CVE-2024-1111", "zlib", "1.2.12-r3", "", SEVERITY_MEDIUM),
    FINDING("CVE-2024-2222", "zlib", "1.2.12-r3", "", SEVERITY_LOW)};
static struct audit_finding nginx[] = {
    FINDING("CVE-2024-1111", "zlib", "1.2.12-r3", "", SEVERITY_MEDIUM)};
static struct audit_update updates[] = {{.names = SLICE("libcrypto1.1, libssl1.1"),
                                         .from = SLICE("1.1.1s-r0"),
                                         .to = SLICE("1.1.1u-r0"),
                                         .mends = 2,
                                         .in_base = true}};
static struct slice notes[] = {SLICE("layer 2: a note")};

static struct audit_repository repositories[] = {
    {.name = SLICE("registry.example/react-app-haproxy"),
     .shown = SLICE("react-app-haproxy"),
     .tag = SLICE("latest"),
     .digest = SLICE("sha256:91bb550d7f02c2f1d6b1c0a1ad1b7b5dd1f1a3b3ac4fbd7a1f6b8a0f5f6d9c11"),
     .pushed = SLICE("2026-10-20T08:00:00Z"),
     .chosen = SLICE("tag latest"),
     .findings = haproxy,
     .finding_count = 4,
     .base = {.state = AUDIT_BASE_MOVED,
              .name = SLICE("haproxy:3.3.1-alpine"),
              .digest = SLICE("sha256:44a1d0b8c0ff44a1d0b8c0ff"),
              .text = SLICE("named by its label")},
     .updates = updates,
     .update_count = 1,
     .notes = notes,
     .note_count = 1},
    {.name = SLICE("registry.example/react-app-nginx"),
     .shown = SLICE("react-app-nginx"),
     .tag = SLICE("1.1.0"),
     .digest = SLICE("sha256:0777db6a6fbc"),
     .chosen = SLICE("highest version"),
     .findings = nginx,
     .finding_count = 1,
     .base = {.state = AUDIT_BASE_CURRENT, .name = SLICE("nginx:1.29.4-alpine")}},
    {.name = SLICE("registry.example/away"),
     .shown = SLICE("away"),
     .error = SLICE("registry.example: no answer within 15 s; is it running?")}};

static struct audit_exception exceptions[] = {{.id = SLICE("CVE-2020-1"),
                                               .package = SLICE("musl"),
                                               .owner = SLICE("web team"),
                                               .expires = SLICE("2026-11-20"),
                                               .reason = SLICE("not reached"),
                                               .location = SLICE("plimsoll.exceptions.yaml:3"),
                                               .days_left = 10}};

/* The audit of 2026-11-10, compared with one of 2026-11-01 that had less and other findings. */
static struct audit sample(void)
{
    static const char before[] =
        "{\"schema\":\"plimsoll/audit-history/1\",\"time\":\"2026-11-01T00:00:00Z\","
        "\"repositories\":[{\"name\":\"registry.example/"
        "react-app-haproxy\",\"counts\":{\"critical\":"
        "1,\"high\":2},\"overdue\":1,\"findings\":[{\"id\":\"CVE-2023-0286\",\"package\":"
        "\"libcrypto1.1\",\"severity\":\"critical\",\"first_seen\":\"2026-10-01T00:00:00Z\"},{"
        "\"id\":"
        "\"CVE-2023-2650\",\"package\":\"libcrypto1.1\",\"severity\":\"high\",\"first_seen\":"
        "\"2026-11-01T00:00:00Z\"},{\"id\":\"CVE-2022-1\",\"package\":\"curl\",\"severity\":"
        "\"high\","
        "\"first_seen\":\"2026-11-01T00:00:00Z\"}]}]}\n";
    struct history history;
    struct error err = {0};
    struct audit audit = {.when = START + 9 * DAY,
                          .history = SLICE("audits.jsonl"),
                          .database = SLICE("2026-11-09"),
                          .repositories = repositories,
                          .count = 3,
                          .exceptions = exceptions,
                          .exception_count = 1};
    audit_deadlines_default(audit.deadlines);
    for (size_t i = 0; i < audit.count; i++) { /* of an earlier test's comparison */
        struct audit_repository *repository = &repositories[i];
        memset(repository->by_severity, 0, sizeof repository->by_severity);
        repository->total = repository->fixable = repository->excepted = 0;
        repository->new_count = repository->overdue = repository->gone_count = 0;
        repository->gone_room = 0;
        repository->gone = NULL;
    }
    for (size_t i = 0; i < 4; i++)
        haproxy[i].order = i;
    if (!history_parse(slice_str(before), AUDIT_NEVER, &arena, &history, &err) ||
        !audit_compare(&audit, &history, &arena, &err))
        fail_msg("%s", err.text);
    return audit;
}

static void compare(const char *format, const char *name)
{
    static struct slice to[] = {SLICE("security@example.com")};
    struct audit_write_options options = {
        .plain = true, .mail_from = SLICE("audit@example.com"), .mail_to = to, .mail_to_count = 1};
    struct audit audit = sample();
    struct error err = {0};
    struct slice expected = {"", 0};
    char path[4096], *text = NULL;
    size_t len = 0;
    const char *golden = getenv("PLIMSOLL_GOLDEN");
    snprintf(path, sizeof path, "%s/data/ship/audit/%s", getenv("PLIMSOLL_TESTS"), name);
    FILE *file = open_memstream(&text, &len);
    if (!audit_write(format, &audit, &options, file, &err))
        fail_msg("%s", err.text);
    fclose(file);
    if (golden && strcmp(golden, "write") == 0)
        assert_true(file_write(path, slice_of(text, len), &err));
    if (!file_read(path, 1 << 20, &arena, &expected, &err))
        fail_msg("%s", err.text);
    assert_string_equal(text, expected.at);
    free(text);
}

static void test_formats(void **state)
{
    (void)state;
    static const char *const rows[][2] = {{"table", "table.txt"},   {"json", "audit.json"},
                                          {"markdown", "audit.md"}, {"html", "audit.html"},
                                          {"mail", "audit.eml"},    {"guide", "guide.txt"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        compare(rows[i][0], rows[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
