#include "test.h"

#include "project/project.h"
#include "ship/push/destination.h"
#include "ship/push/from_base.h"

static void test_versions(void **state)
{
    static const struct {
        const char *dockerfile, *version;
    } cases[] = {
        {"FROM nginx:1.29.4-alpine\n", "1.29.4"},
        {"FROM docker.io/library/nginx:v1.29.4@sha256:"
         "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
         "1.29.4"},
        {"ARG V=3.3.1\nFROM node:22.1.0 AS build\nFROM haproxy:${V}-alpine\n", "3.3.1"},
        {"FROM haproxy:3.3.1 AS base\nFROM node:22.1.0 AS build\nFROM base\n", "3.3.1"},
        {"FROM x:1.2.0-rc.1-alpine\n", "1.2.0-rc.1"},
        /* refused */
        {"FROM nginx:1.29-alpine\n", NULL},
        {"FROM nginx:stable\n", NULL},
        {"FROM nginx\n", NULL},
        {"FROM scratch\n", NULL},
        {"ARG V\nFROM nginx:$V\n", NULL},
        {"FROM nginx:20261123\n", NULL},
        {"FROM x:alpine-2.3.0\n", NULL},
        {"FROM x:1.2.3_4\n", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
        struct from_base found = {0};
        struct error err = {0};
        bool fine = from_base_read(slice_str(cases[i].dockerfile), "Dockerfile", NULL, &arena,
                                   &found, &err);
        if (fine != (cases[i].version != NULL))
            fail_msg("%s: %s", cases[i].dockerfile, fine ? "taken" : err.text);
        assert_true(slice_equal_str(found.version, cases[i].version ? cases[i].version : "") ||
                    !fine);
        assert_true(fine || strstr(err.text, "Dockerfile"));
    }
}

/* What plimsoll.yaml says of the build: its arguments beat defaults, its target is what ships. */
static void test_build_of_an_image(void **state)
{
    static const struct {
        const char *dockerfile, *target, *version;
    } cases[] = {
        {"ARG V=1.0.0\nFROM nginx:$V\n", "", "2.3.4"},
        {"ARG V\nFROM nginx:$V\n", "", "2.3.4"},
        {"ARG W=${V}\nARG V=1.0.0\nFROM nginx:${V}\n", "", "2.3.4"},
        {"FROM nginx:1.29.4\nARG V=1.0.0\n", "", "1.29.4"},
        {"ARG V=1.0.0\nARG U=$V\nFROM nginx:$U\n", "", "2.3.4"},
        {"FROM nginx:1.29.4 AS web\nFROM node:22.1.0 AS tools\n", "web", "1.29.4"},
        {"FROM nginx:1.29.4 AS web\nFROM node:22.1.0 AS tools\n", "WEB", "1.29.4"},
        {"FROM nginx:1.29.4 AS web\nFROM node:22.1.0 AS tools\n", "0", "1.29.4"},
    };
    struct project_argument argument = {SLICE("V"), SLICE("2.3.4")};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 8 << 20};
        struct project_image image = {
            .arguments = &argument, .argument_count = 1, .target = slice_str(cases[i].target)};
        struct from_base found = {0};
        struct error err = {0};
        if (!from_base_read(slice_str(cases[i].dockerfile), "Dockerfile", &image, &arena, &found,
                            &err))
            fail_msg("%s: %s", cases[i].dockerfile, err.text);
        /* The whole text: releases become arguments of programs. */
        assert_string_equal(found.version.at, cases[i].version);
    }
}

static void test_names_of_images(void **state)
{
    (void)state;
    assert_false(destination_names_image(SLICE("registry.example:5000/team/app")));
    assert_false(destination_names_image(SLICE("http://127.0.0.1:5000/app")));
    assert_false(destination_names_image(SLICE("app")));
    assert_true(destination_names_image(SLICE("registry.example:5000/team/app:1")));
    assert_true(destination_names_image(SLICE("app@sha256:aa")));
    assert_true(destination_names_image(SLICE("app:1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_versions),
        cmocka_unit_test(test_build_of_an_image),
        cmocka_unit_test(test_names_of_images),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
