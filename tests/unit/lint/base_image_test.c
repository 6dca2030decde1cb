/* Facts of official images, and base images that were kept, offline and out of reach. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "lint/base_facts.h"
#include "lint/base_image_cache.h"
#include "test.h"

static const struct base_fact *fact(const char *reference)
{
    return base_fact_find(slice_str(reference));
}

static void facts_are_found_by_any_name(void **state)
{
    (void)state;
    assert_int_equal(fact("nginx")->uid, 101);
    assert_string_equal(fact("nginx:1.29.4")->slim, "-alpine");
    assert_null(fact("nginx:1.29.4-alpine")->slim);
    assert_null(fact("nginx:1.29-bookworm")->slim);
    assert_string_equal(fact("node:22-bookworm")->slim, "-slim");
    assert_null(fact("node:22-bookworm-slim")->slim);
    assert_null(fact("node:22-alpine3.20")->slim);
    assert_string_equal(fact("docker.io/library/haproxy:3.3.1-alpine")->default_user, "haproxy");
    assert_int_equal(fact("haproxy@sha256:00")->gid, 99);
    assert_string_equal(fact("haproxy:2.0-alpine")->default_user, "");
    assert_string_equal(fact("haproxy:2.3")->default_user, "");
    assert_string_equal(fact("haproxy:2")->default_user, "haproxy");
    assert_string_equal(fact("haproxy:2.4.1")->default_user, "haproxy");
    assert_int_equal(fact("postgres:16-alpine")->uid, 70);
    assert_int_equal(fact("postgres:16")->uid, 999);
    assert_null(fact("example.com/nginx:1"));
    assert_null(fact("localhost:5000/nginx"));
    assert_null(fact("mynginx"));
    assert_null(fact(""));
    assert_null(fact(":"));
    assert_null(fact("@"));
}

static const char *account(const char *reference, bool group, unsigned id)
{
    const char *name = base_account_find(slice_str(reference), group, id);
    return name ? name : "";
}

static void taken_numbers_are_known(void **state)
{
    (void)state;
    assert_string_equal(account("nginx:1.29.4-alpine", true, 101), "nginx");
    assert_string_equal(account("nginx:1.29.4-alpine", false, 101), "nginx");
    assert_string_equal(account("nginx:1.29.4-alpine", true, 102), "");
    assert_string_equal(account("haproxy:3.3.1-alpine", true, 101), "");
    assert_string_equal(account("haproxy:3.3.1-alpine", true, 99), "haproxy");
    assert_string_equal(account("node:22", false, 1000), "node");
    assert_string_equal(account("alpine:3.20", true, 999), "ping");
    assert_string_equal(account("alpine:3.20", false, 999), "");
    assert_string_equal(account("redis:7-alpine", true, 1000), "redis");
    assert_string_equal(account("ubuntu:24.04", false, 1000), "ubuntu");
    assert_string_equal(account("ubuntu:22.04", false, 1000), "");
    assert_string_equal(account("debian:12", true, 33), "www-data");
    assert_string_equal(account("somebody/else", true, 33), "");
}

static void expect_end(const char *reference, const char *product, const char *cycle,
                       const char *end)
{
    struct slice found_product, found_cycle;
    struct slice date = base_end_of_life(slice_str(reference), &found_product, &found_cycle);
    if (!slice_equal_str(date, end) || !slice_equal_str(found_product, product) ||
        !slice_equal_str(found_cycle, cycle))
        fail_msg("%s: %.*s %.*s %.*s", reference, SLICE_ARG(found_product), SLICE_ARG(found_cycle),
                 SLICE_ARG(date));
}

static void releases_have_an_end(void **state)
{
    (void)state;
    expect_end("node:18-alpine", "Node.js", "18", "2025-04-30");
    expect_end("node:18.20.8", "Node.js", "18", "2025-04-30");
    expect_end("node:v18", "Node.js", "18", "2025-04-30");
    expect_end("python:3.8.19-slim-bookworm", "Python", "3.8", "2024-10-07");
    expect_end("debian:buster-slim", "Debian", "10", "2024-06-30");
    expect_end("ubuntu:bionic-20200403", "Ubuntu", "18.04", "2023-05-31");
    expect_end("library/alpine:3.14.2@sha256:00", "Alpine Linux", "3.14", "2023-05-01");
    expect_end("node:22-buster-slim", "Debian", "10", "2024-06-30");
    expect_end("node:18-bookworm", "Node.js", "18", "2025-04-30");
    expect_end("php:8.4-fpm-alpine3.14", "Alpine Linux", "3.14", "2023-05-01");
    expect_end("eclipse-temurin:21-jdk-focal", "Ubuntu", "20.04", "2025-05-31");
    expect_end("example.com/app:1-buster", "", "", "");
    expect_end("node:lts-alpine", "", "", "");
    expect_end("node", "", "", "");
    expect_end("node:lts", "", "", "");
    expect_end("python:3", "", "", "");
    expect_end("node:180", "", "", "");
    expect_end("example.com/node:18", "", "", "");
    expect_end("node:.", "", "", "");
    for (size_t i = 1; i < base_release_count; i++) {
        const struct base_release *a = &base_releases[i - 1], *b = &base_releases[i];
        int order = strcmp(a->repository, b->repository);
        assert_true(order < 0 || (order == 0 && strcmp(a->tag, b->tag) < 0));
    }
}

static const struct base_image *ask(struct base_images *images, const char *reference,
                                    const char *platform)
{
    struct base_resolver resolver = base_images_resolver(images);
    return resolver.image(resolver.context, slice_str(reference), slice_str(platform));
}

static void answers_are_kept(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 16 << 20);
    char folder[] = "/tmp/base-image-test.XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct slice words[] = {{"/bin/bash", 9}, {"-c", 2}}, env[] = {{"A=\"b\"", 5}};
    struct base_image image = {.known = true,
                               .digest = SLICE("sha256:12"),
                               .user = SLICE("haproxy"),
                               .workdir = SLICE("/w"),
                               .platform = SLICE("linux/amd64"),
                               .shell = words,
                               .shell_count = 2,
                               .env = env,
                               .env_count = 1,
                               .has_healthcheck = true,
                               .size = 1234567};
    base_cache_write(folder, SLICE("example.com/app:1 linux/amd64"), &image, &arena);

    struct base_images *images = base_images_new(&arena, true);
    base_images_keep_in(images, folder);
    const struct base_image *found = ask(images, "example.com/app:1", "linux/amd64");
    assert_non_null(found);
    assert_true(slice_equal_str(found->reference, "example.com/app:1"));
    assert_true(slice_equal(found->digest, image.digest));
    assert_true(slice_equal(found->user, image.user));
    assert_true(slice_equal(found->workdir, image.workdir));
    assert_true(slice_equal(found->platform, image.platform));
    assert_int_equal(found->shell_count, 2);
    assert_true(slice_equal(found->env[0], env[0]));
    assert_true(found->has_healthcheck);
    assert_int_equal(found->size, 1234567);
    assert_ptr_equal(ask(images, "example.com/app:1", "linux/amd64"), found);
    assert_null(ask(images, "example.com/app:1", ""));
    assert_null(ask(images, "", ""));
    base_images_done(images);

    char path[4096];
    struct digest digest;
    sha256_of(SLICE("example.com/app:1 linux/amd64"), &digest);
    snprintf(path, sizeof path, "%s/%.32s.json", folder, digest.text + 7);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void nobody_there_is_not_known(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 64 << 20);
    setenv("DOCKER_HOST", "unix:///nonexistent/socket", 1);
    setenv("CONTAINER_HOST", "unix:///nonexistent/socket", 1);
    struct base_images *images = base_images_new(&arena, false);
    base_images_keep_in(images, NULL);
    for (int i = 0; i < 300; i++) {
        char name[64];
        snprintf(name, sizeof name, "127.0.0.1:1/app:%d", i);
        assert_null(ask(images, name, ""));
    }
    assert_null(ask(images, "oci:/nonexistent/layout", ""));
    assert_null(ask(images, "Not A Name", ""));
    base_images_done(images);
    unsetenv("DOCKER_HOST");
    unsetenv("CONTAINER_HOST");
}

static void other_files_are_not_believed(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct base_image image;
    assert_true(base_cache_parse(SLICE("{\"asked\":\"a \"}"), SLICE("a "), &arena, &image));
    assert_false(base_cache_parse(SLICE("{\"asked\":\"b \"}"), SLICE("a "), &arena, &image));
    assert_false(base_cache_parse(SLICE("[]"), SLICE("a "), &arena, &image));
    assert_false(base_cache_parse(SLICE(""), SLICE(""), &arena, &image));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_found_by_any_name),
        cmocka_unit_test(taken_numbers_are_known),
        cmocka_unit_test(releases_have_an_end),
        cmocka_unit_test(answers_are_kept),
        cmocka_unit_test(nobody_there_is_not_known),
        cmocka_unit_test(other_files_are_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
