/* Images of a folder without plimsoll.yaml: their names, contexts and what a test can be made of.
 */
#include "project/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test.h"

#include "base/file.h"

static struct arena arena;

static void assert_name(const char *path, const char *project, const char *name)
{
    struct slice made = project_name_of(slice_str(path), slice_str(project), &arena);
    assert_string_equal(arena_string(&arena, made), name);
}

static void test_names(void **state)
{
    (void)state;
    assert_name("docker/Dockerfile.haproxy", "react-app", "react-app-haproxy");
    assert_name("Dockerfile", "react-app", "react-app");
    assert_name("docker/Dockerfile", "react-app", "react-app");
    assert_name("services/api/Dockerfile", "shop", "api");
    assert_name("services/api/Dockerfile.debug", "shop", "api-debug");
    assert_name("worker.Dockerfile", "Shop", "shop-worker");
    assert_name("Containerfile", "My App (2)", "my-app-2");
    assert_name("Dockerfile", "---", "app");
    assert_name("Dockerfile.A__B", "x", "x-a_b");
}

static void assert_url(const char *text, const char *url)
{
    assert_string_equal(arena_string(&arena, project_url_in(slice_str(text))), url);
}

static void test_urls(void **state)
{
    (void)state;
    assert_url("CMD wget -qO- http://127.0.0.1:8080/health || exit 1",
               "http://127.0.0.1:8080/health");
    assert_url("CMD [\"curl\", \"-f\", \"https://localhost/\"]", "https://localhost/");
    assert_url("CMD curl -f http://localhost:${PORT}/", "");
    assert_url("NONE", "");
    assert_url("CMD curl 'http://a/b'; true", "http://a/b");
}

static void put(const char *name, const char *text)
{
    struct error err;
    if (!file_write(name, slice_str(text), &err))
        fail_msg("%s", err.text);
}

static void test_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/plimsoll-discover.XXXXXX";
    struct project project;
    struct project_hint *hints;
    struct error err;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(mkdir("docker", 0755) | mkdir("api", 0755), 0);
    put("app.conf", "");
    put("api/main.py", "");
    put("docker/Dockerfile.web",
        "FROM a\nHEALTHCHECK CMD curl http://old/\nFROM b\nCOPY app.conf /\n"
        "EXPOSE 8080/tcp 9\nHEALTHCHECK CMD curl http://127.0.0.1:8080/h\n");
    put("api/Dockerfile", "FROM a\nCOPY main.py /\n");
    put("Dockerfile", "not a Dockerfile");
    assert_true(project_discover(".", &arena, &project, &hints, &err));
    assert_int_equal(project.image_count, 3);
    const struct project_image *web = project_image_find(&project, SLICE("api"));
    assert_non_null(web);
    assert_string_equal(web->context, "api");
    assert_string_equal(web->dockerfile, "api/Dockerfile");
    for (size_t i = 0; i < project.image_count; i++)
        if (strcmp(project.images[i].dockerfile, "docker/Dockerfile.web") == 0) {
            assert_string_equal(project.images[i].context, ".");
            assert_string_equal(arena_string(&arena, hints[i].health), "http://127.0.0.1:8080/h");
            assert_string_equal(arena_string(&arena, hints[i].port), "8080");
        }
    unlink("docker/Dockerfile.web"), unlink("api/Dockerfile"), unlink("api/main.py");
    unlink("app.conf"), unlink("Dockerfile"), rmdir("api"), rmdir("docker");
    assert_true(project_discover(".", &arena, &project, NULL, &err));
    assert_int_equal(project.image_count, 0);
    assert_int_equal(chdir("/") | rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_folder),
    };
    arena_init(&arena, 64 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
