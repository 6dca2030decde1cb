/* Package URLs of what is found in images. */
#include "scan/package_purl.h"

#include "test.h"

static void expect(struct package package, const char *text)
{
    struct arena arena;
    const struct distribution distribution = {.id = SLICE("alpine"), .version_id = SLICE("3.16.9")};
    arena_init(&arena, 1 << 20);
    struct slice purl = package_purl(&package, &distribution, &arena);
    assert_string_equal(arena_string(&arena, purl), text);
    arena_done(&arena);
}

static void test_purls(void **state)
{
    (void)state;
    expect((struct package){.type = PACKAGE_APK,
                            .name = SLICE("libcrypto1.1"),
                            .version = SLICE("1.1.1s-r0"),
                            .source = SLICE("openssl"),
                            .source_version = SLICE("1.1.1s-r0"),
                            .arch = SLICE("x86_64")},
           "pkg:apk/alpine/libcrypto1.1@1.1.1s-r0?arch=x86_64&distro=alpine-3.16.9&"
           "upstream=openssl");
    expect((struct package){.type = PACKAGE_APK,
                            .name = SLICE("musl"),
                            .version = SLICE("1.2.3-r4"),
                            .source = SLICE("musl"),
                            .source_version = SLICE("1.2.3-r4")},
           "pkg:apk/alpine/musl@1.2.3-r4?distro=alpine-3.16.9");
    expect((struct package){.type = PACKAGE_PROGRAM,
                            .name = SLICE("haproxy"),
                            .version = SLICE("3.3.14")},
           "pkg:generic/haproxy@3.3.14");
    expect((struct package){.type = PACKAGE_MAVEN,
                            .name = SLICE("org.apache:log4j"),
                            .version = SLICE("2")},
           "pkg:maven/org.apache/log4j@2");
    expect((struct package){.type = PACKAGE_OTHER, .name = SLICE("x")}, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_purls)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
