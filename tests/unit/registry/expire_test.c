/* Lifecycle policies at work, and retain rules. */
#include "registry/expire.h"

#include "registry/core/bed.h"

static struct bed bed;
static const struct registry_limits limits = {.recycle_seconds = 86400};
BED_FIXTURES(bed, &limits)

enum { DAY = 86400 };

#define KEEP(n)                                                                                    \
    "{\"rules\":[{\"rulePriority\":1,\"description\":\"few\",\"selection\":{\"tagStatus\":"        \
    "\"any\",\"countType\":\"imageCountMoreThan\",\"countNumber\":" #n                             \
    "},\"action\":{\"type\":\"expire\"}}]}"

static struct expire_preview preview_of(const char *policy)
{
    struct expire_preview preview = {0};
    OK(&bed, expire_preview(&bed.registry, &bed.scope, slice_str(policy), &bed.arena, &preview,
                            &bed.failure));
    return preview;
}

static const struct expire_image *image_of(const struct expire_preview *preview,
                                           const struct digest *digest)
{
    for (size_t i = 0; i < preview->count; i++)
        if (slice_equal(preview->images[i].digest, digest_slice(digest)))
            return &preview->images[i];
    fail_msg("%s is not in the preview", digest->text);
    return NULL;
}

static void set(const char *name, const char *text)
{
    OK(&bed,
       setting_put(&bed.registry, &bed.scope, name, slice_str(text), "Put", NULL, &bed.failure));
}

static struct expire_report expire(void)
{
    struct expire_report report = {0};
    struct error err = {0};
    if (!expire_all(&bed.registry, NULL, &report, &err))
        fail_msg("%s", err.text);
    return report;
}

static bool is_here(const struct digest *digest)
{
    struct digest found;
    return manifest_resolve(&bed.registry, &bed.scope, digest_slice(digest), &found, &bed.failure);
}

static void check(const struct expire_image *image, enum lifecycle_action action,
                  enum expire_reason reason, const char *words)
{
    if (image->action != action || image->reason != reason || !strstr(image->why.at, words))
        fail_msg("action %d reason %d: %s", image->action, image->reason, image->why.at);
}

/* One a day, oldest first. */
static void push_days(struct digest *digests, size_t count)
{
    char layer[16], tag[16];
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    for (size_t i = 0; i < count; i++) {
        snprintf(layer, sizeof layer, "layer %zu", i);
        snprintf(tag, sizeof tag, "v%zu", i);
        digests[i] = bed_image(&bed, layer, tag);
        bed_wait(&bed, DAY);
    }
}

static void preview_and_deed_agree(void **state)
{
    (void)state;
    struct digest digests[4];
    struct journal_entry *entries;
    struct error err;
    size_t count, expired = 0;
    push_days(digests, 4);
    set(EXPIRE_POLICY, KEEP(3));
    struct expire_preview preview = preview_of("");
    assert_int_equal(preview.count, 4);
    assert_int_equal(preview.expire_count, 1);
    check(&preview.images[0], LIFECYCLE_EXPIRE, EXPIRE_ACTED,
          "rule 1 (few) expires it: it is not among the newest 3");
    check(&preview.images[1], LIFECYCLE_NONE, EXPIRE_WITHIN_RULE, "leaves it: it is among");
    assert_int_equal(expire().expired, 1);
    assert_false(is_here(&digests[0]));
    assert_true(is_here(&digests[1]));
    assert_int_equal(expire().expired, 0);
    assert_true(journal_read(&bed.registry, 0, 0, &bed.arena, &entries, &count, &err));
    for (size_t i = 0; i < count; i++)
        if (slice_equal(entries[i].action, SLICE("ExpireImage"))) {
            expired++;
            assert_true(slice_equal(entries[i].why, SLICE("lifecycle rule 1 (few)")));
            assert_true(slice_equal(entries[i].who, SLICE("lifecycle")));
            assert_true(slice_equal(entries[i].tag, SLICE("v0")));
        }
    assert_int_equal(expired, 1);
    struct slice *tags;
    OK(&bed, recycled_restore(&bed.registry, &bed.scope, &digests[0], NULL, &bed.arena, &tags,
                              &count, &bed.failure));
    assert_true(is_here(&digests[0]));
}

static void without_a_policy_nothing_happens(void **state)
{
    (void)state;
    struct digest digests[2];
    struct expire_preview preview;
    struct expire_report report = {0};
    push_days(digests, 2);
    REFUSED(
        &bed,
        expire_preview(&bed.registry, &bed.scope, SLICE(""), &bed.arena, &preview, &bed.failure),
        FAILURE_NOT_FOUND);
    REFUSED(
        &bed,
        expire_preview(&bed.registry, &bed.scope, SLICE("{}"), &bed.arena, &preview, &bed.failure),
        FAILURE_PARAMETER);
    OK(&bed, expire_repository(&bed.registry, &bed.scope, NULL, &report, &bed.failure));
    assert_int_equal(report.expired + report.repositories, 0);
    assert_int_equal(preview_of(KEEP(1)).expire_count, 1); /* a text to try */
    assert_true(is_here(&digests[0]));
}

static void retain_rules_keep(void **state)
{
    (void)state;
    struct digest digests[6];
    push_days(digests, 6);
    OK(&bed,
       tag_put(&bed.registry, &bed.scope, SLICE("release-1"), &digests[0], NULL, &bed.failure));
    manifest_pulled(&bed.registry, &bed.scope, &digests[1], NULL);
    OK(&bed, tag_put(&bed.registry, &bed.scope, SLICE("live"), &digests[2], NULL, &bed.failure));
    OK(&bed, tag_put(&bed.registry, &bed.scope, SLICE("live"), &digests[5], NULL, &bed.failure));
    set(EXPIRE_POLICY, KEEP(1));
    set(EXPIRE_RETAIN, "{\"rules\":["
                       "{\"tagPatterns\":[\"release-*\"],\"keep\":\"all\",\"description\":\"rel\"},"
                       "{\"keep\":\"pulledWithinDays\",\"days\":3},"
                       "{\"keep\":\"tagMovedWithinDays\",\"days\":7},"
                       "{\"tagPatterns\":[\"v*\"],\"keep\":\"last\",\"count\":2}]}");
    struct expire_preview preview = preview_of("");
    check(image_of(&preview, &digests[0]), LIFECYCLE_NONE, EXPIRE_RETAINED,
          "would expire it, but retain rule 1 (rel) keeps it");
    check(image_of(&preview, &digests[1]), LIFECYCLE_NONE, EXPIRE_RETAINED, "retain rule 2");
    check(image_of(&preview, &digests[2]), LIFECYCLE_NONE, EXPIRE_RETAINED, "retain rule 3");
    check(image_of(&preview, &digests[3]), LIFECYCLE_EXPIRE, EXPIRE_ACTED, "expires it");
    check(image_of(&preview, &digests[4]), LIFECYCLE_NONE, EXPIRE_RETAINED, "retain rule 4");
    check(image_of(&preview, &digests[5]), LIFECYCLE_NONE, EXPIRE_WITHIN_RULE, "leaves it");
    assert_int_equal(expire().expired, 1);
    assert_false(is_here(&digests[3]));
    bed_wait(&bed, 4 * DAY);
    assert_int_equal(expire().expired, 1); /* pulled too long ago by now */
    assert_false(is_here(&digests[1]));
    bed_wait(&bed, 4 * DAY);
    assert_int_equal(expire().expired, 1); /* and no tag moved away lately */
    assert_false(is_here(&digests[2]));
    assert_true(is_here(&digests[0]));
}

static void indexes_and_what_is_about_images(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct slice mc = bed_manifest(&bed, "{}", "child", "");
    struct digest child = bed_push(&bed, mc, NULL);
    struct slice text =
        arena_printf(&bed.arena,
                     "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                     "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\","
                     "\"size\":%zu}]}",
                     child.text, mc.len);
    bed_wait(&bed, 10);
    struct digest index = bed_push(&bed, text, "multi");
    struct slice extra =
        arena_printf(&bed.arena,
                     ",\"artifactType\":\"x/sbom\",\"subject\":{\"mediaType\":\"a/b\",\"digest\":"
                     "\"%s\",\"size\":3}",
                     index.text);
    struct digest sbom = bed_push(&bed, bed_manifest(&bed, "{}", "sbom", extra.at), NULL);
    bed_wait(&bed, 10);
    struct digest newest = bed_image(&bed, "newest", "v1");
    set(EXPIRE_POLICY, KEEP(2));
    struct expire_preview preview = preview_of("");
    check(image_of(&preview, &child), LIFECYCLE_NONE, EXPIRE_IN_INDEX, index.text);
    check(image_of(&preview, &sbom), LIFECYCLE_NONE, EXPIRE_WITH_SUBJECT, index.text);
    assert_int_equal(expire().expired, 0);
    set(EXPIRE_POLICY, KEEP(1));
    preview = preview_of("");
    check(image_of(&preview, &child), LIFECYCLE_EXPIRE, EXPIRE_ACTED, "expires it");
    check(image_of(&preview, &sbom), LIFECYCLE_EXPIRE, EXPIRE_FOLLOWS, "goes with");
    assert_int_equal(expire().expired, 3);
    assert_false(is_here(&child));
    assert_false(is_here(&index));
    assert_false(is_here(&sbom));
    assert_true(is_here(&newest));
}

/* `more` goes before the subject: an artifactType, or nothing. */
static struct digest push_about(const struct digest *subject, const char *more, const char *tag)
{
    struct slice extra = arena_printf(
        &bed.arena, "%s,\"subject\":{\"mediaType\":\"a/b\",\"digest\":\"%s\",\"size\":3}", more,
        subject->text);
    return bed_push(&bed, bed_manifest(&bed, "{}", more, extra.at), tag);
}

/* It neither goes nor keeps its subject here: both were so when removal took them together. */
static void an_artifact_that_an_index_names_stays(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest old = bed_image(&bed, "old", NULL);
    struct digest sbom = push_about(&old, ",\"artifactType\":\"x/sbom\"", NULL);
    struct digest signature = push_about(&old, ",\"artifactType\":\"x/signature\"", NULL);
    bed_wait(&bed, 10);
    struct slice text =
        arena_printf(&bed.arena,
                     "{\"schemaVersion\":2,\"manifests\":[{\"mediaType\":"
                     "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\","
                     "\"size\":1}]}",
                     sbom.text);
    struct digest index = bed_push(&bed, text, "bundle");
    set(EXPIRE_POLICY, KEEP(1));
    struct expire_preview preview = preview_of("");
    check(image_of(&preview, &sbom), LIFECYCLE_NONE, EXPIRE_IN_INDEX, index.text);
    check(image_of(&preview, &signature), LIFECYCLE_EXPIRE, EXPIRE_FOLLOWS, old.text);
    assert_int_equal(expire().expired, 2);
    assert_false(is_here(&old));
    assert_false(is_here(&signature));
    assert_true(is_here(&sbom));
    assert_true(is_here(&index));
}

/* What an engine runs is no artifact, whatever it names: it is judged by itself. */
static void an_image_with_a_subject_is_an_image(void **state)
{
    (void)state;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest old = bed_image(&bed, "old", "v1");
    struct digest older = push_about(&old, "", NULL);
    bed_wait(&bed, 10);
    struct digest newest = push_about(&old, ",\"annotations\":{}", "v2");
    set(EXPIRE_POLICY, KEEP(1));
    struct expire_preview preview = preview_of("");
    check(image_of(&preview, &older), LIFECYCLE_EXPIRE, EXPIRE_ACTED, "it is not among");
    check(image_of(&preview, &newest), LIFECYCLE_NONE, EXPIRE_WITHIN_RULE, "it is among");
    assert_int_equal(expire().expired, 2);
    assert_false(is_here(&old));
    assert_false(is_here(&older));
    assert_true(is_here(&newest));
}

static void the_newest_of_a_second_stays(void **state)
{
    (void)state;
    char layer[16];
    struct digest digest = {0};
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    for (int i = 0; i < 6; i++) {
        snprintf(layer, sizeof layer, "layer %d", i);
        bed_wait(&bed, 0.125);
        digest = bed_image(&bed, layer, NULL);
    }
    set(EXPIRE_POLICY, KEEP(1));
    assert_int_equal(expire().expired, 5);
    assert_true(is_here(&digest));
}

static void charts_are_treated_as_images(void **state)
{
    (void)state;
    struct digest blob, chart;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    blob = bed_blob(&bed, "{}");
    chart = bed_push(&bed,
                     arena_printf(&bed.arena,
                                  "{\"schemaVersion\":2,\"config\":{\"mediaType\":"
                                  "\"application/vnd.cncf.helm.config.v1+json\",\"digest\":\"%s\","
                                  "\"size\":2},\"layers\":[]}",
                                  blob.text),
                     "chart");
    bed_wait(&bed, 1);
    bed_image(&bed, "x", "v1");
    struct expire_preview preview = preview_of(KEEP(1));
    check(image_of(&preview, &chart), LIFECYCLE_EXPIRE, EXPIRE_ACTED, "expires it");
}

static void a_rule_can_archive(void **state)
{
    (void)state;
    struct digest digests[2];
    struct manifest_facts facts;
    push_days(digests, 2);
    bed_wait(&bed, 10 * DAY);
    manifest_pulled(&bed.registry, &bed.scope, &digests[1], NULL);
    set(EXPIRE_POLICY,
        "{\"rules\":[{\"rulePriority\":1,\"selection\":{\"tagStatus\":\"any\",\"countType\":"
        "\"sinceImagePulled\",\"countUnit\":\"days\",\"countNumber\":5},\"action\":{\"type\":"
        "\"transition\",\"targetStorageClass\":\"archive\"}}]}");
    struct expire_preview preview = preview_of("");
    check(image_of(&preview, &digests[0]), LIFECYCLE_TRANSITION, EXPIRE_ACTED,
          "rule 1 archives it: it was pushed more than 5 days ago");
    check(image_of(&preview, &digests[1]), LIFECYCLE_NONE, EXPIRE_WITHIN_RULE, "last pulled");
    assert_int_equal(expire().archived, 1);
    OK(&bed,
       manifest_describe(&bed.registry, &bed.scope, &digests[0], &bed.arena, &facts, &bed.failure));
    assert_true(facts.is_archived);
    assert_int_equal(expire().archived, 0);
}

/* Judged, then tagged anew before it goes: the deed asks again. */
static void what_was_changed_since_is_left(void **state)
{
    (void)state;
    struct manifest_facts judged;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest digest = bed_image(&bed, "a", "v1");
    OK(&bed,
       manifest_describe(&bed.registry, &bed.scope, &digest, &bed.arena, &judged, &bed.failure));
    struct manifest_removal how = {.judged = &judged};
    OK(&bed, tag_put(&bed.registry, &bed.scope, SLICE("live"), &digest, NULL, &bed.failure));
    REFUSED(&bed, manifest_delete(&bed.registry, &bed.scope, &digest, &how, NULL, &bed.failure),
            FAILURE_BUSY);
    REFUSED(&bed,
            manifest_archive(&bed.registry, &bed.scope, &judged, SLICE(""), NULL, &bed.failure),
            FAILURE_BUSY);
    assert_true(is_here(&digest));
}

static void a_repository_that_cannot_be_done_is_told(void **state)
{
    (void)state;
    struct digest digests[2];
    struct journal_entry *entries;
    struct error err;
    size_t count;
    push_days(digests, 2);
    set(EXPIRE_POLICY, "{}"); /* the API would not let it in */
    bed_repository(&bed, "other", TAGS_MUTABLE);
    bed_image(&bed, "a", "v1");
    bed_wait(&bed, 1);
    bed_image(&bed, "b", "v2");
    set(EXPIRE_POLICY, KEEP(1));
    struct expire_report report = expire();
    assert_int_equal(report.failed, 1);
    assert_int_equal(report.expired, 1);
    assert_true(journal_read(&bed.registry, 0, 0, &bed.arena, &entries, &count, &err));
    bool told = false;
    for (size_t i = 0; i < count; i++)
        told = told || (entries[i].failed && slice_equal(entries[i].repository, SLICE("team/app")));
    assert_true(told);
}

/* More than are read at once. */
static void many_images(void **state)
{
    (void)state;
    struct expire_preview preview;
    bed_repository(&bed, "team/app", TAGS_MUTABLE);
    struct digest blob = bed_blob(&bed, "{}");
    for (int i = 0; i < 450; i++) {
        bed_push(&bed,
                 arena_printf(&bed.arena,
                              "{\"schemaVersion\":2,\"config\":{\"mediaType\":"
                              "\"application/vnd.oci.image.config.v1+json\",\"digest\":\"%s\","
                              "\"size\":2},\"layers\":[],\"annotations\":{\"n\":\"%d\"}}",
                              blob.text, i),
                 NULL);
        bed_wait(&bed, 1);
    }
    preview = preview_of(KEEP(400));
    assert_int_equal(preview.count, 450);
    assert_int_equal(preview.expire_count, 50);
    for (size_t i = 0; i < 450; i++)
        assert_int_equal(preview.images[i].action, i < 50 ? LIFECYCLE_EXPIRE : LIFECYCLE_NONE);
    set(EXPIRE_POLICY, KEEP(400));
    assert_int_equal(expire().expired, 50);
    assert_int_equal(preview_of("").count, 400);
}

static void retain_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words; /* NULL: fine */
    } cases[] = {
        {"{\"rules\":[{\"keep\":\"all\"}]}", NULL},
        {"{\"rules\":[{\"keep\":\"last\",\"count\":3,\"tagPatterns\":[\"v*\"]}]}", NULL},
        {"", "retain rules"},
        {"[]", "an object with a list"},
        {"{\"rules\":[]}", "an object with a list"},
        {"{\"rules\":[{\"keep\":\"all\"}],\"x\":1}", "an object with a list"},
        {"{\"rules\":[3]}", "must be an object"},
        {"{\"rules\":[{}]}", "keep must be"},
        {"{\"rules\":[{\"keep\":\"some\"}]}", "keep must be"},
        {"{\"rules\":[{\"keep\":\"last\"}]}", "count is for"},
        {"{\"rules\":[{\"keep\":\"all\",\"count\":1}]}", "count is for"},
        {"{\"rules\":[{\"keep\":\"all\",\"days\":1}]}", "days is for"},
        {"{\"rules\":[{\"keep\":\"last\",\"count\":0}]}", "whole number"},
        {"{\"rules\":[{\"keep\":\"last\",\"count\":1.5}]}", "whole number"},
        {"{\"rules\":[{\"keep\":\"pulledWithinDays\",\"days\":9223372036854775807}]}",
         "whole number"},
        {"{\"rules\":[{\"keep\":\"all\",\"tagPatterns\":[]}]}", "tagPatterns"},
        {"{\"rules\":[{\"keep\":\"all\",\"tagPatterns\":[\"\"]}]}", "tag pattern"},
        {"{\"rules\":[{\"keep\":\"all\",\"tagPatterns\":[7]}]}", "tag pattern"},
        {"{\"rules\":[{\"keep\":\"all\",\"tagPattern\":[\"x\"]}]}", "no field"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error err = {0};
        bool ok = expire_retain_check(slice_str(cases[i].text), &err);
        if (ok != !cases[i].words || (!ok && !strstr(err.text, cases[i].words)))
            fail_msg("%s: %s", cases[i].text, err.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOTH(preview_and_deed_agree),
        BOTH(without_a_policy_nothing_happens),
        BOTH(retain_rules_keep),
        BOTH(indexes_and_what_is_about_images),
        BOTH(charts_are_treated_as_images),
        BOTH(a_rule_can_archive),
        BOTH(what_was_changed_since_is_left),
        BOTH(a_repository_that_cannot_be_done_is_told),
        cmocka_unit_test_setup_teardown(an_artifact_that_an_index_names_stays, open_memory,
                                        close_bed),
        cmocka_unit_test_setup_teardown(an_image_with_a_subject_is_an_image, open_memory,
                                        close_bed),
        cmocka_unit_test_setup_teardown(the_newest_of_a_second_stays, open_memory, close_bed),
        cmocka_unit_test_setup_teardown(many_images, open_memory, close_bed),
        cmocka_unit_test(retain_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
