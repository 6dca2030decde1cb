#include "report/summary.h"

#include "sample.h"
#include "test.h"

static void assert_slice(struct slice got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.at, expected, got.len);
}

static void counts(void **state)
{
    (void)state;
    struct report_summary summary = report_summarise(sample_result());
    assert_int_equal(summary.total, 7);
    assert_int_equal(summary.by_severity[SEVERITY_CRITICAL], 2);
    assert_int_equal(summary.by_severity[SEVERITY_HIGH], 2);
    assert_int_equal(summary.by_severity[SEVERITY_MEDIUM], 1);
    assert_int_equal(summary.by_severity[SEVERITY_LOW], 2);
    assert_int_equal(summary.by_severity[SEVERITY_UNKNOWN], 0);
    assert_int_equal(summary.fixable, 5);
    assert_int_equal(summary.suppressed, 1);
    assert_int_equal(summary.in_baseline, 1);
    assert_int_equal(summary.programs, 1);
}

static void a_suppressed_finding_of_the_baseline_is_suppressed(void **state)
{
    (void)state;
    struct scan_result *result = sample_result();
    result->findings[7].in_baseline = true;
    struct report_summary summary = report_summarise(result);
    assert_int_equal(summary.suppressed, 1);
    assert_int_equal(summary.in_baseline, 1);
}

static void every_state_has_words(void **state)
{
    (void)state;
    struct finding finding = {0};
    for (int i = FIX_UNKNOWN; i <= FIX_NOT_AFFECTED; i++) {
        finding.state = (enum fix_state)i;
        assert_true(finding_remedy(&finding).len > 0);
    }
    finding.fixed = SLICE("1.2");
    assert_slice(finding_remedy(&finding), "1.2");
}

static void every_severity_has_words(void **state)
{
    (void)state;
    for (int i = 0; i < SEVERITIES; i++) {
        assert_non_null(severity_label((enum severity)i));
        assert_non_null(severity_advice((enum severity)i));
    }
    assert_string_equal(severity_advice(SEVERITY_CRITICAL), "act now");
}

static void the_newest_cvss_is_the_best_rating(void **state)
{
    (void)state;
    const struct finding *finding = &sample_result()->findings[0].finding;
    assert_slice(finding_best_rating(finding)->version, "3.1");
}

static void a_bare_word_is_no_rating(void **state)
{
    (void)state;
    struct rating word = {.source = SLICE("debian"), .severity = SEVERITY_LOW};
    struct finding finding = {.ratings = &word, .rating_count = 1};
    assert_null(finding_best_rating(&finding));
    finding.rating_count = 0;
    assert_null(finding_best_rating(&finding));
}

static void platforms_are_named_all(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 16);
    struct scan_result *result = sample_result();
    assert_slice(result_platforms(result, &arena), "linux/amd64");
    struct slice platforms[] = {SLICE("linux/amd64"), SLICE("linux/arm64/v8")};
    result->platforms = platforms;
    result->platform_count = 2;
    assert_slice(result_platforms(result, &arena), "linux/amd64, linux/arm64/v8");
}

static void distribution_and_coverage(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 16);
    struct scan_result *result = sample_result();
    assert_false(result_not_covered(result));
    assert_slice(result_distribution(result, &arena), "Alpine Linux v3.17");
    result->distribution.pretty = SLICE("");
    result->coverage = (struct coverage){0};
    assert_true(result_not_covered(result));
    assert_slice(result_distribution(result, &arena), "alpine 3.17.3");
    assert_slice(result_scope(result, &arena), "alpine 3.17.3");
    result->distribution.id = SLICE("");
    assert_false(result_not_covered(result)); /* nothing there that could be covered */
    assert_true(result_unknown_distribution(result));
    result->packages += 3; /* nginx, compiled from source: needs no distribution */
    result->package_count = 1;
    assert_false(result_unknown_distribution(result));
}

static void the_newest_feed_dates_the_data(void **state)
{
    (void)state;
    assert_slice(result_newest_feed(sample_result()), "2026-11-23");
    assert_int_equal(result_newest_feed(sample_empty()).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts),
        cmocka_unit_test(a_suppressed_finding_of_the_baseline_is_suppressed),
        cmocka_unit_test(every_state_has_words),
        cmocka_unit_test(every_severity_has_words),
        cmocka_unit_test(the_newest_cvss_is_the_best_rating),
        cmocka_unit_test(a_bare_word_is_no_rating),
        cmocka_unit_test(platforms_are_named_all),
        cmocka_unit_test(distribution_and_coverage),
        cmocka_unit_test(the_newest_feed_dates_the_data),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
