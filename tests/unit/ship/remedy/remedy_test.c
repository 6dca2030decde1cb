/* The plan of a remedy, what a base mends, the edit of Dockerfiles, drafts, hostile names. */
#include "ship/remedy/remedy.h"

#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"
#include "ship/audit/history.h"

static struct arena arena;
static char path[64];

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    snprintf(path, sizeof path, "/tmp/plimsoll-remedy.XXXXXX");
    int fd = mkstemp(path);
    return fd < 0 ? -1 : close(fd);
}

static int teardown(void **state)
{
    (void)state;
    unlink(path);
    arena_done(&arena);
    return 0;
}

static struct remedy with_findings(size_t count)
{
    struct remedy remedy = {.severity = SEVERITY_HIGH, .count = count};
    remedy.findings = arena_array(&arena, count, sizeof *remedy.findings);
    for (size_t i = 0; i < count; i++) {
        remedy.findings[i].id = arena_printf(&arena, "CVE-%zu", i);
        remedy.findings[i].package = SLICE("p");
        remedy.findings[i].severity = SEVERITY_HIGH;
    }
    return remedy;
}

/* `mends`: "110" is the first two of three findings. */
static void add(struct remedy *remedy, enum remedy_kind kind, const char *title, const char *mends,
                bool allowed)
{
    struct remedy_step step = {.kind = kind, .title = slice_str(title), .allowed = allowed};
    step.mends = arena_array(&arena, remedy->count, sizeof(bool));
    for (size_t i = 0; i < remedy->count; i++)
        step.count += step.mends[i] = mends[i] == '1';
    assert_true(remedy_step_add(remedy, &arena, &step));
}

static void test_plan(void **state)
{
    (void)state;
    struct remedy remedy = with_findings(5);
    add(&remedy, REMEDY_PACKAGES, "zlib", "00010", true);
    add(&remedy, REMEDY_PACKAGES, "openssl", "11100", true);
    add(&remedy, REMEDY_BASE, "minor", "11100", true);
    add(&remedy, REMEDY_REBUILD, "rebuild", "10000", true);
    add(&remedy, REMEDY_BASE, "major", "11111", false);
    add(&remedy, REMEDY_OTHER, "django", "00001", false);
    assert_true(remedy_plan(&remedy, &arena));
    assert_int_equal(remedy.plan_count, 2);
    /* Among equals the base, and then not the other base. */
    assert_string_equal(remedy.steps[remedy.plan[0]].title.at, "minor");
    assert_string_equal(remedy.steps[remedy.plan[1]].title.at, "zlib");
    assert_int_equal(remedy.steps[remedy.plan[0]].adds, 3);
    assert_int_equal(remedy.mended, 4);
    assert_int_equal(remedy.findings[3].step, 2);
    assert_int_equal(remedy.findings[4].step, 0);
    for (size_t i = 0; i < remedy.step_count; i++)
        if (!remedy.steps[i].place)
            assert_int_equal(remedy.steps[i].adds, 0);
}

static void test_nothing_mends(void **state)
{
    (void)state;
    struct remedy remedy = with_findings(2);
    assert_true(remedy_plan(&remedy, &arena));
    assert_int_equal(remedy.plan_count, 0);
    struct remedy_options options = {
        .owner = SLICE("us"), .expires_days = 14, .now = 1793491200, .dockerfile = NULL};
    struct error err;
    assert_true(remedy_draft(&options, &arena, &remedy, &err));
    assert_int_equal(remedy.drafts.count, 2);
    assert_true(slice_equal_str(remedy.drafts.items[0].expires, "2026-11-15"));
    assert_true(slice_equal_str(remedy.drafts.items[0].owner, "us"));
    assert_true(slice_starts(remedy.drafts.items[0].reason, SLICE("DRAFT of 2026-11-01")));
}

/* What the base does not have was installed by the Dockerfile: a newer base does not mend it. */
static void test_compare(void **state)
{
    (void)state;
    struct remedy remedy = with_findings(4);
    struct remedy_content content = {.user = SLICE("")};
    table_init(&content.findings, &arena);
    table_init(&content.packages, &arena);
    remedy.findings[0].package = SLICE("openssl"); /* in the base, mended */
    remedy.findings[1].package = SLICE("openssl"); /* in the base, still there */
    remedy.findings[2].package = SLICE("curl");    /* not in the base */
    remedy.findings[2].layer = 3;
    remedy.findings[3].package = SLICE("perl"); /* was in the old base, gone from the new */
    assert_true(table_put(&content.packages, SLICE("openssl"), &content));
    assert_true(table_put(&content.findings, history_key(SLICE("CVE-1"), SLICE("openssl"), &arena),
                          &content));
    struct remedy_step step = {.kind = REMEDY_BASE};
    assert_true(remedy_compare(&remedy, &content, 2, &arena, &step));
    assert_int_equal(step.count, 2);
    assert_true(step.mends[0] && !step.mends[1] && !step.mends[2] && step.mends[3]);
    step = (struct remedy_step){.kind = REMEDY_BASE};
    assert_true(remedy_compare(&remedy, &content, 0, &arena, &step));
    assert_true(step.mends[0] && !step.mends[3]); /* layers not known: no guess */
}

static const char *edited(const char *before, const char *base, const char *tag, const char *user,
                          const char *target, bool packages)
{
    struct error err = {0};
    struct remedy remedy = with_findings(2);
    struct remedy_options options = {.dockerfile = path, .target = slice_str(target)};
    remedy.base = slice_str(base);
    remedy.user = slice_str(user);
    if (tag)
        add(&remedy, REMEDY_BASE, "base", "10", true);
    if (tag)
        remedy.steps[0].tag = slice_str(tag);
    if (packages) {
        add(&remedy, REMEDY_PACKAGES, "zlib", "01", true);
        struct remedy_step *step = &remedy.steps[remedy.step_count - 1];
        step->names = SLICE("zlib");
        step->command = SLICE("apk upgrade --no-cache zlib");
    }
    assert_true(file_write(path, slice_str(before), &err));
    assert_true(remedy_plan(&remedy, &arena));
    if (!remedy_edit(&options, &arena, &remedy, &err))
        fail_msg("%s", err.text);
    return remedy.edit_problem.len ? remedy.edit_problem.at : arena_string(&arena, remedy.after);
}

static void test_edit(void **state)
{
    (void)state;
    assert_string_equal(edited("FROM a:1\nCMD x\n", "a:1", "2", "", "", false),
                        "FROM a:2\nCMD x\n");
    assert_string_equal(edited("FROM a:1", "a:1", NULL, "", "", true),
                        "FROM a:1\nRUN apk upgrade --no-cache zlib\n");
    assert_string_equal(
        edited("FROM a:1 \\\n  AS x\nCMD x\n", "a:1", "2", "app:app", "", true),
        "FROM a:2 \\\n  AS x\nUSER root\nRUN apk upgrade --no-cache zlib\nUSER app:app\nCMD x\n");
    /* The stage that is built, and the user of the stage below it. */
    assert_string_equal(
        edited("FROM a:1 AS one\nUSER web\nFROM one AS two\nCMD x\nFROM b:1\n", "a:1", "2", "app",
               "two", true),
        "FROM a:2 AS one\nUSER web\nFROM one AS two\nUSER root\nRUN apk upgrade --no-cache "
        "zlib\nUSER web\nCMD x\nFROM b:1\n");
    /* A user that is more than a word is not written. */
    assert_string_equal(edited("FROM a:1\n", "a:1", NULL, "x\nRUN evil", "", true),
                        "FROM a:1\nRUN apk upgrade --no-cache zlib\n");
    assert_non_null(strstr(edited("FROM a:1\n", "b:1", "2", "", "", false), "could not be found"));
    assert_non_null(strstr(
        edited("FROM a:1@sha256:0000000000000000000000000000000000000000000000000000000000000000\n",
               "a:1@sha256:0000000000000000000000000000000000000000000000000000000000000000", "2",
               "", "", false),
        "plimsoll update"));
}

/* Names of packages come from an image; they go into a RUN only when they can do nothing there. */
static void test_hostile_names(void **state)
{
    (void)state;
    static const char *const names[] = {"x; rm -rf", "$(id)", "--root=/", "a\nRUN b", "a`b`", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct error err;
        struct remedy remedy = with_findings(1);
        struct package package = {.type = PACKAGE_APK,
                                  .name = slice_str(names[i]),
                                  .version = SLICE("1"),
                                  .source = slice_str(names[i]),
                                  .source_version = SLICE("1")};
        struct scan_finding finding = {.finding = {.id = SLICE("CVE-0"),
                                                   .package = &package,
                                                   .severity = SEVERITY_HIGH,
                                                   .order = "apk",
                                                   .fixed = SLICE("2")}};
        struct scan_result result = {.findings = &finding, .finding_count = 1};
        remedy.findings[0].package = package.name;
        remedy.findings[0].fixed = SLICE("2");
        remedy.findings[0].type = PACKAGE_APK;
        assert_true(remedy_find_packages(&result, &arena, &remedy, &err));
        for (size_t s = 0; s < remedy.step_count; s++)
            if (remedy.steps[s].command.len || remedy.steps[s].allowed)
                fail_msg("a command for %s", names[i]);
    }
}

static void test_merged(void **state)
{
    (void)state;
    struct error err = {0};
    struct remedy remedy = with_findings(2);
    struct remedy_options options = {.dockerfile = path};
    add(&remedy, REMEDY_PACKAGES, "b", "10", true);
    remedy.steps[0].names = SLICE("b");
    remedy.steps[0].command = SLICE("apt-get install b && rm b");
    add(&remedy, REMEDY_PACKAGES, "c", "01", true);
    remedy.steps[1].names = SLICE("c d");
    remedy.steps[1].command = SLICE("apt-get install c d && rm b");
    assert_true(file_write(path, SLICE("FROM a\n"), &err));
    assert_true(remedy_plan(&remedy, &arena) && remedy_edit(&options, &arena, &remedy, &err));
    assert_string_equal(arena_string(&arena, remedy.after),
                        "FROM a\nRUN apt-get install b c d && rm b\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_plan, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_mends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_compare, setup, teardown),
        cmocka_unit_test_setup_teardown(test_edit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_merged, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
