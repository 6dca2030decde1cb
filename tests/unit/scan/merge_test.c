/* Merging layers: analyses made by hand, as small as each rule of the specification allows. */
#include "scan/merge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "image/path.h"

enum { LAYERS = 4, ITEMS = 8 };

/* An image under construction. */
struct fixture {
    struct arena arena;
    struct analysis layers[LAYERS];
    const struct analysis *pointers[LAYERS];
    struct merge_result result;
};

static int open_fixture(void **state)
{
    static struct fixture fixture;
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){0};
    arena_init(&f->arena, 16 << 20);
    for (int i = 0; i < LAYERS; i++) {
        struct analysis *a = &f->layers[i];
        f->pointers[i] = a;
        a->packages = arena_array(&f->arena, ITEMS, sizeof *a->packages);
        a->distributions = arena_array(&f->arena, ITEMS, sizeof *a->distributions);
        a->removals = arena_array(&f->arena, ITEMS, sizeof *a->removals);
        a->notes = arena_array(&f->arena, ITEMS, sizeof *a->notes);
        a->databases = arena_array(&f->arena, ITEMS, sizeof *a->databases);
        a->written.hashes = arena_array(&f->arena, ITEMS, sizeof(uint64_t));
        a->owned.hashes = arena_array(&f->arena, ITEMS, sizeof(uint64_t));
    }
    return 0;
}

static int close_fixture(void **state)
{
    arena_done(&((struct fixture *)*state)->arena);
    return 0;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void set_add(struct path_set *set, const char *path)
{
    uint64_t key = path_key(slice_str(path));
    if (bsearch(&key, set->hashes, set->count, sizeof key, compare))
        return;
    uint64_t *hashes = (uint64_t *)(uintptr_t)set->hashes;
    hashes[set->count++] = key;
    qsort(hashes, set->count, sizeof *hashes, compare);
}

static void file(struct fixture *f, int layer, const char *path)
{
    set_add(&f->layers[layer].written, path);
}

static void owned(struct fixture *f, int layer, const char *path)
{
    set_add(&f->layers[layer].owned, path);
}

static void database(struct fixture *f, int layer, const char *path)
{
    file(f, layer, path);
    f->layers[layer].databases[f->layers[layer].database_count++] = slice_str(path);
}

static void package(struct fixture *f, int layer, enum package_type type, const char *path,
                    const char *name, const char *version)
{
    struct analysis *a = &f->layers[layer];
    file(f, layer, path);
    a->packages[a->package_count++] = (struct package){.type = type,
                                                       .path = slice_str(path),
                                                       .name = slice_str(name),
                                                       .version = slice_str(version),
                                                       .source = slice_str(name)};
}

static void removal(struct fixture *f, int layer, const char *path, bool opaque)
{
    struct analysis *a = &f->layers[layer];
    a->removals[a->removal_count++] = (struct removal){slice_str(path), opaque};
}

static void distribution(struct fixture *f, int layer, const char *path, const char *id)
{
    struct analysis *a = &f->layers[layer];
    file(f, layer, path);
    a->distributions[a->distribution_count++] =
        (struct distribution){.id = slice_str(id), .path = slice_str(path)};
}

static void merge(struct fixture *f)
{
    struct error err = {0};
    if (!merge_layers(f->pointers, LAYERS, &f->arena, &f->result, &err))
        fail_msg("%s", err.text);
}

/* "name@version#layer …" in order of result. */
static void expect(struct fixture *f, const char *text)
{
    merge(f);
    struct slice all = {"", 0};
    for (size_t i = 0; i < f->result.package_count; i++) {
        const struct package *p = &f->result.packages[i];
        all = arena_printf(&f->arena, "%.*s%s%.*s@%.*s#%zu", SLICE_ARG(all), i ? " " : "",
                           SLICE_ARG(p->name), SLICE_ARG(p->version), f->result.layers[i]);
    }
    assert_string_equal(arena_string(&f->arena, all), text);
}

static const char apk[] = "lib/apk/db/installed";

static void test_database_is_replaced_whole(void **state)
{
    struct fixture *f = *state;
    database(f, 0, apk);
    package(f, 0, PACKAGE_APK, apk, "musl", "1");
    package(f, 0, PACKAGE_APK, apk, "openssl", "1");
    database(f, 2, apk);
    package(f, 2, PACKAGE_APK, apk, "musl", "1");
    package(f, 2, PACKAGE_APK, apk, "openssl", "2");
    package(f, 2, PACKAGE_APK, apk, "curl", "8");
    expect(f, "musl@1#0 openssl@2#2 curl@8#2");
}

static void test_credit_breaks_where_version_was_away(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, apk, "curl", "8");
    database(f, 1, apk); /* removed here: the database is there and empty */
    package(f, 2, PACKAGE_APK, apk, "curl", "8");
    package(f, 3, PACKAGE_APK, apk, "curl", "8");
    expect(f, "curl@8#2");
}

static void test_empty_database_hides(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, apk, "curl", "8");
    database(f, 1, apk);
    expect(f, "");
}

static void test_whiteout_of_file_and_folder(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_PROGRAM, "opt/a/haproxy", "haproxy", "3");
    package(f, 0, PACKAGE_PROGRAM, "opt/b/nginx", "nginx", "1");
    package(f, 0, PACKAGE_PROGRAM, "opt/bb/node", "node", "20");
    removal(f, 1, "opt/a/haproxy", false);
    removal(f, 1, "opt/b", false);
    expect(f, "node@20#0");
}

static void test_whiteout_does_not_touch_its_own_layer(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_PROGRAM, "opt/a/haproxy", "haproxy", "3");
    removal(f, 1, "opt/a", true);
    removal(f, 1, "opt/a/nginx", false);
    package(f, 1, PACKAGE_PROGRAM, "opt/a/nginx", "nginx", "1");
    expect(f, "nginx@1#1");
}

static void test_opaque_folder_hides_below_not_itself(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_PROGRAM, "opt/a", "haproxy", "3");
    package(f, 1, PACKAGE_PROGRAM, "srv/x/y/z", "nginx", "1");
    removal(f, 2, "srv/x", true);
    removal(f, 2, "opt/a", true);
    expect(f, "haproxy@3#0");
}

static void test_opaque_root(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_PROGRAM, "opt/a", "haproxy", "3");
    removal(f, 1, "", true);
    expect(f, "");
}

static void test_file_in_place_of_folder(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_PROGRAM, "opt/a/b/haproxy", "haproxy", "3");
    file(f, 1, "opt/a");
    expect(f, "");
}

static void test_merged_usr_link_hides_nothing(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, "usr/lib/apk/db/installed", "musl", "1");
    file(f, 1, "lib");
    expect(f, "musl@1#0");
}

static void test_database_moves_to_usr(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, apk, "musl", "1");
    package(f, 1, PACKAGE_APK, "usr/lib/apk/db/installed", "musl", "1");
    expect(f, "musl@1#0");
}

static void test_status_d_files_stand_alone(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_DEB, "var/lib/dpkg/status.d/base", "base-files", "12");
    package(f, 1, PACKAGE_DEB, "var/lib/dpkg/status.d/libc6", "libc6", "2.36");
    package(f, 2, PACKAGE_DEB, "var/lib/dpkg/status.d/base", "base-files", "13");
    expect(f, "libc6@2.36#1 base-files@13#2");
}

static void test_owned_program_is_not_told_twice(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, apk, "curl", "8.1-r0");
    owned(f, 0, "usr/bin/curl");
    package(f, 0, PACKAGE_PROGRAM, "usr/bin/curl", "curl", "8.1");
    package(f, 0, PACKAGE_PROGRAM, "usr/local/bin/curl", "curl", "7.0");
    package(f, 1, PACKAGE_PROGRAM, "usr/bin/curl", "curl", "8.1"); /* chmod copied it up */
    expect(f, "curl@8.1-r0#0 curl@7.0#0");
}

static void test_program_copied_over_an_owned_one(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, apk, "curl", "8.1-r0");
    owned(f, 0, "usr/bin/curl");
    package(f, 0, PACKAGE_PROGRAM, "usr/bin/curl", "curl", "8.1");
    package(f, 1, PACKAGE_PROGRAM, "usr/bin/curl", "curl", "8.9");
    expect(f, "curl@8.1-r0#0 curl@8.9#1");
}

static void test_files_may_come_before_their_database(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_PROGRAM, "usr/bin/curl", "curl", "8.1");
    database(f, 1, apk);
    package(f, 1, PACKAGE_APK, apk, "curl", "8.1-r0");
    owned(f, 1, "usr/bin/curl");
    expect(f, "curl@8.1-r0#1");
}

static void test_replaced_apk_database_owns_nothing(void **state)
{
    struct fixture *f = *state;
    database(f, 0, apk);
    package(f, 0, PACKAGE_APK, apk, "curl", "8.1-r0");
    owned(f, 0, "usr/bin/curl");
    database(f, 1, apk); /* apk del curl */
    package(f, 2, PACKAGE_PROGRAM, "usr/bin/curl", "curl", "8.1");
    expect(f, "curl@8.1#2");
}

static void test_missing_layer(void **state)
{
    struct fixture *f = *state;
    package(f, 0, PACKAGE_APK, apk, "curl", "8");
    f->pointers[1] = NULL;
    f->layers[2].partial = true;
    f->layers[2].notes[f->layers[2].note_count++] =
        (struct note){{NULL, 0}, slice_str("ends early")};
    merge(f);
    assert_true(f->result.partial);
    assert_int_equal(f->result.note_count, 1);
    assert_int_equal(f->result.note_layers[0], 2);
    expect(f, "curl@8#0");
}

static void test_notes_of_hidden_files_leave(void **state)
{
    struct fixture *f = *state;
    database(f, 0, apk);
    f->layers[0].notes[f->layers[0].note_count++] =
        (struct note){slice_str(apk), slice_str("garbage")};
    database(f, 1, apk);
    merge(f);
    assert_int_equal(f->result.note_count, 0);
}

static void test_distribution_choice(void **state)
{
    struct fixture *f = *state;
    distribution(f, 0, "etc/os-release", "alpine");
    distribution(f, 1, "usr/lib/os-release", "debian");
    distribution(f, 2, "etc/debian_version", "debian");
    merge(f);
    assert_true(slice_equal_str(f->result.distribution.id, "alpine"));
    removal(f, 3, "etc/os-release", false);
    merge(f);
    assert_true(slice_equal_str(f->result.distribution.path, "usr/lib/os-release"));
}

static void secret(struct fixture *f, int layer, const char *path, unsigned line)
{
    struct analysis *a = &f->layers[layer];
    if (!a->secrets)
        a->secrets = arena_array(&f->arena, ITEMS, sizeof *a->secrets);
    file(f, layer, path);
    a->secrets[a->secret_count++] =
        (struct layer_secret){slice_str(path), SLICE("jwt"), SLICE("************"), line};
}

static void test_secrets_of_hidden_files_stay(void **state)
{
    struct fixture *f = *state;
    secret(f, 0, "srv/gone", 1);
    secret(f, 0, "srv/copied", 1);
    secret(f, 0, "srv/mended", 1);
    secret(f, 0, "srv/two", 1);
    secret(f, 0, "srv/two", 2);
    removal(f, 1, "srv/gone", false);
    secret(f, 1, "srv/copied", 7); /* moved down, or the mode was changed */
    file(f, 1, "srv/mended");
    merge(f);
    assert_int_equal(f->result.secret_count, 5);
    static const bool hidden[] = {true, false, true, false, false};
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(f->result.secrets[i].layer, 0);
        assert_int_equal(f->result.secrets[i].hidden, hidden[i]);
    }
}

static void test_endless_path_is_taken(void **state)
{
    struct fixture *f = *state;
    char *path = arena_alloc(&f->arena, 2000001);
    for (size_t i = 0; i < 2000000; i++)
        path[i] = i % 2 ? '/' : 'a';
    package(f, 0, PACKAGE_PROGRAM, path, "curl", "8");
    expect(f, "curl@8#0");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, open_fixture, close_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_database_is_replaced_whole),
        CASE(test_credit_breaks_where_version_was_away),
        CASE(test_empty_database_hides),
        CASE(test_whiteout_of_file_and_folder),
        CASE(test_whiteout_does_not_touch_its_own_layer),
        CASE(test_opaque_folder_hides_below_not_itself),
        CASE(test_opaque_root),
        CASE(test_file_in_place_of_folder),
        CASE(test_merged_usr_link_hides_nothing),
        CASE(test_database_moves_to_usr),
        CASE(test_status_d_files_stand_alone),
        CASE(test_owned_program_is_not_told_twice),
        CASE(test_program_copied_over_an_owned_one),
        CASE(test_files_may_come_before_their_database),
        CASE(test_replaced_apk_database_owns_nothing),
        CASE(test_missing_layer),
        CASE(test_notes_of_hidden_files_leave),
        CASE(test_distribution_choice),
        CASE(test_secrets_of_hidden_files_stay),
        CASE(test_endless_path_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
