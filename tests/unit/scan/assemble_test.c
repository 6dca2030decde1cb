/* Several platforms in one result, with the starter database (alpine 3.16 and no 3.99). */
#include "scan/pipeline.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct package packages[2] = {{.type = PACKAGE_APK,
                                      .name = SLICE("musl"),
                                      .version = SLICE("1.2.3-r0"),
                                      .source = SLICE("musl"),
                                      .source_version = SLICE("1.2.3-r0")},
                                     {.type = PACKAGE_APK,
                                      .name = SLICE("odd"),
                                      .version = SLICE("no version at all"),
                                      .source = SLICE("openssl"),
                                      .source_version = SLICE("no version at all")}};

static void assemble(struct scan *scan, struct arena *arena, const char *first, const char *second)
{
    static struct image images[2] = {{.os = SLICE("linux"), .architecture = SLICE("amd64")},
                                     {.os = SLICE("linux"), .architecture = SLICE("arm64")}};
    static size_t layers[2] = {SIZE_MAX, SIZE_MAX};
    struct error err = {0};
    arena_init(arena, 64 << 20);
    *scan = (struct scan){.arena = arena, .image_count = 2};
    scan->images = arena_array(arena, 2, sizeof *scan->images);
    for (int i = 0; i < 2; i++)
        scan->images[i] = (struct scan_image){
            .image = &images[i],
            .distribution = {.id = SLICE("alpine"), .version_id = slice_str(i ? second : first)},
            .packages = packages,
            .layers = layers,
            .package_count = 2};
    assert_true(store_reader_open(&scan->store, "/nowhere/at/all", &err));
    if (!scan_assemble(scan, &err))
        fail_msg("%s", err.text);
}

static size_t notes_with(const struct scan *scan, const char *text)
{
    size_t count = 0;
    for (size_t i = 0; i < scan->result.note_count; i++)
        count += slice_search(scan->result.notes[i].text, slice_str(text)) <
                 scan->result.notes[i].text.len;
    return count;
}

static void test_platform_without_advisories_shows(void **state)
{
    (void)state;
    struct scan scan;
    struct arena arena;
    assemble(&scan, &arena, "3.16.9", "3.99.1");
    assert_false(scan.result.coverage.covered);
    assert_true(slice_equal_str(scan.result.distribution.version_id, "3.99.1"));
    assert_int_equal(notes_with(&scan, "linux/arm64"), 1);
    scan_done(&scan);
    arena_done(&arena);
    assemble(&scan, &arena, "3.99.1", "3.16.9");
    assert_false(scan.result.coverage.covered);
    assert_int_equal(notes_with(&scan, "of platform"), 0);
    scan_done(&scan);
    arena_done(&arena);
}

/* The odd package cannot be compared where there are advisories for it: on the second only. */
static void test_notes_of_all_platforms(void **state)
{
    (void)state;
    struct scan scan;
    struct arena arena;
    assemble(&scan, &arena, "3.99.1", "3.16.9");
    assert_true(notes_with(&scan, "linux/arm64: ") >= 1);
    scan_done(&scan);
    arena_done(&arena);
    assemble(&scan, &arena, "3.16.9", "3.16.9");
    size_t once = scan.result.note_count;
    assert_true(once >= 1);
    assert_int_equal(notes_with(&scan, "linux/arm64: "), 0);
    scan_done(&scan);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_platform_without_advisories_shows),
        cmocka_unit_test(test_notes_of_all_platforms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
