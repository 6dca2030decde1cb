/* Lines never take more columns than there are, and are cut at the edge of a character. */
#include "report/table_parts.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "report/table_groups.h"
#include "sample.h"
#include "test.h"

/* What `width` columns show of a text. */
static void shows(unsigned width, const char *text, const char *expected)
{
    char *got = NULL;
    size_t size;
    FILE *file = open_memstream(&got, &size);
    struct line line = {.file = file, .width = width};
    line_put(&line, slice_str(text));
    if (width)
        assert_true(line.at <= width);
    line_end(&line);
    fclose(file);
    assert_int_equal(got[size - 1], '\n');
    got[size - 1] = 0;
    assert_string_equal(got, expected);
    free(got);
}

static void text_that_fits_is_not_cut(void **state)
{
    (void)state;
    shows(0, "abcdef", "abcdef");
    shows(6, "abcdef", "abcdef");
    shows(6, "äöüäöü", "äöüäöü");
    shows(4, "漢字", "漢字");
}

static void text_is_cut_at_a_character(void **state)
{
    (void)state;
    shows(5, "abcdef", "abcd…");
    shows(1, "abcdef", "…");
    shows(5, "äöüäöü", "äöüä…");
}

/* A piece that just fitted was shown as if the line were complete. */
static void pieces_that_are_left_out_leave_a_mark(void **state)
{
    (void)state;
    static const struct {
        const char *pieces[4], *expected;
    } cases[] = {
        {{"abcdef"}, "abcdef\n"},          {{"abcdef", ")"}, "abcde…\n"},
        {{"abc", "def", "g"}, "abcde…\n"}, {{"abcdef", " "}, "abcdef\n"},
        {{"abcd", "   "}, "abcd  \n"},     {{"abcd", "   ", "e"}, "abcd …\n"},
        {{"abcd漢", "e"}, "abcd…\n"},      {{"abcdef", "", "g", "h"}, "abcde…\n"},
        {{"abcdefg", "h"}, "abcde…\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *got = NULL;
        size_t size;
        FILE *file = open_memstream(&got, &size);
        struct line line = {.file = file, .width = 6};
        for (size_t piece = 0; piece < 4 && cases[i].pieces[piece]; piece++)
            line_put(&line, slice_str(cases[i].pieces[piece]));
        line_end(&line);
        fclose(file);
        assert_string_equal(got, cases[i].expected);
        free(got);
    }
}

/* A wide character takes two columns: half of one is never shown. */
static void wide_characters_are_not_halved(void **state)
{
    (void)state;
    shows(4, "漢字漢", "漢…");
    shows(3, "漢字漢", "漢…");
    shows(2, "漢字漢", "…");
}

static void marks_stay_with_their_letter(void **state)
{
    (void)state;
    shows(3,
          "e\xcc\x81"
          "e\xcc\x81"
          "e\xcc\x81"
          "e\xcc\x81",
          "e\xcc\x81"
          "e\xcc\x81…");
}

/* An escape sequence is shown as it is written, and is as wide as that. */
static void hidden_characters_are_shown_and_counted(void **state)
{
    (void)state;
    shows(0, "\x1b[2J", "\\x1b[2J");
    shows(7, "\x1b[2J", "\\x1b[2J");
    shows(6, "\x1b[2J", "\\x1b[…");
    shows(4, "\x1b[2J", "…");
    shows(9, "\xff\xff\xff", "\\xff\\xff…");
}

/* This took minutes when every cut was measured from the beginning again. */
static void a_megabyte_of_marks_is_cut_at_once(void **state)
{
    (void)state;
    size_t size = 2 << 20;
    char *marks = malloc(size + 1), *got = NULL;
    for (size_t i = 0; i < size; i += 2)
        memcpy(marks + i, "\xcc\x81", 2);
    memcpy(marks, "abcdefghij", 10);
    memcpy(marks + size - 10, "abcdefghij", 11);
    size_t got_size;
    FILE *file = open_memstream(&got, &got_size);
    struct line line = {.file = file, .width = 12};
    line_put(&line, slice_of(marks, size));
    fclose(file);
    assert_true(got_size < 400);
    free(got);
    free(marks);
}

static char *wrapped(unsigned width, unsigned indent, const char *text)
{
    char *got = NULL;
    size_t size;
    FILE *file = open_memstream(&got, &size);
    struct line line = {.file = file, .width = width};
    line_wrap(&line, indent, slice_str(text));
    fclose(file);
    return got;
}

static void wraps(unsigned width, const char *text, const char *expected)
{
    char *got = wrapped(width, 2, text);
    assert_string_equal(got, expected);
    free(got);
}

static void notes_are_wrapped_and_not_cut(void **state)
{
    (void)state;
    wraps(0, "one two three", "  one two three\n");
    wraps(9, "one two three", "  one two\n  three\n");
    wraps(8, "one two three", "  one\n  two\n  three\n");
    wraps(6, "abcdefghij kl", "  abcd\n  efgh\n  ij\n  kl\n");
    wraps(6, "漢字漢字", "  漢字\n  漢字\n");
    wraps(6, "", "");
}

/* Whatever the width and the text, no line is longer, and nothing goes on for ever. */
static void no_line_is_wider_than_the_terminal(void **state)
{
    (void)state;
    const struct scan_result *result = sample_result();
    for (unsigned width = 16; width < 200; width++) {
        char *text = sample_report(result, "table", width, true);
        struct slice rest = slice_str(text);
        while (rest.len)
            assert_in_range(terminal_columns(slice_cut(&rest, '\n')), 0, width);
        free(text);
    }
    for (unsigned width = 1; width < 16; width++) {
        free(sample_report(result, "table", width, true));
        free(wrapped(width, 2, "\x1b[2J 漢字漢字 abcdefghijkl"));
    }
}

static void padding_is_one_space_at_least(void **state)
{
    (void)state;
    char *got = NULL;
    size_t size;
    FILE *file = open_memstream(&got, &size);
    struct line line = {.file = file};
    line_put(&line, SLICE("ab"));
    line_pad(&line, 4);
    line_put(&line, SLICE("cdef"));
    line_pad(&line, 4);
    line_print(&line, "%d", 7);
    line_end(&line);
    fclose(file);
    assert_string_equal(got, "ab  cdef 7\n");
    assert_int_equal(line.at, 0);
    free(got);
}

/* Thirty minor findings of one package, the last one exploited. */
static void the_exploited_one_is_never_folded(void **state)
{
    (void)state;
    struct scan_result *result = sample_result();
    static struct scan_finding many[30];
    static char ids[30][20];
    for (size_t i = 0; i < 30; i++) {
        many[i] = result->findings[3];
        snprintf(ids[i], sizeof ids[i], "CVE-2024-%zu", 1000 + i);
        many[i].finding.id = slice_str(ids[i]);
    }
    many[29].finding.kev = true;
    result->findings = many;
    result->finding_count = 30;
    char *text = sample_report(result, "table", 0, false);
    assert_non_null(strstr(text, "CVE-2024-1007 "));
    assert_null(strstr(text, "CVE-2024-1008"));
    assert_non_null(strstr(text, "CVE-2024-1029"));
    assert_non_null(strstr(text, "and 21 more, medium or less (--all shows them)"));
    free(text);
    text = sample_report(result, "table", 0, true);
    assert_non_null(strstr(text, "CVE-2024-1008"));
    free(text);
    result->finding_count = 10; /* a line that says "and 2 more" saves one line only */
    text = sample_report(result, "table", 0, false);
    assert_non_null(strstr(text, "CVE-2024-1009"));
    free(text);
}

/* At 80 columns long versions pushed it over the edge: "EXPL…". */
static void the_word_exploited_is_never_cut(void **state)
{
    (void)state;
    struct scan_result *result = sample_result();
    result->findings[2].finding.fixed = SLICE("20.10.24+incompatible-r1");
    for (unsigned width = 76; width < 130; width++) {
        char *text = sample_report(result, "table", width, false);
        assert_non_null(strstr(text, "EXPLOITED"));
        free(text);
    }
}

int main(void)
{
    setenv("NO_COLOR", "1", 1);
    unsetenv("CLICOLOR_FORCE");
    unsetenv("COLUMNS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_that_fits_is_not_cut),
        cmocka_unit_test(text_is_cut_at_a_character),
        cmocka_unit_test(pieces_that_are_left_out_leave_a_mark),
        cmocka_unit_test(wide_characters_are_not_halved),
        cmocka_unit_test(marks_stay_with_their_letter),
        cmocka_unit_test(hidden_characters_are_shown_and_counted),
        cmocka_unit_test(a_megabyte_of_marks_is_cut_at_once),
        cmocka_unit_test(notes_are_wrapped_and_not_cut),
        cmocka_unit_test(no_line_is_wider_than_the_terminal),
        cmocka_unit_test(padding_is_one_space_at_least),
        cmocka_unit_test(the_exploited_one_is_never_folded),
        cmocka_unit_test(the_word_exploited_is_never_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
