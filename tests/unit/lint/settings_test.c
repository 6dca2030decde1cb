/* Settings: both shapes of files, what folders add to each other, what the command line says above
   them. */
#include "lint/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"

static struct arena arena;
static struct lint_report report;
static struct lint_options options;
static char folder[] = "/tmp/plimsoll-settings.XXXXXX";

static const struct lint_rule pin = {
    .id = "pin-base-image",
    .codes = "DL3006 DL3007",
    .severity = LINT_WARNING,
    .profiles = LINT_PROFILE_DEFAULT | LINT_PROFILE_HADOLINT,
};
static const struct lint_rule syntax = {.id = "nginx-syntax", .codes = ""};
static const struct lint_rule off = {.id = "inline-ignore", .codes = "DL1001"};

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    report = (struct lint_report){.arena = &arena};
    options = (struct lint_options){.path_count = 0};
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static bool read_text(const char *text, bool hadolint, struct lint_settings *settings,
                      struct error *err)
{
    struct settings_store store;
    settings_store_init(&store, &options, &report, &arena);
    *settings = (struct lint_settings){.profile = LINT_PROFILE_DEFAULT, .fail_on = LINT_WARNING};
    return settings_read(&store, slice_str(text), SLICE("x.yaml"), SLICE("/repo"), hadolint,
                         settings, err);
}

static struct lint_settings taken(const char *text, bool hadolint)
{
    struct lint_settings settings;
    struct error err;
    if (!read_text(text, hadolint, &settings, &err))
        fail_msg("%s", err.text);
    return settings;
}

static struct lint_finding judged(const struct lint_settings *settings, const char *path,
                                  const char *codes, bool *kept)
{
    struct lint_finding finding = {
        .rule = &pin, .codes = slice_str(codes), .severity = LINT_WARNING};
    *kept = settings_judge(settings, &options, slice_str(path), &finding);
    return finding;
}

static void test_own_shape(void **state)
{
    (void)state;
    struct lint_settings settings =
        taken("scan: {fail-on: high}\n"
              "lint:\n"
              "  profile: strict\n"
              "  fail-on: info\n"
              "  headers: classic\n"
              "  behind-tls: yes\n"
              "  target-version: \"3.3\"\n"
              "  trusted-registries: [a.example, b.example]\n"
              "  label-schema: {maintainer: email}\n"
              "  strict-labels: true\n"
              "  severity: {DL3007: error}\n"
              "  ignore:\n"
              "    - DL3006\n"
              "    - {rule: pin-base-image, path: 'legacy/**', reason: old}\n",
              false);
    bool kept;
    assert_int_equal(settings.profile, LINT_PROFILE_STRICT);
    assert_int_equal(settings.fail_on, LINT_INFO);
    assert_int_equal(settings.headers, HEADERS_CLASSIC);
    assert_true(settings.behind_tls && settings.check.strict_labels);
    assert_true(slice_equal_str(settings.target_version, "3.3"));
    assert_int_equal(settings.check.trusted_registry_count, 2);
    assert_true(slice_equal_str(settings.check.labels[0].kind, "email"));
    struct lint_finding finding = judged(&settings, "/repo/Dockerfile", "DL3007", &kept);
    assert_true(kept && !finding.suppressed);
    assert_int_equal(finding.severity, LINT_ERROR);
    finding = judged(&settings, "/repo/Dockerfile", "DL3006", &kept);
    assert_true(kept && finding.suppressed);
    assert_true(slice_equal_str(finding.suppression, "x.yaml:13"));
    finding = judged(&settings, "/repo/legacy/a/Dockerfile", "DL3007", &kept);
    assert_true(finding.suppressed && slice_equal_str(finding.reason, "old"));
}

static void test_hadolint(void **state)
{
    (void)state;
    struct lint_settings settings = taken("failure-threshold: error\n"
                                          "ignored: [DL3006]\n"
                                          "override:\n  info: [DL3007]\n  error: [DL1001]\n"
                                          "trustedRegistries: docker.io\n"
                                          "label-schema: {a: rawText}\n"
                                          "disable-ignore-pragma: true\n"
                                          "no-fail: true\nformat: json\n",
                                          true);
    bool kept;
    assert_int_equal(settings.fail_on, LINT_ERROR);
    assert_true(settings.no_fail && settings.no_comments);
    assert_true(slice_equal_str(settings.check.labels[0].kind, "text"));
    assert_int_equal(judged(&settings, "/repo/x", "DL3007", &kept).severity, LINT_INFO);
    assert_true(judged(&settings, "/repo/x", "DL3006", &kept).suppressed);
    /* a severity turns on what no profile has */
    assert_true(settings_enable(&settings, &options, &off));
    settings = taken("ignored: [DL3006]\n", false); /* as --config reads it: told by its keys */
    assert_int_equal(settings.rule_count, 1);
}

static void test_mistakes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"lint: [a]\n", "x.yaml line 1: lint: keys and values"},
        {"lint:\n  fail-on: never\n", "x.yaml line 2: fail-on: one of"},
        {"lint:\n  profile: all\n", "x.yaml line 2: profile: one of"},
        {"lint:\n  ignore: {a: b}\n", "ignore: a list is wanted"},
        {"lint:\n  ignore:\n  - {rul: b}\n", "x.yaml line 3: ignore: rul is none of"},
        {"lint:\n  ignore:\n  - []\n", "ignore: a rule, or"},
        {"lint:\n  severity: {DL3006: fatal}\n", "severity: one of"},
        {"lint:\n  label-schema: {a: b}\n", "label-schema: one of"},
        {"lint:\n  behind-tls: perhaps\n", "behind-tls: yes or no"},
        {"lint: {a\n", "x.yaml: YAML line"},
        {"override: {loud: [a]}\n", "override: error, warning"},
        {"override: {error: a}\n", "override: a list"},
        {"- a\n", "x.yaml line 1: configuration"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lint_settings settings;
        struct error err;
        if (read_text(rows[i].text, false, &settings, &err) || err.kind != ERROR_USAGE ||
            !strstr(err.text, rows[i].says))
            fail_msg("row %zu: %s", i, err.text);
    }
    taken("lint:\n  wat: 1\n", false);
    assert_non_null(strstr(report.notes[report.note_count - 1].text.at, "unknown key wat"));
    taken("", false);
    taken("lint:\n", false);
}

static void test_enable(void **state)
{
    (void)state;
    struct lint_settings settings = taken("lint: {severity: {pin-base-image: off}}\n", false);
    assert_false(settings_enable(&settings, &options, &pin));
    settings = taken("lint: {severity: {DL3007: off}}\n", false); /* one of its two codes */
    assert_true(settings_enable(&settings, &options, &pin));
    bool kept;
    judged(&settings, "/x", "DL3007", &kept);
    assert_false(kept);
    judged(&settings, "/x", "DL3006", &kept);
    assert_true(kept);
    settings = taken("", false);
    assert_false(settings_enable(&settings, &options, &off));
    settings.profile = LINT_PROFILE_STRICT;
    assert_true(settings_enable(&settings, &options, &off));
    struct slice only[] = {SLICE("dl1001")};
    options.only = only;
    options.only_count = 1;
    settings.profile = LINT_PROFILE_BUILDKIT;
    assert_true(settings_enable(&settings, &options, &off));
    assert_false(settings_enable(&settings, &options, &pin));
    /* a file that cannot be parsed is never clean, unless somebody says so */
    assert_true(settings_enable(&settings, &options, &syntax));
    settings = taken("lint: {severity: {nginx-syntax: off}}\n", false);
    assert_false(settings_enable(&settings, &options, &syntax));
}

static void put(const char *path, const char *text)
{
    char whole[200];
    struct error err;
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    if (!file_write(whole, slice_str(text), &err))
        fail_msg("%s", err.text);
}

static void make(const char *path)
{
    char whole[200];
    struct error err;
    snprintf(whole, sizeof whole, "%s/%s", folder, path);
    assert_true(file_make_folder(whole, &err));
}

static void test_folders(void **state)
{
    (void)state;
    struct settings_store store;
    const struct lint_settings *outer, *inner, *again;
    struct error err;
    assert_non_null(mkdtemp(folder));
    make("a/b");
    put("plimsoll.yaml", "lint: {fail-on: error, profile: hadolint, ignore: [DL1001]}\n");
    put("a/.hadolint.yaml", "ignored: [DL1000]\ntrustedRegistries: [one]\n");
    put("a/b/plimsoll.yaml", "lint: {fail-on: info, trusted-registries: [two]}\n");
    settings_store_init(&store, &options, &report, &arena);
    struct slice low = arena_printf(&arena, "%s/a/../a/b/Dockerfile", folder),
                 high = arena_printf(&arena, "%s/a/Dockerfile", folder);
    assert_true(settings_find(&store, low, &inner, &err));
    assert_true(settings_find(&store, high, &outer, &err));
    assert_int_equal(inner->fail_on, LINT_INFO);
    assert_int_equal(inner->profile, LINT_PROFILE_HADOLINT);
    assert_int_equal(inner->rule_count, 2);
    assert_int_equal(inner->check.trusted_registry_count, 2);
    assert_int_equal(outer->fail_on, LINT_ERROR);
    assert_int_equal(outer->check.trusted_registry_count, 1); /* untouched by what is below it */
    assert_true(settings_find(&store, low, &again, &err));
    assert_ptr_equal(inner, again);
    /* the command line stands above */
    options.fail_on_given = true;
    options.fail_on = LINT_OFF;
    options.profile = LINT_PROFILE_STRICT;
    settings_store_init(&store, &options, &report, &arena);
    assert_true(settings_find(&store, low, &inner, &err));
    assert_true(inner->no_fail);
    assert_int_equal(inner->profile, LINT_PROFILE_STRICT);
    put("a/b/plimsoll.yaml", "lint: {fail-on: x}\n");
    settings_store_init(&store, &options, &report, &arena);
    assert_false(settings_find(&store, low, &inner, &err));
    assert_non_null(strstr(err.text, "a/b/plimsoll.yaml line 1"));
    /* --config: that one alone */
    options =
        (struct lint_options){.config = arena_printf(&arena, "%s/a/.hadolint.yaml", folder).at};
    settings_store_init(&store, &options, &report, &arena);
    assert_true(settings_find(&store, low, &inner, &err));
    assert_int_equal(inner->rule_count, 1);
    assert_int_equal(inner->fail_on, LINT_WARNING);
    static const char *const made[] = {
        "a/b/plimsoll.yaml", "a/.hadolint.yaml", "plimsoll.yaml", "a/b", "a", "."};
    for (size_t i = 0; i < sizeof made / sizeof *made; i++) {
        char whole[200];
        snprintf(whole, sizeof whole, "%s/%s", folder, made[i]);
        remove(i + 1 < sizeof made / sizeof *made ? whole : folder);
    }
}

static void test_absolute(void **state)
{
    (void)state;
    static const struct {
        const char *path, *absolute;
    } rows[] = {{"/a/./b//c/", "/a/b/c"}, {"/../..", "/"}, {"/a/../../b", "/b"}, {"/", "/"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(
            slice_equal_str(path_absolute(slice_str(rows[i].path), &arena), rows[i].absolute));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_own_shape, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hadolint, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mistakes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enable, setup, teardown),
        cmocka_unit_test_setup_teardown(test_folders, setup, teardown),
        cmocka_unit_test_setup_teardown(test_absolute, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
