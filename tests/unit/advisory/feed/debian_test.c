#include "reading.h"

static const char tracker[] =
    "{\"openssl\": {\n"
    " \"CVE-2023-0286\": {\"scope\": \"remote\", \"description\": \"A type confusion.\",\n"
    "  \"releases\": {\n"
    "   \"bookworm\": {\"status\": \"resolved\", \"fixed_version\": \"3.0.8-1\",\n"
    "                \"repositories\": {\"bookworm\": \"3.0.11-1\"}, \"urgency\": \"not yet "
    "assigned\"},\n"
    "   \"bullseye\": {\"status\": \"open\", \"urgency\": \"low**\", \"nodsa\": \"Minor issue\",\n"
    "                \"nodsa_reason\": \"\"},\n"
    "   \"buster\": {\"status\": \"open\", \"urgency\": \"unimportant\", \"nodsa\": \"x\",\n"
    "              \"nodsa_reason\": \"ignored\"},\n"
    "   \"stretch\": {\"status\": \"open\", \"urgency\": \"end-of-life\"},\n"
    "   \"sid\": {\"status\": \"open\", \"urgency\": \"high\"},\n"
    "   \"trixie\": {\"status\": \"undetermined\", \"urgency\": \"medium\"},\n"
    "   \"newname\": {\"status\": \"resolved\", \"fixed_version\": \"0\", \"urgency\": "
    "\"low\"}}},\n"
    " \"TEMP-0000000-ABCDEF\": {\"releases\": {\"bookworm\": {\"status\": \"open\",\n"
    "   \"urgency\": \"not yet assigned\", \"nodsa\": \"later\", \"nodsa_reason\": "
    "\"postponed\"}}}},\n"
    "\"openssl1.0\": {\"CVE-2023-0286\": {\"description\": \"A type confusion.\", \"releases\": "
    "{}}}}\n";

static void check(struct reading *reading, const char *scope, const char *expected)
{
    assert_string_equal(reading_entries(reading, scope, "openssl", "CVE-2023-0286"), expected);
}

static void every_status_is_kept(void **state)
{
    (void)state;
    struct reading reading;
    reading_of(&reading, "debian", tracker);
    check(&reading, "deb:debian:12", "CVE-2023-0286 fixed [< 3.0.8-1]");
    check(&reading, "deb:debian:11", "CVE-2023-0286 deferred low [all versions] (Minor issue)");
    check(&reading, "deb:debian:10", "CVE-2023-0286 will_not_fix negligible [all versions] (x)");
    check(&reading, "deb:debian:9", "CVE-2023-0286 end_of_life [all versions]");
    check(&reading, "deb:debian:sid", "CVE-2023-0286 affected high [all versions]");
    check(&reading, "deb:debian:13", "CVE-2023-0286 under_investigation medium [all versions]");
    check(&reading, "deb:debian:newname", "CVE-2023-0286 not_affected low");
    assert_string_equal(
        reading_entries(&reading, "deb:debian:12", "openssl", "TEMP-0000000-ABCDEF"),
        "TEMP-0000000-ABCDEF deferred [all versions] (later)");
    assert_string_equal(reading_facts(&reading, "CVE-2023-0286"), "A type confusion.");
    reading_end(&reading);
}

static void a_cut_file_is_refused(void **state)
{
    (void)state;
    reading_refuses_cuts("debian", tracker, 7);
}

static const char lists[] = "[29 Mar 2023] DSA-5380-1 xorg-server - security update\n"
                            "\t{CVE-2023-1393 CVE-2023-2}\n"
                            "\t[bullseye] - xorg-server 2:1.20.11-1+deb11u6\n"
                            "\tNOTE: a word\n"
                            "[17 Mar 2023] DSA-5356-2 sox - regression update\n"
                            "\t[bullseye] - sox 14.4.2+git20190427-2+deb11u2\n"
                            "[03 Dec 2014] DSA-3086-1 tcpdump - security update\n"
                            "\t[jessie] - virtualbox <end-of-life>\n"
                            "\t[wheezy] - tcpdump 4.3.0-1+deb7u1 (high)\n"
                            "[18 Apr 2018] DSA-4205-1 jessie end-of-life\n"
                            "\tNOTE: end of security support for jessie\n";

static void lists_of_advisories(void **state)
{
    (void)state;
    struct reading reading;
    struct slice feed, date;
    reading_of(&reading, "debian-lists", lists);
    assert_string_equal(reading_entries(&reading, "deb:debian:11", "xorg-server", NULL),
                        "CVE-2023-1393 fixed [< 2:1.20.11-1+deb11u6] (DSA-5380-1); "
                        "CVE-2023-2 fixed [< 2:1.20.11-1+deb11u6] (DSA-5380-1)");
    assert_string_equal(reading_entries(&reading, "deb:debian:11", "sox", NULL), "");
    assert_string_equal(reading_entries(&reading, "deb:debian:8", "virtualbox", NULL),
                        "DSA-3086-1 end_of_life [all versions] (DSA-3086-1)");
    assert_string_equal(reading_entries(&reading, "deb:debian:7", "tcpdump", NULL),
                        "DSA-3086-1 fixed [< 4.3.0-1+deb7u1] (DSA-3086-1)");
    assert_string_equal(reading_facts(&reading, "DSA-5380-1"),
                        "xorg-server - security update 2023-03-29 "
                        "https://security-tracker.debian.org/tracker/DSA-5380-1");
    assert_true(store_covers(reading.store, SLICE("deb:debian:11"), &feed, &date));
    assert_true(slice_equal_str(date, "2023-03-29"));
    assert_false(store_covers(reading.store, SLICE("deb:debian:12"), &feed, &date));
    reading_end(&reading);
}

static void other_texts_are_refused(void **state)
{
    (void)state;
    const char *const texts[] = {"", "\n\n", "<html>\n<body>", "{\"openssl\": {}}", "[x]\n"};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct reading reading;
        reading_begin(&reading);
        assert_false(reading_add(&reading, "debian-lists", "x", slice_str(texts[i])));
        reading_end(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_is_kept),
        cmocka_unit_test(a_cut_file_is_refused),
        cmocka_unit_test(lists_of_advisories),
        cmocka_unit_test(other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
