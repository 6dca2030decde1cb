#include "base/hash.h"
#include "fixture.h"
#include "image/path.h"

static const char path[] = "lib/apk/db/installed";

static bool is_owned(const struct analysis *analysis, const char *file)
{
    for (size_t i = 0; i < analysis->owned.count; i++)
        if (analysis->owned.hashes[i] == path_key(slice_str(file)))
            return true;
    return false;
}

static const struct package *find(const struct analysis *analysis, const char *name)
{
    for (size_t i = 0; i < analysis->package_count; i++)
        if (slice_equal_str(analysis->packages[i].name, name))
            return &analysis->packages[i];
    fail_msg("no package %s", name);
    return NULL;
}

struct expected {
    const char *name, *version, *source;
};

static void read_release(const char *release, size_t count, const struct expected *expected)
{
    FIXTURE f;
    CLEANUP_ARENA struct arena arena;
    struct slice bytes;
    char name[100];
    arena_init(&arena, 1 << 20);
    snprintf(name, sizeof name, "data/apkdb/%s-x86_64.installed", release);
    if (!fixture_shared(&arena, name, &bytes)) {
        fixture_init(&f);
        return;
    }
    const struct analysis *analysis = fixture_read(&f, "apk", path, bytes);
    assert_int_equal(analysis->package_count, count);
    assert_int_equal(analysis->note_count, 0);
    for (; expected->name; expected++) {
        const struct package *package = find(analysis, expected->name);
        assert_text(package->version, expected->version);
        assert_text(package->source, expected->source);
        assert_text(package->source_version, expected->version);
        assert_text(package->arch, "x86_64");
        assert_text(package->path, path);
        assert_text(package->vendor, "");
        assert_int_equal(package->type, PACKAGE_APK);
    }
    assert_true(is_owned(analysis, "bin/busybox"));
    assert_true(is_owned(analysis, "usr/bin/busybox"));
    assert_true(is_owned(analysis, "etc/motd"));
    assert_false(is_owned(analysis, "usr/bin/haproxy"));
}

static void real_databases_are_read_whole(void **state)
{
    (void)state;
    read_release("3.16.9", 14,
                 (const struct expected[]){
                     {"alpine-baselayout-data", "3.2.0-r23", "alpine-baselayout"},
                     {"musl", "1.2.3-r3", "musl"},
                     {"busybox", "1.35.0-r17", "busybox"},
                     {"alpine-baselayout", "3.2.0-r23", "alpine-baselayout"},
                     {"alpine-keys", "2.4-r1", "alpine-keys"},
                     {"ca-certificates-bundle", "20230506-r0", "ca-certificates"},
                     {"libcrypto1.1", "1.1.1w-r1", "openssl"},
                     {"libssl1.1", "1.1.1w-r1", "openssl"},
                     {"ssl_client", "1.35.0-r17", "busybox"},
                     {"zlib", "1.2.12-r3", "zlib"},
                     {"apk-tools", "2.12.9-r3", "apk-tools"},
                     {"scanelf", "1.3.4-r0", "pax-utils"},
                     {"musl-utils", "1.2.3-r3", "musl"},
                     {"libc-utils", "0.7.2-r3", "libc-dev"},
                     {NULL, NULL, NULL},
                 });
    const struct expected none[] = {{NULL, NULL, NULL}};
    read_release("3.6.5", 13, none);
    read_release("3.10.9", 14, none);
    read_release("3.13.12", 14, none);
    read_release("3.18.9", 15, none);
    read_release("3.20.3", 14, none);
}

static void nginx_org_is_not_alpine(void **state)
{
    (void)state;
    FIXTURE f;
    const struct analysis *analysis =
        fixture_read(&f, "apk", "usr/lib/apk/db/installed",
                     SLICE("P:nginx\nV:1.31.6-r1\nA:x86_64\n"
                           "m:NGINX Packaging <nginx-packaging@f5.com>\nF:usr/sbin\nR:nginx\n\n"
                           "P:nginx-module-njs\nV:1.31.6.1.0.1-r1\nA:x86_64\n"
                           "m:NGINX Packaging <nginx-packaging@f5.com>\n\n"
                           "P:nginx-alpine\nV:1.26.3-r0\no:nginx\n"
                           "m:Jakub Jirutka <jakub@jirutka.cz>\n\n"));
    assert_int_equal(analysis->package_count, 3);
    assert_text(find(analysis, "nginx")->vendor, "nginx.org");
    assert_text(find(analysis, "nginx")->cpe, "f5:nginx,nginx:nginx");
    assert_text(find(analysis, "nginx-module-njs")->vendor, "nginx.org");
    assert_text(find(analysis, "nginx-module-njs")->cpe, "");
    assert_text(find(analysis, "nginx-alpine")->vendor, "");
    assert_true(is_owned(analysis, "usr/sbin/nginx"));
}

static void bad_lines_become_notes_and_the_rest_is_read(void **state)
{
    (void)state;
    FIXTURE f;
    const struct analysis *analysis = fixture_read(
        &f, "apk", path,
        SLICE("P:a\nV:1\n???\n\n\nV:2\n\nP:b\nV:3\nF:usr/bin\nR:../../etc/x\nF:\nR:top"));
    assert_int_equal(analysis->package_count, 2);
    assert_int_equal(analysis->note_count, 2);
    assert_text(analysis->notes[0].text, "line 3: not a field of a package database");
    assert_text(analysis->notes[1].text, "line 7: a package without a name or a version");
    assert_true(is_owned(analysis, "etc/x"));
    assert_true(is_owned(analysis, "top"));
}

static void only_the_database_of_the_root_is_wanted(void **state)
{
    (void)state;
    assert_null(finder_for(SLICE("opt/lib/apk/db/installed")));
    assert_null(finder_for(SLICE("lib/apk/db/installed.old")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_databases_are_read_whole),
        cmocka_unit_test(nginx_org_is_not_alpine),
        cmocka_unit_test(bad_lines_become_notes_and_the_rest_is_read),
        cmocka_unit_test(only_the_database_of_the_root_is_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
