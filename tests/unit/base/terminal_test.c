#include <stdlib.h>

#include "base/terminal.h"

#include "test.h"

static void hostile_text_is_made_visible(void **state)
{
    (void)state;
    static const struct {
        const char *text, *shown;
        unsigned columns;
    } cases[] = {
        {"plain", "plain", 5},
        {"\x1b[31mred", "\\x1b[31mred", 11},
        {"a\nb\rc", "a\\nb\\x0dc", 9},
        {"e\xCC\x81", "e\xCC\x81", 1},
        {"日本", "日本", 4},
        {"a\xE2\x80\xAE"
         "b",
         "a\\u{202e}b", 10},
        {"\xC2\x9B"
         "2J",
         "\\u{9b}2J", 8},
        {"\xFF", "\\xff", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char shown[100] = "";
        FILE *file = fmemopen(shown, sizeof shown, "w");
        terminal_put(file, slice_str(cases[i].text));
        fclose(file);
        assert_string_equal(shown, cases[i].shown);
        assert_int_equal(terminal_columns(slice_str(cases[i].text)), cases[i].columns);
    }
}

static void colour_is_for_terminals(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    unsetenv("CLICOLOR_FORCE");
    assert_false(terminal_has_colour(file));
    setenv("CLICOLOR_FORCE", "1", 1);
    assert_true(terminal_has_colour(file));
    terminal_set_colour(COLOUR_NEVER);
    assert_false(terminal_has_colour(file));
    terminal_set_colour(COLOUR_ALWAYS);
    assert_true(terminal_has_colour(file));
    terminal_style(file, STYLE_RED);
    assert_int_equal(ftell(file), 5);
    fclose(file);
}

static void width_of_what_is_no_terminal(void **state)
{
    (void)state;
    FILE *file = tmpfile();
    unsetenv("COLUMNS");
    assert_int_equal(terminal_width(file), 0);
    setenv("COLUMNS", "72", 1);
    assert_int_equal(terminal_width(file), 72);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_text_is_made_visible),
        cmocka_unit_test(colour_is_for_terminals),
        cmocka_unit_test(width_of_what_is_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
