/* What a check tells. */
#include "bed.h"

#include "registry/core/check.h"

static struct bed bed;
static const struct registry_limits limits = {.recycle_seconds = 7 * 86400};
BED_FIXTURES(bed, &limits)

static struct {
    unsigned count[CHECK_NOTE + 1];
    char lost[1000];
} told;

static void note(void *context, enum check_word word, struct slice text)
{
    (void)context;
    told.count[word]++;
    if (word == CHECK_LOST)
        snprintf(told.lost, sizeof told.lost, "%.*s", SLICE_ARG(text));
}

static struct check_report check(bool repair)
{
    struct check_options options = {.repair = repair, .tell = note};
    struct check_report report;
    struct error err = {0};
    memset(&told, 0, sizeof told);
    if (!check_run(&bed.registry, &options, &report, &err))
        fail_msg("%s", err.text);
    return report;
}

/* Its row goes with --repair; the manifests that name it must not tell it as losses of their own.
 */
static void one_loss_is_told_once(void **state)
{
    (void)state;
    struct error err;
    struct digest layer;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    bed_image(&bed, "layer", "v1");
    bed_push(&bed, bed_manifest(&bed, "{\"os\":\"linux\",\"architecture\":\"arm64\"}", "layer", ""),
             "v2");
    sha256_of(SLICE("layer"), &layer);
    assert_int_equal(check(false).lost, 0);
    assert_true(blob_remove(bed.blobs, &layer, &err));
    assert_int_equal(check(false).lost, 1);
    assert_int_equal(check(true).lost, 1);
    assert_int_equal(told.count[CHECK_LOST], 1);
    assert_non_null(strstr(told.lost, "v1"));
    assert_non_null(strstr(told.lost, "v2"));
    /* It is still lost, and told by the first of those that name it. */
    assert_int_equal(check(true).lost, 1);
    assert_non_null(strstr(told.lost, "push it again"));
    bed_blob(&bed, "layer");
    assert_int_equal(check(true).lost, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(one_loss_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
