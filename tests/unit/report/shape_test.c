/* What programs that read the JSON formats rely on, whatever the layout. */
#include <jansson.h>
#include <stdlib.h>

#include "report/report.h"
#include "sample.h"
#include "test.h"

static json_t *parse(const struct scan_result *result, const char *format)
{
    char *text = sample_report(result, format, 0, false);
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        fail_msg("line %d: %s", error.line, error.text);
    free(text);
    return root;
}

static const char *text_at(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void json_has_all_findings(void **state)
{
    (void)state;
    json_t *root = parse(sample_result(), "json");
    assert_string_equal(text_at(root, "schema"), "plimsoll/scan/1");
    json_t *findings = json_object_get(root, "findings");
    assert_int_equal(json_array_size(findings), 9);
    json_t *first = json_array_get(findings, 0);
    static const char *const names[] = {"id",   "aliases", "severity", "state", "fixed",  "cvss",
                                        "epss", "kev",     "url",      "feed",  "package"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_non_null(json_object_get(first, names[i]));
    json_t *package = json_object_get(first, "package");
    assert_string_equal(text_at(package, "purl"),
                        "pkg:apk/alpine/libcrypto3@3.0.8-r0?arch=x86_64&distro=3.17");
    assert_string_equal(text_at(package, "source"), "openssl");
    json_t *suppressed = json_object_get(json_array_get(findings, 7), "suppressed");
    assert_string_equal(text_at(suppressed, "owner"), "team@example");
    assert_true(json_is_true(json_object_get(json_array_get(findings, 8), "in_baseline")));
    json_decref(root);
}

/* Two architectures of one package, at one place: each finding has the purl of its own. */
static void purls_go_by_architecture(void **state)
{
    (void)state;
    struct scan_result *result = sample_result();
    result->packages[1].package = result->packages[0].package;
    result->packages[1].package.arch = SLICE("x86");
    result->packages[1].purl = SLICE("pkg:other");
    struct package copy = result->packages[1].package;
    result->findings[1].finding.package = &copy;
    json_t *root = parse(result, "json");
    json_t *findings = json_object_get(root, "findings");
    assert_string_equal(text_at(json_object_get(json_array_get(findings, 1), "package"), "purl"),
                        "pkg:other");
    /* One of another platform, whose package the result knows by the first one's architecture. */
    copy.arch = SLICE("aarch64");
    json_decref(root);
    root = parse(result, "json");
    findings = json_object_get(root, "findings");
    assert_string_equal(text_at(json_object_get(json_array_get(findings, 1), "package"), "purl"),
                        "pkg:apk/alpine/libcrypto3@3.0.8-r0?arch=x86_64&distro=3.17");
    json_decref(root);
}

static void hostile_text_stays_text(void **state)
{
    (void)state;
    json_t *root = parse(sample_result(), "json");
    json_t *finding = json_array_get(json_object_get(root, "findings"), 6);
    assert_non_null(strstr(text_at(finding, "id"), "\"quote\" \\ <script>"));
    json_decref(root);
}

static void an_empty_result_is_whole_too(void **state)
{
    (void)state;
    json_t *root = parse(sample_empty(), "json");
    assert_int_equal(json_array_size(json_object_get(root, "findings")), 0);
    assert_true(json_is_false(json_object_get(json_object_get(root, "coverage"), "covered")));
    json_decref(root);
}

static void ecr_has_the_shape_of_its_answer(void **state)
{
    (void)state;
    json_t *root = parse(sample_result(), "ecr");
    assert_string_equal(text_at(root, "repositoryName"), "team/app");
    json_t *id = json_object_get(root, "imageId");
    assert_string_equal(text_at(id, "imageTag"), "v1");
    assert_int_equal(strlen(text_at(id, "imageDigest")), 71);
    assert_string_equal(text_at(json_object_get(root, "imageScanStatus"), "status"), "COMPLETE");
    json_t *scan = json_object_get(root, "imageScanFindings");
    json_t *counts = json_object_get(scan, "findingSeverityCounts");
    assert_int_equal(json_integer_value(json_object_get(counts, "CRITICAL")), 2);
    assert_null(json_object_get(counts, "UNDEFINED"));
    json_t *findings = json_object_get(scan, "findings");
    assert_int_equal(json_array_size(findings), 7);
    json_t *first = json_array_get(findings, 0);
    assert_string_equal(text_at(first, "name"), "CVE-2023-0286");
    assert_string_equal(text_at(first, "severity"), "CRITICAL");
    assert_non_null(text_at(first, "uri"));
    size_t index;
    json_t *attribute;
    json_array_foreach(json_object_get(first, "attributes"), index, attribute)
    {
        assert_non_null(text_at(attribute, "key"));
        assert_non_null(text_at(attribute, "value"));
    }
    json_decref(root);
}

static void ecr_says_what_it_cannot_judge(void **state)
{
    (void)state;
    json_t *root = parse(sample_empty(), "ecr");
    assert_string_equal(text_at(json_object_get(root, "imageScanStatus"), "status"),
                        "UNSUPPORTED_IMAGE");
    json_decref(root);
}

static void what_options_hide_is_not_called_absent(void **state)
{
    (void)state;
    struct scan_result result = *sample_result();
    result.finding_count = 0;
    result.hidden_count = 4;
    char *table = sample_report(&result, "table", 0, false);
    char *markdown = sample_report(&result, "markdown", 0, false);
    assert_null(strstr(table, "No known"));
    assert_null(strstr(markdown, "No known"));
    free(table);
    free(markdown);
}

/* SARIF has the scan's note. */
static void every_format_says_starter(void **state)
{
    (void)state;
    static const char *const formats[] = {"table", "json", "ecr", "cyclonedx", "markdown"};
    struct scan_result result = *sample_empty();
    result.starter_database = true;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        char *text = sample_report(&result, formats[i], 0, false);
        assert_non_null(
            strstr(text, strcmp(formats[i], "json") ? "starter database" : "\"starter\": true"));
        free(text);
    }
}

static void ecr_splits_names(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"haproxy:3.3", "haproxy", "3.3"},
        {"localhost/a/b:c", "a/b", "c"},
        {"host:5000/a", "a", NULL},
        {"team/app@sha256:00", "team/app", NULL},
        {"docker.io/library/nginx:1", "library/nginx", "1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scan_result *result = sample_result();
        result->image.tag = slice_str(cases[i][0]);
        json_t *root = parse(result, "ecr");
        assert_string_equal(text_at(root, "repositoryName"), cases[i][1]);
        const char *tag = text_at(json_object_get(root, "imageId"), "imageTag");
        assert_true(cases[i][2] ? tag && strcmp(tag, cases[i][2]) == 0 : !tag);
        json_decref(root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_has_all_findings),
        cmocka_unit_test(purls_go_by_architecture),
        cmocka_unit_test(hostile_text_stays_text),
        cmocka_unit_test(an_empty_result_is_whole_too),
        cmocka_unit_test(ecr_has_the_shape_of_its_answer),
        cmocka_unit_test(ecr_says_what_it_cannot_judge),
        cmocka_unit_test(every_format_says_starter),
        cmocka_unit_test(what_options_hide_is_not_called_absent),
        cmocka_unit_test(ecr_splits_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
