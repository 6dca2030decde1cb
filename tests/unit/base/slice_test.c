#include "base/arena.h"

#include "test.h"

static void cuts(void **state)
{
    (void)state;
    struct slice rest = SLICE("a,b,,c");
    assert_true(slice_equal_str(slice_cut(&rest, ','), "a"));
    assert_true(slice_equal_str(slice_cut(&rest, ','), "b"));
    assert_true(slice_equal_str(slice_cut(&rest, ','), ""));
    assert_true(slice_equal_str(slice_cut(&rest, ','), "c"));
    assert_int_equal(rest.len, 0);
    rest = SLICE("one\r\ntwo");
    assert_true(slice_equal_str(slice_cut_line(&rest), "one"));
    assert_true(slice_equal_str(slice_cut_line(&rest), "two"));
    assert_int_equal(slice_cut_line(&rest).len, 0);
}

static void clamps(void **state)
{
    (void)state;
    assert_int_equal(slice_from(SLICE("abc"), 99).len, 0);
    assert_int_equal(slice_upto(SLICE("abc"), 99).len, 3);
    assert_int_equal(slice_from((struct slice){0}, 1).len, 0);
    assert_int_equal(slice_str(NULL).len, 0);
    assert_int_equal(slice_trim(SLICE(" \t\n")).len, 0);
}

static void compares(void **state)
{
    (void)state;
    assert_true(slice_compare(SLICE("a"), SLICE("ab")) < 0);
    assert_true(slice_compare(SLICE("b"), SLICE("ab")) > 0);
    assert_true(slice_compare(SLICE("\xFF"), SLICE("a")) > 0);
    assert_true(slice_equal((struct slice){0}, SLICE("")));
    assert_true(slice_equal_nocase(SLICE("AbC"), SLICE("aBc")));
    assert_true(slice_ends(SLICE("a.tar"), SLICE(".tar")));
    assert_false(slice_starts(SLICE("a"), SLICE("ab")));
}

static void numbers(void **state)
{
    (void)state;
    uint64_t whole;
    double fraction;
    assert_true(slice_u64(SLICE("18446744073709551615"), &whole) && whole == UINT64_MAX);
    assert_false(slice_u64(SLICE("18446744073709551616"), &whole));
    assert_false(slice_u64(SLICE(""), &whole));
    assert_false(slice_u64(SLICE("-1"), &whole));
    assert_true(slice_double(SLICE("0.5"), &fraction) && fraction == 0.5);
    assert_false(slice_double(SLICE("0.5x"), &fraction));
    assert_false(slice_double(SLICE(""), &fraction));
}

static void arenas_keep_to_their_budget(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 100000);
    assert_null(arena_alloc(&arena, SIZE_MAX));
    assert_null(arena_array(&arena, SIZE_MAX / 2, 4));
    size_t taken = 0;
    while (arena_alloc(&arena, 100))
        taken += 100;
    assert_in_range(taken, 80000, 100000);
    arena_reset(&arena);
    assert_non_null(arena_alloc(&arena, 100));
}

static void joined_texts(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 100000);
    const struct slice items[] = {SLICE("curl"), SLICE(""), SLICE("zlib")};
    assert_true(slice_equal_str(arena_join(&arena, items, 3, ", "), "curl, , zlib"));
    assert_true(slice_equal_str(arena_join(&arena, items, 1, ", "), "curl"));
    struct slice none = arena_join(&arena, NULL, 0, ", ");
    assert_non_null(none.at);
    assert_int_equal(none.len, 0);
    const struct slice endless[] = {{"", SIZE_MAX - 1}, {"", 10}};
    assert_null(arena_join(&arena, endless, 2, "").at);
    struct slice list = SLICE("");
    arena_list(&arena, &list, " and ", "%d", 1);
    arena_list(&arena, &list, " and ", "%s", "two");
    assert_true(slice_equal_str(list, "1 and two"));
    assert_int_equal(list.at[list.len], '\0');
    while (list.at)
        arena_list(&arena, &list, ", ", "%0100d", 0);
    arena_reset(&arena);
    arena_list(&arena, &list, ", ", "too late: a part of it is lost");
    assert_null(list.at);
}

static void arena_memory_is_zero_after_reset(void **state)
{
    (void)state;
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 100000);
    memset(arena_alloc(&arena, 1000), 'x', 1000);
    arena_reset(&arena);
    const char *again = arena_alloc(&arena, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(again[i], 0);
}

static void errors_tell_their_way(void **state)
{
    (void)state;
    struct error err = {0};
    assert_false(error_set(&err, ERROR_FORMAT, "bad %s", "by\x1bte"));
    assert_false(error_add(&err, "reading %s", "x"));
    assert_string_equal(err.text, "reading x: bad by?te");
    assert_int_equal(error_exit_code(err.kind), 3);
    assert_int_equal(error_exit_code(ERROR_USAGE), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts),
        cmocka_unit_test(clamps),
        cmocka_unit_test(compares),
        cmocka_unit_test(numbers),
        cmocka_unit_test(arenas_keep_to_their_budget),
        cmocka_unit_test(joined_texts),
        cmocka_unit_test(arena_memory_is_zero_after_reset),
        cmocka_unit_test(errors_tell_their_way),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
