/*
 * Whole reports of the sample, against files in tests/data/report. After a change that is meant:
 * PLIMSOLL_GOLDEN=write meson test -C build 'report/golden', and look at the difference.
 */
#include <stdlib.h>

#include "report/report.h"
#include "sample.h"
#include "test.h"

static void compare(const char *format, unsigned width, const char *name)
{
    char *text = sample_report(sample_result(), format, width, false);
    sample_compare(name, text);
    free(text);
}

static void table_at_80_columns(void **state)
{
    (void)state;
    compare("table", 80, "table-80.txt");
}

static void table_at_120_columns(void **state)
{
    (void)state;
    compare("table", 120, "table-120.txt");
}

static void table_uncut(void **state)
{
    (void)state;
    compare("table", 0, "table.txt");
}

static void table_of_nothing_covered(void **state)
{
    (void)state;
    char *text = sample_report(sample_empty(), "table", 80, false);
    sample_compare("table-empty.txt", text);
    free(text);
}

static void json(void **state)
{
    (void)state;
    char *text = sample_report(sample_result(), "json", 0, false);
    char *version = strstr(text, "\"version\": \"" PLIMSOLL_VERSION "\"");
    assert_non_null(version);
    /* The golden file is of no version: the line is left out. */
    char *next = strchr(version, '\n') + 3;
    memmove(version, next, strlen(next) + 1);
    sample_compare("scan.json", text);
    free(text);
}

static void ecr(void **state)
{
    (void)state;
    compare("ecr", 0, "ecr.json");
}

static void markdown(void **state)
{
    (void)state;
    compare("markdown", 0, "comment.md");
}

static void unknown_format_names_those_there_are(void **state)
{
    (void)state;
    struct error err;
    struct report_options options = {0};
    assert_false(report_write(SLICE("xml"), sample_result(), &options, stderr, &err));
    assert_int_equal(err.kind, ERROR_USAGE);
    assert_non_null(strstr(err.text, "table, markdown, json"));
}

static void full_disk_is_an_error(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    struct error err;
    struct report_options options = {0};
    for (const struct report_format *format = report_formats; format->name; format++) {
        assert_false(report_write(slice_str(format->name), sample_result(), &options, full, &err));
        assert_int_equal(err.kind, ERROR_FULL);
    }
    fclose(full);
}

int main(void)
{
    setenv("NO_COLOR", "1", 1);
    setenv("CLICOLOR_FORCE", "", 1);
    unsetenv("COLUMNS");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_at_80_columns),
        cmocka_unit_test(table_at_120_columns),
        cmocka_unit_test(table_uncut),
        cmocka_unit_test(table_of_nothing_covered),
        cmocka_unit_test(json),
        cmocka_unit_test(ecr),
        cmocka_unit_test(markdown),
        cmocka_unit_test(unknown_format_names_those_there_are),
        cmocka_unit_test(full_disk_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
