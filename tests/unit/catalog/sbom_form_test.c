/* An SBOM on its way from the jailed child to the broker: all of it arrives, and no lie does harm.
 */
#include "catalog/sbom_form.h"

#include "test.h"

static struct arena arena;

static int start(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

#define DIGEST "sha256:2222222222222222222222222222222222222222222222222222222222222222"

static const char text[] =
    "{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"metadata\":{"
    "\"tools\":{\"components\":[{\"name\":\"plimsoll\",\"version\":\"0.1.0\"}]},"
    "\"properties\":[{\"name\":\"plimsoll:platform\",\"value\":\"linux/arm64\"},"
    "{\"name\":\"plimsoll:partial\",\"value\":\"true\"},"
    "{\"name\":\"plimsoll:note\",\"value\":\"a layer could not be read\"}],"
    "\"component\":{\"type\":\"container\",\"name\":\"app\",\"properties\":["
    "{\"name\":\"plimsoll:image:kind\",\"value\":\"registry\"},"
    "{\"name\":\"plimsoll:image:os\",\"value\":\"linux\"},"
    "{\"name\":\"plimsoll:image:manifest_digest\",\"value\":\"" DIGEST "\"},"
    "{\"name\":\"plimsoll:image:layer\",\"value\":\"{\\\"digest\\\":\\\"" DIGEST
    "\\\",\\\"size\\\":7,\\\"foreign\\\":true,\\\"created_by\\\":\\\"RUN x\\\"}\"}]}},"
    "\"components\":[{\"type\":\"operating-system\",\"name\":\"alpine\",\"version\":\"3.16.9\"},"
    "{\"type\":\"library\",\"name\":\"musl\",\"version\":\"1.2.3-r0\",\"purl\":"
    "\"pkg:apk/alpine/musl@1.2.3-r0?arch=x86_64&distro=3.16.9\",\"properties\":["
    "{\"name\":\"plimsoll:type\",\"value\":\"apk\"},"
    "{\"name\":\"plimsoll:layer\",\"value\":\"" DIGEST "\"},"
    "{\"name\":\"plimsoll:layer_index\",\"value\":\"0\"},"
    "{\"name\":\"plimsoll:path\",\"value\":\"lib/apk/db/installed\"},"
    "{\"name\":\"plimsoll:platform\",\"value\":\"linux/arm64\"}]}]}";

static struct slice encoded(struct sbom *sbom)
{
    struct slice bytes = {NULL, 0};
    struct error err = {0};
    if (!cyclonedx_read(slice_str(text), &arena, sbom, &err) ||
        !sbom_encode(sbom, &arena, &bytes, &err))
        fail_msg("%s", err.text);
    return bytes;
}

#define assert_same(a, b) assert_true(slice_equal((a), (b)))

static void test_all_arrives(void **state)
{
    (void)state;
    struct sbom from, to;
    struct error err = {0};
    struct slice bytes = encoded(&from), again;
    assert_true(sbom_decode(bytes, &arena, &to, &err));
    assert_string_equal(to.image.kind, "registry");
    assert_same(to.image.name, SLICE("app"));
    assert_string_equal(to.image.manifest_digest.text, DIGEST);
    assert_int_equal(to.image.layer_count, 1);
    assert_int_equal(to.image.layers[0].fd, -1);
    assert_int_equal(to.image.layers[0].size, 7);
    assert_true(to.image.layers[0].foreign);
    assert_same(to.image.layers[0].created_by, SLICE("RUN x"));
    assert_true(to.partial);
    assert_int_equal(to.note_count, from.note_count);
    assert_same(to.notes[0].text, SLICE("a layer could not be read"));
    assert_same(to.distribution.version_id, SLICE("3.16.9"));
    assert_same(to.tool, from.tool);
    assert_int_equal(to.platform_count, 1);
    assert_int_equal(to.count, 1);
    assert_int_equal(to.components[0].package.type, PACKAGE_APK);
    assert_same(to.components[0].package.path, SLICE("lib/apk/db/installed"));
    assert_same(to.components[0].purl, from.components[0].purl);
    assert_int_equal(to.components[0].layer_index, 0);
    assert_same(to.components[0].platforms[0], SLICE("linux/arm64"));
    assert_true(sbom_encode(&to, &arena, &again, &err));
    assert_same(bytes, again); /* nothing is forgotten */
}

static void test_cut_bytes_are_refused(void **state)
{
    (void)state;
    struct sbom from, to;
    struct error err;
    struct slice bytes = encoded(&from);
    for (size_t len = 0; len < bytes.len; len++)
        assert_false(sbom_decode(slice_upto(bytes, len), &arena, &to, &err));
}

/* Each byte bent: refused, or within bounds. */
static void test_bent_bytes_do_no_harm(void **state)
{
    (void)state;
    struct sbom from, to;
    struct error err;
    struct slice bytes = encoded(&from), copy = arena_copy(&arena, bytes);
    size_t refused = 0;
    for (size_t i = 0; i < bytes.len; i++) {
        struct arena scratch CLEANUP_ARENA;
        arena_init(&scratch, 1 << 20);
        ((char *)(uintptr_t)copy.at)[i] ^= 0x41;
        if (!sbom_decode(copy, &scratch, &to, &err))
            refused++;
        else
            for (size_t c = 0; c < to.count; c++)
                assert_true(to.components[c].layer_index < to.image.layer_count ||
                            to.components[c].layer_index == SIZE_MAX);
        ((char *)(uintptr_t)copy.at)[i] ^= 0x41;
    }
    assert_true(refused > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_arrives, start, finish),
        cmocka_unit_test_setup_teardown(test_cut_bytes_are_refused, start, finish),
        cmocka_unit_test_setup_teardown(test_bent_bytes_do_no_harm, start, finish),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
