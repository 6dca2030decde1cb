#include "reading.h"

static const char head[] =
    "<?xml version=\"1.0\"?>\n<!-- <item> --><!DOCTYPE article SYSTEM \"x\">\n"
    "<article name=\"a > b\"><security>\n";

/* One item with these versions; the entries of f5:nginx. */
static const char *ranges(struct reading *reading, const char *good, const char *vulnerable)
{
    char text[1024];
    snprintf(text, sizeof text,
             "%s<item name=\"Buffer &amp; overflow\" severity=\"major\"\n cve=\"2026-1\" "
             "advisory=\"https://x/\" good=\"%s\" vulnerable=\"%s\">\n<patch name=\"p\" />"
             "</item></security></article>",
             head, good, vulnerable);
    reading_of(reading, "nginx", text);
    return reading_entries(reading, "cpe", "f5:nginx", NULL);
}

static void good_versions_cut_ranges(void **state)
{
    (void)state;
    static const struct {
        const char *good, *vulnerable, *expected;
    } cases[] = {
        {"1.31.3+, 1.30.4+", "0.9.6-1.31.2",
         "CVE-2026-1 fixed high [>= 0.9.6, < 1.30.4] [>= 1.31.0, < 1.31.3] ->1.30.4"},
        {"1.27.0+, 1.26.1+", "1.25.0-1.25.5, 1.26.0",
         "CVE-2026-1 fixed high [>= 1.25.0, <= 1.25.5] [>= 1.26.0, < 1.26.1] ->1.26.1"},
        {"1.31.2+", "1.31.0-1.31.1", "CVE-2026-1 fixed high [>= 1.31.0, < 1.31.2] ->1.31.2"},
        {"1.5.11+", "1.5.10", "CVE-2026-1 fixed high [>= 1.5.10, < 1.5.11] ->1.5.11"},
        {"1.23.2+, 1.22.1+", "1.1.3-1.23.1, 1.0.7-1.0.15",
         "CVE-2026-1 fixed high [>= 1.1.3, < 1.22.1] [>= 1.23.0, < 1.23.2] "
         "[>= 1.0.7, <= 1.0.15] ->1.22.1"},
        {"none", "all", "CVE-2026-1 will_not_fix high [all versions]"},
        {"0.8.33+, 0.7.65+", "nginx/Windows 0.7.52-0.8.32",
         "CVE-2026-1 fixed high [>= 0.7.52, < 0.7.65] [>= 0.8.0, < 0.8.33] ->0.7.65 on windows"},
        {"x", "garbage, 1.x, -", ""},
    };
    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct reading reading;
        assert_string_equal(ranges(&reading, cases[i].good, cases[i].vulnerable),
                            cases[i].expected);
        reading_end(&reading);
    }
}

static void both_names_and_facts(void **state)
{
    (void)state;
    struct reading reading;
    ranges(&reading, "1.31.2+", "1.31.0-1.31.1");
    assert_string_equal(reading_entries(&reading, "cpe", "nginx:nginx", NULL),
                        "CVE-2026-1 fixed high [>= 1.31.0, < 1.31.2] ->1.31.2");
    assert_string_equal(reading_facts(&reading, "CVE-2026-1"),
                        "Buffer & overflow nginx 0.0 high https://x/");
    reading_end(&reading);
}

static void a_cut_file_is_refused(void **state)
{
    (void)state;
    char text[1024];
    snprintf(text, sizeof text,
             "%s<item name=\"n\" cve=\"1\" good=\"2+\" vulnerable=\"1\"/></security></article>",
             head);
    reading_refuses_cuts("nginx", text, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_versions_cut_ranges),
        cmocka_unit_test(both_names_and_facts),
        cmocka_unit_test(a_cut_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
