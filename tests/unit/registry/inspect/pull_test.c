/* Who may pull what: the policy's modes, what is not scanned, quarantine, exceptions. */
#include "fixture.h"

static void set_policy(struct fixture *f, bool of_account, const char *text)
{
    struct scope scope = f->bed.scope;
    if (of_account)
        scope.repository = (struct slice){NULL, 0};
    OK(&f->bed, setting_put(&f->bed.registry, &scope, "pull-policy", slice_str(text),
                            "PutPullPolicy", NULL, &f->bed.failure));
}

static bool may_pull(struct fixture *f, const struct digest *image, struct slice *warning)
{
    f->bed.failure = (struct failure){.reason = FAILURE_NONE};
    return inspect_may_pull(f->inspect, &f->bed.scope, image, &f->bed.arena, warning,
                            &f->bed.failure);
}

/* The second time from memory: but whoever has just finished the image makes the registry forget it
   once more, so that one verdict may be lost. */
static bool pulls_at_once(struct fixture *f, const struct digest *image)
{
    struct slice warning;
    return may_pull(f, image, &warning) &&
           inspect_may_pull_at_once(f->inspect, &f->bed.scope, image);
}

static bool failure_says(const struct fixture *f, const char *words)
{
    return f->bed.failure.reason == FAILURE_BLOCKED && strstr(f->bed.failure.text, words);
}

static struct digest scanned_image(struct fixture *f)
{
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    return image;
}

static void test_modes(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest image = scanned_image(f);
    assert_false(inspect_may_pull_at_once(f->inspect, &f->bed.scope, &image));
    assert_true(may_pull(f, &image, &warning) && !warning.len);
    EVENTUALLY(pulls_at_once(f, &image));
    set_policy(f, false, "{\"mode\":\"warn\",\"failOn\":\"any\"}");
    assert_false(inspect_may_pull_at_once(f->inspect, &f->bed.scope, &image));
    assert_true(may_pull(f, &image, &warning));
    assert_true(slice_search(warning, SLICE("CVE-2021-3047")) < warning.len);
    assert_false(
        inspect_may_pull_at_once(f->inspect, &f->bed.scope, &image)); /* a warning to say */
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    assert_false(may_pull(f, &image, &warning));
    assert_true(failure_says(f, "CVE-2021-3047"));
    assert_false(inspect_may_pull_at_once(f->inspect, &f->bed.scope, &image));
    assert_false(may_pull(f, &image, &warning)); /* from memory, the same words */
    assert_true(failure_says(f, "CVE-2021-3047"));
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"kev\"}");
    assert_true(may_pull(f, &image, &warning));
    set_policy(f, false, "{\"mode\":\"off\",\"failOn\":\"any\"}");
    assert_true(may_pull(f, &image, &warning));
}

static void test_the_accounts_policy_holds_where_there_is_no_own(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest image = scanned_image(f);
    assert_true(may_pull(f, &image, &warning));
    set_policy(f, true, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    assert_false(may_pull(f, &image, &warning));
    set_policy(f, false, "{\"mode\":\"off\"}");
    assert_true(may_pull(f, &image, &warning));
}

static void test_a_policy_that_cannot_be_read_blocks(void **state)
{
    static const char *const broken[] = {"nonsense", "[]", "{\"mode\":\"blok\"}",
                                         "{\"mode\":\"block\",\"failOn\":\"dreadful\"}", "{}"};
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest image = scanned_image(f);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        set_policy(f, false, broken[i]);
        assert_false(may_pull(f, &image, &warning));
        assert_true(failure_says(f, "cannot be read"));
    }
}

static void test_what_is_not_scanned(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct error err;
    struct repository quiet = {.name = SLICE("quiet")};
    f->bed.scope.repository = quiet.name;
    OK(&f->bed, repository_create(&f->bed.registry, &f->bed.scope, &quiet, NULL, &f->bed.arena,
                                  &f->bed.failure));
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    EVENTUALLY(has_analysis(f, &layer));
    struct digest image = push_image(f, &layer, 1, "v1");
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"kev\"}");
    assert_false(may_pull(f, &image, &warning));
    assert_true(failure_says(f, "never scanned"));
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"kev\",\"unscanned\":\"allow\"}");
    assert_true(may_pull(f, &image, &warning));
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"kev\"}");
    OK(&f->bed, inspect_start(f->inspect, &f->bed.scope, &image, NULL, &f->bed.failure));
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    assert_true(may_pull(f, &image, &warning));
    /* One that cannot be scanned stays outside. */
    EVENTUALLY(stats_of(f).running == 0);
    assert_true(object_remove(f->bed.blobs, "analysis", &layer, &err));
    assert_true(blob_remove(f->bed.blobs, &layer, &err));
    struct digest broken = push_image_with(f, &layer, 1, "v2", ",\"annotations\":{}");
    OK(&f->bed, inspect_start(f->inspect, &f->bed.scope, &broken, NULL, &f->bed.failure));
    assert_int_equal(wait_for(f, &broken), INSPECT_FAILED);
    assert_false(may_pull(f, &broken, &warning));
    assert_true(failure_says(f, "could not be scanned"));
}

static void test_what_could_be_read_in_part_only(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct slice whole = alpine_layer(f, SLICE("P:musl\nV:1.2.3-r0\nA:x86_64\no:musl\n\n"));
    struct digest layer = upload_pieces(f, slice_upto(whole, whole.len - 8), 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    assert_false(may_pull(f, &image, &warning));
    assert_true(failure_says(f, "could not be read"));
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\",\"unscanned\":\"allow\"}");
    assert_true(may_pull(f, &image, &warning));
}

/* Engines unpack a layer whatever its manifest calls it, and run what has an image's configuration.
 */
static void test_what_it_is_called_hides_nothing(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    struct digest packed = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    /* Without compression, and at its beginning like a document. */
    struct tar_made tar = {NULL};
    tar_file(&tar, "{", SLICE(""));
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "lib/apk/db/installed", f->database);
    tar_end(&tar);
    struct digest plain = upload_pieces(
        f, arena_copy(&f->bed.arena, slice_of((char *)tar.at, tar.len)), 1 << 20, NULL);
    free(tar.at);
    const struct {
        const char *type, *extra;
    } cases[] = {
        {LAYER_TYPE, ",\"artifactType\":\"a/b\""},
        {LAYER_TYPE,
         ",\"artifactType\":\"a/b\",\"subject\":{\"mediaType\":\"a/b\",\"size\":1,\"digest\":"
         "\"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}"},
        {"application/x", ""},
        {"", ""},
        {"application/vnd.in-toto+json", ""},
        {"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", ""},
        {LAYER_TYPE "\",\"urls\":[\"https://example.com/\"],\"artifactType\":\"a/b", ""},
    };
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        struct digest image = push_image_as(f, i % 2 ? &plain : &packed, 1, "v1",
                                            cases[i / 2].extra, cases[i / 2].type);
        assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
        assert_false(may_pull(f, &image, &warning));
        assert_true(failure_says(f, "CVE-2021-3047"));
    }
}

/* containerd takes an embedded manifest without asking for it. */
static void test_what_an_index_embeds_is_judged_with_it(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest image = scanned_image(f), indexes[4];
    for (size_t i = 0; i < 4; i++) {
        struct slice text = arena_printf(
            &f->bed.arena,
            "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
            "\"manifests\":[{\"mediaType\":\"application/"
            "vnd.oci.image.%s.v1+json\",\"digest\":\"%s\","
            "\"size\":5%s}]}",
            i == 3 ? "index" : "manifest", i == 3 ? indexes[1].text : image.text,
            i == 0 ? "" : ",\"data\":\"e30=\"");
        if (i == 2) /* the same, with another one's bytes */
            text = arena_printf(&f->bed.arena, "%.*s ", SLICE_ARG(text));
        indexes[i] = bed_push(&f->bed, text, NULL);
    }
    for (size_t i = 0; i < 4; i++)
        assert_true(may_pull(f, &indexes[i], &warning) && !warning.len);
    set_policy(f, false, "{\"mode\":\"warn\",\"failOn\":\"any\"}");
    assert_true(may_pull(f, &indexes[1], &warning) && warning.len);
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    assert_true(may_pull(f, &indexes[0], &warning));
    for (size_t i = 1; i < 4; i++) {
        assert_false(may_pull(f, &indexes[i], &warning));
        assert_true(failure_says(f, "CVE-2021-3047"));
    }
    set_policy(f, false, "{\"mode\":\"off\"}");
    OK(&f->bed, inspect_quarantine(f->inspect, &f->bed.scope, &image, SLICE("incident 42"), true,
                                   &caller_system, &f->bed.failure));
    assert_false(may_pull(f, &indexes[3], &warning));
    assert_true(failure_says(f, "incident 42"));
}

static void test_statements_are_no_layers(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    struct digest layers[] = {
        upload_pieces(f, alpine_layer(f, SLICE("P:musl\nV:1.2.3-r0\nA:x86_64\no:musl\n\n")),
                      1 << 20, NULL),
        upload_pieces(
            f, arena_printf(&f->bed.arena, "{\"_type\":\"in-toto\",\"subject\":\"%0900d\"}", 7),
            1 << 20, NULL)};
    struct digest one = push_image_as(f, &layers[1], 1, "v1", "", "application/vnd.in-toto+json");
    assert_int_equal(wait_for(f, &one), INSPECT_UNSUPPORTED);
    assert_true(may_pull(f, &one, &warning));
    struct digest both = push_image_as(f, layers, 2, "v2", "", "application/vnd.in-toto+json");
    assert_int_equal(wait_for(f, &both), INSPECT_COMPLETE);
    assert_true(may_pull(f, &both, &warning));
}

/* Not in this repository, but in another one of somebody else: its packages are not told. */
static void test_a_layer_that_lies_elsewhere_is_not_read(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    EVENTUALLY(has_analysis(f, &layer));
    struct repository other = {.name = SLICE("other"), .scan_on_push = true};
    f->bed.scope.repository = other.name;
    OK(&f->bed, repository_create(&f->bed.registry, &f->bed.scope, &other, NULL, &f->bed.arena,
                                  &f->bed.failure));
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    struct digest config = bed_blob(&f->bed, "{\"os\":\"linux\"}");
    struct slice manifest =
        arena_printf(&f->bed.arena,
                     "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/"
                     "vnd.oci.image.config.v1+json\","
                     "\"digest\":\"%s\",\"size\":14},\"layers\":[{\"mediaType\":\"" LAYER_TYPE
                     "\",\"digest\":\"%s\",\"size\":5,\"urls\":[\"https://example.com/\"]}]}",
                     config.text, layer.text);
    struct digest image = bed_push(&f->bed, manifest, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    assert_int_equal(report_of(f, &image, true).finding_count, 0);
    assert_false(may_pull(f, &image, &warning));
    assert_true(failure_says(f, "could not be read"));
}

static void test_exceptions_let_it_through_until_they_expire(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest image = scanned_image(f);
    set_policy(f, false, "{\"mode\":\"block\",\"failOn\":\"any\"}");
    assert_false(may_pull(f, &image, &warning));
    const char *until = "exceptions:\n  - id: \"CVE-2021-3047*\"\n    package: aom-libs\n"
                        "    reason: not used\n    owner: me\n    expires: %s\n";
    char text[300];
    snprintf(text, sizeof text, until, "2099-12-31");
    OK(&f->bed, setting_put(&f->bed.registry, &f->bed.scope, "exceptions", slice_str(text),
                            "PutExceptions", NULL, &f->bed.failure));
    assert_true(may_pull(f, &image, &warning));
    /* A verdict is remembered until midnight at most. */
    EVENTUALLY(pulls_at_once(f, &image));
    bed_wait(&f->bed, 86400);
    assert_false(inspect_may_pull_at_once(f->inspect, &f->bed.scope, &image));
    snprintf(text, sizeof text, until, "2020-12-31");
    OK(&f->bed, setting_put(&f->bed.registry, &f->bed.scope, "exceptions", slice_str(text),
                            "PutExceptions", NULL, &f->bed.failure));
    assert_false(may_pull(f, &image, &warning));
}

static void test_quarantine(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice warning;
    struct digest image = scanned_image(f), absent;
    assert_true(may_pull(f, &image, &warning));
    OK(&f->bed, inspect_quarantine(f->inspect, &f->bed.scope, &image, SLICE("incident 42"), true,
                                   &caller_system, &f->bed.failure));
    assert_false(may_pull(f, &image, &warning));
    assert_true(failure_says(f, "incident 42"));
    fixture_restart(f);
    assert_false(may_pull(f, &image, &warning));
    OK(&f->bed, inspect_quarantine(f->inspect, &f->bed.scope, &image, SLICE(""), false,
                                   &caller_system, &f->bed.failure));
    assert_true(may_pull(f, &image, &warning));
    sha256_of(SLICE("absent"), &absent);
    REFUSED(&f->bed,
            inspect_quarantine(f->inspect, &f->bed.scope, &absent, SLICE(""), true, &caller_system,
                               &f->bed.failure),
            FAILURE_MANIFEST_UNKNOWN);
}

int main(void)
{
    struct error err;
    if (!inspect_nursery_start(&err))
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_modes, .sqlite = true),
        TEST(test_the_accounts_policy_holds_where_there_is_no_own, .sqlite = true),
        TEST(test_a_policy_that_cannot_be_read_blocks),
        TEST(test_what_is_not_scanned),
        TEST(test_what_could_be_read_in_part_only),
        TEST(test_what_it_is_called_hides_nothing),
        TEST(test_what_an_index_embeds_is_judged_with_it, .sqlite = true),
        TEST(test_statements_are_no_layers),
        TEST(test_a_layer_that_lies_elsewhere_is_not_read),
        TEST(test_exceptions_let_it_through_until_they_expire),
        TEST(test_quarantine, .sqlite = true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
