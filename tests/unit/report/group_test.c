#include "report/group.h"

#include "report/summary.h"
#include "sample.h"
#include "test.h"

static struct report_groups group(const struct scan_result *result, struct arena *arena)
{
    struct report_groups groups;
    struct error err = {0};
    if (!report_group(result, arena, &groups, &err))
        fail_msg("%s", err.text);
    return groups;
}

static void assert_slice(struct slice got, const char *expected)
{
    assert_int_equal(got.len, strlen(expected));
    assert_memory_equal(got.at, expected, got.len);
}

static void packages_of_one_source_are_one_group(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct report_groups groups = group(sample_result(), &arena);
    const struct report_group *openssl = &groups.groups[0];
    assert_slice(group_package(openssl)->source, "openssl");
    assert_int_equal(openssl->name_count, 2);
    assert_slice(openssl->names[0], "libcrypto3");
    assert_slice(openssl->names[1], "libssl3");
}

static void a_vulnerability_of_both_packages_counts_once(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct report_groups groups = group(sample_result(), &arena);
    assert_int_equal(groups.groups[0].count, 3);
    assert_int_equal(groups.vulnerabilities, 6);
}

static void the_same_id_in_another_source_counts_again(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct scan_result *result = sample_result();
    result->findings[4].finding.id = result->findings[0].finding.id;
    assert_int_equal(group(result, &arena).vulnerabilities, 6);
}

/* 3.0.10 is higher than 3.0.9, though not as text. */
static void the_fix_is_the_version_that_mends_most(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct report_groups groups = group(sample_result(), &arena);
    assert_slice(groups.groups[0].fix, "3.0.10-r0");
    assert_int_equal(groups.groups[0].mended, 2);
    assert_int_equal(groups.groups[2].fix.len, 0); /* zlib: will not be fixed */
    assert_int_equal(groups.groups[2].mended, 0);
}

static void where_no_order_is_known_the_first_fix_stays(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct scan_result *result = sample_result();
    for (size_t i = 0; i < result->finding_count; i++)
        result->findings[i].finding.order = NULL;
    result->findings[0].finding.fixed = SLICE("1.0");
    assert_slice(group(result, &arena).groups[0].fix, "1.0");
}

static void programs_at_two_paths_are_two_groups(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct scan_result *result = sample_result();
    struct package other = *result->findings[4].finding.package;
    other.path = SLICE("opt/nginx");
    result->findings[5].finding.package = &other;
    struct report_groups groups = group(result, &arena);
    assert_int_equal(groups.count, 4);
    assert_slice(group_package(&groups.groups[1])->path, "usr/local/sbin/nginx");
    assert_slice(group_package(&groups.groups[2])->path, "opt/nginx");
}

static void suppressed_and_known_ones_are_in_no_group(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 1 << 20);
    struct report_groups groups = group(sample_result(), &arena);
    for (size_t i = 0; i < groups.count; i++)
        for (size_t j = 0; j < groups.groups[i].count; j++)
            assert_true(finding_counts(groups.groups[i].findings[j]));
}

/* With a budget of any size there is an answer or an error, never a crash. */
static void a_spent_budget_is_an_error(void **state)
{
    (void)state;
    size_t failed = 0;
    for (size_t limit = 0; limit < 40000; limit += 512) {
        struct arena CLEANUP_ARENA arena;
        arena_init(&arena, limit);
        struct report_groups groups;
        struct error err = {0};
        if (report_group(sample_result(), &arena, &groups, &err)) {
            assert_int_equal(groups.vulnerabilities, 6);
        } else {
            assert_int_equal(err.kind, ERROR_LIMIT);
            failed++;
        }
    }
    assert_true(failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packages_of_one_source_are_one_group),
        cmocka_unit_test(a_vulnerability_of_both_packages_counts_once),
        cmocka_unit_test(the_same_id_in_another_source_counts_again),
        cmocka_unit_test(the_fix_is_the_version_that_mends_most),
        cmocka_unit_test(where_no_order_is_known_the_first_fix_stays),
        cmocka_unit_test(programs_at_two_paths_are_two_groups),
        cmocka_unit_test(suppressed_and_known_ones_are_in_no_group),
        cmocka_unit_test(a_spent_budget_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
