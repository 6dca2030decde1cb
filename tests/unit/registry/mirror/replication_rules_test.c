#include "registry/mirror/replication_rules.h"

#include "../../test.h"

static struct arena arena;
static struct replication_rules rules;
static struct error err;

static bool parse(const char *text)
{
    err = (struct error){0};
    return replication_rules_parse(slice_str(text), &arena, &rules, &err);
}

#define EAST "{\"region\":\"us-east-2\",\"registryId\":\"123456789012\"}"
#define WEST "{\"region\":\"us-west-2\",\"registryId\":\"123456789012\"}"

static void every_destination_once(void **state)
{
    struct replication_destination *to;
    size_t count;
    (void)state;
    assert_true(parse("{\"rules\":[{\"destinations\":[" EAST "]},"
                      "{\"destinations\":[" EAST "," WEST "],\"repositoryFilters\":"
                      "[{\"filter\":\"prod\",\"filterType\":\"PREFIX_MATCH\"}],"
                      "\"deleteReplication\":{\"enabled\":true}}]}"));
    assert_true(replication_destinations(&rules, SLICE("prod/app"), false, &arena, &to, &count));
    assert_int_equal(count, 2);
    assert_true(replication_destinations(&rules, SLICE("test/app"), false, &arena, &to, &count));
    assert_int_equal(count, 1);
    assert_true(replication_destinations(&rules, SLICE("test/app"), true, &arena, &to, &count));
    assert_int_equal(count, 0);
    assert_true(replication_destinations(&rules, SLICE("prod/app"), true, &arena, &to, &count));
    assert_int_equal(count, 2);
}

static void nothing_is_no_rule(void **state)
{
    struct replication_destination *to;
    size_t count;
    (void)state;
    assert_true(parse(""));
    assert_int_equal(rules.count, 0);
    assert_true(replication_destinations(&rules, SLICE("a/b"), false, &arena, &to, &count));
    assert_int_equal(count, 0);
}

#define FILTER(text)                                                                               \
    "{\"rules\":[{\"destinations\":[" EAST "],\"repositoryFilters\":[{\"filter\":\"" text          \
    "\",\"filterType\":\"PREFIX_MATCH\"}]}]}"

static void filters(void **state)
{
    (void)state;
    assert_true(parse(FILTER("prod")));
    assert_true(parse(FILTER("prod/")));
    assert_true(parse(FILTER("team-a/app_")));
    assert_true(parse(FILTER("a.-b/..")));
    assert_false(parse(FILTER("a")));
    assert_false(parse(FILTER("")));
    assert_false(parse(FILTER("/prod")));
    assert_false(parse(FILTER("a//b")));
    assert_false(parse(FILTER("-a/b")));
    assert_false(parse(FILTER("UPPER")));
    assert_false(parse(FILTER("a b")));
    assert_false(parse(FILTER("ab\\u0000")));
}

static void refuses(void **state)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"{}", "must not be null"},
        {"[]", "must not be null"},
        {"{\"rules\":[{}]}", "rules.destinations"},
        {"{\"rules\":[{\"destinations\":[{}]}]}", "region"},
        {"{\"rules\":[{\"destinations\":[{\"region\":\"x\",\"registryId\":\"123456789012\"}]}]}",
         "[0-9a-z-]{2,25}"},
        {"{\"rules\":[{\"destinations\":[{\"region\":\"us-east-2\",\"registryId\":\"1\"}]}]}",
         "[0-9]{12}"},
        {"{\"rules\":[{\"destinations\":[],\"repositoryFilters\":[]}]}", "between 1 and 100"},
        {"{\"rules\":[{\"destinations\":[],\"deleteReplication\":{}}]}", "enabled"},
        {"{\"rules\":[{\"destinations\":[],\"deleteReplication\":{\"enabled\":1}}]}", "enabled"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(parse(cases[i].text));
        assert_non_null(strstr(err.text, cases[i].says));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_destination_once),
        cmocka_unit_test(nothing_is_no_rule),
        cmocka_unit_test(filters),
        cmocka_unit_test(refuses),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
