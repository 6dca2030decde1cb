/* The gate, filters and baselines. */
#include "scan/policy.h"

#include "test.h"

static const struct package curl = {.name = SLICE("curl"), .version = SLICE("8")};

static struct scan_finding finding(const char *id, enum severity severity)
{
    return (struct scan_finding){
        .finding = {.id = slice_str(id), .package = &curl, .severity = severity, .epss = -1}};
}

static size_t violations(const char *gate, struct scan_finding *findings, size_t count)
{
    struct policy policy = {.term_count = 0};
    struct error err;
    struct scan_result result = {.findings = findings, .finding_count = count};
    if (!policy_parse(&policy, slice_str(gate), &err))
        fail_msg("%s", err.text);
    return policy_violations(&policy, &result);
}

static void test_gate(void **state)
{
    (void)state;
    struct scan_finding findings[] = {
        finding("CVE-1", SEVERITY_CRITICAL), finding("CVE-2", SEVERITY_HIGH),
        finding("CVE-3", SEVERITY_LOW), finding("CVE-4", SEVERITY_UNKNOWN)};
    findings[2].finding.kev = true;
    findings[3].finding.epss = 0.7;
    assert_int_equal(violations("critical", findings, 4), 1);
    assert_int_equal(violations("HIGH", findings, 4), 2);
    assert_int_equal(violations("low", findings, 4), 3);
    assert_int_equal(violations("any", findings, 4), 4);
    assert_int_equal(violations("kev", findings, 4), 1);
    assert_int_equal(violations("epss>=0.5", findings, 4), 1);
    assert_int_equal(violations("epss >= 0.71", findings, 4), 0);
    assert_int_equal(violations("critical, kev ,epss>=0.5", findings, 4), 3);
    assert_int_equal(violations("", findings, 4), 0);
    findings[0].suppressed = true;
    findings[1].in_baseline = true;
    assert_int_equal(violations("high", findings, 4), 0);
}

static void test_gate_counts_secrets(void **state)
{
    (void)state;
    struct scan_secret secrets[] = {{.severity = SEVERITY_HIGH}, {.severity = SEVERITY_LOW}};
    struct scan_result result = {.secrets = secrets, .secret_count = 2};
    struct policy policy = {.term_count = 0};
    struct error err;
    assert_int_equal(policy_violations(&policy, &result), 0);
    assert_true(policy_parse(&policy, SLICE("high,kev"), &err));
    assert_int_equal(policy_violations(&policy, &result), 1);
    secrets[0].suppressed = true;
    assert_int_equal(policy_violations(&policy, &result), 0);
    assert_true(policy_parse(&policy, SLICE("any"), &err));
    assert_int_equal(policy_violations(&policy, &result), 1);
    policy_filter(&result, SEVERITY_MEDIUM, false);
    assert_int_equal(result.secret_count, 1);
    assert_int_equal(result.hidden_count, 1);
}

static void test_gate_refuses(void **state)
{
    (void)state;
    static const char *const words[] = {"hihg", "epss", "epss>=", "epss>=2", "epss=1", "epss>=x"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct policy policy = {.term_count = 0};
        struct error err;
        assert_false(policy_parse(&policy, slice_str(words[i]), &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

static void test_filter(void **state)
{
    (void)state;
    struct scan_finding findings[] = {finding("CVE-1", SEVERITY_HIGH),
                                      finding("CVE-2", SEVERITY_LOW),
                                      finding("CVE-3", SEVERITY_HIGH)};
    findings[2].finding.fixed = SLICE("9");
    struct scan_result result = {.findings = findings, .finding_count = 3};
    policy_filter(&result, SEVERITY_MEDIUM, false);
    assert_int_equal(result.finding_count, 2);
    policy_filter(&result, SEVERITY_UNKNOWN, true);
    assert_int_equal(result.finding_count, 1);
    assert_true(slice_equal_str(result.findings[0].finding.id, "CVE-3"));
}

static void test_baseline(void **state)
{
    (void)state;
    struct arena arena;
    struct error err;
    arena_init(&arena, 1 << 20);
    struct scan_finding findings[] = {finding("CVE-1", SEVERITY_HIGH),
                                      finding("CVE-2", SEVERITY_HIGH),
                                      finding("CVE-3", SEVERITY_HIGH)};
    struct scan_result result = {.findings = findings, .finding_count = 3};
    struct slice report =
        SLICE("{\"schema\": 1, \"findings\": ["
              "{\"id\": \"CVE-1\", \"package\": {\"version\": \"7\", \"name\": \"curl\"}},"
              "{\"id\": \"CVE-2\", \"package\": {\"name\": \"other\"}},"
              "{\"id\": \"GHSA-3\", \"aliases\": [\"CVE-3\"], \"package\": {\"name\": \"curl\"}}],"
              "\"packages\": []}");
    if (!policy_baseline(&result, report, &arena, &err))
        fail_msg("%s", err.text);
    assert_true(findings[0].in_baseline);
    assert_false(findings[1].in_baseline);
    assert_true(findings[2].in_baseline);
    assert_false(policy_baseline(&result, SLICE("{\"a\": 1}"), &arena, &err));
    assert_false(policy_baseline(&result, SLICE("[]"), &arena, &err));
    assert_false(policy_baseline(&result, SLICE("{\"findings\": [{\"id\""), &arena, &err));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate),         cmocka_unit_test(test_gate_counts_secrets),
        cmocka_unit_test(test_gate_refuses), cmocka_unit_test(test_filter),
        cmocka_unit_test(test_baseline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
