#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/forge/edit_place.h"

static const char ours_text[] = "# mine\nFROM haproxy:3.3.1 AS a\nRUN x\nFROM haproxy:3.3.1 AS b\n";

static struct update_edit edit_of(struct slice ours, size_t from, const char *old, const char *new)
{
    size_t at = from + slice_search(slice_from(ours, from), slice_str(old));
    return (struct update_edit){.start = at,
                                .end = at + strlen(old),
                                .old_text = slice_str(old),
                                .new_text = slice_str(new)};
}

/* What becomes of `theirs`, or "done", "nowhere". */
static struct slice apply_to(const char *theirs, struct arena *arena)
{
    struct slice ours = slice_str(ours_text), made;
    struct update_edit edits[] = {edit_of(ours, 0, "3.3.1", "3.3.2"),
                                  edit_of(ours, 40, "3.3.1", "3.3.2")};
    struct update_edit moved[2];
    enum edit_place places[2];
    struct error err;
    size_t here = 0;
    assert_true(edit_place_find(ours, slice_str(theirs), edits, 2, arena, moved, places, &err));
    for (size_t i = 0; i < 2; i++) {
        if (places[i] == EDIT_NOWHERE)
            return SLICE("nowhere");
        if (places[i] == EDIT_HERE)
            moved[here++] = moved[i];
    }
    if (!here)
        return SLICE("done");
    assert_true(update_apply(slice_str(theirs), moved, here, arena, &made, &err));
    return made;
}

static void lines_are_found_again(void **state)
{
    static const struct {
        const char *theirs, *made;
    } cases[] = {
        {ours_text, "# mine\nFROM haproxy:3.3.2 AS a\nRUN x\nFROM haproxy:3.3.2 AS b\n"},
        {"FROM haproxy:3.3.1 AS b\nFROM haproxy:3.3.1 AS a\n",
         "FROM haproxy:3.3.2 AS b\nFROM haproxy:3.3.2 AS a\n"},
        {"FROM haproxy:3.3.2 AS a\nFROM haproxy:3.3.1 AS b",
         "FROM haproxy:3.3.2 AS a\nFROM haproxy:3.3.2 AS b"},
        {"FROM haproxy:3.3.1 AS a\r\nFROM haproxy:3.3.1 AS b\r\n",
         "FROM haproxy:3.3.2 AS a\r\nFROM haproxy:3.3.2 AS b\r\n"},
        {"FROM haproxy:3.3.2 AS a\nFROM haproxy:3.3.2 AS b\n", "done"},
        {"FROM haproxy:3.3.3 AS a\nFROM haproxy:3.3.1 AS b\n", "nowhere"},
        {"FROM haproxy:3.3.1 AS a\nFROM haproxy:3.3.1 AS a\nFROM haproxy:3.3.1 AS b\n", "nowhere"},
        {" FROM haproxy:3.3.1 AS a\nFROM haproxy:3.3.1 AS b\n", "nowhere"},
        {"", "nowhere"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena;
        arena_init(&arena, 1 << 20);
        struct slice made = apply_to(cases[i].theirs, &arena);
        if (!slice_equal_str(made, cases[i].made))
            fail_msg("case %zu: %.*s", i, SLICE_ARG(made));
    }
}

/* The same line twice: the second edit is made in the second of them. */
static void equal_lines_keep_their_order(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct slice ours = SLICE("FROM a:1\nRUN x\nFROM a:1\n"),
                 theirs = SLICE("#\nFROM a:1\nFROM a:1\n");
    struct update_edit edit = edit_of(ours, 10, "1", "2"), moved;
    enum edit_place place;
    struct error err;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(edit_place_find(ours, theirs, &edit, 1, &arena, &moved, &place, &err));
    assert_int_equal(place, EDIT_HERE);
    assert_int_equal(moved.start, 18);
}

/* Tag and digest: two edits of one line, both made or both not. */
static void two_edits_of_a_line(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct slice ours = SLICE("FROM a:1@x\n");
    struct update_edit edits[] = {edit_of(ours, 0, "1", "2"), edit_of(ours, 0, "x", "y")}, moved[2];
    enum edit_place places[2];
    struct error err;
    (void)state;
    arena_init(&arena, 1 << 20);
    assert_true(
        edit_place_find(ours, SLICE("#\nFROM a:2@y\n"), edits, 2, &arena, moved, places, &err));
    assert_int_equal(places[0], EDIT_DONE);
    assert_int_equal(places[1], EDIT_DONE);
    assert_true(
        edit_place_find(ours, SLICE("#\nFROM a:1@x\n"), edits, 2, &arena, moved, places, &err));
    assert_int_equal(places[1], EDIT_HERE);
    assert_int_equal(moved[1].start, 11);
    assert_false(edit_place_find(SLICE("FROM b"), ours, edits, 2, &arena, moved, places, &err));
    assert_int_equal(err.kind, ERROR_BUSY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_found_again),
        cmocka_unit_test(equal_lines_keep_their_order),
        cmocka_unit_test(two_edits_of_a_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
