#include <fcntl.h>
#include <unistd.h>

#include "catalog/layer_catalog.h"
#include "fixture.h"
#include "image/path.h"

/* A tar being made in memory. */
struct tar_text {
    char bytes[256 * 1024];
    size_t len;
};

static void add_header(struct tar_text *tar, const char *path, char type, const char *link,
                       size_t size)
{
    char *header = tar->bytes + tar->len;
    unsigned sum = 0;
    assert_true(tar->len + 1024 + size < sizeof tar->bytes);
    memset(header, 0, 512);
    snprintf(header, 100, "%s", path);
    snprintf(header + 100, 8, "%07o", 0644u);
    snprintf(header + 108, 8, "%07o", 0u);
    snprintf(header + 116, 8, "%07o", 0u);
    snprintf(header + 124, 12, "%011zo", size);
    snprintf(header + 136, 12, "%011o", 0u);
    memset(header + 148, ' ', 8);
    header[156] = type;
    snprintf(header + 157, 100, "%s", link);
    memcpy(header + 257,
           "ustar\0"
           "00",
           8);
    for (int i = 0; i < 512; i++)
        sum += (unsigned char)header[i];
    snprintf(header + 148, 8, "%06o", sum);
    tar->len += 512;
}

static void add_file(struct tar_text *tar, const char *path, struct slice bytes)
{
    add_header(tar, path, '0', "", bytes.len);
    memset(tar->bytes + tar->len, 0, (bytes.len + 511) / 512 * 512);
    memcpy(tar->bytes + tar->len, bytes.at, bytes.len);
    tar->len += (bytes.len + 511) / 512 * 512;
}

/* The smallest ELF file with one segment: header, one PT_LOAD, text behind. */
static struct slice make_elf(char *room, struct slice text)
{
    static const unsigned char head[] = {0x7f, 'E', 'L', 'F', 2, 1, 1};
    memset(room, 0, 120);
    memcpy(room, head, sizeof head);
    room[16] = 3;  /* ET_DYN */
    room[32] = 64; /* program headers behind this one */
    room[54] = 56;
    room[56] = 1;
    room[64] = 1; /* PT_LOAD, readable, from 0, all */
    room[68] = 4;
    uint64_t size = 120 + text.len;
    memcpy(room + 96, &size, 8);
    memcpy(room + 104, &size, 8);
    memcpy(room + 120, text.at, text.len);
    return slice_of(room, 120 + text.len);
}

static const char haproxy_text[] =
    "\0HAProxy version %s\0 version 3.3.14-1a2b3c4, released 2026/09/01\0";

static void fill(struct tar_text *tar)
{
    char elf[1000];
    struct slice haproxy = make_elf(elf, slice_of(haproxy_text, sizeof haproxy_text));
    tar->len = 0;
    add_header(tar, "usr/", '5', "", 0);
    add_file(tar, "./lib/apk/db/installed", SLICE("P:a\nV:1-r0\nA:x86_64\nF:usr/bin\nR:a\n"));
    add_file(tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.24.2\n"));
    add_file(tar, "usr/local/sbin/not-called-so", haproxy);
    add_file(tar, "usr/share/text", slice_of(haproxy_text, sizeof haproxy_text));
    add_file(tar, "var/lib/dpkg/status", SLICE(""));
    add_file(tar, "usr/.wh.gone", SLICE(""));
    add_file(tar, "opt/.wh..wh..opq", SLICE(""));
    add_header(tar, "usr/bin/same", '1', "usr/local/sbin/not-called-so", 0);
    add_header(tar, "etc/alpine-release", '1', "usr/share/text", 0);
}

static void end(struct tar_text *tar)
{
    memset(tar->bytes + tar->len, 0, 1024);
    tar->len += 1024;
}

static bool read_tar(struct fixture *f, const struct tar_text *tar)
{
    struct layer_options options = {.one_thread = true, .diff_id = true};
    fixture_init(f);
    struct stream *stream = stream_of_memory(&f->arena, slice_of(tar->bytes, tar->len), &f->err);
    assert_non_null(stream);
    bool good = catalog_layer(stream, &options, NULL, &f->arena, &f->analysis, &f->err);
    stream_close(stream);
    return good;
}

static void a_linked_database_is_told(void **state)
{
    (void)state;
    static struct tar_text tar;
    FIXTURE f;
    tar.len = 0;
    add_header(&tar, "lib/apk/db/installed", '2', "/opt/hidden", 0);
    add_header(&tar, "etc/os-release", '2', "../usr/lib/os-release", 0);
    add_file(&tar, "usr/lib/os-release", SLICE("ID=alpine\nVERSION_ID=3.24.2\n"));
    end(&tar);
    assert_true(read_tar(&f, &tar));
    assert_int_equal(f.analysis.note_count, 1);
    assert_text(f.analysis.notes[0].path, "lib/apk/db/installed");
    assert_int_equal(f.analysis.distribution_count, 1);
}

static bool has_hash(struct path_set set, const char *file)
{
    for (size_t i = 0; i < set.count; i++)
        if (set.hashes[i] == path_key(slice_str(file)))
            return true;
    return false;
}

static void a_layer_is_read_into_an_analysis(void **state)
{
    (void)state;
    static struct tar_text tar;
    FIXTURE f;
    fill(&tar);
    end(&tar);
    assert_true(read_tar(&f, &tar));
    const struct analysis *a = &f.analysis;
    assert_false(a->partial);
    assert_int_equal(a->package_count, 2);
    assert_text(a->packages[0].name, "a");
    assert_text(a->packages[1].name, "haproxy");
    assert_text(a->packages[1].version, "3.3.14");
    assert_text(a->packages[1].path, "usr/local/sbin/not-called-so");
    assert_text(a->packages[1].cpe, "haproxy:haproxy");
    assert_text(a->packages[1].evidence, " version 3.3.14-1a2b3c4, released 2026/09/01");
    assert_int_equal(a->distribution_count, 1);
    assert_int_equal(a->removal_count, 2);
    assert_text(a->removals[0].path, "usr/gone");
    assert_true(a->removals[1].opaque);
    assert_int_equal(a->database_count, 4); /* apk, os-release, the empty one, the hard link */
    assert_text(a->databases[2], "var/lib/dpkg/status");
    assert_int_equal(a->note_count, 1);
    assert_text(a->notes[0].path, "etc/alpine-release");
    assert_true(has_hash(a->owned, "usr/bin/a"));
    assert_true(has_hash(a->written, "usr/bin/same"));
    assert_false(has_hash(a->written, "usr"));
    assert_int_equal(a->diff_id.len, 71);
    assert_true(a->entries >= 8);
}

static void a_cut_layer_is_partial_and_says_why(void **state)
{
    (void)state;
    static struct tar_text tar;
    FIXTURE f;
    fill(&tar);
    tar.len = 512 * 6 + 100;
    assert_true(read_tar(&f, &tar));
    assert_true(f.analysis.partial);
    assert_true(f.analysis.note_count > 0);
    assert_int_equal(f.analysis.package_count, 1);
}

static void trees_are_told_of_by_their_programs(void **state)
{
    (void)state;
    static struct tar_text tar;
    FIXTURE f;
    char elf[1000];
    static const char java[] = "\0openjdk\0java\0"
                               "17.0\0"
                               "17.0.9+9-x\0";
    tar.len = 0;
    add_file(&tar, "opt/jdk/release",
             SLICE("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.9\"\nJAVA_VERSION_DATE=\"2023-10-17\"\n"
                   "LIBC=\"gnu\"\n"));
    add_file(&tar, "opt/jdk/bin/java", make_elf(elf, slice_of(java, sizeof java)));
    add_file(&tar, "usr/local/go/VERSION",
             SLICE("go1.22.3\ntime 2024-05-01T00:00:00Z                                   \n"));
    end(&tar);
    assert_true(read_tar(&f, &tar));
    assert_int_equal(f.analysis.package_count, 2);
    assert_text(f.analysis.packages[0].path, "opt/jdk/bin/java");
    assert_text(f.analysis.packages[0].version, "17.0.9");
    assert_text(f.analysis.packages[1].name, "go");
    assert_text(f.analysis.packages[1].version, "1.22.3");
}

static void packages_that_are_not_read_are_named(void **state)
{
    (void)state;
    static struct tar_text tar;
    FIXTURE f;
    tar.len = 0;
    add_file(&tar, "usr/lib/sysimage/rpm/rpmdb.sqlite", SLICE("SQLite format 3"));
    end(&tar);
    assert_true(read_tar(&f, &tar));
    assert_int_equal(f.analysis.note_count, 1);
    assert_text(f.analysis.notes[0].path, "usr/lib/sysimage/rpm/rpmdb.sqlite");
}

static void a_spent_budget_is_an_error(void **state)
{
    (void)state;
    static struct tar_text tar;
    struct layer_options options = {.one_thread = true};
    FIXTURE f;
    fixture_init(&f);
    fill(&tar);
    end(&tar);
    struct stream *stream = stream_of_memory(&f.scratch, slice_of(tar.bytes, tar.len), &f.err);
    struct arena small;
    arena_init(&small, 600);
    assert_false(catalog_layer(stream, &options, NULL, &small, &f.analysis, &f.err) &&
                 !f.analysis.partial);
    stream_close(stream);
    arena_done(&small);
}

static void a_folder_is_read_like_a_layer(void **state)
{
    (void)state;
    FIXTURE f;
    fixture_init(&f);
    char folder[] = "/tmp/plimsoll-catalog-XXXXXX", path[200];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/etc", folder);
    assert_true(file_make_folder(path, &f.err));
    snprintf(path, sizeof path, "%s/etc/os-release", folder);
    assert_true(file_write(path, SLICE("ID=debian\nVERSION_ID=12\n"), &f.err));
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(catalog_folder(fd, NULL, &f.arena, &f.analysis, &f.err));
    close(fd);
    assert_int_equal(f.analysis.distribution_count, 1);
    assert_text(f.analysis.distributions[0].id, "debian");
    unlink(path);
    snprintf(path, sizeof path, "%s/etc", folder);
    rmdir(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_layer_is_read_into_an_analysis),
        cmocka_unit_test(a_linked_database_is_told),
        cmocka_unit_test(a_cut_layer_is_partial_and_says_why),
        cmocka_unit_test(trees_are_told_of_by_their_programs),
        cmocka_unit_test(packages_that_are_not_read_are_named),
        cmocka_unit_test(a_spent_budget_is_an_error),
        cmocka_unit_test(a_folder_is_read_like_a_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
