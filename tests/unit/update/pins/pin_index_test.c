/* Lists of packages, in pieces of every size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/pins/pin_index.h"

static const char alpine[] = "C:Q1x=\nP:curl\nV:8.5.0-r0\nA:x86_64\no:curl\n\n"
                             "P:libcurl\nV:8.5.0-r0\no:curl\n\n"
                             "P:curl\nV:8.10.1-r0\no:curl\n\nP:nothing\n\nV:1\n\nP:last\nV:1-r0";
static const char debian[] =
    "Package: curl\nVersion: 7.88.1-10+deb12u5\nDescription: x\n Package: fake\n\n"
    "Package: curl\r\nVersion: 7.88.1-10+deb12u14\r\n\r\n"
    "Package: libc6\nSource: glibc (2.36-9)\nVersion: 2.36-9+b1\n\n"
    "Package: bad\nVersion: not a version!\n\n";

static void feed(struct pin_index *index, const char *text, size_t step)
{
    struct error err;
    struct slice rest = slice_str(text);
    while (rest.len) {
        assert_true(pin_index_feed(index, slice_upto(rest, step), &err));
        rest = slice_from(rest, step);
    }
    assert_true(pin_index_end(index, &err));
}

static void newest_of_alpine(void **state)
{
    (void)state;
    for (size_t step = 1; step < sizeof alpine; step++) {
        CLEANUP_ARENA struct arena arena;
        struct pin_index index;
        struct error err;
        arena_init(&arena, 1 << 20);
        pin_index_init(&index, PACKAGE_APK, &arena);
        assert_true(pin_index_want(&index, SLICE("curl"), &err));
        assert_true(pin_index_want(&index, SLICE("libcurl"), &err));
        assert_true(pin_index_want(&index, SLICE("last"), &err));
        assert_true(pin_index_want(&index, SLICE("nothing"), &err));
        feed(&index, alpine, step);
        const struct indexed *curl = pin_index_find(&index, SLICE("curl"));
        assert_int_equal(curl->count, 2);
        assert_true(slice_equal_str(curl->newest, "8.10.1-r0"));
        assert_true(slice_equal_str(pin_index_find(&index, SLICE("libcurl"))->source, "curl"));
        assert_true(slice_equal_str(pin_index_find(&index, SLICE("last"))->newest, "1-r0"));
        assert_int_equal(pin_index_find(&index, SLICE("nothing"))->count, 0);
        assert_null(pin_index_find(&index, SLICE("other")));
    }
}

static void newest_of_debian(void **state)
{
    (void)state;
    for (size_t step = 1; step < sizeof debian; step++) {
        CLEANUP_ARENA struct arena arena;
        struct pin_index index;
        struct error err;
        arena_init(&arena, 1 << 20);
        pin_index_init(&index, PACKAGE_DEB, &arena);
        assert_true(pin_index_want(&index, SLICE("curl"), &err));
        assert_true(pin_index_want(&index, SLICE("libc6"), &err));
        assert_true(pin_index_want(&index, SLICE("fake"), &err));
        feed(&index, debian, step);
        assert_true(
            slice_equal_str(pin_index_find(&index, SLICE("curl"))->newest, "7.88.1-10+deb12u14"));
        assert_true(slice_equal_str(pin_index_find(&index, SLICE("libc6"))->source, "glibc"));
        assert_int_equal(pin_index_find(&index, SLICE("fake"))->count, 0);
    }
}

static void long_lines_are_passed_over(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct pin_index index;
    struct error err;
    static char line[PIN_LINE_MAX + 10];
    (void)state;
    arena_init(&arena, 1 << 20);
    pin_index_init(&index, PACKAGE_APK, &arena);
    assert_true(pin_index_want(&index, SLICE("curl"), &err));
    memset(line, 'x', sizeof line - 1);
    feed(&index, "P:curl\n", 100);
    assert_true(pin_index_feed(&index, SLICE("P:curl\nD:"), &err));
    assert_true(pin_index_feed(&index, slice_of(line, sizeof line - 1), &err));
    assert_true(pin_index_feed(&index, SLICE("\nV:1.0-r0\n\n"), &err));
    assert_true(slice_equal_str(pin_index_find(&index, SLICE("curl"))->newest, "1.0-r0"));
    assert_false(pin_index_read(&index, SLICE("no gzip"), &err));
    assert_false(pin_index_read(&index, SLICE(""), &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(newest_of_alpine),
        cmocka_unit_test(newest_of_debian),
        cmocka_unit_test(long_lines_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
