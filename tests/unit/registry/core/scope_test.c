#include "registry/core/scope.h"

#include "test.h"

static void repository_names(void **state)
{
    (void)state;
    static const char *const good[] = {
        "a", "a/b", "a.b", "a_b", "a__b", "a-b", "a---b", "0/1/2", "library/alpine", "a1.b2/c3-d4"};
    static const char *const bad[] = {"",     "A",   "a/",   "/a",  "a//b", "a..b",    "a___b",
                                      "a.-b", ".a",  "a.",   "a-",  "-a",   "_a",      "../x",
                                      "a/..", "a b", "a\nb", "a:b", "a@b",  "\xc3\xa4"};
    char longest[REPOSITORY_NAME_MAX + 2];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!repository_name_is_valid(slice_str(good[i])))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (repository_name_is_valid(slice_str(bad[i])))
            fail_msg("%s", bad[i]);
    assert_false(repository_name_is_valid(slice_of("a\0b", 3)));
    memset(longest, 'a', sizeof longest);
    assert_true(repository_name_is_valid(slice_of(longest, REPOSITORY_NAME_MAX)));
    assert_false(repository_name_is_valid(slice_of(longest, REPOSITORY_NAME_MAX + 1)));
}

static void tags(void **state)
{
    (void)state;
    char longest[TAG_NAME_MAX + 1];
    memset(longest, 'a', sizeof longest);
    assert_true(tag_name_is_valid(SLICE("v1.0.0")));
    assert_true(tag_name_is_valid(SLICE("_x-Y.z")));
    assert_true(tag_name_is_valid(slice_of(longest, TAG_NAME_MAX)));
    assert_false(tag_name_is_valid(slice_of(longest, TAG_NAME_MAX + 1)));
    assert_false(tag_name_is_valid(SLICE("")));
    assert_false(tag_name_is_valid(SLICE(".v1")));
    assert_false(tag_name_is_valid(SLICE("-v1")));
    assert_false(tag_name_is_valid(SLICE("a/b")));
    assert_false(tag_name_is_valid(SLICE("a:b")));
    assert_false(tag_name_is_valid(slice_of("a\0b", 3)));
}

static void texts_go_there_and_back(void **state)
{
    (void)state;
    struct arena arena;
    struct scope scope = {SLICE("123456789012"), SLICE("us-east-1"), SLICE("team/app")}, back;
    arena_init(&arena, 1 << 20);
    assert_true(slice_equal(scope_text(&scope, &arena), SLICE("123456789012/us-east-1/team/app")));
    assert_true(scope_parse(scope_text(&scope, &arena), &back));
    assert_true(slice_equal(back.repository, scope.repository));
    assert_true(slice_equal(scope_arn(&scope, &arena),
                            SLICE("arn:aws:ecr:us-east-1:123456789012:repository/team/app")));
    assert_true(scope_parse(SLICE("123456789/eu-west-1"), &back));
    assert_int_equal(back.repository.len, 0);
    assert_false(scope_parse(SLICE("12345678/eu-west-1"), &back));
    assert_false(scope_parse(SLICE("123456789/eu-west-1/"), &back));
    assert_false(scope_parse(SLICE("123456789/eu west/a"), &back));
    assert_false(scope_parse(SLICE("123456789"), &back));
    assert_false(scope_parse(SLICE(""), &back));
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(repository_names),
        cmocka_unit_test(tags),
        cmocka_unit_test(texts_go_there_and_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
