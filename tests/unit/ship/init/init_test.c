/* ship init: the plimsoll.yaml it writes is one that can be read, whatever the names are. */
#include "ship/init/init.h"

#include <jansson.h>

#include "test.h"

static struct arena arena;

static void test_yaml(void **state)
{
    (void)state;
    struct project_image images[2] = {
        {.name = SLICE("web"), .dockerfile = "docker/Dockerfile.web", .context = "."},
        {.name = SLICE("api"), .dockerfile = "a \"b\" #c: \xc3\xa9/Docker\\file", .context = "a b"},
    };
    struct project_hint hints[2] = {{.port = SLICE("8080")}, {.port = SLICE("")}};
    struct project project = {.folder = ".", .images = images, .image_count = 2}, back;
    struct slice text;
    struct yaml_node *tree;
    struct error err;
    assert_true(init_yaml(&project, hints, SLICE("r.example:5000"), &arena, &text, &err));
    assert_true(yaml_read(text, &arena, &tree, &err));
    if (!project_read("plimsoll.yaml", tree, &arena, &back, &err))
        fail_msg("%s\n%s", err.text, text.at);
    assert_int_equal(back.image_count, 2);
    assert_string_equal(back.images[0].repository.at, "r.example:5000/web");
    assert_string_equal(back.images[0].dockerfile, "docker/Dockerfile.web");
    assert_string_equal(back.images[1].dockerfile, images[1].dockerfile);
    assert_string_equal(back.images[1].context, "a b");
    assert_int_equal(back.images[1].gate.fail_on.count, 2);
    assert_null(strstr(text.at, "\n    test:"));
    assert_true(init_yaml(&project, hints, SLICE(""), &arena, &text, &err));
    assert_true(yaml_read(text, &arena, &tree, &err) &&
                project_read("plimsoll.yaml", tree, &arena, &back, &err));
    assert_false(back.images[0].has_registry);
}

static const char compose[] = "services:\n"
                              "  haproxy:\n"
                              "    build: {context: ., dockerfile: ./docker/Dockerfile.haproxy}\n"
                              "    ports: ['443:8443', '127.0.0.1:${PORT:-8080}:80/tcp']\n"
                              "  api:\n"
                              "    build: ./api\n"
                              "    ports: [{target: 9000, published: 19000}]\n"
                              "  closed:\n"
                              "    build: closed\n"
                              "    ports: ['80']\n"
                              "  image: {image: nginx}\n";

static void assert_health(const char *dockerfile, const char *inside, const char *outside)
{
    struct slice url =
        init_compose_url(slice_str(compose), ".", dockerfile, slice_str(inside), &arena);
    assert_string_equal(arena_string(&arena, url), outside);
}

static void test_compose(void **state)
{
    (void)state;
    assert_health("docker/Dockerfile.haproxy", "http://localhost/health",
                  "http://127.0.0.1:8080/health");
    assert_health("docker/Dockerfile.haproxy", "http://localhost:8443/h", "http://127.0.0.1:443/h");
    assert_health("docker/Dockerfile.haproxy", "http://localhost:81/h", "");
    assert_health("api/Dockerfile", "http://127.0.0.1:9000/", "http://127.0.0.1:19000/");
    assert_health("closed/Dockerfile", "http://127.0.0.1/", "");
    assert_health("other/Dockerfile", "http://127.0.0.1/", "");
    assert_health("api/Dockerfile", "not a url", "");
    struct slice broken =
        init_compose_url(SLICE("services: [a"), ".", "api/Dockerfile", SLICE("http://a/"), &arena);
    assert_int_equal(broken.len, 0);
    struct slice below = init_compose_url(slice_str(compose), "app", "app/api/Dockerfile",
                                          SLICE("http://localhost:9000/x"), &arena);
    assert_string_equal(arena_string(&arena, below), "http://127.0.0.1:19000/x");
}

static void test_policy(void **state)
{
    (void)state;
    json_t *tree = json_loads(init_policy(25, &arena).at, 0, NULL);
    assert_non_null(tree);
    const json_t *rule = json_array_get(json_object_get(tree, "rules"), 0);
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(rule, "selection"), "countNumber")), 25);
    json_decref(tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml),
        cmocka_unit_test(test_compose),
        cmocka_unit_test(test_policy),
    };
    arena_init(&arena, 64 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
