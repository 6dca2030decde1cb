/* Updates as a whole: a mirror of our own that changes, breaks and comes back, and the real one. */
#include "advisory/update.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "advisory/lookup.h"
#include "advisory/match.h"
#include "base/clock.h"
#include "base/file.h"
#include "test.h"

static char top[64], mirror[96], store[96];
static struct arena arena;
static struct error err;

static const char openssl[] = "{\"distroversion\":\"v3.16\",\"packages\":[{\"pkg\":{\"name\":"
                              "\"openssl\",\"secfixes\":{\"1.1.1t-r0\":[\"CVE-2023-0286\"]}}}]}";
static const char newer[] = "{\"distroversion\":\"v3.16\",\"packages\":[{\"pkg\":{\"name\":"
                            "\"openssl\",\"secfixes\":{\"1.1.1u-r0\":[\"CVE-2023-9999\"]}}}]}";
static const char kev[] = "{\"vulnerabilities\":[{\"cveID\":\"CVE-1\",\"dateAdded\":\"2026-01-01\","
                          "\"dueDate\":\"2026-02-01\"}]}";

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    snprintf(top, sizeof top, "/tmp/plimsoll-update.XXXXXX");
    if (!mkdtemp(top))
        return -1;
    snprintf(mirror, sizeof mirror, "%s/mirror", top);
    snprintf(store, sizeof store, "%s/store", top);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    static const char *const names[] = {"mirror/alpine/v3.16/main.json",
                                        "mirror/alpine/v3.16",
                                        "mirror/alpine",
                                        "mirror/kev/known_exploited_vulnerabilities.json",
                                        "mirror/kev",
                                        "mirror",
                                        "store/data.mdb",
                                        "store/lock.mdb",
                                        "store/update.lock",
                                        "store"};
    char path[256];
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", top, names[i]);
        remove(path);
    }
    arena_done(&arena);
    return rmdir(top);
}

static void put(const char *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", mirror, folder);
    assert_true(file_make_folder(path, &err));
    snprintf(path, sizeof path, "%s/%s/%s", mirror, folder, name);
    assert_true(file_write(path, slice_str(text), &err));
}

static struct update_result update(void)
{
    struct update_options options = {.folder = store, .mirror = slice_str(mirror)};
    struct update_result result;
    if (!update_run(&options, &arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static enum update_outcome outcome_of(const struct update_result *result, const char *feed)
{
    for (size_t i = 0; i < result->count; i++)
        if (slice_equal_str(result->feeds[i].name, feed))
            return result->feeds[i].outcome;
    return UPDATE_ABSENT;
}

static bool named(void *context, struct slice feed, const struct id_ref *ref)
{
    (void)feed;
    *(bool *)context |= slice_equal_str(ref->name, "openssl");
    return true;
}

static bool knows(const char *id)
{
    struct store_reader *reader;
    bool found = false;
    assert_true(store_reader_open(&reader, store, &err));
    assert_true(store_named(reader, slice_str(id), named, &found, &err));
    store_reader_close(reader);
    return found;
}

static void what_has_not_changed_is_not_read_again(void **state)
{
    (void)state;
    put("alpine/v3.16", "main.json", openssl);
    put("kev", "known_exploited_vulnerabilities.json", kev);
    struct update_result result = update();
    assert_int_equal(result.count, 2);
    assert_int_equal(outcome_of(&result, "alpine"), UPDATE_DONE);
    assert_true(knows("CVE-2023-0286"));
    result = update();
    assert_int_equal(outcome_of(&result, "alpine"), UPDATE_UNCHANGED);
    assert_int_equal(outcome_of(&result, "kev"), UPDATE_UNCHANGED);
    assert_true(knows("CVE-2023-0286"));
    put("alpine/v3.16", "main.json", newer);
    result = update();
    assert_int_equal(outcome_of(&result, "alpine"), UPDATE_DONE);
    assert_int_equal(outcome_of(&result, "kev"), UPDATE_UNCHANGED);
    assert_true(knows("CVE-2023-9999"));
    assert_false(knows("CVE-2023-0286"));
}

static void a_feed_that_fails_leaves_its_old_data(void **state)
{
    (void)state;
    char cut[sizeof newer];
    put("alpine/v3.16", "main.json", openssl);
    put("kev", "known_exploited_vulnerabilities.json", kev);
    update();
    snprintf(cut, sizeof cut, "%.*s", (int)sizeof newer - 10, newer);
    put("alpine/v3.16", "main.json", cut);
    put("kev", "known_exploited_vulnerabilities.json",
        "{\"vulnerabilities\":[{\"cveID\":\"CVE-2\",\"dateAdded\":\"2026-01-01\"}]}");
    struct update_result result = update();
    assert_int_equal(outcome_of(&result, "alpine"), UPDATE_FAILED);
    assert_int_equal(outcome_of(&result, "kev"), UPDATE_DONE);
    assert_int_equal(result.failed, 1);
    assert_true(knows("CVE-2023-0286"));
    assert_false(knows("CVE-2023-9999"));

    struct store_reader *reader;
    struct feed_status *feeds;
    size_t count;
    assert_true(store_reader_open(&reader, store, &err));
    assert_true(store_feeds(reader, &arena, &feeds, &count, &err));
    assert_true(slice_equal_str(feeds[0].name, "alpine"));
    assert_int_not_equal(feeds[0].error.len, 0);
    assert_int_not_equal(feeds[0].records, 0);
    store_reader_close(reader);

    put("alpine/v3.16", "main.json", newer);
    result = update();
    assert_int_equal(outcome_of(&result, "alpine"), UPDATE_DONE);
    assert_true(knows("CVE-2023-9999"));
}

static void names_are_checked(void **state)
{
    (void)state;
    struct slice only = SLICE("alpin"), missing = SLICE("wolfi");
    struct update_result result;
    struct update_options options = {
        .folder = store, .mirror = slice_str(mirror), .only = &only, .only_count = 1};
    put("alpine/v3.16", "main.json", openssl);
    assert_false(update_run(&options, &arena, &result, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    options.only = &missing;
    assert_true(update_run(&options, &arena, &result, &err));
    assert_int_equal(result.failed, 1);
    options.mirror = SLICE("/nonexistent/mirror");
    assert_false(update_run(&options, &arena, &result, &err));
}

static void files_are_imported(void **state)
{
    (void)state;
    struct update_result result;
    struct update_options options = {.folder = store};
    char path[256];
    const char *const files[] = {path};
    put("alpine/v3.16", "main.json", openssl);
    snprintf(path, sizeof path, "%s/alpine/v3.16/main.json", mirror);
    assert_true(update_import(&options, SLICE("alpine"), files, 1, &arena, &result, &err));
    assert_int_equal(result.failed, 0);
    assert_true(knows("CVE-2023-0286"));
    assert_false(update_import(&options, SLICE("osv"), files, 1, &arena, &result, &err));
    assert_true(update_import(&options, SLICE("kev"), files, 1, &arena, &result, &err));
    assert_int_equal(result.failed, 1);
}

struct expectation {
    const char *id, *fixed;
    bool seen;
};

static bool look_for(void *context, struct slice feed, struct slice value)
{
    struct expectation *expected = context;
    struct advisory_entry entry;
    (void)feed;
    while (entry_decode(&value, &arena, &entry))
        expected->seen |= slice_equal_str(entry.id, expected->id) && entry.range_count == 1 &&
                          slice_equal_str(entry.ranges[0].fixed, expected->fixed);
    return true;
}

static void expect(struct store_reader *reader, const char *scope, const char *name, const char *id,
                   const char *fixed)
{
    struct expectation expected = {id, fixed, false};
    assert_true(store_lookup(reader, slice_str(scope), slice_str(name), look_for, &expected, &err));
    if (!expected.seen)
        fail_msg("%s %s: %s is not fixed in %s", scope, name, id, fixed);
}

static void check_real(struct store_reader *reader)
{
    struct slice feed, date, added, due;
    double score, percentile;
    expect(reader, "apk:alpine:3.16", "openssl", "CVE-2023-0286", "1.1.1t-r0");
    expect(reader, "apk:alpine:3.16", "openssl", "CVE-2022-4450", "1.1.1t-r0");
    expect(reader, "apk:alpine:3.24", "openssl", "CVE-2026-34180", "3.5.7-r0"); /* of the delta */
    expect(reader, "deb:debian:11", "xorg-server", "CVE-2023-1393", "2:1.20.11-1+deb11u6");
    expect(reader, "rpm:almalinux:9", "openssl", "CVE-2023-0286", "1:3.0.1-47.el9_1");
    expect(reader, "cpe", "f5:nginx", "CVE-2026-42530", "1.31.2");
    assert_true(store_covers(reader, SLICE("apk:wolfi"), &feed, &date));
    assert_true(store_covers(reader, SLICE("deb:debian:11"), &feed, &date));
    assert_false(store_covers(reader, SLICE("deb:debian:12"), &feed, &date));
    assert_true(store_kev(reader, SLICE("CVE-2021-44228"), &added, &due));
    assert_true(store_epss(reader, SLICE("CVE-2021-44228"), &score, &percentile));
    assert_true(score > 0.5);
    assert_true(store_end_of_life(reader, SLICE("alpine"), SLICE("3.16"), &date));
    assert_true(slice_equal_str(date, "2024-05-23"));
}

static void the_real_feeds(void **state)
{
    (void)state;
    const char *shared = getenv("PLIMSOLL_SHARED");
    struct stat about;
    char feeds[512];
    snprintf(feeds, sizeof feeds, "%s/feeds", shared ? shared : "");
    if (stat(feeds, &about) != 0) {
        print_message("*** %s is not there: the real feeds are NOT tested ***\n", feeds);
        skip();
    }
    struct update_options options = {.folder = store, .mirror = slice_str(feeds)};
    struct update_result result;
    double start = clock_monotonic();
    assert_true(update_run(&options, &arena, &result, &err));
    print_message("all feeds: %.1f s\n", clock_monotonic() - start);
    for (size_t i = 0; i < result.count; i++)
        if (result.feeds[i].outcome != UPDATE_DONE)
            fail_msg("%.*s: %s", SLICE_ARG(result.feeds[i].name), result.feeds[i].error.text);
    start = clock_monotonic();
    assert_true(update_run(&options, &arena, &result, &err));
    print_message("again: %.2f s\n", clock_monotonic() - start);
    for (size_t i = 0; i < result.count; i++)
        assert_int_equal(result.feeds[i].outcome, UPDATE_UNCHANGED);
    struct store_reader *reader;
    start = clock_monotonic();
    assert_true(store_reader_open(&reader, store, &err));
    check_real(reader);
    print_message("opened, a dozen lookups: %.2f ms\n", (clock_monotonic() - start) * 1000);
    store_reader_close(reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_has_not_changed_is_not_read_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_feed_that_fails_leaves_its_old_data, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_are_checked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_are_imported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_real_feeds, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
