#include "test.h"

#include "image/daemon_engine.h"

#define A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const struct slice inspect =
    SLICE("{\"Id\":\"" A "\",\"Os\":\"linux\",\"Architecture\":\"arm64\",\"Created\":\"2024\","
          "\"Config\":{\"User\":\"app\",\"Env\":[\"A=b\"],\"Cmd\":null},"
          "\"RootFS\":{\"Type\":\"layers\",\"Layers\":[\"" A "\",\"" B "\"]}}");

static void test_image(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct image image;
    (void)state;
    assert_true(engine_image(inspect,
                             SLICE("[{\"CreatedBy\":\"COPY\",\"Size\":5},"
                                   "{\"CreatedBy\":\"ENV\",\"Size\":0},"
                                   "{\"CreatedBy\":\"ADD\",\"Size\":7}]"),
                             &arena, &image, &err));
    assert_int_equal(image.layer_count, 2);
    assert_string_equal(image.layers[1].digest.text, B);
    assert_string_equal(image.layers[1].diff_id.text, B);
    assert_int_equal(image.layers[0].fd, -1);
    assert_true(slice_equal_str(image.layers[0].created_by, "ADD"));
    assert_true(slice_equal_str(image.layers[1].created_by, "COPY"));
    assert_int_equal(image.history_count, 3);
    assert_true(slice_equal_str(image.user, "app"));
    assert_true(slice_equal_str(image.architecture, "arm64"));
}

static void test_unclear_history_binds_nothing(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct image image;
    (void)state;
    assert_true(engine_image(inspect, SLICE("[{\"CreatedBy\":\"COPY\",\"Size\":5}]"), &arena,
                             &image, &err));
    assert_int_equal(image.layers[0].created_by.len, 0);
    assert_true(engine_image(inspect, SLICE("not json"), &arena, &image, &err));
    assert_int_equal(image.layer_count, 2);
}

static void test_nonsense(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct error err = {0};
    struct image image;
    (void)state;
    assert_false(engine_image(SLICE("[]x"), SLICE(""), &arena, &image, &err));
    assert_false(engine_image(SLICE("{\"RootFS\":{\"Layers\":[\"sha256:x\"]}}"), SLICE(""), &arena,
                              &image, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image),
        cmocka_unit_test(test_unclear_history_binds_nothing),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
