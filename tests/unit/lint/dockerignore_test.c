/* tests/data/lint/dockerignore.txt: patterns, a path, and what moby/patternmatcher says of it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "data.h"
#include "lint/dockerignore.h"
#include "test.h"

static const char *answer(struct slice patterns, struct slice path, struct arena *arena)
{
    struct dockerignore ignore = {0};
    char *lines = arena_string(arena, patterns);
    for (size_t i = 0; i < patterns.len; i++)
        if (lines[i] == ' ')
            lines[i] = '\n';
    assert_true(dockerignore_parse(slice_of(lines, patterns.len), arena, &ignore));
    if (ignore.bad_line)
        return "refused";
    return dockerignore_match(&ignore, path) ? "out" : "in";
}

static void paths_are_kept_out_as_the_builder_does(void **state)
{
    (void)state;
    size_t failed = 0, count = 0;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    struct slice rest = test_data("lint/dockerignore.txt", &arena);
    while (rest.len) {
        struct slice line = slice_cut(&rest, '\n');
        size_t arrow = slice_search(line, SLICE(" => ")), colon = slice_search(line, SLICE(" : "));
        if (arrow == line.len || colon >= arrow)
            continue;
        struct slice of = slice_of(line.at + colon + 3, arrow - colon - 3);
        const char *said = answer(slice_upto(line, colon), of, &arena);
        count++;
        if (slice_equal_str(slice_from(line, arrow + 4), said))
            continue;
        failed++;
        printf("%.*s, not %s\n", SLICE_ARG(line), said);
    }
    assert_int_equal(failed, 0);
    assert_true(count > 80);
}

static void the_pattern_that_decides_has_its_line(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct dockerignore ignore = {0};
    assert_true(dockerignore_parse(SLICE("\xEF\xBB\xBF# why\r\n\r\n  dist/ \r\n!dist/web\r\n"),
                                   &arena, &ignore));
    assert_int_equal(ignore.count, 2);
    assert_true(ignore.exclusions);
    assert_int_equal(dockerignore_match(&ignore, SLICE("dist/x"))->line, 3);
    assert_null(dockerignore_match(&ignore, SLICE("dist/web/x")));
}

/* A pattern that a matcher by trial would need ages for. */
static void patterns_of_many_stars_end(void **state)
{
    (void)state;
    char pattern[200], path[200];
    for (size_t i = 0; i < 60; i++)
        memcpy(pattern + 2 * i, "*a", 2);
    memset(path, 'a', sizeof path);
    assert_false(dockerignore_pattern_matches(slice_of(pattern, 120), slice_of("ba", 1)));
    pattern[120] = 'b';
    assert_false(dockerignore_pattern_matches(slice_of(pattern, 121), slice_of(path, 200)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_kept_out_as_the_builder_does),
        cmocka_unit_test(the_pattern_that_decides_has_its_line),
        cmocka_unit_test(patterns_of_many_stars_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
