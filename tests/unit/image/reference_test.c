#include "image/reference.h"

#include <stdio.h>

#include "base/file.h"
#include "image/path.h"

#include "data.h"
#include "test.h"

static struct arena arena;

static struct slice or_dash(struct slice s)
{
    return s.len ? s : SLICE("-");
}

static void check_line(struct slice line)
{
    struct slice want = line;
    struct reference reference;
    struct error err;
    size_t arrow = slice_search(line, SLICE(" -> "));
    struct slice name = slice_upto(line, arrow), have = SLICE("invalid");
    want = slice_from(line, arrow + 4);
    want = slice_trim(slice_upto(want, slice_find(want, '#')));
    if (reference_parse(name, &arena, &reference, &err))
        have = arena_printf(&arena, "%.*s %.*s %.*s %.*s", SLICE_ARG(reference.host),
                            SLICE_ARG(reference.repository), SLICE_ARG(or_dash(reference.tag)),
                            SLICE_ARG(or_dash(reference.digest)));
    else if (err.kind != ERROR_USAGE)
        fail_msg("%.*s: kind %d", SLICE_ARG(name), err.kind);
    if (!slice_equal(want, have))
        fail_msg("%.*s: want %.*s, have %.*s", SLICE_ARG(name), SLICE_ARG(want), SLICE_ARG(have));
    if (slice_equal(have, SLICE("invalid")))
        return;
    /* The long and the short form mean the same image. */
    struct slice forms[] = {reference_text(&reference, &arena),
                            reference_short(&reference, &arena)};
    for (size_t i = 0; i < 2; i++) {
        struct reference again;
        assert_true(reference_parse(forms[i], &arena, &again, &err));
        assert_true(slice_equal(again.host, reference.host));
        assert_true(slice_equal(again.repository, reference.repository));
        assert_true(slice_equal(again.tag, reference.tag));
    }
}

static void names_are_what_engines_take_them_for(void **state)
{
    (void)state;
    arena_init(&arena, 16 << 20);
    struct slice bytes = test_data("image/references.txt", &arena);
    for (struct slice line; test_data_line(&bytes, &line);)
        check_line(line);
    arena_done(&arena);
}

static void paths_are_clean(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"/", ""},
        {".", ""},
        {"./", ""},
        {"a", "a"},
        {"/a/b", "a/b"},
        {"./a/", "a"},
        {"a//b", "a/b"},
        {"a/./b", "a/b"},
        {"a/../b", "b"},
        {"..", ""},
        {"../../a", "a"},
        {"a/b/../..", ""},
        {"a/..b", "a/..b"},
        {".a", ".a"},
        {"a/.", "a"},
        {"a/..", ""},
        {"//a", "a"},
        {"a/b/c/../../d", "a/d"},
        {"./../a", "a"},
    };
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice have = path_clean(&arena, slice_str(cases[i][0]));
        if (!have.at || !slice_equal_str(have, cases[i][1]))
            fail_msg("%s: want %s, have %.*s", cases[i][0], cases[i][1], SLICE_ARG(have));
    }
    arena_done(&arena);
}

static void merged_usr_is_one_place(void **state)
{
    (void)state;
    assert_true(path_key(SLICE("usr/bin/sh")) == path_key(SLICE("bin/sh")));
    assert_true(path_key(SLICE("usr/lib64/x")) == path_key(SLICE("lib64/x")));
    assert_true(path_key(SLICE("usr/share/x")) != path_key(SLICE("share/x")));
    assert_true(path_key(SLICE("usr/libexec/x")) != path_key(SLICE("libexec/x")));
    assert_true(path_key(SLICE("usr/local/bin/x")) != path_key(SLICE("local/bin/x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_what_engines_take_them_for),
        cmocka_unit_test(paths_are_clean),
        cmocka_unit_test(merged_usr_is_one_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
