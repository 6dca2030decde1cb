#include "reading.h"

#include "advisory/feed/osv_ecosystem.h"

static const char record[] =
    "{\"id\": \"GHSA-aaaa-bbbb-cccc\", \"modified\": \"2024-05-06T07:08:09Z\",\n"
    " \"aliases\": [\"CVE-2024-1\", \"GHSA-aaaa-bbbb-cccc\"], \"summary\": \"A \\u00e9vil hole\",\n"
    " \"affected\": [{\"package\": {\"ecosystem\": \"PyPI\", \"name\": \"Zope.Interface_x\"},\n"
    "   \"ranges\": [\n"
    "    {\"type\": \"GIT\", \"events\": [{\"introduced\": \"0\"}, {\"fixed\": \"abcdef\"}]},\n"
    "    {\"events\": [{\"introduced\": \"2.0\"}, {\"fixed\": \"2.3\"}, {\"fixed\": \"1.4\"},\n"
    "      {\"introduced\": \"0\"}, {\"introduced\": \"3.0\"}, {\"last_affected\": \"3.9\"}],\n"
    "     \"type\": \"ECOSYSTEM\"}], \"versions\": [\"1.0\", \"1.1\"]},\n"
    "  {\"package\": {\"ecosystem\": \"npm\", \"name\": \"Left\"}, \"versions\": [\"1.0\", "
    "\"1.1\"]},\n"
    "  {\"package\": {\"ecosystem\": \"Go\", \"name\": \"nothing\"}, \"ranges\": []}],\n"
    " \"severity\": [{\"type\": \"CVSS_V3\", \"score\": \"CVSS:3.1/AV:N/AC:L\"}],\n"
    " \"references\": [{\"type\": \"WEB\", \"url\": \"https://w/\"},\n"
    "   {\"type\": \"ADVISORY\", \"url\": \"https://a/\"}],\n"
    " \"database_specific\": {\"severity\": \"MODERATE\"}, \"published\": "
    "\"2024-01-02T00:00:00Z\"}";

static void a_record(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "osv", record);
    assert_string_equal(reading_entries(&reading, "pypi", "zope-interface-x", NULL),
                        "GHSA-aaaa-bbbb-cccc =CVE-2024-1 fixed [< 1.4] [>= 2.0, < 2.3] "
                        "[>= 3.0, <= 3.9]");
    assert_string_equal(reading_entries(&reading, "npm", "Left", NULL),
                        "GHSA-aaaa-bbbb-cccc =CVE-2024-1 affected [= 1.0] [= 1.1]");
    assert_string_equal(reading_entries(&reading, "go", "nothing", NULL), "");
    assert_string_equal(reading_facts(&reading, "GHSA-aaaa-bbbb-cccc"),
                        "A \xc3\xa9vil hole ghsa/3.1 0.0 unknown ghsa 0.0 medium 2024-01-02 "
                        "https://a/");
    struct slice *ids;
    size_t count;
    assert_true(store_aliases(reading.store, SLICE("CVE-2024-1"), &reading.arena, &ids, &count,
                              &reading.err));
    assert_int_equal(count, 1);
    assert_true(slice_equal_str(ids[0], "GHSA-aaaa-bbbb-cccc"));
    reading_end(&reading);
}

static void a_distributions_advisory_mends_several(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(
        &reading, "osv",
        "{\"id\": \"ALSA-2024:1\", \"summary\": \"Important: kernel security update\",\n"
        " \"affected\": [{\"package\": {\"ecosystem\": \"AlmaLinux:9\", \"name\": \"kernel\"},\n"
        "  \"ranges\": [{\"type\": \"ECOSYSTEM\", \"events\": [{\"introduced\": \"0\"},\n"
        "   {\"fixed\": \"5.14.0-1.el9\"}]}]}],\n"
        " \"related\": [\"CVE-2024-1\", \"CVE-2024-2\", \"RHSA-1\"]}");
    assert_string_equal(reading_entries(&reading, "rpm:almalinux:9", "kernel", NULL),
                        "CVE-2024-1 fixed high [< 5.14.0-1.el9] (ALSA-2024:1); "
                        "CVE-2024-2 fixed high [< 5.14.0-1.el9] (ALSA-2024:1)");
    reading_end(&reading);
}

static void what_was_withdrawn_says_nothing(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "osv",
               "{\"id\": \"GO-1\", \"withdrawn\": \"2024-01-01T00:00:00Z\", \"affected\": ["
               "{\"package\": {\"ecosystem\": \"Go\", \"name\": \"a\"}, \"versions\": [\"1\"]}]}");
    assert_string_equal(reading_entries(&reading, "go", "a", NULL), "");
    assert_string_equal(reading_facts(&reading, "GO-1"), "");
    reading_end(&reading);
}

static void scopes_of_ecosystems(void **state)
{
    (void)state;
    static const struct {
        const char *ecosystem, *scope;
    } cases[] = {
        {"PyPI", "pypi"},
        {"crates.io", "cargo"},
        {"Packagist", "composer"},
        {"Alpine:v3.18", "apk:alpine:3.18"},
        {"Debian:12", "deb:debian:12"},
        {"Ubuntu:22.04:LTS", "deb:ubuntu:22.04"},
        {"Ubuntu:Pro:18.04:LTS", "deb:ubuntu:18.04"},
        {"Rocky Linux:9", "rpm:rocky:9"},
        {"Wolfi", "apk:wolfi"},
        {"New Thing:1", "new-thing:1"},
    };
    CLEANUP_ARENA struct arena arena;
    struct error err;
    struct slice scope;
    arena_init(&arena, 1 << 20);
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(osv_scope(slice_str(cases[i].ecosystem), &arena, &scope, &err));
        if (!slice_equal_str(scope, cases[i].scope))
            fail_msg("%s: %.*s", cases[i].ecosystem, SLICE_ARG(scope));
    }
}

static void cut_and_other_texts_are_refused(void **state)
{
    (void)state;
    reading_refuses_cuts("osv", record, 1);
    struct reading reading;
    reading_begin(&reading);
    assert_false(reading_add(&reading, "osv", "x", SLICE("{}")));
    assert_false(reading_add(&reading, "osv", "x", SLICE("PK\3\4 cut zip")));
    reading_end(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record),
        cmocka_unit_test(a_distributions_advisory_mends_several),
        cmocka_unit_test(what_was_withdrawn_says_nothing),
        cmocka_unit_test(scopes_of_ecosystems),
        cmocka_unit_test(cut_and_other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
