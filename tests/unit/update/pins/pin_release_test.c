/* Which release an image's name tells. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/pins/pin.h"

static void names_tell(void **state)
{
    static const struct {
        const char *image, *release;
    } cases[] = {
        {"alpine:3.20", "alpine 3.20"},
        {"alpine:3.20.3", "alpine 3.20"},
        {"docker.io/library/alpine:3.9@sha256:ab", "alpine 3.9"},
        {"alpine:edge", "alpine edge"},
        {"haproxy:3.3.1-alpine3.22", "alpine 3.22"},
        {"node:20.1-alpine3.19-slim", "alpine 3.19"},
        {"ghcr.io/acme/x:1-alpine3.20", "alpine 3.20"},
        {"localhost:5000/alpine:3.20", "alpine 3.20"},
        {"debian:12", "debian bookworm"},
        {"debian:12.5-slim", "debian bookworm"},
        {"debian:bookworm-20240101", "debian bookworm"},
        {"debian:sid", "debian sid"},
        {"nginx:1.29-bookworm", "debian bookworm"},
        {"python:3.12-slim-trixie", "debian trixie"},
        {"alpine", "-"},
        {"alpine:3", "-"},
        {"alpine:latest", "-"},
        {"alpine:3.x", "-"},
        {"haproxy:3.3.1-alpine", "-"},
        {"debian:latest", "-"},
        {"debian:120", "-"},
        {"node:20", "-"},
        {"ubuntu:jammy", "-"},
        {"x:12", "-"},
        {"", "-"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pin_release release = {0};
        char text[100] = "-";
        if (pin_release_of_name(slice_str(cases[i].image), &release))
            snprintf(text, sizeof text, "%s %.*s",
                     release.type == PACKAGE_APK ? "alpine" : "debian",
                     SLICE_ARG(release.type == PACKAGE_APK ? release.version : release.codename));
        if (strcmp(text, cases[i].release) != 0)
            fail_msg("%s: %s", cases[i].image, text);
    }
}

static void systems_tell(void **state)
{
    struct pin_release release;
    struct distribution found = {.id = SLICE("alpine"), .version_id = SLICE("3.20.3")};
    (void)state;
    assert_true(pin_release_of_system(&found, &release));
    assert_true(slice_equal_str(release.version, "3.20"));
    found = (struct distribution){.id = SLICE("debian"), .version_id = SLICE("12")};
    assert_true(pin_release_of_system(&found, &release));
    assert_true(slice_equal_str(release.codename, "bookworm"));
    found.id = SLICE("ubuntu");
    assert_false(pin_release_of_system(&found, &release));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_tell),
        cmocka_unit_test(systems_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
