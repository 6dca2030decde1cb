/* What differs between two images, and that hostile names do no harm in Markdown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/brings.h"

static struct brings_items items_of(struct brings_item *items, size_t count)
{
    return (struct brings_items){items, count, count};
}

static struct brings_item item(const char *name, const char *value, enum severity severity)
{
    return (struct brings_item){slice_str(name), slice_str(value), severity};
}

static void check(const struct brings_difference *one, const char *name, const char *before,
                  const char *after)
{
    assert_true(slice_equal_str(one->name, name));
    assert_true(slice_equal_str(one->before, before));
    assert_true(slice_equal_str(one->after, after));
}

static void tells_packages_apart(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct brings_item old[] = {item("zlib", "1.2", 0), item("curl", "8.1", 0), item("go", "2", 0),
                                item("go", "1", 0), item("same", "1", 0)};
    struct brings_item new[] = {item("same", "1", 0), item("curl", "8.2", 0), item("perl", "5", 0),
                                item("go", "1", 0), item("go", "1", 0)};
    struct brings_facts before = {.packages = items_of(old, 5), .size = 100};
    struct brings_facts after = {.packages = items_of(new, 5), .size = 90};
    struct update_brings brings = {0};
    struct error err = {0};
    assert_true(brings_compare(&before, &after, &arena, &brings, &err));
    assert_int_equal(brings.packages.count, 4);
    check(&brings.packages.items[0], "curl", "8.1", "8.2");
    check(&brings.packages.items[1], "go", "1, 2", "1");
    check(&brings.packages.items[2], "perl", "", "5");
    check(&brings.packages.items[3], "zlib", "1.2", "");
    assert_true(brings.looked && brings.size_before == 100 && brings.size_after == 90);
}

static void sorts_vulnerabilities_worst_first(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct brings_item old[] = {item("CVE-1", "a", SEVERITY_LOW), item("CVE-3", "a", SEVERITY_HIGH),
                                item("CVE-2", "a", SEVERITY_HIGH),
                                item("CVE-9", "a", SEVERITY_LOW)};
    struct brings_item new[] = {item("CVE-9", "a", SEVERITY_LOW),
                                item("CVE-7", "b", SEVERITY_CRITICAL)};
    struct brings_facts before = {.findings = items_of(old, 4)};
    struct brings_facts after = {.findings = items_of(new, 2)};
    struct update_brings brings = {0};
    struct error err = {0};
    assert_true(brings_compare(&before, &after, &arena, &brings, &err));
    assert_int_equal(brings.kept, 1);
    assert_int_equal(brings.fixed.count, 3);
    check(&brings.fixed.items[0], "CVE-2", "a", "");
    check(&brings.fixed.items[2], "CVE-1", "a", "");
    check(&brings.fresh.items[0], "CVE-7", "", "b");
    assert_int_equal(brings.fresh.items[0].severity, SEVERITY_CRITICAL);
    struct slice text;
    const struct slice counts = SLICE("3 fixed (2 high, 1 low), 1 new (1 critical), 1 in both");
    assert_true(brings_markdown(&brings, &arena, &text, &err));
    assert_true(slice_search(text, counts) < text.len);
    assert_true(slice_search(text, SLICE("**New**")) < slice_search(text, SLICE("**Fixed**")));
    brings.size_before = 2000000;
    brings.size_after = 1500;
    assert_true(brings_summary(&brings, &arena, &text, &err));
    assert_true(slice_equal_str(text,
                                "3 vulnerabilities fixed (2 high, 1 low), 1 new (1 critical); "
                                "0 packages and 0 settings changed; -2.0 MB"));
}

static void markdown_is_not_broken_by_names(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct brings_item new[] = {item("a|b\n<img src=x>@all", "`1`", 0)};
    struct brings_facts before = {0}, after = {.packages = items_of(new, 1)};
    struct update_brings brings = {0};
    struct slice text;
    struct error err = {0};
    assert_true(brings_compare(&before, &after, &arena, &brings, &err));
    assert_true(brings_markdown(&brings, &arena, &text, &err));
    assert_int_equal(slice_search(text, SLICE("<img")), text.len);
    assert_int_equal(slice_search(text, SLICE("@all")), text.len);
    assert_true(slice_search(text, SLICE("a\\|b &lt;img")) < text.len);
}

static void says_why_nothing_was_compared(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct update_brings brings = {.why_not =
                                       SLICE("engine: /run/me.sock: nobody; registry: no network"),
                                   .link = SLICE("https://hub.docker.com/_/haproxy/tags?name=3"),
                                   .updated = SLICE("2026-11-01T08:00:00.123Z")};
    struct slice text;
    struct error err = {0};
    assert_true(brings_markdown(&brings, &arena, &text, &err));
    assert_true(slice_search(text, SLICE("no network")) < text.len);
    assert_true(slice_search(text, SLICE("2026-11-01.\n")) < text.len);
    assert_true(slice_search(text, SLICE("](https://hub.docker.com/_/haproxy")) < text.len);
    assert_int_equal(slice_search(text, SLICE("me.sock")), text.len); /* what this machine has */
    assert_int_equal(slice_search(text, SLICE("Vulnerabilities")), text.len);
    assert_true(brings_summary(&brings, &arena, &text, &err));
    assert_int_equal(text.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_packages_apart),
        cmocka_unit_test(sorts_vulnerabilities_worst_first),
        cmocka_unit_test(markdown_is_not_broken_by_names),
        cmocka_unit_test(says_why_nothing_was_compared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
