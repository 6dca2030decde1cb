/* The life of images in a repository, over both stores of metadata. */
#include "bed.h"

static struct bed bed;

static int open_memory(void **state)
{
    (void)state;
    bed_open(&bed, false, NULL);
    return 0;
}

static int open_sqlite(void **state)
{
    (void)state;
    bed_open(&bed, true, NULL);
    return 0;
}

static int close_bed(void **state)
{
    (void)state;
    bed_close(&bed);
    return 0;
}

static void an_image_is_pushed_and_pulled(void **state)
{
    (void)state;
    struct digest digest, found;
    struct slice bytes, type;
    struct manifest_facts facts;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice manifest = bed_manifest(&bed, "{\"os\":\"linux\"}", "layer", "");
    digest = bed_push(&bed, manifest, "v1");
    OK(&bed, manifest_resolve(&bed.registry, &bed.scope, SLICE("v1"), &found, &bed.failure));
    assert_string_equal(found.text, digest.text);
    OK(&bed,
       manifest_get(&bed.registry, &bed.scope, &digest, &bed.arena, &bytes, &type, &bed.failure));
    assert_true(slice_equal(bytes, manifest));
    assert_true(slice_equal(type, SLICE("application/vnd.oci.image.manifest.v1+json")));
    OK(&bed,
       manifest_describe(&bed.registry, &bed.scope, &digest, &bed.arena, &facts, &bed.failure));
    assert_int_equal(facts.tag_count, 1);
    assert_int_equal(facts.layer_count, 1);
    assert_int_equal(facts.image_size, strlen("{\"os\":\"linux\"}layer"));
    assert_true(slice_equal(facts.os, SLICE("linux")));
    assert_int_equal(facts.kind, MANIFEST_IS_IMAGE);
}

static void what_a_manifest_names_must_be_there(void **state)
{
    (void)state;
    struct digest digest;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice manifest = bed_manifest(&bed, "{}", "layer", "");
    bed_repository(&bed, "other", TAGS_MUTABLE);
    REFUSED(&bed, bed_try_push(&bed, manifest, "v1", &digest), FAILURE_MANIFEST_BLOB_UNKNOWN);
    REFUSED(&bed, manifest_resolve(&bed.registry, &bed.scope, SLICE("v1"), &digest, &bed.failure),
            FAILURE_MANIFEST_UNKNOWN);
    bed.scope.repository = SLICE("nowhere");
    REFUSED(&bed, bed_try_push(&bed, manifest, "v1", &digest), FAILURE_REPOSITORY_UNKNOWN);
}

#define BOTH(test)                                                                                 \
    {#test " (memory)", test, open_memory, close_bed, NULL},                                       \
    {                                                                                              \
#test " (sqlite)", test, open_sqlite, close_bed, NULL                                      \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(an_image_is_pushed_and_pulled),
        BOTH(what_a_manifest_names_must_be_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
