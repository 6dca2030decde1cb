#include "ship/test/parts.h"

#include "arena.h"
#include "test.h"

static struct error err;

static struct ship_test_result run(const char *script, unsigned seconds)
{
    static const char *argv[] = {"sh", "-c", NULL, NULL};
    static const char *const more[] = {"MORE=also", NULL};
    struct ship_test_result result;
    struct ship_test_options options = {
        .image = SLICE("app:new"), .command = argv, .environment = more, .seconds = seconds};
    argv[2] = script;
    if (!ship_test_run(&options, &arena, &result, &err))
        fail_msg("%s", err.text);
    return result;
}

static void commands_pass_and_fail_by_their_status(void **state)
{
    (void)state;
    struct ship_test_result result = run("test \"$PLIMSOLL_IMAGE$MORE\" = app:newalso", 0);
    assert_true(result.passed);
    assert_int_equal(result.way, SHIP_TEST_COMMAND);
    assert_int_equal(result.log.len, 0);
    result = run("seq 1 100; exit 3", 0);
    assert_false(result.passed);
    assert_non_null(strstr(result.summary.at, "ended with 3"));
    assert_true(slice_starts(result.log, SLICE("71\n")));
    result = run("sleep 30", 1);
    assert_false(result.passed);
    assert_non_null(strstr(result.summary.at, "more than 1 s"));
}

static void a_command_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    static const char *const argv[] = {"plimsoll-no-such-test", NULL};
    struct ship_test_result result;
    struct ship_test_options options = {.image = SLICE("app:new"), .command = argv};
    assert_false(ship_test_run(&options, &arena, &result, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "testing app:new"));
}

static void nothing_to_test_passes_and_says_so(void **state)
{
    (void)state;
    struct ship_test_result result;
    struct ship_test_options options = {.image = SLICE("app:new")};
    assert_true(ship_test_run(&options, &arena, &result, &err));
    assert_true(result.passed);
    assert_int_equal(result.way, SHIP_TEST_NONE);
    assert_non_null(strstr(result.summary.at, "no test is declared"));
}

static void plans_say_each_step(void **state)
{
    (void)state;
    static const char *const argv[] = {"npm", "test", NULL};
    struct ship_test_options options = {.image = SLICE("app:new"), .command = argv};
    struct slice *lines;
    size_t count;
    assert_true(ship_test_plan(&options, &arena, &lines, &count, &err));
    assert_int_equal(count, 1);
    assert_string_equal(lines[0].at, "PLIMSOLL_IMAGE=app:new npm test");
    options =
        (struct ship_test_options){.image = SLICE("a"), .health = SLICE("http://x/"), .seconds = 7};
    assert_true(ship_test_plan(&options, &arena, &lines, &count, &err));
    assert_int_equal(count, 2);
    assert_string_equal(lines[1].at, "wait until http://x/ answers 2xx, 7 s at most");
}

static void last_lines(void **state)
{
    (void)state;
    assert_true(slice_equal_str(ship_test_last_lines(SLICE("a\nb\nc\n\n"), 2), "b\nc"));
    assert_true(slice_equal_str(ship_test_last_lines(SLICE("a"), 2), "a"));
    assert_int_equal(ship_test_last_lines(SLICE(""), 2).len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_pass_and_fail_by_their_status),
        cmocka_unit_test(a_command_that_is_not_there_is_an_error),
        cmocka_unit_test(nothing_to_test_passes_and_says_so),
        cmocka_unit_test(plans_say_each_step),
        cmocka_unit_test(last_lines),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
