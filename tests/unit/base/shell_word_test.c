#include "base/shell_word.h"
#include "test.h"

static void words_are_quoted_where_they_must(void **state)
{
    static const char *const cases[][2] = {
        {"plain", "plain"},
        {"a-b_c.d/e:f=g,h@i+j%k", "a-b_c.d/e:f=g,h@i+j%k"},
        {"", "''"},
        {"two words", "'two words'"},
        {"it's", "'it'\\''s'"},
        {"'", "''\\'''"},
        {"$HOME", "'$HOME'"},
        {"~/x", "'~/x'"},
        {"a\nb", "'a\nb'"},
    };
    (void)state;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice word = shell_word(slice_str(cases[i][0]), &arena);
        if (!slice_equal_str(word, cases[i][1]))
            fail_msg("%s: %.*s", cases[i][0], SLICE_ARG(word));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(words_are_quoted_where_they_must)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
