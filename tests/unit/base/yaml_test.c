#include "base/yaml.h"

#include "arena.h"
#include "test.h"

static struct error err;

static struct yaml_node *read(const char *text)
{
    struct yaml_node *node = NULL;
    return yaml_read(slice_str(text), &arena, &node, &err) ? node : NULL;
}

static void reads_maps_lists_and_words(void **state)
{
    (void)state;
    struct yaml_node *root = read("a: 1\nlist:\n  - x\n  - {k: v}\nyes: \"no\"\nnothing:\n");
    assert_non_null(root);
    assert_int_equal(root->kind, YAML_MAP);
    assert_true(slice_equal_str(yaml_text(root, "a"), "1"));
    const struct yaml_node *list = yaml_get(root, "list");
    assert_int_equal(list->count, 2);
    assert_int_equal(list->items[1]->line, 4);
    assert_true(slice_equal_str(yaml_text(list->items[1], "k"), "v"));
    assert_true(yaml_get(root, "yes")->quoted);
    assert_true(yaml_is_null(yaml_get(root, "nothing")));
    assert_int_equal(yaml_text(root, "nothing").len, 0);
    assert_null(yaml_get(root, "absent"));
    assert_null(yaml_get(NULL, "a"));
}

static void an_empty_document_is_an_empty_map(void **state)
{
    (void)state;
    struct yaml_node *root = read("# only a comment\n");
    assert_non_null(root);
    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->count, 0);
}

static void aliases_stand_for_their_node(void **state)
{
    (void)state;
    struct yaml_node *root = read("a: &x {k: v}\nb: *x\n");
    assert_non_null(root);
    assert_ptr_equal(yaml_get(root, "a"), yaml_get(root, "b"));
}

static void aliases_cannot_multiply_without_end(void **state)
{
    (void)state;
    char text[2000];
    int used = snprintf(text, sizeof text, "l0: &l0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         "l%d: &l%d [*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d,*l%d]\n", i, i, i - 1,
                         i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    assert_null(read(text));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum error_kind kind;
        const char *says;
    } cases[] = {
        {"a: 1\nb: [1\n", ERROR_FORMAT, "line 3"},
        {"ä: 1\nb:\n \t- 1\n", ERROR_FORMAT, "line 3: a tab in front"},
        {"a: 1\na: 2\n", ERROR_FORMAT, "line 2: \"a\" stands here twice"},
        {"? [x]\n: y\n", ERROR_UNSUPPORTED, "line 1: a key that is not a word"},
        {"a: *b\n", ERROR_FORMAT, "an alias of what"},
        {"a: &a [*a]\n", ERROR_FORMAT, "an alias of what"},
        {"a: 1\n---\nb: 2\n", ERROR_UNSUPPORTED, "a second document"},
        {"a: \"\xFF\"\n", ERROR_FORMAT, "YAML line"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", ERROR_LIMIT, "nested"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (read(cases[i].text))
            fail_msg("taken: %s", cases[i].text);
        if (err.kind != cases[i].kind || !strstr(err.text, cases[i].says))
            fail_msg("%s gave %d, %s", cases[i].text, err.kind, err.text);
    }
}

static void bools(void **state)
{
    (void)state;
    struct yaml_node *root = read("[true, No, maybe, on]");
    bool value;
    assert_true(yaml_bool(root->items[0], &value) && value);
    assert_true(yaml_bool(root->items[1], &value) && !value);
    assert_false(yaml_bool(root->items[2], &value));
    assert_true(yaml_bool(root->items[3], &value) && value);
    assert_false(yaml_bool(NULL, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_maps_lists_and_words),
        cmocka_unit_test(an_empty_document_is_an_empty_map),
        cmocka_unit_test(aliases_stand_for_their_node),
        cmocka_unit_test(aliases_cannot_multiply_without_end),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(bools),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
