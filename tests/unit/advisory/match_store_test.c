/* Matching against a real store: made by the feed readers from a small mirror (tests/data), and
   from Alpine's whole secdb where the shared data is there. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "advisory/match.h"
#include "advisory/update.h"
#include "base/file.h"
#include "test.h"

static struct arena arena;
static struct error err;
static char folder[] = "/tmp/plimsoll-match-XXXXXX";

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 256 * 1024 * 1024);
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const files[] = {
        "small/data.mdb", "small/lock.mdb", "small/update.lock", "small",
        "whole/data.mdb", "whole/lock.mdb", "whole/update.lock", "whole"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        remove(arena_printf(&arena, "%s/%s", folder, files[i]).at);
    int removed = rmdir(folder);
    arena_done(&arena);
    return removed;
}

/* A store in `name` of the temporary folder; `only` NULL: all that the mirror has. */
static struct store_reader *make_store(const char *name, const char *mirror, const char *only)
{
    struct slice wanted = slice_str(only);
    struct update_result result;
    struct store_reader *store = NULL;
    struct update_options options = {.folder = arena_printf(&arena, "%s/%s", folder, name).at,
                                     .mirror = slice_str(mirror),
                                     .only = only ? &wanted : NULL,
                                     .only_count = only ? 1 : 0};
    if (!update_run(&options, &arena, &result, &err) ||
        !store_reader_open(&store, options.folder, &err))
        fail_msg("%s", err.text);
    assert_false(store_reader_is_starter(store));
    return store;
}

static struct package package(enum package_type type, const char *name, const char *source,
                              const char *version)
{
    return (struct package){.type = type,
                            .name = slice_str(name),
                            .version = slice_str(version),
                            .source = slice_str(source),
                            .source_version = slice_str(version),
                            .path = SLICE("var/lib/dpkg/status")};
}

static struct match_result match(struct store_reader *store, const char *id, const char *version,
                                 const struct package *packages, size_t count)
{
    struct distribution distribution = {.id = slice_str(id), .version_id = slice_str(version)};
    struct match_result result;
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

static void debian_decides_for_its_packages(struct store_reader *store)
{
    struct package packages[] = {
        package(PACKAGE_DEB, "libssl1.1", "openssl", "1.1.1n-0+deb11u3"),
        package(PACKAGE_DEB, "libc6", "glibc", "2.31-13"),
        package(PACKAGE_DEB, "linux-libc-dev", "linux", "5.10.1-1"),
    };
    struct match_result result = match(store, "debian", "11", packages, 3);
    assert_true(result.coverage.covered);
    assert_int_equal(result.finding_count, 4);
    const struct finding *finding = find(&result, "CVE-2022-4304");
    assert_non_null(finding);
    assert_string_equal(finding->order, "deb");
    assert_true(slice_equal_str(finding->fixed, "1.1.1n-0+deb11u4"));
    finding = find(&result, "CVE-2010-4756");
    assert_int_equal(finding->severity, SEVERITY_NEGLIGIBLE);
    assert_true(slice_equal_str(finding->severity_source, "debian"));
    assert_int_equal(finding->state, FIX_AFFECTED);
    assert_int_equal(find(&result, "CVE-2019-1010023")->state, FIX_WILL_NOT_FIX);
    assert_int_equal(find(&result, "CVE-2013-7445")->state, FIX_DEFERRED);
    assert_int_equal(find(&result, "CVE-2013-7445")->severity, SEVERITY_MEDIUM);
    assert_null(find(&result, "CVE-2021-4044"));
    packages[0] = package(PACKAGE_DEB, "libssl1.1", "openssl", "1.1.1n-0+deb11u4");
    assert_int_equal(match(store, "debian", "11", packages, 1).finding_count, 0);
    assert_false(match(store, "debian", "13", packages, 1).coverage.covered);
}

static void wolfi_has_no_releases(struct store_reader *store)
{
    struct package openssl = package(PACKAGE_APK, "libssl3", "openssl", "3.0.7-r0");
    struct match_result result = match(store, "wolfi", "20230201", &openssl, 1);
    assert_int_equal(result.finding_count, 1);
    const struct finding *finding = &result.findings[0];
    assert_true(slice_equal_str(finding->id, "CVE-2023-0286"));
    assert_int_equal(finding->alias_count, 1);
    assert_true(finding->kev);
    assert_true(slice_equal_str(finding->kev_due, "2026-08-22"));
}

static void small_mirror(void **state)
{
    (void)state;
    const char *tests = getenv("PLIMSOLL_TESTS");
    if (!tests)
        skip();
    struct store_reader *store =
        make_store("small", arena_printf(&arena, "%s/data/advisory/mirror", tests).at, NULL);
    debian_decides_for_its_packages(store);
    wolfi_has_no_releases(store);
    store_reader_close(store);
}

/* The four that the issue names, and 551 packages in 2 ms (with room for slow machines). */
static void whole_secdb(void **state)
{
    (void)state;
    static const char *const expected[] = {"CVE-2022-4304", "CVE-2022-4450", "CVE-2023-0215",
                                           "CVE-2023-0286"};
    const char *shared = getenv("PLIMSOLL_SHARED");
    struct slice mirror = arena_printf(&arena, "%s/feeds", shared ? shared : "");
    if (!shared || access(mirror.at, R_OK)) {
        print_message("SKIPPED: no feeds in $PLIMSOLL_SHARED/feeds\n");
        skip();
    }
    struct store_reader *store = make_store("whole", mirror.at, "alpine");
    struct package openssl = package(PACKAGE_APK, "libssl1.1", "openssl", "1.1.1s-r0");
    struct match_result result = match(store, "alpine", "3.16.3", &openssl, 1);
    assert_int_equal(result.finding_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_non_null(find(&result, expected[i]));
    struct package *packages = arena_array(&arena, 551, sizeof *packages);
    for (size_t i = 0; i < 551; i++)
        packages[i] = openssl, packages[i].source = arena_printf(&arena, "package-%zu", i);
    clock_t begun = clock(); /* work, not time: a busy machine changes nothing */
    match(store, "alpine", "3.16.3", packages, 551);
    double seconds = (double)(clock() - begun) / CLOCKS_PER_SEC;
    print_message("551 packages in %.2f ms\n", 1000 * seconds);
    assert_true(seconds < 0.1);
    store_reader_close(store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(small_mirror),
                                       cmocka_unit_test(whole_secdb)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
