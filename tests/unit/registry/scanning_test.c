#include "registry/scanning.h"

#include "test.h"

static struct arena arena;
static struct scanning_configuration configuration;
static struct error err;

static bool parse(const char *text)
{
    err = (struct error){0};
    return scanning_parse(slice_str(text), &arena, &configuration, &err);
}

static void nothing_is_basic(void **state)
{
    (void)state;
    assert_true(parse(""));
    assert_false(configuration.enhanced);
    assert_int_equal(scanning_of(&configuration, SLICE("a/b"), false), SCANNING_MANUAL);
    assert_int_equal(scanning_of(&configuration, SLICE("a/b"), true), SCANNING_ON_PUSH);
}

static void the_most_frequent_rule_counts(void **state)
{
    (void)state;
    assert_true(parse("{\"scanType\":\"ENHANCED\",\"rules\":["
                      "{\"scanFrequency\":\"SCAN_ON_PUSH\",\"repositoryFilters\":"
                      "[{\"filter\":\"*\",\"filterType\":\"WILDCARD\"}]},"
                      "{\"scanFrequency\":\"CONTINUOUS_SCAN\",\"repositoryFilters\":"
                      "[{\"filter\":\"prod/*\",\"filterType\":\"WILDCARD\"},"
                      "{\"filter\":\"*-live\",\"filterType\":\"WILDCARD\"}]}]}"));
    assert_true(configuration.enhanced);
    assert_int_equal(scanning_of(&configuration, SLICE("prod/a"), false), SCANNING_CONTINUOUS);
    assert_int_equal(scanning_of(&configuration, SLICE("b-live"), false), SCANNING_CONTINUOUS);
    assert_int_equal(scanning_of(&configuration, SLICE("prod"), false), SCANNING_ON_PUSH);
}

/* With enhanced scanning the repository's own flag means nothing, as with ECR. */
static void enhanced_ignores_the_repository(void **state)
{
    (void)state;
    assert_true(parse("{\"scanType\":\"ENHANCED\",\"rules\":[]}"));
    assert_int_equal(scanning_of(&configuration, SLICE("a"), true), SCANNING_MANUAL);
}

static void refuses(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"[]", "not as it should be"},
        {"{", ""},
        {"{\"scanType\":\"x\"}", "enum value set: [BASIC, ENHANCED]"},
        {"{\"rules\":{}}", "not as it should be"},
        {"{\"rules\":[{}]}", "repositoryFilters"},
        {"{\"rules\":[1,2,3]}", "less than or equal to 2"},
        {"{\"rules\":[{\"scanFrequency\":\"CONTINUOUS_SCAN\",\"repositoryFilters\":[]}]}",
         "CONTINUOUS_SCAN is not supported"},
        {"{\"rules\":[{\"scanFrequency\":\"NEVER\",\"repositoryFilters\":[]}]}", "enum value set"},
        {"{\"rules\":[{\"scanFrequency\":\"MANUAL\",\"repositoryFilters\":[{\"filter\":\"A\","
         "\"filterType\":\"WILDCARD\"}]}]}",
         "regular expression pattern"},
        {"{\"rules\":[{\"scanFrequency\":\"MANUAL\",\"repositoryFilters\":[{\"filter\":\"a//b\","
         "\"filterType\":\"WILDCARD\"}]}]}",
         "regular expression pattern"},
        {"{\"rules\":[{\"scanFrequency\":\"MANUAL\",\"repositoryFilters\":[{\"filter\":\"a\","
         "\"filterType\":\"REGEX\"}]}]}",
         "enum value set: [WILDCARD]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse(cases[i].text));
        assert_non_null(strstr(err.text, cases[i].says));
    }
}

static void wildcards(void **state)
{
    static const struct {
        const char *filter, *name;
        bool matches;
    } cases[] = {
        {"*", "a", true},
        {"*", "", true},
        {"a*", "a", true},
        {"a*", "ba", false},
        {"*a", "ba", true},
        {"a*c*e", "abcde", true},
        {"a*c*e", "abcdf", false},
        {"a", "aa", false},
        {"a**b", "ab", true},
        {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(
            scanning_filter_matches(slice_str(cases[i].filter), slice_str(cases[i].name)),
            cases[i].matches);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_basic),
        cmocka_unit_test(the_most_frequent_rule_counts),
        cmocka_unit_test(enhanced_ignores_the_repository),
        cmocka_unit_test(refuses),
        cmocka_unit_test(wildcards),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
