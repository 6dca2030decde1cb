/* Scan on push: what a push leads to, also when it is interrupted, hostile, or not an image. */
#include "fixture.h"

static void test_findings_of_a_push(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving arriving;
    arrive(f, &arriving, alpine_layer(f, f->database), 10000);
    EVENTUALLY(stats_of(f).along == 1); /* else it may have ended before its turn came */
    arrive_whole(f, &arriving);
    struct digest layer = arriving.digest, image = push_image(f, &layer, 1, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    struct inspect_report report = report_of(f, &image, true);
    assert_int_equal(report.status, INSPECT_COMPLETE);
    assert_true(report.starter_database && !report.partial);
    assert_int_equal(report.package_count, 15);
    assert_int_equal(report.finding_count, 3);
    assert_true(slice_equal(report.distribution.id, SLICE("alpine")));
    assert_string_equal(report.findings[0].layer->digest.text, layer.text);
    size_t counted = 0;
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        counted += report.counts[i];
    assert_int_equal(counted, report.finding_count);
    assert_int_equal(stats_of(f).started, 1);
}

static void test_a_known_layer_is_not_read_again(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layers[2] = {upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL)};
    struct digest first = push_image(f, layers, 1, "v1");
    assert_int_equal(wait_for(f, &first), INSPECT_COMPLETE);
    struct tar_made tar = {NULL};
    tar_file(&tar, "etc/motd", SLICE("hello\n"));
    tar_end(&tar);
    layers[1] = upload_pieces(f, tar_gzip(&tar, 6, &f->bed.arena), 1 << 20, NULL);
    EVENTUALLY(has_analysis(f, &layers[1]));
    struct digest second = push_image(f, layers, 2, "v2");
    assert_int_equal(wait_for(f, &second), INSPECT_COMPLETE);
    assert_int_equal(stats_of(f).started, 2);
    assert_int_equal(report_of(f, &second, true).finding_count, 3);
}

static void test_configurations_start_no_worker(void **state)
{
    struct fixture *f = fixture_of(state);
    upload_pieces(f, SLICE("{\"os\":\"linux\",\"architecture\":\"amd64\"}"), 5, NULL);
    upload_pieces(f, SLICE("neither a layer nor JSON"), 5, NULL);
    assert_int_equal(stats_of(f).started, 0);
    assert_int_equal(stats_of(f).waiting, 0);
}

static void test_a_wrong_digest_leaves_no_analysis(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest claimed;
    sha256_of(SLICE("something else"), &claimed);
    struct digest own = upload_pieces(f, alpine_layer(f, f->database), 4096, &claimed);
    EVENTUALLY(stats_of(f).running == 0);
    assert_false(has_analysis(f, &claimed));
    assert_false(has_analysis(f, &own));
}

/* What could be read is told, and that it is not all. */
static void test_a_cut_layer_is_partial(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice whole = alpine_layer(f, f->database);
    struct digest layer = upload_pieces(f, slice_upto(whole, whole.len - 100), 1 << 16, NULL);
    struct digest image = push_image(f, &layer, 1, "cut");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    struct inspect_report report = report_of(f, &image, true);
    assert_true(report.partial && report.note_count > 0);
}

/* A file of 4 GiB of zeros in 3 MiB: gzip members follow each other. */
static struct slice bomb(struct fixture *f)
{
    enum { MEMBERS = 64, MEMBER = 64 << 20 };
    struct tar_made tar = {NULL}, zeros = {calloc(1, MEMBER), MEMBER, MEMBER};
    tar_head(&tar, "zeros", (size_t)MEMBERS * MEMBER);
    struct slice head = tar_gzip(&tar, 6, &f->bed.arena), part = tar_gzip(&zeros, 9, &f->bed.arena);
    char *all = arena_alloc(&f->bed.arena, head.len + MEMBERS * part.len);
    assert_non_null(all);
    memcpy(all, head.at, head.len);
    for (size_t i = 0; i < MEMBERS; i++)
        memcpy(all + head.len + i * part.len, part.at, part.len);
    return slice_of(all, head.len + MEMBERS * part.len);
}

static void test_a_bomb_is_a_note(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer = upload_pieces(f, bomb(f), 1 << 16, NULL);
    struct digest image = push_image(f, &layer, 1, "bomb");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    struct inspect_report report = report_of(f, &image, true);
    assert_true(report.partial && report.note_count > 0);
}

static void test_a_blob_that_nobody_read_along(void **state)
{
    struct fixture *f = fixture_of(state);
    struct slice bytes = alpine_layer(f, f->database);
    inspect_close(f->inspect, 0); /* a server without a scanner */
    registry_done(&f->bed.registry);
    bed_open_registry(&f->bed);
    struct digest layer = upload_pieces(f, bytes, 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    fixture_open_scanner(f);
    /* By itself, from the journal. */
    EVENTUALLY(report_of(f, &image, false).status == INSPECT_COMPLETE);
    assert_int_equal(report_of(f, &image, true).finding_count, 3);
    assert_int_equal(stats_of(f).along, 0);
    fixture_restart(f);
    assert_int_equal(report_of(f, &image, false).status, INSPECT_COMPLETE);
}

static bool count_one(void *context, const struct meta_row *row)
{
    (void)row;
    ++*(size_t *)context;
    return true;
}

static size_t count_rows(struct fixture *f, const char *kind)
{
    struct meta_txn *txn = NULL;
    struct error err = {0};
    size_t count = 0;
    struct meta_range range = {.kind = kind, .scope = {"", 0}, .below = true};
    if (!meta_begin(f->bed.meta, false, &txn, &err) ||
        !meta_scan(txn, &range, count_one, &count, &err))
        fail_msg("%s", err.text);
    meta_abort(&txn);
    return count;
}

static void test_without_scan_on_push(void **state)
{
    struct fixture *f = fixture_of(state);
    struct repository quiet = {.name = SLICE("quiet")};
    f->bed.scope.repository = quiet.name;
    OK(&f->bed, repository_create(&f->bed.registry, &f->bed.scope, &quiet, NULL, &f->bed.arena,
                                  &f->bed.failure));
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    assert_int_equal(report_of(f, &image, true).status, INSPECT_NONE);
    OK(&f->bed, inspect_start(f->inspect, &f->bed.scope, &image, NULL, &f->bed.failure));
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    assert_int_equal(report_of(f, &image, true).finding_count, 3);
    /* The registry's configuration asks for it. */
    struct scope account = f->bed.scope;
    account.repository = (struct slice){NULL, 0};
    OK(&f->bed, setting_put(&f->bed.registry, &account, "scanning",
                            SLICE("{\"scanType\":\"ENHANCED\",\"rules\":[{\"scanFrequency\":"
                                  "\"CONTINUOUS_SCAN\",\"repositoryFilters\":[{\"filter\":\"qui*\","
                                  "\"filterType\":\"WILDCARD\"}]}]}"),
                            "PutRegistryScanningConfiguration", NULL, &f->bed.failure));
    struct digest again = push_image_with(f, &layer, 1, "v2", ",\"annotations\":{\"a\":\"b\"}");
    assert_int_equal(wait_for(f, &again), INSPECT_COMPLETE);
}

/* --no-scan: also where the repository asks for it, and no worker reads along. */
static void test_only_on_request(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 10000, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    assert_int_equal(report_of(f, &image, true).status, INSPECT_NONE);
    assert_int_equal(stats_of(f).started, 0);
    OK(&f->bed, inspect_start(f->inspect, &f->bed.scope, &image, NULL, &f->bed.failure));
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    assert_int_equal(report_of(f, &image, true).finding_count, 3);
}

static void test_a_scan_that_was_asked_for_is_not_forgotten(void **state)
{
    struct fixture *f = fixture_of(state);
    struct repository quiet = {.name = SLICE("quiet")};
    f->bed.scope.repository = quiet.name;
    OK(&f->bed, repository_create(&f->bed.registry, &f->bed.scope, &quiet, NULL, &f->bed.arena,
                                  &f->bed.failure));
    EVENTUALLY(the_nursery() > 0);
    kill(the_nursery(), SIGSTOP); /* however slow this is, nothing is read before the end */
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    OK(&f->bed, inspect_start(f->inspect, &f->bed.scope, &image, NULL, &f->bed.failure));
    fixture_restart(f);
    assert_int_equal(count_rows(f, ROW_SCAN), 0);
    kill(the_nursery(), SIGCONT);
    EVENTUALLY(report_of(f, &image, false).status == INSPECT_COMPLETE);
    EVENTUALLY(count_rows(f, ROW_WISH) == 0);
}

static void test_artifacts_and_indexes(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, NULL);
    struct slice text = arena_printf(
        &f->bed.arena,
        "{\"schemaVersion\":2,\"mediaType\":\"application/vnd.oci.image.index.v1+json\","
        "\"manifests\":[{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":"
        "\"%s\",\"size\":500,\"platform\":{\"os\":\"linux\",\"architecture\":\"amd64\"}}]}",
        image.text);
    struct digest index = bed_push(&f->bed, text, "multi");
    assert_int_equal(wait_for(f, &index), INSPECT_COMPLETE);
    struct inspect_report report = report_of(f, &index, true);
    assert_int_equal(report.finding_count, 3);
    assert_true(slice_equal(report.findings[0].finding.platforms[0], SLICE("linux/amd64")));
    char extra[300];
    snprintf(extra, sizeof extra,
             ",\"artifactType\":\"application/vnd.openvex+json\",\"subject\":{\"mediaType\":"
             "\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"%s\",\"size\":500}",
             image.text);
    struct digest statement = upload_pieces(f, SLICE("{\"statements\":[]}"), 1 << 20, NULL);
    struct digest vex =
        push_image_as(f, &statement, 1, NULL, extra, "application/vnd.openvex+json");
    assert_int_equal(wait_for(f, &vex), INSPECT_UNSUPPORTED);
    report = report_of(f, &image, true);
    assert_int_equal(report.finding_count, 3);
    assert_int_equal(report.statement_count, 1);
    assert_string_equal(report.statements[0].digest.text, vex.text);
    assert_false(report.statements[0].verified);
}

static void test_a_removed_image_leaves_no_rows(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    struct digest images[2] = {push_image(f, &layer, 1, "v1"),
                               push_image_with(f, &layer, 1, "v2", ",\"annotations\":{}")};
    assert_int_equal(wait_for(f, &images[0]), INSPECT_COMPLETE);
    assert_int_equal(wait_for(f, &images[1]), INSPECT_COMPLETE);
    EVENTUALLY(count_rows(f, ROW_HOLDER) == 30);
    assert_int_equal(count_rows(f, ROW_PACKAGE), 15);
    struct manifest_removal how = {.why = {"", 0}};
    OK(&f->bed,
       manifest_delete(&f->bed.registry, &f->bed.scope, &images[0], &how, NULL, &f->bed.failure));
    EVENTUALLY(count_rows(f, ROW_HOLDER) == 15);
    assert_int_equal(count_rows(f, ROW_PACKAGE), 15);
    OK(&f->bed,
       manifest_delete(&f->bed.registry, &f->bed.scope, &images[1], &how, NULL, &f->bed.failure));
    EVENTUALLY(count_rows(f, ROW_HOLDER) == 0);
    assert_int_equal(count_rows(f, ROW_PACKAGE), 0);
    assert_int_equal(count_rows(f, ROW_SCAN), 0);
    assert_int_equal(count_rows(f, ROW_INVENTORY), 0);
}

static void test_exceptions_of_the_repository(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    struct digest image = push_image(f, &layer, 1, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    OK(&f->bed,
       setting_put(
           &f->bed.registry, &f->bed.scope, "exceptions",
           SLICE("exceptions:\n"
                 "  - id: CVE-2021-30473\n    image: \"team/app:v*\"\n    reason: not used\n"
                 "    owner: me\n    expires: 2099-12-31\n"
                 "  - id: CVE-2021-30474\n    image: \"other:*\"\n    reason: not ours\n"
                 "    owner: me\n"
                 "  - id: CVE-2021-30475\n    reason: was fine\n    owner: me\n"
                 "    expires: 2020-12-31\n"),
           "PutExceptions", NULL, &f->bed.failure));
    struct inspect_report report = report_of(f, &image, true);
    size_t suppressed = 0, counted = 0;
    for (size_t i = 0; i < report.finding_count; i++)
        if (report.findings[i].suppressed) {
            suppressed++;
            assert_true(slice_equal(report.findings[i].finding.id, SLICE("CVE-2021-30473")));
        }
    for (int i = 0; i <= SEVERITY_CRITICAL; i++)
        counted += report.counts[i];
    assert_int_equal(suppressed, 1);
    assert_int_equal(counted, 2);
}

int main(void)
{
    struct error err;
    if (!inspect_nursery_start(&err))
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_findings_of_a_push, .sqlite = true),
        TEST(test_a_known_layer_is_not_read_again),
        TEST(test_configurations_start_no_worker),
        TEST(test_a_wrong_digest_leaves_no_analysis),
        TEST(test_a_cut_layer_is_partial),
        TEST(test_a_bomb_is_a_note),
        TEST(test_a_blob_that_nobody_read_along, .sqlite = true),
        TEST(test_without_scan_on_push),
        TEST(test_only_on_request, .only_on_request = true),
        TEST(test_a_scan_that_was_asked_for_is_not_forgotten, .sqlite = true),
        TEST(test_artifacts_and_indexes),
        TEST(test_a_removed_image_leaves_no_rows, .sqlite = true),
        TEST(test_exceptions_of_the_repository),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
