/* What is told by names, and what by contents. */
#include "lint/discover.h"

#include "test.h"

static void test_names(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned kind;
        bool sure;
    } rows[] = {
        {"Dockerfile", LINT_DOCKERFILE, true},
        {"a/b/dockerfile", LINT_DOCKERFILE, true},
        {"Containerfile", LINT_DOCKERFILE, true},
        {"docker/Dockerfile.haproxy", LINT_DOCKERFILE, true},
        {"app.Dockerfile", LINT_DOCKERFILE, true},
        {"app.dockerfile", LINT_DOCKERFILE, true},
        {"Dockerfile.dockerignore", 0, false},
        {"Dockerfile.j2", 0, false},
        {"Dockerfile.md", 0, false},
        {"Dockerfile~", 0, false},
        {"Dockerfiles", 0, false},
        {".dockerfile", 0, false},
        {"haproxy.cfg", LINT_HAPROXY, true},
        {"x/edge.haproxy.cfg", LINT_HAPROXY, true},
        {"setup.cfg", LINT_HAPROXY, false},
        {"nginx.conf", LINT_NGINX, true},
        {"edge.nginx.conf", LINT_NGINX, true},
        {"conf.d/default.conf", LINT_NGINX, false},
        {"sites-enabled/www", LINT_NGINX, false},
        {"app.py", 0, false},
        {"", 0, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        bool sure;
        unsigned kind = discover_by_name(slice_str(rows[i].path), &sure);
        if (kind != rows[i].kind || sure != rows[i].sure)
            fail_msg("%s: %u, %d", rows[i].path, kind, sure);
    }
}

static void test_contents(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned kind;
    } rows[] = {
        {"FROM alpine\n", LINT_DOCKERFILE},
        {"\xEF\xBB\xBF# syntax=docker/dockerfile:1\n", LINT_DOCKERFILE},
        {"# a comment\n\nARG X=1\nFROM a\n", LINT_DOCKERFILE},
        {"run make\n", LINT_DOCKERFILE},
        {"global\n  daemon\n", LINT_HAPROXY},
        {"# x\ndefaults\n  mode http\n", LINT_HAPROXY},
        {"frontend www\n", LINT_HAPROXY},
        {"user nginx;\nevents {}\n", LINT_NGINX},
        {"server {\n", LINT_NGINX},
        {"upstream app {\n", LINT_NGINX},
        {"add_header X-Frame-Options DENY always;\n", LINT_NGINX},
        {"[metadata]\nname = x\n", 0},
        {"<VirtualHost *:80>\nServer {\n", 0},
        {"global: 1\n", 0},
        {"hello world\n", 0},
        {"", 0},
        {"#\n", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (discover_by_content(slice_str(rows[i].text)) != rows[i].kind)
            fail_msg("%s", rows[i].text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_contents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
