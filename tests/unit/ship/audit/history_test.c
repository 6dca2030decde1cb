/* The history of audits: its lines, damaged ones, the lock, what is appended. */
#include "ship/audit/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"
#include "ship/audit/compare.h"

#define DAY ((int64_t)86400)
/* 2026-11-01, 02, 03 at midnight. */
#define FIRST ((int64_t)1793491200)

static struct arena arena;
static char folder[64];

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    snprintf(folder, sizeof folder, "/tmp/plimsoll-history.XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char path[128];
    snprintf(path, sizeof path, "%s/sub/history.jsonl", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/sub", folder);
    rmdir(path);
    rmdir(folder);
    arena_done(&arena);
    return 0;
}

#define LINE_1                                                                                     \
    "{\"schema\":\"plimsoll/audit-history/1\",\"time\":\"2026-11-01T00:00:00Z\",\"repositories\":" \
    "[{\"name\":\"r/app\",\"tag\":\"latest\",\"digest\":\"sha256:aa\",\"overdue\":1,\"counts\":{"  \
    "\"critical\":1,\"low\":1},\"findings\":[{\"id\":\"CVE-1\",\"package\":\"openssl\","           \
    "\"severity\":\"critical\",\"first_seen\":\"2026-11-01T00:00:00Z\"},{\"id\":\"CVE-2\","        \
    "\"package\":\"zlib\",\"severity\":\"low\",\"first_seen\":\"2026-11-01T00:00:00Z\"}]}]}\n"
#define LINE_2                                                                                     \
    "{\"schema\":\"plimsoll/audit-history/1\",\"time\":\"2026-11-02T00:00:00Z\",\"repositories\":" \
    "[{\"name\":\"r/app\",\"counts\":{\"low\":1},\"findings\":[{\"id\":\"CVE-2\",\"package\":"     \
    "\"zlib\",\"severity\":\"low\",\"first_seen\":\"2026-11-01T00:00:00Z\"}]},"                    \
    "{\"name\":\"r/away\",\"error\":\"cannot be reached\"}]}\n"
#define LINE_3                                                                                     \
    "{\"schema\":\"plimsoll/audit-history/1\",\"time\":\"2026-11-03T00:00:00Z\",\"repositories\":" \
    "[{\"name\":\"r/app\",\"counts\":{\"low\":1},\"unchanged\":true}]}\n"

static struct history parse(const char *text, int64_t since)
{
    struct history history;
    struct error err = {0};
    if (!history_parse(slice_str(text), since, &arena, &history, &err))
        fail_msg("%s", err.text);
    return history;
}

static const struct history_finding *finding(const struct history *history, const char *name,
                                             const char *id, const char *package)
{
    const struct history_repository *repository = history_find(history, slice_str(name));
    assert_non_null(repository);
    return table_get(&repository->findings, history_key(slice_str(id), slice_str(package), &arena));
}

static void test_lines_are_put_together(void **state)
{
    (void)state;
    struct history history = parse(LINE_1 LINE_2 LINE_3, AUDIT_NEVER);
    assert_int_equal(history.audits, 3);
    assert_int_equal(history.last, FIRST + 2 * DAY);
    assert_int_equal(history.point_count, 3);
    assert_null(history_find(&history, SLICE("r/away"))); /* never seen well */
    const struct history_finding *gone = finding(&history, "r/app", "CVE-1", "openssl");
    assert_false(gone->present);
    assert_int_equal(gone->first_seen, FIRST);
    assert_true(finding(&history, "r/app", "CVE-2", "zlib")->present);
    assert_int_equal(history_find(&history, SLICE("r/app"))->audited, FIRST + 2 * DAY);
}

static void test_since(void **state)
{
    (void)state;
    struct history history = parse(LINE_1 LINE_2 LINE_3, FIRST + DAY / 2);
    assert_true(finding(&history, "r/app", "CVE-1", "openssl")->before);
    assert_int_equal(history_find(&history, SLICE("r/app"))->compared, FIRST);
    history = parse(LINE_1 LINE_2 LINE_3, AUDIT_NEVER);
    assert_false(finding(&history, "r/app", "CVE-1", "openssl")->before);
    /* Before all audits: the first one. */
    history = parse(LINE_1 LINE_2, FIRST - DAY);
    assert_true(finding(&history, "r/app", "CVE-1", "openssl")->before);
}

static void test_last_line_without_end(void **state)
{
    (void)state;
    size_t whole = strlen(LINE_1);
    for (size_t cut = whole + 1; cut < whole + strlen(LINE_2); cut++) {
        struct history history;
        struct error err;
        assert_true(
            history_parse(slice_of(LINE_1 LINE_2, cut), AUDIT_NEVER, &arena, &history, &err));
        assert_true(history.truncated);
        assert_int_equal(history.audits, 1);
        assert_int_equal(history.whole_size, whole);
        assert_int_equal(history.bad_lines, 0);
    }
}

static void test_garbage_between(void **state)
{
    (void)state;
    struct history history =
        parse(LINE_1 "\x01\xff garbage\n{\"time\":\"2026-11-09\"}\n{}\n[]\n\n" LINE_2, AUDIT_NEVER);
    assert_int_equal(history.audits, 2);
    assert_int_equal(history.bad_lines, 4);
    assert_int_equal(history.bad_line, 2);
    assert_false(finding(&history, "r/app", "CVE-1", "openssl")->present);
}

/* A foreign file had a line appended to it, or its last line cut off. */
static void test_foreign_files(void **state)
{
    (void)state;
    static const char *const foreign[] = {
        "my diary\n", "my diary", "{\"a\":1}\n", "{}", "{\"schema\":\"plimsoll/scan/1\"",
        "x\n{\"sch"};
    static const char *const ours[] = {
        "", "{", "{\"sch", "{\"schema\":\"plimsoll/audit-history/1\",", "x\n" LINE_1, LINE_1 "x"};
    struct history history;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        struct error err = {0};
        assert_false(history_parse(slice_str(foreign[i]), AUDIT_NEVER, &arena, &history, &err));
        assert_int_equal(err.kind, ERROR_FORMAT);
        assert_non_null(strstr(err.text, "--history"));
    }
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        parse(ours[i], AUDIT_NEVER);
    struct error err = {0};
    assert_false(history_parse(slice_of("\0\0\0\0", 4), AUDIT_NEVER, &arena, &history, &err));
}

static void test_later_version(void **state)
{
    (void)state;
    struct history history;
    struct error err = {0};
    assert_false(history_parse(
        SLICE("{\"schema\":\"plimsoll/audit-history/2\",\"time\":\"2026-11-03T00:00:00Z\"}\n"),
        AUDIT_NEVER, &arena, &history, &err));
    assert_int_equal(err.kind, ERROR_UNSUPPORTED);
    assert_non_null(strstr(err.text, "--history"));
}

/* An audit with one repository and these findings, appended to `path`. */
static void append(const char *path, int64_t when, struct audit_finding *findings, size_t count)
{
    struct history_file file;
    struct history history;
    struct error err = {0};
    struct audit_repository repository = {
        .name = SLICE("r/\"app\n"), .findings = findings, .finding_count = count};
    struct audit audit = {.when = when, .repositories = &repository, .count = 1};
    audit_deadlines_default(audit.deadlines);
    if (!history_open(&file, path, &err) ||
        !history_read(&file, AUDIT_NEVER, &arena, &history, &err) ||
        !audit_compare(&audit, &history, &arena, &err) ||
        !history_append(&file, &history, &audit, &arena, &err))
        fail_msg("%s", err.text);
    history_close(&file);
}

static void test_file(void **state)
{
    (void)state;
    char path[128];
    struct history_file file, other;
    struct history history;
    struct slice bytes;
    struct error err = {0};
    struct audit_finding findings[] = {
        {.id = SLICE("CVE-\"1\""), .package = SLICE("a\nb\xff"), .severity = SEVERITY_HIGH},
        {.id = SLICE("CVE-2"), .package = SLICE("z"), .severity = SEVERITY_LOW, .excepted = true}};
    snprintf(path, sizeof path, "%s/sub/history.jsonl", folder);
    append(path, FIRST, findings, 2);
    append(path, FIRST + DAY, findings, 2); /* unchanged */
    assert_true(file_read(path, 1 << 20, &arena, &bytes, &err));
    assert_true(slice_search(bytes, SLICE("\"unchanged\":true")) < bytes.len);
    /* A killed audit: half a line, which the next one cuts off. */
    int fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(file_write_fd(fd, LINE_1, 100, &err));
    close(fd);
    append(path, FIRST + 2 * DAY, findings, 1);
    assert_true(history_open(&file, path, &err));
    assert_false(history_open(&other, path, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
    assert_true(history_read(&file, AUDIT_NEVER, &arena, &history, &err));
    history_close(&file);
    assert_false(history.truncated);
    assert_int_equal(history.bad_lines, 0);
    assert_int_equal(history.audits, 3);
    assert_false(finding(&history, "r/\"app\n", "CVE-2", "z")->present);
    const struct history_finding *high =
        finding(&history, "r/\"app\n", "CVE-\"1\"", "a\nb\xef\xbf\xbd");
    assert_non_null(high);
    assert_int_equal(high->first_seen, FIRST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_lines_are_put_together, setup, teardown),
        cmocka_unit_test_setup_teardown(test_since, setup, teardown),
        cmocka_unit_test_setup_teardown(test_last_line_without_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage_between, setup, teardown),
        cmocka_unit_test_setup_teardown(test_foreign_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_later_version, setup, teardown),
        cmocka_unit_test_setup_teardown(test_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
