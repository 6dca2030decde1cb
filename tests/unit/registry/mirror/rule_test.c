#include "registry/mirror/rule.h"

#include <stdlib.h>

#include "../../test.h"

static struct arena arena;

static void prefixes(void **state)
{
    static const struct {
        const char *prefix;
        bool valid;
    } cases[] = {
        {"hub", true},   {"a/b/", true},  {"ROOT", true},    {"a__b", true},
        {"a--b", true},  {"", false},     {"/", false},      {"a//", false},
        {"Root", false}, {"../a", false}, {"a/../b", false}, {"-a", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mirror_prefix_is_valid(slice_str(cases[i].prefix)), cases[i].valid);
}

/* rule's prefix, upstream's prefix, repository → the name there; NULL: another repository. */
static void names(void **state)
{
    static const struct {
        const char *prefix, *there, *repository, *name;
    } cases[] = {
        {"hub", "", "hub/library/nginx", "library/nginx"},
        {"hub", "ROOT", "hub/library/nginx", "library/nginx"},
        {"hub", "library", "hub/nginx", "library/nginx"},
        {"hub/", "library/", "hub/nginx", "library/nginx"},
        {"ROOT", "ROOT", "team/app", "team/app"},
        {"ROOT", "mirror", "team/app", "mirror/team/app"},
        {"hub", "", "hub", NULL},
        {"hub", "", "hub/", NULL},
        {"hub", "", "hubble/app", NULL},
        {"hub", "", "other/hub/app", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct mirror_rule rule = {.prefix = slice_str(cases[i].prefix),
                                   .upstream_prefix = slice_str(cases[i].there)};
        struct slice repository = slice_str(cases[i].repository);
        assert_int_equal(mirror_rule_applies(&rule, repository), cases[i].name != NULL);
        if (cases[i].name)
            assert_true(
                slice_equal_str(mirror_rule_upstream(&rule, repository, &arena), cases[i].name));
    }
}

static void the_longest_prefix_wins(void **state)
{
    struct mirror_rule rules[] = {{.prefix = SLICE("ROOT")},
                                  {.prefix = SLICE("a/b")},
                                  {.prefix = SLICE("a")},
                                  {.prefix = SLICE("z")}};
    (void)state;
    assert_ptr_equal(mirror_rule_choose(rules, 4, SLICE("a/b/c")), &rules[1]);
    assert_ptr_equal(mirror_rule_choose(rules, 4, SLICE("a/c")), &rules[2]);
    assert_ptr_equal(mirror_rule_choose(rules, 4, SLICE("b/c")), &rules[0]);
    assert_null(mirror_rule_choose(rules + 1, 3, SLICE("b/c")));
    assert_null(mirror_rule_choose(NULL, 0, SLICE("b/c")));
}

static void comes_back_as_it_was_written(void **state)
{
    struct error err;
    struct mirror_rule rule = {.prefix = SLICE("hub"),
                               .upstream_url = SLICE("quay.io"),
                               .upstream_prefix = SLICE("ROOT"),
                               .created = 1.5e9},
                       read;
    (void)state;
    json_t *document = mirror_rule_json(&rule);
    char *text = json_dumps(document, 0);
    assert_true(mirror_rule_parse(slice_str(text), &arena, &read, &err));
    assert_true(slice_equal(read.prefix, rule.prefix));
    assert_true(slice_equal(read.upstream_url, rule.upstream_url));
    assert_true(read.created == rule.created);
    free(text);
    json_decref(document);
    assert_false(mirror_rule_parse(SLICE("{}"), &arena, &read, &err));
    assert_false(mirror_rule_parse(SLICE("{\"ecrRepositoryPrefix\":\"../x\","
                                         "\"upstreamRegistryUrl\":\"a\"}"),
                                   &arena, &read, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes),
        cmocka_unit_test(names),
        cmocka_unit_test(the_longest_prefix_wins),
        cmocka_unit_test(comes_back_as_it_was_written),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
