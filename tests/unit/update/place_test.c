/*
 * Where images are named, and what an edit makes of the bytes. A case is a file, the new tag (and
 * digest) for all its places, and the file that has to come out; or the reason it stays.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/place.h"

#define OLD "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define NEW "sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

enum form { DOCKERFILE, COMPOSE, CONFIGURATION };

struct found {
    struct arena arena;
    struct update_places places;
    struct slice bytes;
};

static void look(struct found *found, enum form form, const char *text, const char *environment)
{
    struct error err = {0};
    struct slice path = SLICE("file");
    arena_init(&found->arena, 64 << 20);
    found->places = (struct update_places){.arena = &found->arena};
    found->bytes = slice_str(text);
    bool fine =
        form == DOCKERFILE ? places_read_dockerfile(&found->places, path, found->bytes, &err)
        : form == COMPOSE
            ? places_read_compose(&found->places, path, found->bytes, slice_str(environment), &err)
            : places_read_configuration(&found->places, path, found->bytes, &err);
    if (!fine)
        print_error("%s: %s\n", text, err.text);
    assert_true(fine);
}

/* All edits of all places. */
static struct slice edited(struct found *found, const char *tag, const char *digest)
{
    struct update_edit *all = arena_array(&found->arena, 50, sizeof *all), *edits;
    size_t count = 0, made;
    struct slice result;
    struct error err = {0};
    for (size_t i = 0; i < found->places.count; i++) {
        if (!place_edits(&found->places.items[i], slice_str(tag), slice_str(digest), &found->arena,
                         &edits, &made, &err)) {
            assert_int_equal(err.kind, ERROR_UNSUPPORTED);
            continue;
        }
        for (size_t j = 0; j < made; j++)
            all[count++] = edits[j];
    }
    assert_true(update_apply(found->bytes, all, count, &found->arena, &result, &err));
    return result;
}

static void becomes_with(enum form form, const char *before, const char *tag, const char *digest,
                         const char *environment, const char *after)
{
    struct found found;
    look(&found, form, before, environment);
    struct slice result = edited(&found, tag, digest);
    if (!slice_equal_str(result, after))
        print_error("--- got\n%.*s\n--- not\n%s\n", SLICE_ARG(result), after);
    assert_true(slice_equal_str(result, after));
    arena_done(&found.arena);
}

static void becomes(enum form form, const char *before, const char *tag, const char *after)
{
    becomes_with(form, before, tag, "", "", after);
}

/* One place, left alone, and the reason has these words. */
static void stays(enum form form, const char *text, const char *tag, const char *environment,
                  const char *reason)
{
    struct found found;
    struct update_edit *edits;
    size_t count;
    struct error err = {0};
    look(&found, form, text, environment);
    assert_int_equal(found.places.count, 1);
    bool made = place_edits(&found.places.items[0], slice_str(tag), SLICE(""), &found.arena, &edits,
                            &count, &err);
    if (made || !strstr(err.text, reason))
        print_error("%s: \"%s\", not \"%s\"\n", text, err.text, reason);
    assert_false(made);
    assert_non_null(strstr(err.text, reason));
    arena_done(&found.arena);
}

static void names(enum form form, const char *text, size_t count, const char *const *expected)
{
    struct found found;
    look(&found, form, text, "");
    for (size_t i = 0; i < found.places.count && found.places.count != count; i++)
        print_error("found %.*s\n", SLICE_ARG(found.places.items[i].text));
    assert_int_equal(found.places.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(slice_equal_str(found.places.items[i].text, expected[i]));
    arena_done(&found.arena);
}

static void finds_images_and_no_stages(void **state)
{
    (void)state;
    static const char *const expected[] = {
        "docker/dockerfile:1.7", "node:22.1-alpine", "golang:1.22.0", "busybox:1.36",
        "nginx:1.29.4-alpine",   "alpine:3.20",      "x/y:1"};
    names(DOCKERFILE,
          "# syntax=docker/dockerfile:1.7\n"
          "FROM node:22.1-alpine AS build\n"
          "RUN --mount=type=bind,from=golang:1.22.0,target=/x --mount=type=cache,target=/y true\n"
          "FROM scratch AS empty\n"
          "FROM build AS again\n"
          "RUN --mount=type=bind,from=build,target=/x true\n"
          "COPY --from=0 /a /b\n"
          "COPY --from=busybox:1.36 /a /b\n"
          "FROM --platform=$BUILDPLATFORM nginx:1.29.4-alpine\n"
          "COPY --from=Build /a /b\n"
          "COPY --chown=1 --from=alpine:3.20 /a /b\n"
          "ONBUILD COPY --from=x/y:1 /a /b\n",
          7, expected);
}

static void edits_where_the_bytes_stand(void **state)
{
    (void)state;
    becomes(DOCKERFILE, "FROM nginx:1.29.4-alpine AS a\r\nUSER x\r\n", "1.29.5-alpine",
            "FROM nginx:1.29.5-alpine AS a\r\nUSER x\r\n");
    becomes(DOCKERFILE, "ARG V=1.29.4\nFROM nginx:${V}-alpine\n", "1.29.5-alpine",
            "ARG V=1.29.5\nFROM nginx:${V}-alpine\n");
    becomes(DOCKERFILE, "ARG T=1.29.4-alpine\nFROM nginx:$T\n", "1.29.5-alpine",
            "ARG T=1.29.5-alpine\nFROM nginx:$T\n");
    becomes(DOCKERFILE, "ARG I=\"nginx:1.29.4\" J=1\nFROM $I\n", "1.29.5",
            "ARG I=\"nginx:1.29.5\" J=1\nFROM $I\n");
    becomes(DOCKERFILE, "ARG V='1.2'\nARG T=${V}-alpine\nFROM a:${T}\n", "1.3-alpine",
            "ARG V='1.3'\nARG T=${V}-alpine\nFROM a:${T}\n");
    becomes(DOCKERFILE, "FROM a:${V:-1.2}-alpine\n", "1.3-alpine", "FROM a:${V:-1.3}-alpine\n");
    becomes(DOCKERFILE, "ARG V=1\nARG V=1.2\nFROM a:$V\n", "1.3",
            "ARG V=1\nARG V=1.3\nFROM a:$V\n");
    becomes(DOCKERFILE, "ARG V=1.29\nFROM a:${V}.4\n", "1.29.5", "ARG V=1.29\nFROM a:${V}.5\n");
    becomes(DOCKERFILE, "FROM \\\n  a:1.2 \\\n  AS b\n", "1.3", "FROM \\\n  a:1.3 \\\n  AS b\n");
    becomes(DOCKERFILE, "ARG R=docker.io/library\nFROM $R/a:1.2\n", "1.3",
            "ARG R=docker.io/library\nFROM $R/a:1.3\n");
    becomes(DOCKERFILE, "\xEF\xBB\xBF# syntax = docker/dockerfile:1.7  \nFROM scratch\n", "1.9",
            "\xEF\xBB\xBF# syntax = docker/dockerfile:1.9  \nFROM scratch\n");
    becomes(DOCKERFILE, "FROM scratch\nRUN --mount=from=a:1.2,target=/x true\n", "1.3",
            "FROM scratch\nRUN --mount=from=a:1.3,target=/x true\n");
    becomes(DOCKERFILE, "FROM localhost:5000/a:1.2\n", "1.3", "FROM localhost:5000/a:1.3\n");
}

static void edits_pinned_digests(void **state)
{
    (void)state;
    becomes_with(DOCKERFILE, "FROM a:1.2@" OLD "\n", "1.3", NEW, "", "FROM a:1.3@" NEW "\n");
    becomes_with(DOCKERFILE, "FROM a@" OLD "\n", "1.3", NEW, "", "FROM a@" NEW "\n");
    becomes_with(DOCKERFILE, "FROM a:1.2@" OLD "\n", "", NEW, "", "FROM a:1.2@" NEW "\n");
    becomes_with(DOCKERFILE, "ARG D=" OLD "\nFROM a:1.2@${D}\n", "1.3", NEW, "",
                 "ARG D=" NEW "\nFROM a:1.3@${D}\n");
    becomes_with(COMPOSE, "services:\n  a: {image: 'a:1@" OLD "'}\n", "2", NEW, "",
                 "services:\n  a: {image: 'a:2@" NEW "'}\n");
}

static void leaves_alone_what_is_not_safe(void **state)
{
    (void)state;
    stays(DOCKERFILE, "ARG V\nFROM a:$V\n", "1.3", "", "V has no default");
    stays(DOCKERFILE, "FROM a:${V}\n", "1.3", "", "V has no default");
    stays(DOCKERFILE, "ARG A=1\nARG B=2\nFROM a:$A.$B\n", "3.4", "", "several variables");
    stays(DOCKERFILE, "ARG V=1.2.3\nFROM a:${V%.*}\n", "1.3", "", "more than a variable");
    stays(DOCKERFILE, "FROM a:1.\\\n2\n", "1.3", "", "broken over two lines");
    stays(DOCKERFILE, "FROM scratch\nCOPY --from=a:$V /a /b\n", "1.3", "", "not followed");
    stays(DOCKERFILE, "FROM oci-archive:x.tar\n", "1.3", "", "no image of a registry");
    stays(DOCKERFILE, "FROM a:1\\.2\n", "1.3", "", "quotes or escapes");
    stays(DOCKERFILE, "FROM a:1\x01.2\n", "1.3", "", "control characters");
    stays(COMPOSE, "services:\n  a:\n    image: a:${V}\n", "2", "", "V has no default");
    stays(COMPOSE, "services:\n  a:\n    image: a:$V\n", "2", "", "without a default");
    stays(COMPOSE, "services:\n  a:\n    image: a:${V:-1.2}\n", "2", "V=1.1\n", "set in .env");
    stays(COMPOSE, "services:\n  a:\n    image: &x a:1.2\n", "2", "", "anchor");
    stays(COMPOSE, "x-i: &x a:1.2\nservices:\n  a:\n    image: *x\n", "2", "", "alias");
    stays(COMPOSE, "x-s: &x\n  image: a:1.2\nservices:\n  a: *x\n", "2", "", "alias");
    stays(COMPOSE, "services:\n  a:\n    image: \"a:1\\x2e2\"\n", "2", "", "escapes");
    stays(COMPOSE, "services:\n  a:\n    image: >\n      a:1.2\n", "2", "", "several lines");
}

static void edits_compose_files(void **state)
{
    (void)state;
    becomes(COMPOSE, "services:\n  a:\n    image: a:1.2 # why\n    x: a:1.2\n", "1.3",
            "services:\n  a:\n    image: a:1.3 # why\n    x: a:1.2\n");
    becomes(COMPOSE, "services: {a: {image: \"a:1.2\"}, b: {image: b:1.2}}\n", "1.3",
            "services: {a: {image: \"a:1.3\"}, b: {image: b:1.3}}\n");
    becomes(COMPOSE, "services:\r\n  \xC3\xA4\xE2\x82\xAC: {image: 'a:1.2'}\r\n", "1.3",
            "services:\r\n  \xC3\xA4\xE2\x82\xAC: {image: 'a:1.3'}\r\n");
    becomes(COMPOSE, "services:\n  a:\n    image: a:${V:-1.2}-alpine\n", "1.3-alpine",
            "services:\n  a:\n    image: a:${V:-1.3}-alpine\n");
    becomes(COMPOSE, "services:\n  a:\n    image: a:1.2\n    build: .\n", "1.3",
            "services:\n  a:\n    image: a:1.2\n    build: .\n");
    becomes(COMPOSE, "image: a:1.2\nservices: [x]\n", "1.3", "image: a:1.2\nservices: [x]\n");
}

static void edits_what_services_merge(void **state)
{
    (void)state;
    becomes(COMPOSE, "x-c: &c\n  image: a:1.2\nservices:\n  a:\n    <<: *c\n  b: {<<: *c}\n", "1.3",
            "x-c: &c\n  image: a:1.3\nservices:\n  a:\n    <<: *c\n  b: {<<: *c}\n");
    becomes(COMPOSE,
            "x-c: &c {image: a:1.2}\nx-d: &d\n  <<: *c\nx-e: &e {image: e:1}\nservices:\n"
            "  a: {<<: [*d, *e]}\n  b: {<<: *e, build: .}\n",
            "1.3",
            "x-c: &c {image: a:1.3}\nx-d: &d\n  <<: *c\nx-e: &e {image: e:1}\nservices:\n"
            "  a: {<<: [*d, *e]}\n  b: {<<: *e, build: .}\n");
    becomes(
        COMPOSE,
        "x-c: &c {image: a:1.2, build: .}\nservices:\n  a: {<<: *c}\n  b: {<<: *c, image: b:1}\n",
        "1.3",
        "x-c: &c {image: a:1.2, build: .}\nservices:\n  a: {<<: *c}\n  b: {<<: *c, image: b:1}\n");
    becomes(COMPOSE, "x-c: &c {image: a:1.2}\nservices:\n  a: {<<: *c, image: b:1.2}\n", "1.3",
            "x-c: &c {image: a:1.2}\nservices:\n  a: {<<: *c, image: b:1.3}\n");
    becomes(CONFIGURATION, "x:\n  - image: a:1.2\n  - {image: [b]}\n", "1.3",
            "x:\n  - image: a:1.3\n  - {image: [b]}\n");
}

/* A Dockerfile as a build of `yaml` sees it: what the one place becomes in which file. */
static void builds(enum form form, const char *yaml, const char *dockerfile, const char *tag,
                   const char *path, const char *after)
{
    CLEANUP_ARENA struct arena arena = {.limit = 64 << 20};
    struct update_places places = {.arena = &arena};
    struct update_edit *edits;
    struct slice result, bytes = slice_str(path[0] == 'y' ? yaml : dockerfile);
    size_t count;
    struct error err = {0};
    assert_true(form == COMPOSE
                    ? places_read_compose(&places, SLICE("y"), slice_str(yaml), SLICE(""), &err)
                    : places_read_configuration(&places, SLICE("y"), slice_str(yaml), &err));
    assert_int_equal(places.build_count, 1);
    assert_true(slice_equal_str(places.builds[0].dockerfile, "d/Dockerfile"));
    assert_true(places_read_build(&places, &places.builds[0], slice_str(dockerfile), &err));
    assert_int_equal(places.count, 1);
    assert_int_equal(places.items[0].kind, PLACE_ARGUMENT);
    assert_true(
        place_edits(&places.items[0], slice_str(tag), SLICE(""), &arena, &edits, &count, &err));
    assert_int_equal(count, 1);
    assert_true(slice_equal_str(edits[0].path, path));
    assert_true(update_apply(bytes, edits, count, &arena, &result, &err));
    assert_true(slice_equal_str(result, after));
}

static void follows_build_arguments(void **state)
{
    (void)state;
    const char *dockerfile = "ARG V=1.1\nFROM a:${V}-alpine\nFROM b:1\n";
    builds(CONFIGURATION,
           "images:\n  - dockerfile: d/Dockerfile\n    build-args: {V: '1.2', W: 1}\n", dockerfile,
           "1.3-alpine", "y",
           "images:\n  - dockerfile: d/Dockerfile\n    build-args: {V: '1.3', W: 1}\n");
    builds(COMPOSE, "services:\n  a:\n    build: {context: d, args: [\"V=1.2\", X]}\n", dockerfile,
           "1.3-alpine", "y", "services:\n  a:\n    build: {context: d, args: [\"V=1.3\", X]}\n");
    builds(COMPOSE, "services:\n  a:\n    build: {dockerfile: d/Dockerfile, args: {V: 1.2}}\n",
           "ARG V\nFROM a:${V}-x3\n", "1.2-x4", "d/Dockerfile", "ARG V\nFROM a:${V}-x4\n");
    builds(COMPOSE, "services:\n  a:\n    build: {context: d, args: ['V=${N:-1.2}']}\n", dockerfile,
           "1.3-alpine", "y", "services:\n  a:\n    build: {context: d, args: ['V=${N:-1.3}']}\n");
    builds(COMPOSE,
           "services:\n  a:\n    build:\n      context: d\n      args:\n        V: ${N-1.2}\n",
           dockerfile, "1.3-alpine", "y",
           "services:\n  a:\n    build:\n      context: d\n      args:\n        V: ${N-1.3}\n");
}

static void refuses_what_is_no_such_file(void **state)
{
    (void)state;
    CLEANUP_ARENA struct arena arena = {.limit = 16 << 20};
    struct update_places places = {.arena = &arena};
    struct error err = {0};
    assert_false(places_read_dockerfile(&places, SLICE("x"),
                                        SLICE("# escape=`\n# escape=`\nFROM a\n"), &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
    assert_false(places_read_compose(&places, SLICE("x"), SLICE("a: [\n"), SLICE(""), &err));
    assert_int_equal(err.kind, ERROR_FORMAT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_images_and_no_stages),
        cmocka_unit_test(edits_where_the_bytes_stand),
        cmocka_unit_test(edits_pinned_digests),
        cmocka_unit_test(leaves_alone_what_is_not_safe),
        cmocka_unit_test(edits_compose_files),
        cmocka_unit_test(edits_what_services_merge),
        cmocka_unit_test(follows_build_arguments),
        cmocka_unit_test(refuses_what_is_no_such_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
