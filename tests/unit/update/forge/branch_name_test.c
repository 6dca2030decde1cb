/* Branches of changes, and pull requests of others: tests/data/update/{branch,foreign}_*.txt. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"
#include "update/forge/branch_name.h"

/* The next line that is no comment, cut at " | " into at most `most` fields. */
static size_t next_case(struct slice *rest, struct slice *fields, size_t most)
{
    for (struct slice line; test_data_line(rest, &line);) {
        size_t count = 0;
        while (count < most) {
            size_t bar = slice_search(line, SLICE(" | "));
            fields[count++] = slice_trim(slice_upto(line, bar));
            line = slice_from(line, bar + 3);
        }
        return count;
    }
    return 0;
}

static void branches_of_the_table(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct slice fields[3];
    unsigned cases = 0;
    (void)state;
    arena_init(&arena, 16 << 20);
    struct slice rest = test_data("update/branch_name.txt", &arena);
    while (next_case(&rest, fields, 3)) {
        struct update_change change = {.name = fields[0], .from = fields[1]};
        struct slice branch = branch_of_change(&change, &arena);
        if (!slice_equal(branch, fields[2]))
            fail_msg("%.*s %.*s gives %.*s", SLICE_ARG(fields[0]), SLICE_ARG(fields[1]),
                     SLICE_ARG(branch));
        assert_true(branch_is_ours(branch));
        cases++;
    }
    assert_true(cases >= 12);
}

static void foreign_of_the_table(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct slice fields[5];
    unsigned cases = 0;
    (void)state;
    arena_init(&arena, 16 << 20);
    struct slice rest = test_data("update/foreign_update.txt", &arena);
    while (next_case(&rest, fields, 5)) {
        struct foreign_update foreign = foreign_read(fields[0], fields[1]);
        const char *tool = foreign.tool ? foreign.tool : "-";
        struct slice to = foreign.to.len ? foreign.to : SLICE("-");
        if (!slice_equal_str(fields[2], tool))
            fail_msg("%.*s is by %s", SLICE_ARG(fields[1]), tool);
        if (foreign.tool && !foreign_is_of(&foreign, fields[3]))
            fail_msg("%.*s is not of %.*s but of %.*s", SLICE_ARG(fields[1]), SLICE_ARG(fields[3]),
                     SLICE_ARG(foreign.image));
        if (!slice_equal(to, fields[4]))
            fail_msg("%.*s moves to %.*s", SLICE_ARG(fields[1]), SLICE_ARG(to));
        assert_false(foreign_is_of(&foreign, SLICE("another")));
        cases++;
    }
    assert_true(cases >= 15);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(branches_of_the_table),
        cmocka_unit_test(foreign_of_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
