/* Which name is near enough to be meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/suggest.h"

static const char *nearest(const char *word)
{
    static const char *const names[] = {"scan", "sbom", "db", "explain", "exceptions", "version"};
    struct suggestion suggestion = {.word = word};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        suggest_offer(&suggestion, names[i]);
    return suggestion.best;
}

static void near_names_are_found(void **state)
{
    (void)state;
    assert_string_equal(nearest("scna"), "scan"); /* neighbours exchanged: one step */
    assert_string_equal(nearest("sca"), "scan");
    assert_string_equal(nearest("SCAN"), "scan");
    assert_string_equal(nearest("scann"), "scan");
    assert_string_equal(nearest("bd"), "db");
    assert_string_equal(nearest("exeptions"), "exceptions");
    assert_string_equal(nearest("versoins"), "version");
}

static void far_names_are_not(void **state)
{
    (void)state;
    assert_null(nearest("frobnicate"));
    assert_null(nearest(""));
    assert_null(nearest("xy"));
    assert_null(nearest("a-word-of-many-more-letters-than-any-command-will-ever-have"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(near_names_are_found),
        cmocka_unit_test(far_names_are_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
