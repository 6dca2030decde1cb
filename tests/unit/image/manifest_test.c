#include "image/manifest.h"

#include "arena.h"
#include "test.h"

#define DIGEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define CONFIG                                                                                     \
    "\"config\":{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" DIGEST  \
    "\",\"size\":2}"
#define LAYER(type) "{\"mediaType\":\"" type "\",\"digest\":\"" DIGEST "\",\"size\":10}"

static const char oci_manifest[] = "application/vnd.oci.image.manifest.v1+json";
static void expect_error(const char *text, const char *type, enum error_kind kind, const char *want)
{
    struct manifest manifest;
    struct image image = {0};
    struct error err = {0};
    if (manifest_parse(slice_str(text), slice_str(type), &arena, &manifest, &err) &&
        manifest_layers(&manifest, &arena, &image, &err))
        fail_msg("taken: %s", text);
    if (err.kind != kind || !strstr(err.text, want))
        fail_msg("%s:\nwant %d %s\nhave %d %s", text, kind, want, err.kind, err.text);
}

static void manifests_are_what_they_say(void **state)
{
    (void)state;
    struct manifest manifest;
    struct image image = {0};
    struct error err;
    const char *text =
        "{\"schemaVersion\":2," CONFIG
        ",\"layers\":[" LAYER("application/vnd.oci.image.layer.v1.tar+gzip") "," LAYER(
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip") "]}";
    assert_true(manifest_parse(slice_str(text), SLICE(""), &arena, &manifest, &err));
    assert_int_equal(manifest.kind, MANIFEST_IMAGE);
    assert_true(manifest_layers(&manifest, &arena, &image, &err));
    assert_int_equal(image.layer_count, 2);
    assert_int_equal(image.layers[0].fd, -1);
    assert_int_equal(image.layers[0].size, 10);
    assert_false(image.layers[0].foreign);
    assert_true(image.layers[1].foreign);
    assert_true(manifest_parse(slice_str(text),
                               SLICE("application/vnd.oci.image.manifest.v1+json; charset=utf-8"),
                               &arena, &manifest, &err));
}

static void what_is_no_image_manifest_is_named(void **state)
{
    (void)state;
    expect_error("", "", ERROR_FORMAT, "manifest: line");
    expect_error("[]", "", ERROR_FORMAT, "not a JSON object");
    expect_error("{}", "", ERROR_FORMAT, "neither manifests nor layers");
    expect_error("{\"layers\":[],\"layers\":[]}", "", ERROR_FORMAT, "duplicate");
    expect_error("{\"schemaVersion\":1,\"fsLayers\":[]}", "", ERROR_UNSUPPORTED, "schema 1");
    expect_error("{\"manifests\":[]," CONFIG ",\"layers\":[]}", "", ERROR_FORMAT,
                 "both manifests and layers");
    expect_error("{\"mediaType\":\"application/x-thing\"," CONFIG ",\"layers\":[]}", "",
                 ERROR_UNSUPPORTED, "application/x-thing is no image manifest");
    expect_error("{\"mediaType\":\"application/vnd.oci.image.index.v1+json\"," CONFIG
                 ",\"layers\":[]}",
                 oci_manifest, ERROR_FORMAT, "calls itself");
    expect_error("{\"manifests\":[]}", oci_manifest, ERROR_FORMAT, "not of its type");
    expect_error("{" CONFIG ",\"layers\":[{\"digest\":\"" DIGEST "\",\"size\":-1}]}", "",
                 ERROR_FORMAT, "has no size");
    expect_error("{" CONFIG ",\"layers\":[{\"digest\":\"sha256:abc\",\"size\":1}]}", "",
                 ERROR_FORMAT, "layers: entry 0");
    expect_error("{" CONFIG ",\"layers\":[" LAYER("application/x-layer+encrypted") "]}", "",
                 ERROR_UNSUPPORTED, "application/x-layer+encrypted is no layer");
    expect_error("{\"config\":{\"mediaType\":\"application/vnd.cncf.helm.config.v1+json\","
                 "\"digest\":\"" DIGEST "\",\"size\":2},\"layers\":[]}",
                 "", ERROR_UNSUPPORTED,
                 "not a container image but application/vnd.cncf.helm.config.v1+json");
    char deep[200];
    memset(deep, '[', sizeof deep);
    deep[sizeof deep - 1] = 0;
    expect_error(deep, "", ERROR_LIMIT, "nested deeper");
}

static void configurations_fill_the_image(void **state)
{
    (void)state;
    struct layer layers[2] = {0};
    struct image image = {.layers = layers, .layer_count = 2};
    struct error err;
    const char *text =
        "{\"os\":\"linux\",\"architecture\":\"arm\",\"variant\":\"v7\",\"config\":{\"User\":"
        "\"nginx\","
        "\"Env\":[\"PATH=/"
        "bin\"],\"Entrypoint\":null,\"Cmd\":[\"a\",\"b\"],\"Labels\":{\"k\":\"v=w\"}},"
        "\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"" DIGEST "\",\"" DIGEST "\"]},"
        "\"history\":[{\"created_by\":\"one\"},{\"created_by\":\"ENV\",\"empty_layer\":true},"
        "{\"created_by\":\"two\"},{\"created_by\":\"three, without a layer\"}]}";
    assert_true(manifest_config(slice_str(text), &arena, &image, &err));
    assert_true(slice_equal(image_platform(&image, &arena), SLICE("linux/arm/v7")));
    assert_true(slice_equal(image.user, SLICE("nginx")));
    assert_int_equal(image.entrypoint_count, 0);
    assert_int_equal(image.cmd_count, 2);
    assert_true(slice_equal(image.labels[0], SLICE("k=v=w")));
    assert_true(slice_equal(layers[0].created_by, SLICE("one")));
    assert_true(slice_equal(layers[1].created_by, SLICE("two")));
    assert_string_equal(layers[1].diff_id.text, DIGEST);
    image.layer_count = 1;
    assert_false(manifest_config(slice_str(text), &arena, &image, &err));
    assert_non_null(strstr(err.text, "2 diff_ids for 1 layers"));
}

static void platforms_fit_as_engines_take_them(void **state)
{
    (void)state;
    static const struct {
        const char *want, *have;
        bool fits;
    } cases[] = {
        {"linux/amd64", "linux/amd64", true},
        {"linux/amd64", "linux/arm64", false},
        {"linux/arm64", "linux/arm64/v8", true},
        {"linux/arm64/v8", "linux/arm64", true},
        {"linux/arm", "linux/arm/v7", true},
        {"linux/arm/v7", "linux/arm/v6", true},
        {"linux/arm/v6", "linux/arm/v7", false},
        {"linux/amd64", "windows/amd64", false},
        {"amd64", "linux/amd64", true},
        {"x86_64", "linux/amd64", true},
        {"linux/aarch64", "linux/arm64", true},
        {"linux/amd64/v3", "linux/amd64", true},
        {"linux/amd64/v3", "linux/amd64/v2", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct platform want, have;
        struct error err;
        assert_true(platform_parse(slice_str(cases[i].want), &want, &err));
        assert_true(platform_parse(slice_str(cases[i].have), &have, &err));
        if ((platform_fits(&want, &have) > 0) != cases[i].fits)
            fail_msg("%s for %s", cases[i].have, cases[i].want);
    }
}

static void the_best_platform_is_chosen(void **state)
{
    (void)state;
    struct manifest index;
    struct platform arm = {
        .os = SLICE("linux"), .architecture = SLICE("arm"), .variant = SLICE("v7")};
    struct platform s390x = {.os = SLICE("linux"), .architecture = SLICE("s390x")};
    struct error err;
#define ENTRY(digit, os, architecture, variant)                                                    \
    "{\"digest\":\"sha256:" digit                                                                  \
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"                              \
    "\",\"size\":1,\"platform\":{\"os\":\"" os "\",\"architecture\":\"" architecture               \
    "\",\"variant\":\"" variant "\"}}"
    const char *text = "{\"manifests\":[" ENTRY("1", "linux", "arm", "v6") "," ENTRY(
        "2", "linux", "arm", "v7") "," ENTRY("3", "unknown", "unknown", "") "]}";
    assert_true(manifest_parse(slice_str(text), SLICE(""), &arena, &index, &err));
    assert_true(index.manifests[2].attestation);
    const struct descriptor *best = manifest_choose(&index, &arm, &err);
    assert_non_null(best);
    assert_int_equal(best->digest.text[7], '2');
    assert_null(manifest_choose(&index, &s390x, &err));
    assert_int_equal(err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(err.text, "linux/arm/v6, linux/arm/v7"));
    assert_null(strstr(err.text, "unknown"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(manifests_are_what_they_say),   ARENA_TEST(what_is_no_image_manifest_is_named),
        ARENA_TEST(configurations_fill_the_image), ARENA_TEST(platforms_fit_as_engines_take_them),
        ARENA_TEST(the_best_platform_is_chosen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
