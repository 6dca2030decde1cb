/* Comments that switch rules off: which lines each holds for, and what it names. */
#include "lint/ignore.h"

#include "arena.h"
#include "test.h"

#include "lint/rule_rows.h"

static const struct lint_rule pin = {.id = "pin-base-image", .codes = "DL3006 DL3007"};
static const struct lint_rule casing = {
    .id = "stage-casing", .codes = "StageNameCasing", .profiles = LINT_PROFILE_BUILDKIT};

static struct ignore_set read_set(const char *text, enum lint_kind kind)
{
    struct lint_file *file = arena_new(&arena, struct lint_file);
    struct ignore_set set;
    struct error err;
    unsigned line;
    ignore_set_init(&set, &arena);
    assert_true(lint_file_init(file, SLICE("file"), slice_str(text), kind, &arena));
    if (kind != LINT_DOCKERFILE) {
        ignore_read_proxy(&set, file);
    } else {
        struct dockerfile *dockerfile = arena_new(&arena, struct dockerfile);
        if (!dockerfile_parse(file, &arena, dockerfile, &line, &err))
            fail_msg("%s", err.text);
        ignore_read_dockerfile(&set, dockerfile);
    }
    assert_false(set.failed);
    return set;
}

/* Whether a finding of the rule in that line is suppressed. */
static struct lint_finding judge(const char *text, enum lint_kind kind,
                                 const struct lint_rule *rule, unsigned line)
{
    struct ignore_set set = read_set(text, kind);
    struct lint_finding finding = {
        .rule = rule, .codes = slice_str(rule->codes), .severity = LINT_WARNING, .line = line};
    ignore_apply(&set, &finding);
    return finding;
}

static void test_dockerfile(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned line;
        bool suppressed;
        const char *reason;
    } rows[] = {
        {"# plimsoll ignore=pin-base-image it is ours\nFROM a\n", 2, true, "it is ours"},
        {"# plimsoll ignore=PIN-BASE-IMAGE\nFROM a\n", 2, true, ""},
        {"#plimsoll ignore = DL3007 // why\nFROM a\n", 2, true, "why"},
        {"# hadolint ignore=DL3006,SC2086\nFROM a\n", 2, true, ""},
        {"# hadolint ignore=SC2086, DL3006 ,DL3 because\nFROM a\n", 2, true, "because"},
        {"# hadolint ignore=DL3008\nFROM a\n", 2, false, ""},
        {"# hadolint ignore=DL300\nFROM a\n", 2, false, ""},
        /* the block of comments above, not only its last line */
        {"# hadolint ignore=DL3006\n# because\nFROM a\n", 3, true, ""},
        /* for that instruction alone */
        {"# hadolint ignore=DL3006\nFROM a\nFROM b\n", 3, false, ""},
        {"# hadolint ignore=DL3006\n\nFROM a\n", 3, false, ""},
        {"FROM a\n# hadolint ignore=DL3006\n", 1, false, ""},
        /* all of its lines, and comments inside it */
        {"FROM a\n# plimsoll ignore=DL3006\nRUN a \\\n  b\n", 4, true, ""},
        {"FROM a\nRUN a \\\n# plimsoll ignore=DL3006 x\n  b\n", 2, true, "x"},
        {"FROM a\nRUN <<E\n# plimsoll ignore=DL3006\nE\n", 2, false, ""},
        /* the file */
        {"FROM a\nRUN b\n# plimsoll global ignore=DL3006 all of it\n", 1, true, "all of it"},
        {"# hadolint global ignore=DL3006\nFROM a\nRUN b\n", 3, true, ""},
        {"# plimsoll  ignore=\nFROM a\n", 2, false, ""},
        {"# ignore=DL3006\nFROM a\n", 2, false, ""},
        {"# hadolintignore=DL3008\nFROM a\n", 2, false, ""},
        /* BuildKit's speak of BuildKit's checks alone */
        {"# check=skip=all\nFROM a\n", 2, false, ""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lint_finding finding = judge(rows[i].text, LINT_DOCKERFILE, &pin, rows[i].line);
        if (finding.suppressed != rows[i].suppressed ||
            !slice_equal_str(finding.reason, rows[i].reason))
            fail_msg("row %zu: %d \"%.*s\"", i, finding.suppressed, SLICE_ARG(finding.reason));
    }
}

static void test_buildkit(void **state)
{
    (void)state;
    assert_true(
        judge("# check=skip=StageNameCasing\nFROM a\n", LINT_DOCKERFILE, &casing, 2).suppressed);
    assert_true(judge("# check=skip=all;error=true\nFROM a\nFROM b\n", LINT_DOCKERFILE, &casing, 3)
                    .suppressed);
    assert_false(
        judge("# check=skip=UndefinedVar\nFROM a\n", LINT_DOCKERFILE, &casing, 2).suppressed);
    struct lint_finding finding =
        judge("# check=error=true\nFROM a\n", LINT_DOCKERFILE, &casing, 2);
    assert_false(finding.suppressed);
    assert_int_equal(finding.severity, LINT_ERROR);
    finding = judge("# check=error=true\nFROM a\n", LINT_DOCKERFILE, &pin, 2);
    assert_int_equal(finding.severity, LINT_WARNING);
    /* behind the directives: for the instruction below */
    finding = judge("FROM a\n# check=skip=StageNameCasing // why\nFROM b\nFROM c\n",
                    LINT_DOCKERFILE, &casing, 3);
    assert_true(finding.suppressed);
    assert_true(slice_equal_str(finding.reason, "why"));
    assert_true(slice_equal_str(finding.suppression, "comment in line 2"));
    assert_false(judge("FROM a\n# check=skip=StageNameCasing // why\nFROM b\nFROM c\n",
                       LINT_DOCKERFILE, &casing, 4)
                     .suppressed);
}

static void test_proxies(void **state)
{
    (void)state;
    static const char nginx[] = "http {\n"                                   /* 1 */
                                "  # plimsoll ignore=pin-base-image whole\n" /* 2 */
                                "  server {\n"                               /* 3 */
                                "    add_header X '}'; # }\n"                /* 4 */
                                "  }\n"                                      /* 5 */
                                "  server { listen 1; }\n"                   /* 6 */
                                "  gzip on; # plimsoll ignore=DL3007 here\n" /* 7 */
                                "  gzip_vary on;\n"                          /* 8 */
                                "}\n";
    static const bool covered[] = {false, false, true, true, true, true, false, true, false, false};
    for (unsigned line = 1; line <= 9; line++)
        if (judge(nginx, LINT_NGINX, &pin, line).suppressed != covered[line])
            fail_msg("line %u", line);
    static const char haproxy[] = "# plimsoll global ignore=DL3006 old\n" /* 1 */
                                  "global\n  a\n";
    assert_true(judge(haproxy, LINT_HAPROXY, &pin, 3).suppressed);
    static const char section[] = "global\n  a\n# plimsoll ignore=DL3006\nfrontend x\n  bind :80\n"
                                  "  # plimsoll ignore=none\n  mode http\nbackend y\n";
    assert_false(judge(section, LINT_HAPROXY, &pin, 2).suppressed);
    assert_true(judge(section, LINT_HAPROXY, &pin, 4).suppressed);
    assert_true(judge(section, LINT_HAPROXY, &pin, 7).suppressed);
    assert_false(judge(section, LINT_HAPROXY, &pin, 8).suppressed);
}

static void test_check(void **state)
{
    (void)state;
    struct lint_file file;
    struct lint_report report = {.arena = &arena};
    struct dockerfile dockerfile;
    struct ignore_set set;
    struct error err;
    unsigned line;
    lint_file_init(&file, SLICE("Dockerfile"),
                   SLICE("# plimsoll ignore=parse-eror,SC2086,DL1001 x\nFROM a\n"), LINT_DOCKERFILE,
                   &arena);
    assert_true(dockerfile_parse(&file, &arena, &dockerfile, &line, &err));
    ignore_set_init(&set, &arena);
    ignore_read_dockerfile(&set, &dockerfile);
    ignore_check(&set, &file, true, &report);
    assert_int_equal(report.note_count, 1);
    assert_non_null(strstr(report.notes[0].text.at, "line 1"));
    assert_non_null(strstr(report.notes[0].text.at, "did you mean parse-error?"));
    assert_int_equal(report.count, 1);
    assert_ptr_equal(report.findings[0]->rule, &rule_inline_ignore);
    assert_int_equal(report.findings[0]->line, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dockerfile),
        cmocka_unit_test(test_buildkit),
        cmocka_unit_test(test_proxies),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
