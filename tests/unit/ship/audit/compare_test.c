/* Deadlines, what is new, gone and overdue, the trend. */
#include "ship/audit/compare.h"

#include <stdio.h>
#include <stdlib.h>

#include "arena.h"
#include "test.h"

#define DAY   ((int64_t)86400)
#define START ((int64_t)1793491200) /* 2026-11-01 */

static void test_deadline_words(void **state)
{
    (void)state;
    int64_t days[AUDIT_SEVERITIES];
    struct error err;
    audit_deadlines_default(days);
    assert_int_equal(days[SEVERITY_CRITICAL], 0);
    assert_int_equal(days[SEVERITY_HIGH], 7);
    assert_int_equal(days[SEVERITY_MEDIUM], 30);
    assert_int_equal(days[SEVERITY_LOW], 90);
    assert_int_equal(days[SEVERITY_NEGLIGIBLE], -1);
    assert_true(audit_deadline_parse(SLICE("high=14"), days, &err));
    assert_true(audit_deadline_parse(SLICE("Low = none"), days, &err));
    assert_int_equal(days[SEVERITY_HIGH], 14);
    assert_int_equal(days[SEVERITY_LOW], -1);
    static const char *const wrong[] = {"",           "high",    "high=",   "=3",
                                        "dreadful=3", "high=-1", "high=3d", "high=99999999999",
                                        "high=36501"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (audit_deadline_parse(slice_str(wrong[i]), days, &err))
            fail_msg("%s is taken", wrong[i]);
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

/* Audits of one repository, one behind the other, as lines of a history. */
static char *lines;
static size_t lines_size;
static FILE *history_file;

static void begin(void)
{
    history_file = open_memstream(&lines, &lines_size);
}

static struct audit look(int64_t when, int64_t since, struct audit_repository *repositories,
                         size_t count)
{
    struct history history;
    struct error err = {0};
    struct audit audit = {.when = when, .repositories = repositories, .count = count};
    audit_deadlines_default(audit.deadlines);
    fflush(history_file);
    if (!history_parse(slice_of(lines, lines_size), since, &arena, &history, &err) ||
        !audit_compare(&audit, &history, &arena, &err))
        fail_msg("%s", err.text);
    history_put(&audit, &arena, history_file);
    return audit;
}

static void end(void)
{
    fclose(history_file);
    free(lines);
}

#define FINDING(name, level)                                                                       \
    {                                                                                              \
        .id = SLICE(name), .package = SLICE("p"), .severity = (level)                              \
    }

static void test_three_audits(void **state)
{
    (void)state;
    begin();
    struct audit_finding one[] = {FINDING("CVE-1", SEVERITY_HIGH), FINDING("CVE-2", SEVERITY_LOW),
                                  FINDING("CVE-9", SEVERITY_CRITICAL)};
    struct audit_repository first = {.name = SLICE("app"), .findings = one, .finding_count = 3};
    struct audit audit = look(START, AUDIT_NEVER, &first, 1);
    assert_true(first.first);
    assert_int_equal(audit.new_count, 0); /* nothing is known to be new at the first audit */
    assert_int_equal(audit.overdue, 1);   /* critical: now */
    assert_true(slice_equal_str(first.findings[0].id, "CVE-9"));
    assert_int_equal(audit.previous, 0);

    struct audit_finding two[] = {FINDING("CVE-1", SEVERITY_HIGH), FINDING("CVE-2", SEVERITY_LOW),
                                  FINDING("CVE-3", SEVERITY_HIGH)};
    struct audit_repository second = {.name = SLICE("app"), .findings = two, .finding_count = 3};
    audit = look(START + 7 * DAY - 1, AUDIT_NEVER, &second, 1);
    assert_false(second.first);
    assert_int_equal(audit.overdue, 0); /* a second is left */
    assert_int_equal(audit.new_count, 1);
    assert_int_equal(audit.gone_count, 1);
    assert_true(slice_equal_str(second.gone[0].id, "CVE-9"));

    struct audit_finding three[] = {FINDING("CVE-1", SEVERITY_HIGH), FINDING("CVE-2", SEVERITY_LOW),
                                    FINDING("CVE-3", SEVERITY_HIGH),
                                    FINDING("CVE-9", SEVERITY_CRITICAL)};
    struct audit_repository third = {.name = SLICE("app"), .findings = three, .finding_count = 4};
    audit = look(START + 7 * DAY, AUDIT_NEVER, &third, 1);
    assert_int_equal(audit.overdue, 2);
    for (size_t i = 0; i < 4; i++)
        if (slice_equal_str(three[i].id, "CVE-9")) {
            assert_true(three[i].is_new); /* it came back */
            assert_int_equal(three[i].first_seen, START);
        }
    assert_int_equal(audit.trend_count, 3);
    assert_int_equal(audit.trend[0].by_severity[SEVERITY_CRITICAL], 1);
    assert_int_equal(audit.trend[1].by_severity[SEVERITY_HIGH], 2);
    assert_int_equal(audit.trend[2].overdue, 2);

    struct audit_repository again = {.name = SLICE("app"), .findings = three, .finding_count = 4};
    audit = look(START + 8 * DAY, AUDIT_NEVER, &again, 1);
    assert_true(again.unchanged);
    struct audit_repository since = {.name = SLICE("app"), .findings = three, .finding_count = 4};
    audit = look(START + 9 * DAY, START, &since, 1);
    assert_int_equal(audit.new_count, 1); /* CVE-3 alone is not of the first audit */
    assert_int_equal(since.compared, START);
    end();
}

static void test_excepted(void **state)
{
    (void)state;
    begin();
    struct audit_finding one[] = {FINDING("CVE-1", SEVERITY_CRITICAL)};
    one[0].excepted = true;
    struct audit_repository first = {.name = SLICE("app"), .findings = one, .finding_count = 1};
    struct audit audit = look(START, AUDIT_NEVER, &first, 1);
    assert_int_equal(audit.total, 0);
    assert_int_equal(audit.excepted, 1);
    assert_int_equal(audit.overdue, 0);
    /* The exception expires: overdue since long, not new. */
    one[0].excepted = false;
    struct audit_repository second = {.name = SLICE("app"), .findings = one, .finding_count = 1};
    audit = look(START + 40 * DAY, AUDIT_NEVER, &second, 1);
    assert_int_equal(audit.overdue, 1);
    assert_int_equal(audit.new_count, 0);
    assert_false(second.unchanged);
    end();
}

/* A repository that could not be reached loses nothing, and is no dip of the trend. */
static void test_unreachable(void **state)
{
    (void)state;
    begin();
    struct audit_finding one[] = {FINDING("CVE-1", SEVERITY_HIGH)};
    struct audit_repository first = {.name = SLICE("app"), .findings = one, .finding_count = 1};
    look(START, AUDIT_NEVER, &first, 1);
    struct audit_repository away[] = {{.name = SLICE("app"), .error = SLICE("away")},
                                      {.name = SLICE("other")}};
    struct audit audit = look(START + DAY, AUDIT_NEVER, away, 2);
    assert_int_equal(audit.failed, 1);
    assert_int_equal(audit.gone_count, 0);
    struct audit_repository back = {.name = SLICE("app"), .findings = one, .finding_count = 1};
    audit = look(START + 8 * DAY, AUDIT_NEVER, &back, 1);
    assert_int_equal(audit.new_count, 0);
    assert_int_equal(audit.overdue, 1);
    assert_int_equal(audit.trend_count, 2);
    assert_int_equal(audit.trend[0].by_severity[SEVERITY_HIGH], 1);
    end();
}

static void test_clock_went_back(void **state)
{
    (void)state;
    begin();
    struct audit_finding one[] = {FINDING("CVE-1", SEVERITY_HIGH)};
    struct audit_repository first = {.name = SLICE("app"), .findings = one, .finding_count = 1};
    look(START + 100 * DAY, AUDIT_NEVER, &first, 1);
    struct audit_repository second = {.name = SLICE("app"), .findings = one, .finding_count = 1};
    struct audit audit = look(START, AUDIT_NEVER, &second, 1);
    assert_int_equal(audit.note_count, 1);
    assert_int_equal(one[0].first_seen, START);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_deadline_words),  ARENA_TEST(test_three_audits),
        ARENA_TEST(test_excepted),        ARENA_TEST(test_unreachable),
        ARENA_TEST(test_clock_went_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
