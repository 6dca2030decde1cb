#include "registry/constraint.h"

#include "test.h"

static void tells_in_the_services_words(void **state)
{
    (void)state;
    struct error err = {0};
    assert_false(constraint_broken(&err, "a.b", SLICE("X"), "enum value set: [Y]"));
    assert_string_equal(err.text,
                        "1 validation error detected: Value 'X' at 'a.b' failed to satisfy "
                        "constraint: Member must satisfy enum value set: [Y]");
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_false(constraint_missing(&err, "a"));
    assert_string_equal(err.text,
                        "1 validation error detected: Value null at 'a' failed to satisfy "
                        "constraint: Member must not be null");
    assert_false(constraint_length(&err, "a", -1, 7));
    assert_non_null(strstr(err.text, "have length less than or equal to 7"));
    assert_false(constraint_length(&err, "a", 1, 7));
    assert_non_null(strstr(err.text, "have length between 1 and 7"));
}

static void a_separator_stands_alone(void **state)
{
    (void)state;
    static const char *const good[] = {"*", "a", "prod/*", "a-b_c.d/e", "*-app", "0"};
    static const char *const bad[] = {"", "/a", "a/", "a//b", "a._b", "A", "a b", "-"};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_true(constraint_is_filter(slice_str(good[i]), 20));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(constraint_is_filter(slice_str(bad[i]), 20));
    assert_false(constraint_is_filter(SLICE("abcdef"), 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_in_the_services_words),
        cmocka_unit_test(a_separator_stands_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
