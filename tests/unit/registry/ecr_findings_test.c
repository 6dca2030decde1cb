/* What ECR says of findings, basic and enhanced, and the catalogue of other registries. Shapes:
   service model ecr 2015-09-21; values of Amazon's user guide. */
#include "registry/ecr_client.h"

#include "arena.h"
#include "test.h"

#include "image/registry_write.h"

static struct ecr_client_findings read_page(const char *page, struct slice *next)
{
    struct ecr_client_findings findings = {.items = NULL};
    struct error err = {0};
    if (!ecr_client_findings_read(slice_str(page), &arena, &findings, next, &err))
        fail_msg("%s", err.text);
    return findings;
}

#define IS(slice, text) assert_true(slice_equal_str(slice, text))

static void test_basic(void **state)
{
    (void)state;
    struct slice next;
    struct ecr_client_findings findings = read_page(
        "{\"registryId\":\"1\",\"repositoryName\":\"app\",\"imageId\":{\"imageDigest\":\"sha256:"
        "aa\"},"
        "\"imageScanStatus\":{\"status\":\"COMPLETE\",\"description\":\"done\"},"
        "\"imageScanFindings\":{"
        "\"imageScanCompletedAt\":1579839105.0,\"vulnerabilitySourceUpdatedAt\":1579811117.0,"
        "\"findings\":[{\"name\":\"CVE-2019-5188\",\"description\":\"A code execution\",\"uri\":"
        "\"http://people.ubuntu.com/\",\"severity\":\"MEDIUM\",\"attributes\":[{\"key\":"
        "\"package_version\",\"value\":\"1.44.1\"},{\"key\":\"package_name\",\"value\":"
        "\"e2fsprogs\"}]},"
        "{\"severity\":\"HIGH\"},7,null],\"findingSeverityCounts\":{\"MEDIUM\":1}},\"nextToken\":"
        "\"t\"}",
        &next);
    assert_int_equal(findings.count, 1); /* one without a name is none */
    assert_int_equal(findings.updated, 1579811117);
    IS(next, "t");
    IS(findings.status, "COMPLETE");
    IS(findings.digest, "sha256:aa");
    IS(findings.items[0].name, "CVE-2019-5188");
    IS(findings.items[0].severity, "MEDIUM");
    IS(ecr_client_attribute(&findings.items[0], "package_name"), "e2fsprogs");
    IS(ecr_client_attribute(&findings.items[0], "nothing"), "");
}

static void test_enhanced(void **state)
{
    (void)state;
    struct slice next;
    struct ecr_client_findings findings = read_page(
        "{\"imageScanStatus\":{\"status\":\"ACTIVE\"},\"imageScanFindings\":{\"enhancedFindings\":["
        "{"
        "\"description\":\"d\",\"severity\":\"CRITICAL\",\"title\":\"CVE-1 - openssl\","
        "\"packageVulnerabilityDetails\":{\"vulnerabilityId\":\"CVE-1\",\"sourceUrl\":\"https://"
        "x\","
        "\"cvss\":[{\"baseScore\":9.8,\"scoringVector\":\"CVSS:3.1/AV:N\",\"version\":\"3.1\"},"
        "{\"baseScore\":7.5,\"scoringVector\":\"AV:N\",\"version\":\"2.0\"},"
        "{\"baseScore\":1,\"scoringVector\":\"CVSS:3.0/x\",\"version\":\"3.0\"}],"
        "\"vulnerablePackages\":[{\"name\":\"openssl\",\"version\":\"1.1.1\",\"release\":\"2.el9\","
        "\"fixedInVersion\":\"0:1.1.1-3.el9\"},{\"name\":\"zlib\",\"version\":\"1.2\","
        "\"fixedInVersion\":\"NotAvailable\"}]}},{\"title\":\"code "
        "finding\",\"severity\":\"LOW\"}]}}",
        &next);
    assert_int_equal(findings.count, 3); /* one for each package, and one without any */
    assert_int_equal(next.len, 0);
    const struct ecr_client_finding *first = &findings.items[0];
    IS(first->name, "CVE-1");
    IS(first->uri, "https://x");
    IS(ecr_client_attribute(first, "package_version"), "1.1.1-2.el9");
    IS(ecr_client_attribute(first, "fixed_in_versions"), "0:1.1.1-3.el9");
    IS(ecr_client_attribute(first, "CVSS3_SCORE"), "9.8");
    IS(ecr_client_attribute(first, "CVSS2_VECTOR"), "AV:N");
    IS(ecr_client_attribute(&findings.items[1], "package_name"), "zlib");
    IS(ecr_client_attribute(&findings.items[1], "fixed_in_versions"), "");
    IS(findings.items[2].name, "code finding");
}

static void test_odd_answers(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "{}",
        "{\"imageScanFindings\":[]}",
        "{\"imageScanFindings\":{\"findings\":{}}}",
        "{\"imageScanFindings\":{\"enhancedFindings\":[[],{\"packageVulnerabilityDetails\":7}]}}",
        "{\"imageScanFindings\":{\"findings\":[{\"name\":\"\",\"attributes\":7}]},\"nextToken\":7}",
    };
    struct slice next;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        assert_int_equal(read_page(pages[i], &next).count, 0);
    struct ecr_client_findings findings = {.items = NULL};
    struct error err;
    assert_false(ecr_client_findings_read(SLICE("{\"a\":"), &arena, &findings, &next, &err));
}

static void test_catalogue(void **state)
{
    (void)state;
    struct registry_names names = {0};
    struct error err;
    assert_true(registry_catalog_read(
        SLICE("{\"repositories\":[\"team/app\",\"UPPER\",\"../up\",\"a b\",\"\",7,\"x\"]}"), &arena,
        &names, &err));
    assert_int_equal(names.count, 2);
    IS(names.items[0], "team/app");
    IS(names.items[1], "x");
    assert_true(registry_catalog_read(SLICE("{\"repositories\":null}"), &arena, &names, &err));
    assert_false(registry_catalog_read(SLICE("[]"), &arena, &names, &err));
    assert_false(registry_catalog_read(SLICE("{\"repositories\":{}}"), &arena, &names, &err));
    assert_int_equal(names.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_basic),
        ARENA_TEST(test_enhanced),
        ARENA_TEST(test_odd_answers),
        ARENA_TEST(test_catalogue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
