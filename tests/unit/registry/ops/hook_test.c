#include "test.h"

#include "registry/ops/hook.h"

static void reads_what_a_setting_says(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct hook hook;
    struct error err = {0};
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(hook_parse(SLICE("{\"url\":\"https://h/x\"}"), &arena, &hook, &err));
    assert_int_equal(hook.format, HOOK_CLOUDEVENTS);
    assert_int_equal(hook.attempts, 12);
    assert_true(hook_parse(SLICE("{\"url\":\"http://h\",\"format\":\"eventbridge\",\"actions\":["
                                 "\"Put*\"],\"repositories\":[\"a/*\",\"b\"],\"secret\":\"s\","
                                 "\"attempts\":3,\"wait\":0.5,\"disabled\":false}"),
                           &arena, &hook, &err));
    struct journal_entry entry = {.action = SLICE("PutImage"), .repository = SLICE("a/b/c")};
    assert_true(hook_wants(&hook, &entry));
    entry.repository = SLICE("ab");
    assert_false(hook_wants(&hook, &entry));
    entry.repository = SLICE("b");
    assert_true(hook_wants(&hook, &entry));
    entry.failed = true; /* a refused attempt */
    assert_false(hook_wants(&hook, &entry));
    entry.failed = false;
    entry.action = SLICE("DeleteImage");
    assert_false(hook_wants(&hook, &entry));
    hook.action_count = 0;
    assert_true(hook_wants(&hook, &entry));
    hook.disabled = true;
    assert_false(hook_wants(&hook, &entry));
}

static void refuses_what_makes_no_sense(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{}",
        "{\"url\":\"ftp://h/\"}",
        "{\"url\":5}",
        "{\"url\":\"http://h\",\"format\":\"x\"}",
        "{\"url\":\"http://h\",\"actions\":\"PutImage\"}",
        "{\"url\":\"http://h\",\"actions\":[1]}",
        "{\"url\":\"http://h\",\"attempts\":0}",
        "{\"url\":\"http://h\",\"attempts\":1.5}",
        "{\"url\":\"http://h\",\"attempts\":1000}",
        "{\"url\":\"http://h\",\"wait\":-1}",
        "{\"url\":\"http://h\",\"wait\":1e300}",
        "{\"url\":\"http://h\",\"secret\":1}",
        "{\"url\":\"http://h\",\"secrets\":\"a\"}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        CLEANUP_ARENA struct arena arena;
        struct error err = {0};
        arena_init(&arena, 1 << 20);
        if (hook_check(slice_str(bad[i]), &arena, &err))
            fail_msg("taken: %s", bad[i]);
        assert_true(err.text[0]);
    }
}

static void patterns_match(void **state)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {
        {"", "", true},         {"*", "", true},
        {"*", "a/b", true},     {"a", "a", true},
        {"a", "b", false},      {"a*c", "abbc", true},
        {"a*c", "abcd", false}, {"*a*b*", "xxaxxbx", true},
        {"**", "x", true},      {"*aab", "aaaab", true},
        {"", "a", false},       {"a*", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            hook_pattern_matches(slice_str(cases[i].pattern), slice_str(cases[i].text)),
            cases[i].matches);
}

static void waits_grow(void **state)
{
    struct hook hook = {.wait = 1};
    (void)state;
    assert_true(hook_wait(&hook, 2) == 1);
    assert_true(hook_wait(&hook, 3) == 2);
    assert_true(hook_wait(&hook, 8) == 64);
    assert_true(hook_wait(&hook, 99) == HOOK_WAIT_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_a_setting_says),
        cmocka_unit_test(refuses_what_makes_no_sense),
        cmocka_unit_test(patterns_match),
        cmocka_unit_test(waits_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
