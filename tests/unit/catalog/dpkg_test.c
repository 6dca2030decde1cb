#include <unistd.h>

#include "fixture.h"
#include "image/path.h"

static const char status_path[] = "var/lib/dpkg/status";

static void paragraphs_are_packages(void **state)
{
    (void)state;
    FIXTURE f;
    const struct analysis *analysis =
        fixture_read(&f, "dpkg", status_path,
                     SLICE("Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\n"
                           "Source: openssl\nVersion: 3.0.11-1~deb12u2\nConffiles:\n /etc/a b\n"
                           "Description: x\n Version: 9\n\n"
                           "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\n"
                           "package: held\nstatus: hold ok installed\nversion: 1:2+b1\n"
                           "source: held-src (1:2)\n\n\n"
                           "Package: pending\nStatus: install ok triggers-pending\nVersion: 7"));
    assert_int_equal(analysis->package_count, 3);
    assert_int_equal(analysis->note_count, 0);
    const struct package *p = analysis->packages;
    assert_int_equal(p[0].type, PACKAGE_DEB);
    assert_text(p[0].name, "libssl3");
    assert_text(p[0].version, "3.0.11-1~deb12u2");
    assert_text(p[0].source, "openssl");
    assert_text(p[0].source_version, "3.0.11-1~deb12u2");
    assert_text(p[0].arch, "amd64");
    assert_text(p[0].path, status_path);
    assert_text(p[1].source, "held-src");
    assert_text(p[1].source_version, "1:2");
    assert_text(p[2].name, "pending");
    assert_text(p[2].source, "pending");
}

static void packages_of_other_builders_are_told_apart(void **state)
{
    (void)state;
    FIXTURE f;
    const struct analysis *analysis =
        fixture_read(&f, "dpkg", status_path,
                     SLICE("Package: nginx\nVersion: 1.29.4-1~bookworm\n"
                           "Maintainer: NGINX Packaging <nginx-packaging@f5.com>\n\n"
                           "Package: nginx-common\nSource: nginx\nVersion: 1.22.1-9\n"
                           "Maintainer: Debian Nginx Maintainers <x@alioth-lists.debian.net>\n\n"
                           "Package: nodejs\nVersion: 20.20.2-1nodesource1\n"
                           "Maintainer: NodeSource Support <support@nodesource.com>\n"));
    assert_int_equal(analysis->package_count, 3);
    assert_text(analysis->packages[0].vendor, "nginx.org");
    assert_text(analysis->packages[0].cpe, "f5:nginx,nginx:nginx");
    assert_text(analysis->packages[1].vendor, "");
    assert_text(analysis->packages[2].cpe, "nodejs:node.js");
}

static void distroless_has_a_file_for_each_package(void **state)
{
    (void)state;
    FIXTURE f;
    const struct analysis *analysis =
        fixture_read(&f, "dpkg", "var/lib/dpkg/status.d/libc6",
                     SLICE("Package: libc6\nVersion: 2.36-9\nSource: glibc\n"));
    assert_int_equal(analysis->package_count, 1);
    assert_text(analysis->packages[0].source, "glibc");
    assert_text(analysis->packages[0].path, "var/lib/dpkg/status.d/libc6");
}

static void bad_lines_become_notes(void **state)
{
    (void)state;
    FIXTURE f;
    const struct analysis *analysis = fixture_read(
        &f, "dpkg", status_path, SLICE("Package: a\nVersion: 1\n\x01\x02\n\nPackage: b\n\n: c\n"));
    assert_int_equal(analysis->package_count, 1);
    assert_int_equal(analysis->note_count, 3);
    assert_text(analysis->notes[0].text, "line 3: not a field of a package database");
    assert_text(analysis->notes[1].text, "line 6: a package without a name or a version");
}

static bool has_hash(struct path_set set, const char *file)
{
    for (size_t i = 0; i < set.count; i++)
        if (set.hashes[i] == path_key(slice_str(file)))
            return true;
    return false;
}

static void file_lists_tell_what_is_owned(void **state)
{
    (void)state;
    FIXTURE f, g;
    const struct analysis *analysis =
        fixture_read(&f, "dpkg file lists", "var/lib/dpkg/info/bash.list",
                     SLICE("/.\n/bin\n/bin/bash\n/usr/share/doc/bash/x\n/etc/bash.bashrc"));
    assert_int_equal(analysis->owned.count, 3);
    assert_true(has_hash(analysis->owned, "usr/bin/bash"));
    assert_true(has_hash(analysis->owned, "etc/bash.bashrc"));
    analysis = fixture_read(&g, "dpkg file lists", "var/lib/dpkg/status.d/libc6.md5sums",
                            SLICE("0123456789abcdef0123456789abcdef  usr/lib/libc.so.6\nbad\n"));
    assert_int_equal(analysis->owned.count, 1);
    assert_true(has_hash(analysis->owned, "lib/libc.so.6"));
    assert_int_equal(analysis->note_count, 1);
}

/* "state name version source source-version architecture", a line for each package. */
static FILE *query_dpkg(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    if (fork() == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execlp("dpkg-query", "dpkg-query", "-W", "-f",
               "${db:Status-Status} ${Package} ${Version} ${source:Package} ${source:Version} "
               "${Architecture}\n",
               (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    return fdopen(ends[0], "r");
}

/* This machine's own database against what dpkg-query says of it. */
static void a_whole_system_is_read_as_dpkg_reads_it(void **state)
{
    (void)state;
    FIXTURE f;
    CLEANUP_ARENA struct arena arena;
    struct slice bytes;
    struct error err;
    arena_init(&arena, 64 * 1024 * 1024);
    if (!file_read("/var/lib/dpkg/status", 64 * 1024 * 1024, &arena, &bytes, &err)) {
        print_message("SKIPPED: no dpkg here\n");
        skip();
    }
    const struct analysis *analysis = fixture_read(&f, "dpkg", status_path, bytes);
    FILE *query = query_dpkg();
    assert_non_null(query);
    char line[2000];
    size_t i = 0;
    while (fgets(line, sizeof line, query)) {
        char ours[2000];
        if (strncmp(line, "installed ", 10) != 0)
            continue;
        assert_true(i < analysis->package_count);
        const struct package *p = &analysis->packages[i];
        snprintf(ours, sizeof ours, "installed %.*s %.*s %.*s %.*s %.*s\n", SLICE_ARG(p->name),
                 SLICE_ARG(p->version), SLICE_ARG(p->source), SLICE_ARG(p->source_version),
                 SLICE_ARG(p->arch));
        assert_string_equal(ours, line);
        i++;
    }
    fclose(query);
    assert_int_equal(i, analysis->package_count);
    assert_int_equal(analysis->note_count, 0);
    print_message("%zu packages\n", i);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paragraphs_are_packages),
        cmocka_unit_test(packages_of_other_builders_are_told_apart),
        cmocka_unit_test(distroless_has_a_file_for_each_package),
        cmocka_unit_test(bad_lines_become_notes),
        cmocka_unit_test(file_lists_tell_what_is_owned),
        cmocka_unit_test(a_whole_system_is_read_as_dpkg_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
