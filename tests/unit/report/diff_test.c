/* Unified diffs: small ones by heart; random ones are applied again and must give the text. */
#include "report/diff.h"

#include <stdlib.h>

#include "test.h"

static char *diff_of(const char *before, const char *after)
{
    char *text = NULL;
    size_t len = 0;
    struct error err;
    FILE *file = open_memstream(&text, &len);
    assert_true(diff_write(SLICE("f"), slice_str(before), slice_str(after), file, &err));
    fclose(file);
    return text;
}

static void test_known(void **state)
{
    (void)state;
    static const struct {
        const char *before, *after, *diff;
    } rows[] = {
        {"a\n", "a\n", ""},
        {"a\nb\nc\n", "a\nB\nc\n", "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n"},
        {"", "a\n", "--- a/f\n+++ b/f\n@@ -0,0 +1 @@\n+a\n"},
        {"a\n", "", "--- a/f\n+++ b/f\n@@ -1 +0,0 @@\n-a\n"},
        {"a", "a\n", "--- a/f\n+++ b/f\n@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n",
         "--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n", "x\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\ny\n",
         "--- a/f\n+++ b/f\n@@ -1,4 +1,4 @@\n-1\n+x\n 2\n 3\n 4\n@@ -9,4 +9,4 @@\n 9\n 10\n "
         "11\n-12\n+y\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *got = diff_of(rows[i].before, rows[i].after);
        assert_string_equal(got, rows[i].diff);
        free(got);
    }
}

/* Lines of the diff's hunks, with what stands between them in `before`. */
static void apply(const char *before, const char *diff, char *after, size_t room)
{
    struct slice rest = slice_str(diff), text = slice_str(before);
    size_t len = 0, line = 1;
    slice_cut(&rest, '\n');
    slice_cut(&rest, '\n');
    while (rest.len) {
        struct slice one = slice_cut(&rest, '\n');
        unsigned long start;
        if (one.at[0] == '@') {
            assert_int_equal(sscanf(one.at, "@@ -%lu", &start), 1);
            bool none = strstr(one.at, ",0 +") && strstr(one.at, ",0 +") < one.at + one.len;
            for (start += none; line < start; line++) {
                struct slice kept = slice_cut(&text, '\n');
                len += (size_t)snprintf(after + len, room - len, "%.*s\n", SLICE_ARG(kept));
            }
            continue;
        }
        if (one.at[0] != '+') {
            struct slice old = slice_cut(&text, '\n');
            assert_true(slice_equal(old, slice_from(one, 1)));
            line++;
        }
        if (one.at[0] != '-')
            len +=
                (size_t)snprintf(after + len, room - len, "%.*s\n", SLICE_ARG(slice_from(one, 1)));
    }
    snprintf(after + len, room - len, "%.*s", SLICE_ARG(text));
}

static void test_random(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 500; round++) {
        char before[200] = "", after[200] = "", got[400] = "";
        for (int side = 0; side < 2; side++) {
            char *to = side ? after : before;
            int lines = rand_r(&seed) % 20;
            for (int i = 0; i < lines; i++)
                snprintf(to + strlen(to), 200 - strlen(to), "%c\n", 'a' + rand_r(&seed) % 4);
        }
        char *diff = diff_of(before, after);
        if (*diff)
            apply(before, diff, got, sizeof got);
        assert_string_equal(*diff ? got : before, after);
        free(diff);
    }
}

/* More than it looks for: one replacement, and still the truth. */
static void test_large(void **state)
{
    (void)state;
    enum { LINES = 6000 };
    char *before = calloc(LINES, 16), *after = calloc(LINES, 16), *got = calloc(LINES, 40);
    size_t a = 0, b = 0;
    for (int i = 0; i < LINES; i++) {
        a += (size_t)snprintf(before + a, 16, "a%d\n", i);
        b += (size_t)snprintf(after + b, 16, "b%d\n", i);
    }
    char *diff = diff_of(before, after);
    apply(before, diff, got, (size_t)LINES * 40);
    assert_string_equal(got, after);
    free(diff);
    free(before);
    free(after);
    free(got);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_large),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
