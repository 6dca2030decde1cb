/* tests/data/update/choose.cases, line by line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"
#include "update/choose.h"

enum { TAGS_MAX = 20, CASES_LEAST = 150 };

struct example {
    struct choose_request request;
    struct listed_tag tags[TAGS_MAX];
    struct choice choice;
};

static void read_words(struct example *example, struct slice words)
{
    example->request.tag = slice_cut(&words, ' ');
    example->request.policy = POLICY_MINOR;
    while (words.len) {
        struct slice word = slice_cut(&words, ' ');
        if (slice_equal_str(word, "move"))
            example->request.suffix = word;
        else if (slice_starts(word, SLICE("to=")))
            example->request.suffix = slice_from(word, 3);
        else if (slice_starts(word, SLICE("of=")))
            example->request.repository = slice_from(word, 3);
        else
            assert_true(update_policy_parse(word, &example->request.policy));
    }
}

static void read_tags(struct example *example, struct slice words)
{
    while (words.len) {
        assert_true(example->request.count < TAGS_MAX);
        example->tags[example->request.count++].name = slice_cut(&words, ' ');
    }
    example->request.tags = example->tags;
}

static struct slice name_of(const struct listed_tag *tag)
{
    return tag ? tag->name : SLICE("none");
}

static bool has_verdict(const struct example *example, struct slice tag, struct slice verdict)
{
    for (size_t i = 0; i < example->request.count; i++)
        if (slice_equal(example->tags[i].name, tag))
            return slice_equal_str(verdict, tag_verdict_name(example->choice.verdicts[i]));
    return false;
}

static bool holds(const struct example *example, struct slice expected)
{
    struct slice verdict = expected, tag = slice_cut(&verdict, ':');
    if (slice_starts(expected, SLICE("beyond=")))
        return slice_equal(name_of(example->choice.beyond), slice_from(expected, 7));
    if (slice_starts(expected, SLICE("distribution=")))
        return slice_equal(name_of(example->choice.distribution), slice_from(expected, 13));
    return has_verdict(example, tag, verdict);
}

/* Never back, and every tag has a text. */
static void check_always(const struct example *example, struct arena *arena)
{
    struct tag_version in_use, chosen;
    if (example->choice.chosen) {
        assert_int_equal(tag_version_parse(example->request.tag, &in_use), TAG_IS_VERSION);
        assert_int_equal(tag_version_parse(example->choice.chosen->name, &chosen), TAG_IS_VERSION);
        assert_true(tag_version_compare(&in_use, &chosen) <= 0);
        assert_true(!chosen.rank || in_use.rank);
    }
    for (size_t i = 0; i < example->request.count; i++)
        assert_true(tag_verdict_text(&example->request, &example->choice, i, arena).len);
}

static unsigned check_line(struct slice line, unsigned number, struct arena *arena)
{
    struct example example = {0};
    struct error err;
    unsigned wrong = 0;
    size_t comment = slice_search(line, SLICE("  #")), arrow = slice_search(line, SLICE("-> "));
    assert_true(arrow < line.len);
    struct slice expected = slice_trim(slice_from(slice_upto(line, comment), arrow + 3));
    struct slice tags = slice_upto(line, arrow), words = slice_cut(&tags, '|');
    read_words(&example, slice_trim(words));
    read_tags(&example, slice_trim(tags));
    assert_true(choose_tag(&example.request, arena, &example.choice, &err));
    check_always(&example, arena);
    struct slice chosen = slice_cut(&expected, ' '), got = name_of(example.choice.chosen);
    if (!slice_equal(chosen, got)) {
        print_error("line %u: chose %.*s, not %.*s\n", number, SLICE_ARG(got), SLICE_ARG(chosen));
        wrong++;
    }
    while (expected.len) {
        struct slice one = slice_cut(&expected, ' ');
        if (holds(&example, one))
            continue;
        print_error("line %u: not %.*s\n", number, SLICE_ARG(one));
        for (size_t i = 0; i < example.request.count; i++)
            print_error("    %.*s:%s\n", SLICE_ARG(example.tags[i].name),
                        tag_verdict_name(example.choice.verdicts[i]));
        wrong++;
    }
    return wrong;
}

static void chooses_as_the_cases_say(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 20};
    struct slice bytes = test_data("update/choose.cases", &arena);
    unsigned wrong = 0, cases = 0;
    for (unsigned number = 1; bytes.len; number++) {
        struct slice line = slice_trim(slice_cut_line(&bytes));
        if (!line.len || line.at[0] == '#')
            continue;
        wrong += check_line(line, number, &arena);
        cases++;
    }
    assert_int_equal(wrong, 0);
    assert_true(cases >= CASES_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(chooses_as_the_cases_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
