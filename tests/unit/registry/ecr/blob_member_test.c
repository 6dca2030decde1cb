/* A large member cut out of a document. */
#include "registry/ecr/blob_member.h"

#include "test.h"

struct cut {
    const char *document, *rest, *value;
};

static void cuts(void **state)
{
    static const struct cut rows[] = {
        {"{\"a\":1,\"blob\":\"QUJD\",\"c\":[2]}", "{\"a\":1,\"blob\":\"\",\"c\":[2]}", "QUJD"},
        {"{\"blob\" : \"QQ==\"}", "{\"blob\" : \"\"}", "QQ=="},
        {"{\"in\":{\"blob\":\"QUJD\"},\"blob\":\"QQ==\"}",
         "{\"in\":{\"blob\":\"QUJD\"},\"blob\":\"\"}", "QQ=="},
        /* the first of two is cut; the tree then refuses the document */
        {"{\"blob\":\"QUJD\",\"blob\":\"QQ==\"}", "{\"blob\":\"\",\"blob\":\"QQ==\"}", "QUJD"},
        /* left to the tree */
        {"{\"blob\":\"Q\\/JD\"}", "{\"blob\":\"Q\\/JD\"}", ""},
        {"{\"blob\":\"\"}", "{\"blob\":\"\"}", ""},
        {"{\"blob\":7}", "{\"blob\":7}", ""},
        {"{\"a\":\"QUJD\"}", "{\"a\":\"QUJD\"}", ""},
        {"{\"blob\":\"QUJD", "{\"blob\":\"QUJD", ""},
        {"[\"blob\",\"QUJD\"]", "[\"blob\",\"QUJD\"]", ""},
        {"", "", ""},
        {"\"blob\"", "\"blob\"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena CLEANUP_ARENA;
        arena_init(&arena, 1 << 20);
        struct slice text = slice_str(rows[i].document), value = {NULL, 0};
        assert_true(blob_member_cut(&text, "blob", &arena, &value));
        assert_true(slice_equal_str(text, rows[i].rest));
        assert_true(slice_equal_str(value, rows[i].value));
    }
}

static void budget(void **state)
{
    struct arena arena CLEANUP_ARENA;
    struct slice text = SLICE("{\"blob\":\"QUJD\"}"), value = {NULL, 0};
    (void)state;
    arena_init(&arena, 0);
    assert_false(blob_member_cut(&text, "blob", &arena, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cuts), cmocka_unit_test(budget)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
