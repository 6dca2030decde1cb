#include "reading.h"

static const char alpine[] =
    "{\"distroversion\": \"v3.16\", \"packages\": [\n"
    " {\"pkg\": {\"name\": \"openssl\", \"secfixes\": {\n"
    "   \"1.1.1t-r0\": [\"CVE-2023-0286\", \"CVE-2022-4304\"],\n"
    "   \"0\": [\"CVE-2022-9999\"]}}},\n"
    " {\"pkg\": {\"secfixes\": {\"4.9.0-r1\": [\"CVE-2017-8904 XSA-214\", \"XSA-999\",\n"
    "   \"CVE-1 CVE-2\"]}, \"name\": \"xen\"}},\n"
    " {\"pkg\": {\"name\": \"empty\", \"secfixes\": {\"1\": [\"\", \"  \"]}}}\n"
    "]}\n";

static void fixes_and_never_affected(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "alpine", alpine);
    assert_string_equal(reading_entries(&reading, "apk:alpine:3.16", "openssl", NULL),
                        "CVE-2023-0286 fixed [< 1.1.1t-r0]; CVE-2022-4304 fixed [< 1.1.1t-r0]; "
                        "CVE-2022-9999 not_affected");
    assert_string_equal(reading_entries(&reading, "apk:alpine:3.17", "openssl", NULL), "");
    reading_end(&reading);
}

static void several_ids_in_one_text(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "alpine", alpine);
    assert_string_equal(reading_entries(&reading, "apk:alpine:3.16", "xen", NULL),
                        "CVE-2017-8904 =XSA-214 fixed [< 4.9.0-r1]; XSA-999 fixed [< 4.9.0-r1]; "
                        "CVE-1 fixed [< 4.9.0-r1]; CVE-2 fixed [< 4.9.0-r1]");
    assert_string_equal(reading_entries(&reading, "apk:alpine:3.16", "empty", NULL), "");
    reading_end(&reading);
}

static void wolfi_lists_a_ghsa_behind_its_cve(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "wolfi",
               "{\"packages\": [{\"pkg\": {\"name\": \"a\", \"secfixes\": {\"1-r0\": ["
               "\"CVE-1\", \"GHSA-1\", \"GHSA-2\", \"CVE-3\", \"CVE-4\", \"GHSA-4\"]}}}]}");
    assert_string_equal(
        reading_entries(&reading, "apk:wolfi", "a", NULL),
        "CVE-1 =GHSA-1 fixed [< 1-r0]; GHSA-2 fixed [< 1-r0]; CVE-3 fixed [< 1-r0]; "
        "CVE-4 =GHSA-4 fixed [< 1-r0]");
    reading_end(&reading);
}

static void a_cut_file_is_refused(void **state)
{
    (void)state;
    reading_refuses_cuts("alpine", alpine, 1);
}

static void other_documents_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {"[]", "{}", "\"x\"", "null", "<html>", "{\"packages\": 1} x"};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading reading;
        reading_begin(&reading);
        assert_false(reading_add(&reading, "alpine", "x", slice_str(texts[i])));
        reading_end(&reading);
    }
}

static void an_empty_release_is_covered(void **state)
{
    (void)state;
    struct reading reading;
    struct slice feed, date;
    reading_of(&reading, "alpine", "{\"distroversion\":\"v3.3\",\"packages\":[]}");
    assert_true(store_covers(reading.store, SLICE("apk:alpine:3.3"), &feed, &date));
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixes_and_never_affected),
        cmocka_unit_test(several_ids_in_one_text),
        cmocka_unit_test(wolfi_lists_a_ghsa_behind_its_cve),
        cmocka_unit_test(a_cut_file_is_refused),
        cmocka_unit_test(other_documents_are_refused),
        cmocka_unit_test(an_empty_release_is_covered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
