/* Manifests of all kinds, and what calls itself one. */
#include "registry/core/manifest.h"

#include <stdio.h>

#include "arena.h"
#include "test.h"

static struct manifest_facts facts;
static struct failure failure;

#define DIGEST "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BLOB   "{\"mediaType\":\"application/x\",\"digest\":\"" DIGEST "\",\"size\":3}"
#define CONFIG                                                                                     \
    "{\"mediaType\":\"application/vnd.oci.image.config.v1+json\",\"digest\":\"" DIGEST             \
    "\",\"size\":7}"
#define OCI       "application/vnd.oci.image.manifest.v1+json"
#define OCI_INDEX "application/vnd.oci.image.index.v1+json"

static bool parse(const char *text, const char *type)
{
    memset(&facts, 0, sizeof facts);
    return manifest_facts_parse(slice_str(text), slice_str(type), &arena, &facts, &failure);
}

static void refused(const char *text, const char *type, const char *words)
{
    if (parse(text, type))
        fail_msg("taken: %s", text);
    if (failure.reason != FAILURE_MANIFEST_INVALID || !strstr(failure.text, words))
        fail_msg("%d %s", failure.reason, failure.text);
}

static void an_image(void **state)
{
    (void)state;
    assert_true(parse("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[" BLOB "," BLOB "],"
                      "\"annotations\":{\"a\":\"b\"}}",
                      OCI "; charset=utf-8"));
    assert_int_equal(facts.kind, MANIFEST_IS_IMAGE);
    assert_int_equal(facts.layer_count, 2);
    assert_int_equal(facts.image_size, 13);
    assert_int_equal(facts.annotation_count, 1);
    assert_true(slice_equal(facts.media_type, SLICE(OCI)));
    assert_true(
        slice_equal(facts.artifact_type, SLICE("application/vnd.oci.image.config.v1+json")));
}

static void an_index(void **state)
{
    (void)state;
    assert_true(parse("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" OCI
                      "\",\"digest\":\"" DIGEST "\",\"size\":3,\"platform\":{\"os\":\"linux\","
                      "\"architecture\":\"arm64\",\"variant\":\"v8\"}}],\"artifactType\":\"a/b\"}",
                      ""));
    assert_int_equal(facts.kind, MANIFEST_IS_INDEX);
    assert_true(slice_equal(facts.media_type, SLICE(OCI_INDEX)));
    assert_int_equal(facts.child_count, 1);
    assert_true(slice_equal(facts.children[0].platform_variant, SLICE("v8")));
    assert_true(slice_equal(facts.artifact_type, SLICE("a/b")));
}

static void artifacts(void **state)
{
    (void)state;
    assert_true(parse("{\"schemaVersion\":2,\"mediaType\":\"" OCI "\",\"artifactType\":\"a/sbom\","
                      "\"config\":" CONFIG ",\"layers\":[],\"subject\":" BLOB "}",
                      OCI));
    /* It has what engines run: it is scanned and judged as an image, and goes with its subject. */
    assert_int_equal(facts.kind, MANIFEST_IS_IMAGE);
    assert_true(manifest_follows_subject(&facts));
    assert_string_equal(facts.subject.text, DIGEST);
    assert_true(parse("{\"mediaType\":\"application/vnd.oci.artifact.manifest.v1+json\","
                      "\"artifactType\":\"a/b\",\"blobs\":[" BLOB "]}",
                      "application/vnd.oci.artifact.manifest.v1+json"));
    assert_int_equal(facts.kind, MANIFEST_IS_ARTIFACT);
    assert_int_equal(facts.layer_count, 1);
    /* A type that nobody knows, with members as those that we know. */
    assert_true(parse("{\"layers\":[" BLOB "],\"whatever\":[1,2]}", "application/vnd.some+json"));
    assert_int_equal(facts.kind, MANIFEST_IS_ARTIFACT);
    assert_int_equal(facts.layer_count, 1);
    /* A Helm chart: the configuration's type says what it is. */
    assert_true(parse("{\"schemaVersion\":2,\"config\":" BLOB ",\"layers\":[" BLOB "]}", OCI));
    assert_int_equal(facts.kind, MANIFEST_IS_ARTIFACT);
    assert_true(slice_equal(facts.artifact_type, SLICE("application/x")));
}

/* Go's readers would pull other layers than those that were checked and scanned. */
static void members_that_others_would_take_for_ours(void **state)
{
    (void)state;
    const char *const twins[] = {"\"Layers\":[" BLOB "]", "\"layer\u017f\":[]",
                                 "\"CONFIG\":" CONFIG, "\"MediaType\":\"" OCI_INDEX "\"",
                                 "\"Manifests\":[]"};
    char text[2000];
    for (size_t i = 0; i < sizeof twins / sizeof *twins; i++) {
        snprintf(text, sizeof text, "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[],%s}",
                 twins[i]);
        refused(text, OCI, "others would take for");
    }
    refused("{\"schemaVersion\":2,\"config\":" CONFIG
            ",\"layers\":[{\"mediaType\":\"application/x\","
            "\"digest\":\"" DIGEST "\",\"size\":1,\"Digest\":\"" DIGEST "\"}]}",
            OCI, "layers, entry 0");
    refused("{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":\"" OCI "\",\"digest\":\"" DIGEST
            "\",\"size\":1,\"platform\":{\"OS\":\"linux\"}}]}",
            OCI_INDEX, "\"OS\"");
    assert_true(
        parse("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[],\"layersX\":1}", OCI));
    assert_true(parse("{\"Layers\":1}", "application/vnd.some+json"));
}

static void foreign_layers_lie_elsewhere(void **state)
{
    (void)state;
    assert_true(parse(
        "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":["
        "{\"mediaType\":\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\",\"digest\":"
        "\"" DIGEST "\",\"size\":1},{\"mediaType\":\"application/x\",\"digest\":\"" DIGEST
        "\",\"size\":1,\"urls\":[\"https://example.com/x\"]}," BLOB "]}",
        "application/vnd.docker.distribution.manifest.v2+json"));
    assert_true(facts.layers[0].elsewhere);
    assert_true(facts.layers[1].elsewhere);
    assert_false(facts.layers[2].elsewhere);
}

static void sha512_is_taken(void **state)
{
    (void)state;
    char text[600];
    snprintf(text, sizeof text,
             "{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[{\"mediaType\":\"a/b\","
             "\"digest\":\"sha512:%0128d\",\"size\":3}]}",
             7);
    assert_true(parse(text, OCI));
    assert_true(digest_is_sha512(&facts.layers[0].digest));
}

static void what_could_be_taken_for_two_things_is_refused(void **state)
{
    (void)state;
    refused("{\"schemaVersion\":2,\"mediaType\":\"" OCI_INDEX "\",\"config\":" CONFIG
            ",\"layers\":[]}",
            OCI, "calls itself");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[],\"manifests\":[]}", OCI,
            "two things");
    refused("{\"schemaVersion\":2,\"layers\":[],\"manifests\":[]}", OCI_INDEX, "two things");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"config\":" CONFIG ",\"layers\":[]}", OCI,
            "duplicate");
    refused("{\"layers\":[],\"blobs\":[]}", "application/vnd.some+json", "both");
}

static void schema_1_is_refused_in_plain_words(void **state)
{
    (void)state;
    refused("{\"schemaVersion\":1,\"fsLayers\":[]}",
            "application/vnd.docker.distribution.manifest.v1+prettyjws", "schema 1");
    refused("{\"schemaVersion\":1,\"fsLayers\":[]}", "application/json", "media type");
    refused("{\"schemaVersion\":1,\"config\":" CONFIG ",\"layers\":[]}", OCI, "schema 1");
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    static char deep[5000], many[1 << 20];
    refused("", OCI, "manifest invalid");
    refused("[]", OCI, "no JSON object");
    refused("{", OCI, "line 1");
    refused("{\"schemaVersion\":2}", "", "not told");
    refused("{\"schemaVersion\":2}", OCI, "config is missing");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG "}", OCI, "layers are missing");
    refused("{\"config\":" CONFIG ",\"layers\":[]}", OCI, "schemaVersion");
    refused("{\"schemaVersion\":2}", OCI_INDEX, "manifests are missing");
    refused("{\"schemaVersion\":2,\"config\":3,\"layers\":[]}", OCI, "no descriptor");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[3]}", OCI, "no descriptor");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":{}}", OCI, "layers are missing");
    refused("{\"schemaVersion\":2,\"config\":{\"digest\":\"sha256:abc\",\"size\":1},\"layers\":[]}",
            OCI, "not a digest");
    refused("{\"schemaVersion\":2,\"config\":{\"digest\":\"" DIGEST
            "\",\"size\":-1},\"layers\":[]}",
            OCI, "size");
    refused("{\"schemaVersion\":2,\"config\":{\"digest\":\"" DIGEST
            "\",\"size\":1.5},\"layers\":[]}",
            OCI, "size");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[{\"digest\":\"" DIGEST
            "\",\"size\":9223372036854775807}]}",
            OCI, "beyond all reason");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[],\"subject\":\"x\"}", OCI,
            "subject");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG ",\"layers\":[],\"annotations\":{\"a\":1}}",
            OCI, "annotation");
    refused("{\"schemaVersion\":2,\"config\":" CONFIG
            ",\"layers\":[],\"artifactType\":\"a/b\\r\\nX: y\"}",
            OCI, "media type");
    refused("{\"config\":" CONFIG "}", "application/x\"y", "Content-Type");
    memset(deep, '[', sizeof deep - 1);
    refused(deep, OCI, "nested deeper");
    size_t len = (size_t)snprintf(many, sizeof many, "{\"schemaVersion\":2,\"manifests\":[{}");
    while (len + 10 < sizeof many && len < 40000)
        len += (size_t)snprintf(many + len, sizeof many - len, ",{}");
    snprintf(many + len, sizeof many - len, "]}");
    refused(many, OCI_INDEX, "more than 10000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_image),
        cmocka_unit_test(an_index),
        cmocka_unit_test(artifacts),
        cmocka_unit_test(members_that_others_would_take_for_ours),
        cmocka_unit_test(foreign_layers_lie_elsewhere),
        cmocka_unit_test(sha512_is_taken),
        cmocka_unit_test(what_could_be_taken_for_two_things_is_refused),
        cmocka_unit_test(schema_1_is_refused_in_plain_words),
        cmocka_unit_test(bad_input_is_refused),
    };
    return cmocka_run_group_tests(tests, test_arena_open, test_arena_close);
}
