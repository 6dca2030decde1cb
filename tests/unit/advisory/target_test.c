/* Where a package's advisories are looked up. */
#include "advisory/target.h"

#include "arena.h"
#include "test.h"

static void releases(void **state)
{
    (void)state;
    static const struct {
        const char *id, *version, *codename, *scope;
    } cases[] = {
        {"alpine", "3.16.9", "", "apk:alpine:3.16"},
        {"alpine", "3.24", "", "apk:alpine:3.24"},
        {"alpine", "3.23.0_alpha20250612", "", "apk:alpine:edge"},
        {"alpine", "edge", "", "apk:alpine:edge"},
        {"alpine", "", "", ""},
        {"wolfi", "20230201", "", "apk:wolfi"},
        {"chainguard", "", "", "apk:chainguard"},
        {"debian", "12", "bookworm", "deb:debian:12"},
        {"debian", "12.4", "bookworm", "deb:debian:12"},
        {"debian", "", "trixie", "deb:debian:13"},
        {"debian", "", "forky/sid", "deb:debian:14"},
        {"debian", "", "sid", "deb:debian:sid"},
        {"ubuntu", "22.04", "jammy", "deb:ubuntu:22.04"},
        {"almalinux", "9.4", "", "rpm:almalinux:9"},
        {"nobody", "1", "", ""},
        {"", "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct release release;
        struct distribution distribution = {.id = slice_str(cases[i].id),
                                            .version_id = slice_str(cases[i].version),
                                            .codename = slice_str(cases[i].codename)};
        assert_true(release_of(&distribution, &arena, &release));
        if (!slice_equal_str(release.scope, cases[i].scope))
            fail_msg("%s %s: %.*s", cases[i].id, cases[i].version, SLICE_ARG(release.scope));
    }
}

static void packages(void **state)
{
    (void)state;
    static const struct {
        struct package package;
        const char *targets; /* "scope name version order" each, with blanks between */
    } cases[] = {
        {{.type = PACKAGE_APK,
          .name = SLICE("libssl3"),
          .version = SLICE("3.0.1-r0"),
          .source = SLICE("openssl")},
         "apk:alpine:3.16 openssl 3.0.1-r0 apk"},
        {{.type = PACKAGE_DEB, .name = SLICE("libssl3"), .version = SLICE("3.0.1-1")}, ""},
        {{.type = PACKAGE_APK,
          .name = SLICE("nginx"),
          .version = SLICE("1.31.6-r1"),
          .vendor = SLICE("nginx.org"),
          .cpe = SLICE("f5:nginx,nginx:nginx")},
         "cpe f5:nginx 1.31.6 generic bitnami nginx 1.31.6 generic cpe nginx:nginx 1.31.6 "
         "generic"},
        {{.type = PACKAGE_APK,
          .name = SLICE("nginx-module-njs"),
          .version = SLICE("1.31.6.1.0.1-r1"),
          .vendor = SLICE("nginx.org")},
         "cpe f5:njs 1.0.1 generic bitnami njs 1.0.1 generic cpe nginx:njs 1.0.1 generic"},
        {{.type = PACKAGE_DEB,
          .name = SLICE("nginx"),
          .version = SLICE("1.31.6-1~bookworm"),
          .vendor = SLICE("nginx.org"),
          .cpe = SLICE("f5:nginx")},
         "cpe f5:nginx 1.31.6 generic bitnami nginx 1.31.6 generic"},
        {{.type = PACKAGE_PROGRAM,
          .name = SLICE("go"),
          .version = SLICE("1.22.1"),
          .cpe = SLICE("golang:go")},
         "cpe golang:go 1.22.1 generic bitnami golang 1.22.1 generic go stdlib 1.22.1 go"},
        {{.type = PACKAGE_PYPI, .name = SLICE("Foo_.Bar"), .version = SLICE("1.0")},
         "pypi foo-bar 1.0 pep440"},
        {{.type = PACKAGE_NUGET, .name = SLICE("Newtonsoft.Json"), .version = SLICE("1.0")},
         "nuget newtonsoft.json 1.0 nuget"},
        {{.type = PACKAGE_OTHER, .name = SLICE("x"), .version = SLICE("1.0")}, ""},
    };
    struct release release;
    struct distribution distribution = {.id = SLICE("alpine"), .version_id = SLICE("3.16.9")};
    assert_true(release_of(&distribution, &arena, &release));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct targets targets;
        struct slice text = SLICE("");
        assert_true(targets_of(&cases[i].package, &release, &arena, &targets));
        for (size_t j = 0; j < targets.count; j++) {
            const struct target *target = &targets.items[j];
            text = arena_printf(&arena, "%.*s%s%.*s %.*s %.*s %s", SLICE_ARG(text), j ? " " : "",
                                SLICE_ARG(target->scope), SLICE_ARG(target->name),
                                SLICE_ARG(target->version), target->order->name);
        }
        if (!slice_equal_str(text, cases[i].targets))
            fail_msg("%.*s: %.*s", SLICE_ARG(cases[i].package.name), SLICE_ARG(text));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(releases), cmocka_unit_test(packages)};
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
