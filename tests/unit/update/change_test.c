/* The edits of a change: made in any order, refused when the file is another by now. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/change.h"

static const char file[] = "FROM a:1\r\nFROM bb:2\r\n";

static struct update_edit edit_of(size_t start, const char *old_text, const char *new_text)
{
    return (struct update_edit){.start = start,
                                .end = start + strlen(old_text),
                                .old_text = slice_str(old_text),
                                .new_text = slice_str(new_text)};
}

static void makes_edits_in_any_order(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct update_edit edits[] = {edit_of(18, "2", "2.10"), edit_of(7, "1", "")};
    struct slice result;
    struct error err = {0};
    assert_true(update_apply(slice_str(file), edits, 2, &arena, &result, &err));
    assert_true(slice_equal_str(result, "FROM a:\r\nFROM bb:2.10\r\n"));
}

static void without_edits_bytes_stay(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct slice result;
    struct error err = {0};
    assert_true(update_apply(slice_str(file), NULL, 0, &arena, &result, &err));
    assert_true(slice_equal_str(result, file));
}

static void refuses(struct update_edit *edits, size_t count, enum error_kind kind)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct slice result = SLICE("untouched");
    struct error err = {0};
    assert_false(update_apply(slice_str(file), edits, count, &arena, &result, &err));
    assert_int_equal(err.kind, kind);
    assert_true(slice_equal_str(result, "untouched"));
}

static void refuses_a_changed_file(void **state)
{
    (void)state;
    struct update_edit other = edit_of(7, "2", "3"), behind = edit_of(21, "2", "3");
    struct update_edit backwards = {.start = 5, .end = 3};
    refuses(&other, 1, ERROR_BUSY);
    refuses(&behind, 1, ERROR_BUSY);
    refuses(&backwards, 1, ERROR_BUSY);
}

static void refuses_overlaps(void **state)
{
    (void)state;
    struct update_edit edits[] = {edit_of(5, "a:1", "a:2"), edit_of(7, "1", "3")};
    refuses(edits, 2, ERROR_INTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_edits_in_any_order),
        cmocka_unit_test(without_edits_bytes_stay),
        cmocka_unit_test(refuses_a_changed_file),
        cmocka_unit_test(refuses_overlaps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
