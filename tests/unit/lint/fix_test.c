/* Edits to bytes: order, what overlaps, what must not be touched. */
#include "lint/lint.h"

#include "arena.h"
#include "test.h"

static const struct lint_rule rule = {.id = "x", .codes = ""};

struct change {
    size_t finding, start, end;
    const char *text;
};

static void check(const char *before, const struct change *changes, size_t count, const char *after,
                  size_t expected)
{
    struct lint_file file;
    struct lint_report report = {.arena = &arena};
    struct error err;
    struct slice bytes;
    size_t applied = 99;
    lint_file_init(&file, SLICE("f"), slice_str(before), LINT_DOCKERFILE, &arena);
    for (size_t i = 0; i < count; i++) {
        while (report.count <= changes[i].finding)
            lint_add(&report, &rule, &file, 0, 0, "message");
        lint_fix_edit(&report, report.findings[changes[i].finding], changes[i].start,
                      changes[i].end, slice_str(changes[i].text));
    }
    assert_true(lint_fix_apply(&report, &file, &arena, &bytes, &applied, &err));
    if (!slice_equal_str(bytes, after) || applied != expected)
        fail_msg("\"%.*s\", %zu applied, not \"%s\", %zu", SLICE_ARG(bytes), applied, after,
                 expected);
}
#define CHECK(before, after, applied, ...)                                                         \
    do {                                                                                           \
        const struct change changes[] = {__VA_ARGS__};                                             \
        check(before, changes, sizeof changes / sizeof *changes, after, applied);                  \
    } while (0)

static void test_edits(void **state)
{
    (void)state;
    CHECK("abc def", "ABC def", 1, {0, 0, 3, "ABC"});
    CHECK("abc def", "abc xdefy", 1, {0, 4, 4, "x"}, {0, 7, 7, "y"});
    /* in whatever order they were found */
    CHECK("abc def", "X Y", 2, {0, 4, 7, "Y"}, {1, 0, 3, "X"});
    CHECK("abc\r\ndef\n", "abc\r\n", 1, {0, 5, 9, ""});
    CHECK("", "new", 1, {0, 0, 0, "new"});
}

static void test_overlaps(void **state)
{
    (void)state;
    /* of two that overlap the earlier one; the other waits for the next round */
    CHECK("abcdef", "Xef", 1, {0, 2, 5, "Y"}, {1, 0, 4, "X"});
    /* two insertions at one place, and what only touches */
    CHECK("abc", "1abc", 1, {0, 0, 0, "1"}, {1, 0, 0, "2"});
    CHECK("abcd", "Xcd", 1, {0, 0, 2, "X"}, {1, 2, 4, "Y"});
    /* half a fix is none: all edits of a finding, or none of them */
    CHECK("abc def ghi", "ABC def ghi", 1, {0, 0, 3, "ABC"}, {1, 1, 2, "?"}, {1, 8, 11, "GHI"});
}

static void test_unsound(void **state)
{
    (void)state;
    CHECK("abc", "abc", 0, {0, 2, 9, "x"});
    CHECK("abc", "abc", 0, {0, 2, 1, "x"});
    CHECK("abcdef", "abcdef", 0, {0, 0, 3, "x"}, {0, 2, 4, "y"});
}

static void test_suppressed_and_others(void **state)
{
    (void)state;
    struct lint_file file, other;
    struct lint_report report = {.arena = &arena};
    struct error err;
    struct slice bytes;
    size_t applied;
    lint_file_init(&file, SLICE("f"), SLICE("abc"), LINT_DOCKERFILE, &arena);
    lint_file_init(&other, SLICE("g"), SLICE("abc"), LINT_DOCKERFILE, &arena);
    lint_fix_edit(&report, lint_add(&report, &rule, &other, 0, 0, "x"), 0, 1, SLICE("!"));
    struct lint_finding *finding = lint_add(&report, &rule, &file, 0, 0, "x");
    lint_fix_edit(&report, finding, 0, 1, SLICE("?"));
    finding->suppressed = true;
    assert_true(lint_fix_apply(&report, &file, &arena, &bytes, &applied, &err));
    assert_int_equal(applied, 0);
    assert_true(slice_equal_str(bytes, "abc"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edits),
        cmocka_unit_test(test_overlaps),
        cmocka_unit_test(test_unsound),
        cmocka_unit_test(test_suppressed_and_others),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
