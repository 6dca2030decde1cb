/* Matching against the starter database, which is compiled in: real facts, no files needed. */
#include "advisory/match.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "test.h"

static struct arena arena;
static struct store_reader *store;
static struct error err;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 64 * 1024 * 1024);
    return store_reader_open(&store, NULL, &err) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    store_reader_close(store);
    arena_done(&arena);
    return 0;
}

static struct package apk(const char *name, const char *source, const char *version)
{
    return (struct package){.type = PACKAGE_APK,
                            .name = slice_str(name),
                            .version = slice_str(version),
                            .source = slice_str(source),
                            .source_version = slice_str(version),
                            .path = SLICE("lib/apk/db/installed")};
}

static struct package program(const char *name, const char *cpe, const char *version)
{
    return (struct package){.type = PACKAGE_PROGRAM,
                            .name = slice_str(name),
                            .version = slice_str(version),
                            .source = slice_str(name),
                            .source_version = slice_str(version),
                            .cpe = slice_str(cpe),
                            .path = SLICE("usr/local/sbin/program")};
}

static struct distribution alpine(const char *version)
{
    return (struct distribution){.id = SLICE("alpine"), .version_id = slice_str(version)};
}

static struct match_result match(struct distribution distribution, const struct package *packages,
                                 size_t count)
{
    struct match_result result = {0};
    if (!match_packages(store, &distribution, packages, count, &arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static const struct finding *find(const struct match_result *result, const char *id)
{
    for (size_t i = 0; i < result->finding_count; i++)
        if (slice_equal_str(result->findings[i].id, id))
            return &result->findings[i];
    return NULL;
}

static bool noted(const struct match_result *result, const char *part)
{
    for (size_t i = 0; i < result->note_count; i++) {
        struct slice text = result->notes[i].text;
        if (slice_search(text, slice_str(part)) < text.len)
            return true;
    }
    return false;
}

static void assert_text(struct slice text, const char *expected)
{
    if (!slice_equal_str(text, expected))
        fail_msg("\"%.*s\" is not \"%s\"", SLICE_ARG(text), expected);
}

static void openssl_of_alpine_3_16(void **state)
{
    (void)state;
    static const char *const expected[] = {"CVE-2022-4304", "CVE-2022-4450", "CVE-2023-0215",
                                           "CVE-2023-0286"};
    struct package package = apk("libssl1.1", "openssl", "1.1.1s-r0");
    struct match_result result = match(alpine("3.16.3"), &package, 1);
    assert_int_equal(result.finding_count, 4);
    for (size_t i = 0; i < 4; i++) {
        const struct finding *finding = find(&result, expected[i]);
        assert_non_null(finding);
        assert_ptr_equal(finding->package, &package);
        assert_text(finding->fixed, "1.1.1t-r0");
        assert_text(finding->range, "< 1.1.1t-r0");
        assert_string_equal(finding->order, "apk");
        assert_int_equal(finding->state, FIX_FIXED);
        assert_true(finding->severity >= SEVERITY_MEDIUM);
        assert_true(finding->epss > 0);
        assert_true(finding->rating_count > 0);
    }
    const struct finding *worst = &result.findings[0];
    assert_int_equal(worst->severity, SEVERITY_HIGH);
    assert_text(find(&result, "CVE-2023-0286")->url,
                "https://security.alpinelinux.org/vuln/CVE-2023-0286");
    assert_true(result.coverage.covered);
    assert_text(result.coverage.scope, "alpine 3.16");
    assert_text(result.coverage.end_of_life, "2024-05-23");
    assert_true(result.coverage.past_end_of_life);
    assert_int_equal(result.note_count, 0);
    package = apk("libssl1.1", "openssl", "1.1.1t-r0");
    assert_int_equal(match(alpine("3.16.3"), &package, 1).finding_count, 0);
}

static void release_that_nobody_covers(void **state)
{
    (void)state;
    struct package package = apk("libssl1.1", "openssl", "1.1.1s-r0");
    struct match_result result = match(alpine("3.99.0"), &package, 1);
    assert_int_equal(result.finding_count, 0);
    assert_false(result.coverage.covered);
    assert_text(result.coverage.scope, "alpine 3.99");
    result = match((struct distribution){.id = SLICE("debian"), .version_id = SLICE("12")},
                   &(struct package){.type = PACKAGE_DEB,
                                     .name = SLICE("openssl"),
                                     .source = SLICE("openssl"),
                                     .version = SLICE("3.0.11-1"),
                                     .source_version = SLICE("3.0.11-1")},
                   1);
    assert_int_equal(result.finding_count, 0);
    assert_text(result.coverage.scope, "debian 12");
    assert_false(result.coverage.covered);
    result = match((struct distribution){0}, &package, 1);
    assert_false(result.coverage.covered);
    assert_true(noted(&result, "distribution is not known"));
}

/* One line a case: program, version, id, expected? */
static void boundaries_of_programs(void **state)
{
    (void)state;
    static const struct {
        const char *name, *cpe, *version, *id, *fixed; /* fixed NULL: must not be found */
    } cases[] = {
        {"haproxy", "haproxy:haproxy", "2.0.30", "CVE-2023-25725", "2.0.31"},
        {"haproxy", "haproxy:haproxy", "2.0.31", "CVE-2023-25725", NULL},
        {"haproxy", "haproxy:haproxy", "2.6.14", "CVE-2023-40225", "2.6.15"},
        {"haproxy", "haproxy:haproxy", "2.6.15", "CVE-2023-40225", NULL},
        {"haproxy", "haproxy:haproxy", "2.6.12", "CVE-2023-45539", "2.8.2"},
        /* Bitnami has one range to 2.9.6; the NVD knows that 2.6.22 mended the branch */
        {"haproxy", "haproxy:haproxy", "2.6.22", "CVE-2025-32464", NULL},
        {"haproxy", "haproxy:haproxy", "2.6.21", "CVE-2025-32464", "2.6.22"},
        /* the NVD has one range to 2.5.2; Bitnami knows that 2.4.13 mended the branch */
        {"haproxy", "haproxy:haproxy", "2.4.13", "CVE-2022-0711", NULL},
        {"haproxy", "haproxy:haproxy", "2.4.12", "CVE-2022-0711", "2.5.2"},
        {"haproxy", "haproxy:haproxy", "2.5.1", "CVE-2022-0711", "2.5.2"},
        {"haproxy", "haproxy:haproxy", "3.3.5", "CVE-2026-33555", "3.3.6"},
        {"haproxy", "haproxy:haproxy", "3.3.6", "CVE-2026-33555", NULL},
        {"haproxy", "haproxy:haproxy", "3.1-dev6", "CVE-2024-45506", NULL},
        {"haproxy", "haproxy:haproxy", "3.3.14", "CVE-2025-32464", NULL},
        {"nginx", "f5:nginx,nginx:nginx", "1.31.2", "CVE-2026-42533", "1.31.3"},
        {"nginx", "f5:nginx,nginx:nginx", "1.31.3", "CVE-2026-42533", NULL},
        {"nginx", "f5:nginx,nginx:nginx", "1.30.4", "CVE-2026-42533", NULL},
        {"nginx", "f5:nginx,nginx:nginx", "1.30.3", "CVE-2026-42533", "1.30.4"},
        {"nginx", "f5:nginx,nginx:nginx", "0.9.5", "CVE-2026-42533", NULL},
        {"nginx", "f5:nginx,nginx:nginx", "0.9.6", "CVE-2026-42533", "1.30.4"},
        {"nginx", "f5:nginx,nginx:nginx", "1.20.0", "CVE-2021-23017", "1.20.1"},
        {"nginx", "f5:nginx,nginx:nginx", "1.20.1", "CVE-2021-23017", NULL},
        {"nginx", "f5:nginx,nginx:nginx", "1.31.0", "CVE-2026-42530", "1.31.2"},
        {"nginx", "f5:nginx,nginx:nginx", "1.30.9", "CVE-2026-42530", NULL},
        {"openssl", "openssl:openssl", "1.1.1s", "CVE-2023-0286", "1.1.1t"},
        {"openssl", "openssl:openssl", "1.1.1t", "CVE-2023-0286", NULL},
        {"openssl", "openssl:openssl", "3.0.7", "CVE-2023-0286", "3.0.8"},
        {"openssl", "openssl:openssl", "3.0.8", "CVE-2023-0286", NULL},
        {"busybox", "busybox:busybox", "1.28.4", "CVE-2018-1000517", "1.29.0"},
        {"busybox", "busybox:busybox", "1.29.0", "CVE-2018-1000517", NULL},
        {"busybox", "busybox:busybox", "1.35.0", "CVE-2022-30065", ""},
        {"busybox", "busybox:busybox", "1.35.0", "CVE-2022-28391", ""},
        {"busybox", "busybox:busybox", "1.35.1", "CVE-2022-28391", NULL},
    };
    int wrong = 0;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct package package = program(cases[i].name, cases[i].cpe, cases[i].version);
        struct match_result result = match((struct distribution){0}, &package, 1);
        const struct finding *finding = find(&result, cases[i].id);
        const char *expected = cases[i].fixed;
        if (!finding == !expected && (!finding || slice_equal_str(finding->fixed, expected)))
            continue;
        wrong++;
        print_error("%s %s: %s is %s, fixed \"%.*s\" (range %.*s, feed %.*s), expected %s\n",
                    cases[i].name, cases[i].version, cases[i].id, finding ? "found" : "not found",
                    SLICE_ARG(finding ? finding->fixed : (struct slice){0}),
                    SLICE_ARG(finding ? finding->range : (struct slice){0}),
                    SLICE_ARG(finding ? finding->feed : (struct slice){0}),
                    expected ? expected : "not found");
    }
    assert_int_equal(wrong, 0);
}

static void newest_programs_are_clean(void **state)
{
    (void)state;
    struct package packages[] = {program("haproxy", "haproxy:haproxy", "3.4.1"),
                                 program("nginx", "f5:nginx,nginx:nginx", "1.31.6"),
                                 program("busybox", "busybox:busybox", "1.99.0")};
    struct match_result result = match((struct distribution){0}, packages, 3);
    for (size_t i = 0; i < result.finding_count; i++)
        print_error("%.*s: %.*s %.*s\n", SLICE_ARG(result.findings[i].package->name),
                    SLICE_ARG(result.findings[i].id), SLICE_ARG(result.findings[i].range));
    assert_int_equal(result.finding_count, 0);
}

/* nginx.org's packages stand in Alpine's database, and Alpine's advisories are not theirs. */
static void packages_of_nginx_org(void **state)
{
    (void)state;
    struct package packages[] = {apk("nginx", "nginx", "1.29.4-r1"),
                                 apk("nginx-module-njs", "nginx-module-njs", "1.29.4.0.9.4-r1"),
                                 apk("nginx-module-xslt", "nginx-module-xslt", "1.29.4-r1")};
    for (size_t i = 0; i < 3; i++)
        packages[i].vendor = SLICE("nginx.org");
    packages[0].cpe = SLICE("f5:nginx,nginx:nginx");
    struct match_result result = match(alpine("3.23.2"), packages, 3);
    const struct finding *finding = find(&result, "CVE-2026-42533");
    assert_non_null(finding);
    assert_text(finding->feed, "nginx");
    assert_text(finding->fixed, "1.30.4");
    assert_ptr_equal(finding->package, &packages[0]);
    for (size_t i = 0; i < result.finding_count; i++)
        assert_string_not_equal(result.findings[i].order, "apk");
    assert_false(noted(&result, "not built by the distribution"));
    packages[0].version = packages[0].source_version = SLICE("1.31.6-r1");
    result = match(alpine("3.23.2"), packages, 1);
    assert_int_equal(result.finding_count, 0);
}

static void version_that_is_none_is_noted_once(void **state)
{
    (void)state;
    struct package package = apk("libssl1.1", "openssl", "not a version");
    struct match_result result = match(alpine("3.16.3"), &package, 1);
    assert_int_equal(result.finding_count, 0);
    assert_int_equal(result.note_count, 1);
    assert_true(noted(&result, "\"not a version\" is not a version in apk order"));
}

static void sorted_by_severity_then_package(void **state)
{
    (void)state;
    struct package packages[] = {program("openssl", "openssl:openssl", "1.0.1"),
                                 program("nginx", "f5:nginx,nginx:nginx", "1.0.0")};
    struct match_result result = match((struct distribution){0}, packages, 2);
    assert_true(result.finding_count > 20);
    for (size_t i = 1; i < result.finding_count; i++) {
        const struct finding *a = &result.findings[i - 1], *b = &result.findings[i];
        assert_true(a->severity >= b->severity);
        if (a->severity == b->severity)
            assert_true(slice_compare(a->package->name, b->package->name) <= 0);
        if (a->severity == b->severity && slice_equal(a->package->name, b->package->name))
            assert_true(slice_compare(a->id, b->id) < 0);
    }
    const struct finding *heartbleed = find(&result, "CVE-2014-0160");
    assert_non_null(heartbleed);
    assert_true(heartbleed->kev);
    assert_true(heartbleed->kev_due.len == 10);
}

static void programs_past_their_end_are_noted(void **state)
{
    (void)state;
    struct package package = program("haproxy", "haproxy:haproxy", "1.8.30");
    struct match_result result = match((struct distribution){0}, &package, 1);
    assert_true(noted(&result, "haproxy 1.8.30: release 1.8 is past its end of life"));
}

static struct match_reason explain(struct distribution distribution, const struct package *package,
                                   const char *id)
{
    struct match_reason *reasons;
    size_t count;
    if (!match_explain(store, &distribution, package, 1, slice_str(id), &arena, &reasons, &count,
                       &err))
        fail_msg("%s", err.text);
    assert_true(count >= 1);
    return reasons[0];
}

static void explanations(void **state)
{
    (void)state;
    struct package package = apk("openssl", "openssl", "1.1.1s-r0");
    struct match_reason reason = explain(alpine("3.16.3"), &package, "CVE-2022-4304");
    assert_int_equal(reason.verdict, MATCH_AFFECTED);
    assert_text(reason.text,
                "openssl 1.1.1s-r0 (lib/apk/db/installed) is affected: 1.1.1s-r0 < 1.1.1t-r0 by "
                "apk order; alpine secdb v3.16 of 2026-06-09");
    package = apk("libssl1.1", "openssl", "1.1.1t-r2");
    reason = explain(alpine("3.16.3"), &package, "CVE-2022-4304");
    assert_int_equal(reason.verdict, MATCH_FIXED);
    assert_text(reason.text,
                "libssl1.1 1.1.1t-r2 of openssl (lib/apk/db/installed) is fixed: 1.1.1t-r2 >= "
                "1.1.1t-r0 by apk order; alpine secdb v3.16 of 2026-06-09");
    reason = explain(alpine("3.99.0"), &package, "CVE-2022-4304");
    assert_int_equal(reason.verdict, MATCH_NOT_COVERED);
    assert_true(slice_search(reason.text, SLICE("no feed covers alpine 3.99")) < reason.text.len);
    reason = explain(alpine("3.16.3"), &package, "CVE-2014-0160");
    assert_int_equal(reason.verdict, MATCH_NOT_IN_RANGE);
    assert_true(slice_search(reason.text, SLICE("upstream's 1.1.1t is not affected either")) <
                reason.text.len);
    package = apk("zlib", "zlib", "1.2.13-r0");
    reason = explain(alpine("3.16.3"), &package, "CVE-2022-4304");
    assert_int_equal(reason.verdict, MATCH_NO_ENTRY);
    assert_null(reason.package);
    assert_true(slice_search(reason.text, SLICE("feeds name openssl")) < reason.text.len);
    reason = explain(alpine("3.16.3"), &package, "CVE-1999-99999");
    assert_text(reason.text, "CVE-1999-99999 is in no feed of the database");
    package = program("nginx", "f5:nginx,nginx:nginx", "1.30.4");
    reason = explain((struct distribution){0}, &package, "CVE-2026-42533");
    assert_int_equal(reason.verdict, MATCH_FIXED);
}

static void back_port_is_told(void **state)
{
    (void)state;
    struct package package = apk("busybox", "busybox", "1.35.0-r17");
    struct match_reason reason = explain(alpine("3.16.3"), &package, "CVE-2022-28391");
    assert_int_equal(reason.verdict, MATCH_FIXED);
    assert_true(
        slice_search(reason.text, SLICE("is fixed: 1.35.0-r17 >= 1.35.0-r7 by apk order (by a "
                                        "back-port: upstream's 1.35.0 is in \"<= 1.35.0\", "
                                        "nvd-facts); alpine secdb v3.16")) < reason.text.len);
}

/* Whatever the budget of memory, there is a result or an error. */
static void spent_budgets_are_errors(void **state)
{
    (void)state;
    struct package package = program("openssl", "openssl:openssl", "1.0.1");
    struct distribution none = {0};
    size_t failures = 0;
    for (size_t limit = 0; limit < 600 * 1024; limit += 3 * 1024) {
        struct arena small;
        struct match_result result;
        struct match_reason *reasons;
        size_t count;
        arena_init(&small, limit);
        if (!match_packages(store, &none, &package, 1, &small, &result, &err)) {
            assert_int_equal(err.kind, ERROR_LIMIT);
            failures++;
        }
        arena_done(&small);
        arena_init(&small, limit);
        if (!match_explain(store, &none, &package, 1, SLICE("CVE-2014-0160"), &small, &reasons,
                           &count, &err))
            assert_int_equal(err.kind, ERROR_LIMIT);
        arena_done(&small);
    }
    assert_true(failures > 3);
}

/* The package lists of real images: simple enough to be read here, without the catalogue. */
static size_t read_installed(const char *file, struct package *packages, size_t room)
{
    const char *shared = getenv("PLIMSOLL_SHARED");
    struct slice path, bytes;
    size_t count = 0;
    struct package package = {.type = PACKAGE_APK};
    path = arena_printf(&arena, "%s/data/apkdb/%s", shared ? shared : "", file);
    if (!shared || !file_read(path.at, 1 << 20, &arena, &bytes, &err))
        return 0;
    while (bytes.len && count < room) {
        struct slice line = slice_cut_line(&bytes), value = slice_from(line, 2);
        if (slice_starts(line, SLICE("P:")))
            package.name = value;
        else if (slice_starts(line, SLICE("V:")))
            package.version = package.source_version = value;
        else if (slice_starts(line, SLICE("o:")))
            package.source = value;
        if ((line.len == 0 || bytes.len == 0) && package.name.len) {
            package.path = SLICE("lib/apk/db/installed");
            packages[count++] = package;
            package = (struct package){.type = PACKAGE_APK};
        }
    }
    return count;
}

static void package_lists_of_real_images(void **state)
{
    (void)state;
    static const struct {
        const char *release, *file;
        size_t findings; /* by tests/oracle/secdb, an independent program */
    } cases[] = {
        {"3.16.9", "3.16.9-x86_64.installed", 0},
        {"3.18.9", "3.18.9-x86_64.installed", 0},
        {"3.20.3", "3.20.3-x86_64.installed", 0},
        {"3.16.0", "3.13.12-x86_64.installed", 36}, /* older packages than the release's */
        {"3.20.3", "3.16.9-x86_64.installed", 70},
        {"3.24.1", "3.20.3-x86_64.installed", 102},
    };
    struct package packages[64];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t count = read_installed(cases[i].file, packages, 64);
        if (count == 0) {
            print_message("SKIPPED: no package lists in $PLIMSOLL_SHARED/data/apkdb\n");
            skip();
        }
        struct match_result result = match(alpine(cases[i].release), packages, count);
        if (result.finding_count != cases[i].findings)
            for (size_t j = 0; j < result.finding_count; j++)
                print_error("%s: %.*s %.*s %.*s\n", cases[i].file,
                            SLICE_ARG(result.findings[j].package->name),
                            SLICE_ARG(result.findings[j].package->version),
                            SLICE_ARG(result.findings[j].id));
        assert_int_equal(result.finding_count, cases[i].findings);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(openssl_of_alpine_3_16),
        cmocka_unit_test(release_that_nobody_covers),
        cmocka_unit_test(boundaries_of_programs),
        cmocka_unit_test(newest_programs_are_clean),
        cmocka_unit_test(packages_of_nginx_org),
        cmocka_unit_test(version_that_is_none_is_noted_once),
        cmocka_unit_test(sorted_by_severity_then_package),
        cmocka_unit_test(programs_past_their_end_are_noted),
        cmocka_unit_test(explanations),
        cmocka_unit_test(back_port_is_told),
        cmocka_unit_test(spent_budgets_are_errors),
        cmocka_unit_test(package_lists_of_real_images),
    };
    setenv("SOURCE_DATE_EPOCH", "1787400000", 1); /* 2026-08-22: ends of life do not move */
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
