/* SARIF's structure, read with jansson. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "everything.h"
#include "test.h"

static json_t *write_report(const struct scan_result *result)
{
    char *text = NULL;
    size_t len = 0;
    struct error err;
    struct report_options options = {.width = 0};
    FILE *file = open_memstream(&text, &len);
    assert_true(report_write(SLICE("sarif"), result, &options, file, &err));
    fclose(file);
    json_t *document = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(document);
    free(text);
    return document;
}

static const char *text_at(json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void check_rule(json_t *driver)
{
    json_t *rules = json_object_get(driver, "rules");
    assert_int_equal(json_array_size(rules), 1); /* two findings of one vulnerability */
    json_t *rule = json_array_get(rules, 0), *properties = json_object_get(rule, "properties");
    assert_string_equal(text_at(rule, "id"), "CVE-2023-0286");
    assert_string_equal(text_at(rule, "helpUri"), "https://security.example/CVE-2023-0286");
    assert_string_equal(text_at(properties, "security-severity"), "7.5");
    assert_int_equal(json_array_size(json_object_get(properties, "tags")), 4);
    assert_string_equal(text_at(json_object_get(rule, "fullDescription"), "text"),
                        "Type confusion [x] (http://example) {{0}}");
    assert_non_null(strstr(text_at(json_object_get(rule, "help"), "markdown"), "\\[x\\]\\("));
}

static void check_results(json_t *results)
{
    assert_int_equal(json_array_size(results), 2);
    json_t *first = json_array_get(results, 0), *second = json_array_get(results, 1);
    assert_string_equal(text_at(first, "level"), "error");
    assert_string_equal(text_at(first, "baselineState"), "unchanged");
    assert_null(json_object_get(first, "suppressions"));
    assert_string_equal(text_at(second, "level"), "note");
    assert_string_equal(text_at(second, "baselineState"), "new");
    json_t *suppression = json_array_get(json_object_get(second, "suppressions"), 0);
    assert_string_equal(text_at(suppression, "kind"), "external");
    assert_string_equal(text_at(suppression, "justification"), "not reachable");
    json_t *location = json_array_get(json_object_get(second, "locations"), 0);
    json_t *artifact =
        json_object_get(json_object_get(location, "physicalLocation"), "artifactLocation");
    assert_string_equal(text_at(artifact, "uri"), "usr/local/sbin/ha%20proxy");
    json_t *logical = json_array_get(json_object_get(location, "logicalLocations"), 0);
    assert_string_equal(text_at(logical, "fullyQualifiedName"), "pkg:generic/haproxy@3.3.14");
    const char *print = text_at(json_object_get(second, "partialFingerprints"), "plimsoll/v1");
    assert_int_equal(strlen(print), 64);
}

static void test_structure(void **state)
{
    (void)state;
    struct scan_result result = everything_result();
    json_t *document = write_report(&result);
    assert_string_equal(text_at(document, "version"), "2.1.0");
    json_t *run = json_array_get(json_object_get(document, "runs"), 0);
    json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
    assert_string_equal(text_at(driver, "name"), "plimsoll");
    check_rule(driver);
    check_results(json_object_get(run, "results"));
    assert_non_null(json_object_get(json_object_get(run, "originalUriBaseIds"), "ROOTFS"));
    json_t *invocation = json_array_get(json_object_get(run, "invocations"), 0);
    assert_int_equal(json_array_size(json_object_get(invocation, "toolExecutionNotifications")), 1);
    json_decref(document);
}

static void test_nothing_found(void **state)
{
    (void)state;
    struct scan_result result = everything_result();
    result.finding_count = 0;
    json_t *document = write_report(&result);
    json_t *run = json_array_get(json_object_get(document, "runs"), 0);
    assert_true(json_is_array(json_object_get(run, "results")));
    assert_int_equal(json_array_size(json_object_get(run, "results")), 0);
    json_decref(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_structure),
        cmocka_unit_test(test_nothing_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
