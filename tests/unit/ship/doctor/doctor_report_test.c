/* The table: what failed with its commands whole, what was not looked at for one reason in one
   place. */
#include "test.h"

#include <stdlib.h>

#include "ship/doctor/checks.h"
#include "ship/doctor/doctor_report.h"

static char *table_of(struct doctor_row *rows, size_t count, unsigned width)
{
    char *text = NULL;
    size_t size;
    struct doctor_result result = {.rows = rows, .count = count, .failed = 1};
    FILE *file = open_memstream(&text, &size);
    doctor_write_table(&result, width, file);
    fclose(file);
    return text;
}

static void what_was_skipped_is_told_together(void **state)
{
    static const struct doctor_check checks[] = {{.title = "it answers"},     {.title = "first"},
                                                 {.title = "nothing to say"}, {.title = "second"},
                                                 {.title = "third"},          {.title = "room"}};
    const struct slice reason = SLICE("needs \"it answers\" first");
    struct doctor_row rows[] = {
        {.check = &checks[0],
         .state = DOCTOR_FAILED,
         .seen = SLICE("nobody \x1b[31mthere"),
         .fix = SLICE("a command that is longer than the terminal\n")},
        {.check = &checks[1], .state = DOCTOR_SKIPPED, .seen = reason},
        {.check = &checks[2], .state = DOCTOR_ABSENT},
        {.check = &checks[3], .state = DOCTOR_SKIPPED, .seen = reason},
        {.check = &checks[4], .state = DOCTOR_SKIPPED, .seen = SLICE("not asked for")},
        {.check = &checks[5], .state = DOCTOR_OK, .seen = SLICE("20 GB")}};
    (void)state;
    char *text = table_of(rows, 6, 40);
    assert_string_equal(text, "FAIL    it answers\n"
                              "        nobody \\x1b[31mthere\n"
                              "        $ a command that is longer than the terminal\n"
                              "-       first, second\n"
                              "        needs \"it answers\" first\n"
                              "-       third\n"
                              "        not asked for\n"
                              "ok      room\n"
                              "        20 GB\n"
                              "\n"
                              "not well: 1 failed, 0 warnings\n");
    free(text);
    text = table_of(rows + 1, 3, 16);
    assert_string_equal(text, "-       first,\n"
                              "        second\n"
                              "        needs\n"
                              "        \"it\n"
                              "        answers\"\n"
                              "        first\n"
                              "\n"
                              "not well: 1 fai…\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_skipped_is_told_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
