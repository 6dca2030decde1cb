/* Words to values, each source by its rank, each error with its own sentence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cli/options.h"

static const struct option rows[] = {
    {.name = "strict", .letter = 's', .variable = "TEST_STRICT", .key = "scan.strict"},
    {.name = "output",
     .letter = 'o',
     .type = OPTION_STRING,
     .argument = "FILE",
     .standard = "-",
     .variable = "TEST_OUTPUT",
     .key = "scan.output"},
    {.name = "jobs",
     .letter = 'j',
     .type = OPTION_INT,
     .argument = "N",
     .low = 1,
     .high = 64,
     .standard = "2"},
    {.name = "limit", .type = OPTION_SIZE, .argument = "BYTES", .standard = "1G"},
    {.name = "format",
     .type = OPTION_LIST,
     .argument = "FORMAT",
     .variable = "TEST_FORMAT",
     .key = "scan.format"},
    {.name = "fail-on",
     .type = OPTION_WORDS,
     .argument = "LEVELS",
     .key = "scan.fail-on",
     .choices = "low high critical"},
    {.name = "when",
     .type = OPTION_CHOICE,
     .argument = "WHEN",
     .choices = "auto never",
     .standard = "auto"},
    {NULL},
};

struct fixture {
    struct arena arena;
    struct option_set set;
    struct error err;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    if (!fixture)
        return -1;
    arena_init(&fixture->arena, 1024 * 1024);
    *state = fixture;
    return option_set_init(&fixture->set, rows, &fixture->arena, &fixture->err) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    arena_done(&fixture->arena);
    free(fixture);
    return 0;
}

/* Words of one line, split at blanks; all are options. */
static bool read_line(struct fixture *fixture, const char *line)
{
    char *argv[20];
    int argc = 0, next = 0;
    struct slice rest = slice_str(line);
    while (rest.len && argc < 20)
        argv[argc++] = arena_string(&fixture->arena, slice_cut(&rest, ' '));
    while (next < argc)
        if (!option_read_word(&fixture->set, 1, argv, argc, &next, "scan", &fixture->arena,
                              &fixture->err))
            return false;
    return true;
}

static const struct option_value *value(const struct fixture *fixture, const char *name)
{
    const struct option_value *found = option_find(&fixture->set, 1, name);
    assert_non_null(found);
    return found;
}

static bool fill(struct fixture *fixture, const char *yaml)
{
    struct yaml_node *tree = NULL;
    assert_true(yaml_read(slice_str(yaml), &fixture->arena, &tree, &fixture->err));
    return option_set_fill(&fixture->set, tree, "plimsoll.yaml", &fixture->arena, &fixture->err);
}

static void every_spelling_is_read(void **state)
{
    struct fixture *fixture = *state;
    assert_true(read_line(fixture, "--strict --output=a=b --jobs 7 --limit 64K --format json=x "
                                   "--format table --fail-on low,critical --fail-on=high"));
    assert_true(value(fixture, "strict")->on);
    assert_string_equal(value(fixture, "output")->text, "a=b");
    assert_int_equal(value(fixture, "jobs")->number, 7);
    assert_int_equal(value(fixture, "limit")->number, 65536);
    assert_int_equal(value(fixture, "format")->count, 2);
    assert_string_equal(value(fixture, "format")->items[1], "table");
    assert_int_equal(value(fixture, "fail-on")->count, 3);
    assert_string_equal(value(fixture, "fail-on")->items[2], "high");
    assert_true(read_line(fixture, "--no-strict"));
    assert_false(value(fixture, "strict")->on);
    assert_true(read_line(fixture, "-sj9 -oresult"));
    assert_true(value(fixture, "strict")->on);
    assert_int_equal(value(fixture, "jobs")->number, 9);
    assert_string_equal(value(fixture, "output")->text, "result");
    assert_true(read_line(fixture, "--output="));
    assert_string_equal(value(fixture, "output")->text, "");
}

static void errors_have_their_own_words(void **state)
{
    struct fixture *fixture = *state;
    static const char *const cases[][2] = {
        {"--fromat x", "unknown option --fromat of \"scan\"; did you mean --format?"},
        {"--xyzzy", "unknown option --xyzzy of \"scan\""},
        {"-x", "unknown option -x of \"scan\""},
        {"--strict=1", "--strict takes no value"},
        {"--no-output", "unknown option --no-output of \"scan\"; did you mean --output?"},
        {"--output", "--output needs its FILE"},
        {"-o", "-o needs its FILE"},
        {"--jobs 0", "--jobs: 0 is outside of 1 to 64"},
        {"--jobs 99999999999999999999", "--jobs: \"99999999999999999999\" is not a whole number"},
        {"-j2x", "-j: \"2x\" is not a whole number"},
        {"--limit 1X", "--limit: \"1X\" is not a size such as 512, 64K or 2G"},
        {"--limit 99999999T", "--limit: \"99999999T\" is not a size such as 512, 64K or 2G"},
        {"--when allways", "--when: \"allways\" is none of: auto never"},
        {"--when nver", "--when: \"nver\" is none of: auto never; did you mean never?"},
        {"--fail-on low,hihg",
         "--fail-on: \"hihg\" is none of: low high critical; did you mean high?"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        fixture->err = (struct error){0};
        assert_false(read_line(fixture, cases[i][0]));
        assert_string_equal(fixture->err.text, cases[i][1]);
        assert_int_equal(fixture->err.kind, ERROR_USAGE);
    }
}

static void sources_rank(void **state)
{
    struct fixture *fixture = *state;
    setenv("TEST_OUTPUT", "from-environment", 1);
    setenv("TEST_FORMAT", "json=a  table", 1);
    setenv("TEST_STRICT", "no", 1);
    assert_true(read_line(fixture, "--format sarif"));
    assert_true(fill(fixture, "scan:\n  strict: yes\n  output: from-file\n"
                              "  fail-on: [low, high]\n  format: [x]\n"));
    unsetenv("TEST_OUTPUT");
    unsetenv("TEST_FORMAT");
    unsetenv("TEST_STRICT");
    assert_string_equal(value(fixture, "output")->text, "from-environment");
    assert_int_equal(value(fixture, "format")->count, 1);
    assert_string_equal(value(fixture, "format")->items[0], "sarif");
    assert_false(value(fixture, "strict")->on);
    assert_int_equal(value(fixture, "strict")->source, SOURCE_ENVIRONMENT);
    assert_int_equal(value(fixture, "fail-on")->count, 2);
    assert_int_equal(value(fixture, "fail-on")->source, SOURCE_CONFIGURATION);
    assert_int_equal(value(fixture, "jobs")->number, 2);
    assert_int_equal(value(fixture, "limit")->number, 1073741824);
    assert_int_equal(value(fixture, "limit")->source, SOURCE_DEFAULT);
}

static void lists_come_from_the_environment(void **state)
{
    struct fixture *fixture = *state;
    setenv("TEST_FORMAT", "json=a  table", 1);
    assert_true(fill(fixture, ""));
    unsetenv("TEST_FORMAT");
    assert_int_equal(value(fixture, "format")->count, 2);
    assert_string_equal(value(fixture, "format")->items[1], "table");
}

static void configuration_errors_name_the_line(void **state)
{
    struct fixture *fixture = *state;
    assert_false(fill(fixture, "scan:\n  output: [a, b]\n"));
    assert_string_equal(fixture->err.text, "plimsoll.yaml line 2: scan.output is one value");
    assert_false(fill(fixture, "scan:\n\n  fail-on: hgih\n"));
    assert_string_equal(fixture->err.text, "plimsoll.yaml line 3: scan.fail-on: \"hgih\" is none "
                                           "of: low high critical; did you mean high?");
    assert_false(fill(fixture, "scan:\n  strict: perhaps\n"));
    assert_string_equal(fixture->err.text,
                        "plimsoll.yaml line 2: scan.strict: \"perhaps\" is neither yes nor no");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_spelling_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_have_their_own_words, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sources_rank, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_come_from_the_environment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(configuration_errors_name_the_line, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
