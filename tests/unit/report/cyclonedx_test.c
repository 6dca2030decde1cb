/* CycloneDX: what was written reads back as the same. */
#include "catalog/cyclonedx.h"

#include <stdio.h>
#include <stdlib.h>

#include "everything.h"
#include "test.h"

#define assert_slices(a, b) assert_true(slice_equal((a), (b)))

static struct slice write_report(const struct scan_result *result, char **text)
{
    size_t len = 0;
    struct error err;
    struct report_options options = {.width = 0};
    FILE *file = open_memstream(text, &len);
    assert_true(report_write(SLICE("cyclonedx"), result, &options, file, &err));
    fclose(file);
    return slice_of(*text, len);
}

static void same_package(const struct package *a, const struct package *b)
{
    assert_int_equal(a->type, b->type);
    assert_slices(a->name, b->name);
    assert_slices(a->version, b->version);
    assert_slices(a->source, b->source);
    assert_slices(a->source_version, b->source_version);
    assert_slices(a->arch, b->arch);
    assert_slices(a->vendor, b->vendor);
    assert_slices(a->path, b->path);
    assert_slices(a->evidence, b->evidence);
    assert_slices(a->cpe, b->cpe);
    assert_slices(a->license, b->license);
}

static void same_image(const struct image *a, const struct image *b)
{
    assert_slices(a->name, b->name);
    assert_string_equal(a->kind, b->kind);
    assert_slices(a->tag, b->tag);
    assert_slices(a->os, b->os);
    assert_slices(a->architecture, b->architecture);
    assert_slices(a->variant, b->variant);
    assert_slices(a->os_version, b->os_version);
    assert_slices(a->created, b->created);
    assert_true(digest_equal(&a->manifest_digest, &b->manifest_digest));
    assert_true(digest_equal(&a->index_digest, &b->index_digest));
    assert_true(digest_equal(&a->config_digest, &b->config_digest));
    assert_int_equal(a->layer_count, b->layer_count);
    for (size_t i = 0; i < a->layer_count; i++) {
        assert_true(digest_equal(&a->layers[i].digest, &b->layers[i].digest));
        assert_true(digest_equal(&a->layers[i].diff_id, &b->layers[i].diff_id));
        assert_slices(a->layers[i].media_type, b->layers[i].media_type);
        assert_slices(a->layers[i].created_by, b->layers[i].created_by);
        assert_int_equal(a->layers[i].size, b->layers[i].size);
        assert_int_equal(a->layers[i].foreign, b->layers[i].foreign);
    }
}

static void same_platforms(const struct slice *a, size_t a_count, const struct slice *b,
                           size_t b_count)
{
    assert_int_equal(a_count, b_count);
    for (size_t i = 0; i < a_count; i++)
        assert_slices(a[i], b[i]);
}

static void test_round_trip(void **state)
{
    (void)state;
    char *text = NULL;
    struct scan_result result = everything_result();
    struct arena CLEANUP_ARENA arena;
    struct sbom sbom;
    struct error err;
    arena_init(&arena, 16 << 20);
    if (!cyclonedx_read(write_report(&result, &text), &arena, &sbom, &err))
        fail_msg("%s", err.text);
    same_image(&sbom.image, &result.image);
    assert_slices(sbom.distribution.id, result.distribution.id);
    assert_slices(sbom.distribution.version_id, result.distribution.version_id);
    assert_slices(sbom.distribution.codename, result.distribution.codename);
    assert_slices(sbom.distribution.pretty, result.distribution.pretty);
    assert_slices(sbom.distribution.path, result.distribution.path);
    same_platforms(sbom.platforms, sbom.platform_count, result.platforms, result.platform_count);
    assert_int_equal(sbom.count, result.package_count);
    for (size_t i = 0; i < sbom.count; i++) {
        const struct sbom_component *read = &sbom.components[i];
        same_package(&read->package, &result.packages[i].package);
        assert_slices(read->purl, result.packages[i].purl);
        assert_true(read->layer_index == result.packages[i].layer_index);
        same_platforms(read->platforms, read->platform_count, result.packages[i].platforms,
                       result.packages[i].platform_count);
    }
    assert_true(sbom.partial);
    assert_int_equal(sbom.note_count, 1);
    assert_true(slice_equal_str(sbom.notes[0].text, "var/lib/x: could not be read"));
    assert_true(slice_equal_str(sbom.tool, "plimsoll " PLIMSOLL_VERSION));
    assert_true(cyclonedx_looks_like(slice_of(text, 300)));
    free(text);
}

static void test_serial_is_of_content(void **state)
{
    (void)state;
    char *first = NULL, *second = NULL, *third = NULL;
    struct scan_result result = everything_result();
    struct slice a = write_report(&result, &first), b = write_report(&result, &second);
    assert_slices(a, b);
    result.package_count--;
    struct slice c = write_report(&result, &third), mark = SLICE("urn:uuid:");
    assert_true(slice_search(a, mark) < a.len);
    assert_false(slice_equal(slice_upto(slice_from(a, slice_search(a, mark)), 45),
                             slice_upto(slice_from(c, slice_search(c, mark)), 45)));
    free(first);
    free(second);
    free(third);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_serial_is_of_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
