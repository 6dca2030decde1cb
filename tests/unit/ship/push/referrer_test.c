#include "test.h"

#include "ship/push/referrer.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct digest a = {A}, b = {B};

static void test_types(void **state)
{
    static const struct {
        const char *document, *type;
    } cases[] = {
        {"{\"bomFormat\":\"CycloneDX\"}", "application/vnd.cyclonedx+json"},
        {"{\"spdxVersion\":\"SPDX-2.3\"}", "application/spdx+json"},
        {"{\"version\":\"2.1.0\",\"runs\":[]}", "application/sarif+json"},
        {"{\"schema\":\"plimsoll/scan/1\"}", "application/vnd.plimsoll.scan.v1+json"},
        {"{\"schema\":\"other\"}", ""},
        {"{}", ""},
        {"not json", ""},
        {"", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(slice_equal_str(referrer_type_of(slice_str(cases[i].document)), cases[i].type));
}

static void test_a_list_grows(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct slice one, two, same;
    (void)state;
    assert_true(referrer_list_add((struct slice){0}, SLICE("{\"digest\":\"" A "\"}"), &a, &arena,
                                  &one, &err));
    assert_true(slice_equal_str(one,
                                "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci."
                                "image.index.v1+json\",\"manifests\":[{\"digest\":\"" A "\"}]}"));
    assert_true(referrer_list_add(one, SLICE("{\"digest\":\"" B "\"}"), &b, &arena, &two, &err));
    assert_true(slice_search(two, SLICE(A)) < slice_search(two, SLICE(B)));
    assert_true(slice_search(two, SLICE(B)) < two.len);
    assert_true(referrer_list_add(two, SLICE("{\"digest\":\"" A "\"}"), &a, &arena, &same, &err));
    assert_true(slice_equal(same, two));
}

/* What others have put there stays, whatever it is. */
static void test_strange_entries_stay(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct slice made;
    (void)state;
    assert_true(referrer_list_add(SLICE("{\"manifests\":[{\"x\":1},7],\"annotations\":{\"k\":"
                                        "\"v\"}}"),
                                  SLICE("{\"digest\":\"" A "\"}"), &a, &arena, &made, &err));
    assert_true(slice_search(made, SLICE("{\"x\":1},7,{\"digest\"")) < made.len);
    assert_true(slice_search(made, SLICE("\"k\":\"v\"")) < made.len);
}

static void test_no_list(void **state)
{
    static const char *const lists[] = {"[]", "{}", "{\"manifests\":{}}", "{\"manifests\":[", "x"};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
        struct error err = {0};
        struct slice made;
        assert_false(referrer_list_add(slice_str(lists[i]), SLICE("{}"), &a, &arena, &made, &err));
        assert_int_equal(err.kind, ERROR_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_a_list_grows),
        cmocka_unit_test(test_strange_entries_stay),
        cmocka_unit_test(test_no_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
