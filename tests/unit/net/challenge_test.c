#include "test.h"

#include "net/challenge.h"

static struct challenges parse(const char *value, struct arena *arena)
{
    struct challenges challenges = {0};
    struct error err = {0};
    challenges_parse(slice_str(value), arena, &challenges, &err);
    return challenges;
}

static void test_bearer(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    (void)state;
    struct challenges got = parse("Bearer realm=\"https://auth.docker.io/token\","
                                  "service=\"registry.docker.io\","
                                  "scope=\"repository:library/alpine:pull,push\"",
                                  &arena);
    assert_int_equal(got.count, 1);
    const struct challenge *bearer = challenges_find(&got, CHALLENGE_BEARER);
    assert_non_null(bearer);
    assert_true(slice_equal_str(bearer->realm, "https://auth.docker.io/token"));
    assert_true(slice_equal_str(bearer->service, "registry.docker.io"));
    assert_true(slice_equal_str(bearer->scope, "repository:library/alpine:pull,push"));
}

static void test_several(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    (void)state;
    struct challenges got =
        parse("Negotiate YII+/a==, basic Realm = \"a \\\"b\\\"\" , charset=\"UTF-8\", "
              "BEARER realm=x ,error=\"invalid_token\"",
              &arena);
    assert_int_equal(got.count, 3);
    assert_int_equal(got.items[0].scheme, CHALLENGE_OTHER);
    assert_true(slice_equal_str(challenges_find(&got, CHALLENGE_BASIC)->realm, "a \"b\""));
    assert_true(slice_equal_str(challenges_find(&got, CHALLENGE_BEARER)->realm, "x"));
    assert_true(slice_equal_str(challenges_find(&got, CHALLENGE_BEARER)->error, "invalid_token"));
}

static void test_without_parameters(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    (void)state;
    struct challenges got = parse("Negotiate, Basic", &arena);
    assert_int_equal(got.count, 2);
    assert_int_equal(got.items[1].scheme, CHALLENGE_BASIC);
}

static void test_nonsense(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct challenges challenges = {0};
    struct error err = {0};
    (void)state;
    assert_false(challenges_parse(SLICE("Bearer realm=\"x"), &arena, &challenges, &err));
    assert_false(challenges_parse(SLICE("\"\""), &arena, &challenges, &err));
    assert_true(challenges_parse(SLICE(""), &arena, &challenges, &err));
    assert_true(challenges_parse(SLICE("realm=lost"), &arena, &challenges, &err));
    for (int i = 0; i < 20; i++)
        challenges_parse(SLICE("Basic"), &arena, &challenges, &err);
    assert_int_equal(challenges.count, CHALLENGES_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bearer),
        cmocka_unit_test(test_several),
        cmocka_unit_test(test_without_parameters),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
