/* Workers that die, hang, or have nothing to do; uploads that dawdle or are given up. */
#include "fixture.h"

/* Random enough that gzip leaves it large. */
static struct slice large_layer(struct fixture *f)
{
    struct tar_made tar = {NULL};
    char *noise = malloc(2 << 20);
    uint64_t state = 1;
    for (size_t i = 0; i < 2 << 20; i++)
        noise[i] = (char)((state = state * 6364136223846793005u + 1442695040888963407u) >> 56);
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "noise", slice_of(noise, 2 << 20));
    tar_file(&tar, "lib/apk/db/installed", f->database);
    tar_end(&tar);
    free(noise);
    return tar_gzip(&tar, 6, &f->bed.arena);
}

static void expect_findings(struct fixture *f, const struct digest *layer)
{
    struct digest image = push_image(f, layer, 1, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
    assert_int_equal(report_of(f, &image, true).finding_count, 3);
}

static void test_a_killed_worker_is_replaced(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving arriving;
    arrive(f, &arriving, large_layer(f), 1 << 20);
    EVENTUALLY(jailed_worker() > 0);
    kill(jailed_worker(), SIGKILL);
    EVENTUALLY(stats_of(f).running == 0);
    arrive_whole(f, &arriving);
    expect_findings(f, &arriving.digest);
    assert_int_equal(stats_of(f).again, 1);
    assert_int_equal(stats_of(f).started, 2);
}

static void test_a_hanging_worker_is_replaced(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving arriving;
    arrive(f, &arriving, large_layer(f), 1 << 20);
    EVENTUALLY(jailed_worker() > 0);
    pid_t stopped = jailed_worker();
    kill(stopped, SIGSTOP);
    arrive_whole(f, &arriving);
    expect_findings(f, &arriving.digest);
    assert_int_equal(stats_of(f).started, 2);
    EVENTUALLY(kill(stopped, 0) == -1); /* and it is gone */
}

/* Not the layer's fault, however often it happens to one. */
static void test_a_killed_nursery_is_replaced(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving arriving[3];
    struct slice bytes = large_layer(f);
    for (int i = 0; i < 3; i++)
        arrive(f, &arriving[i], bytes, (1 << 20) + (size_t)i);
    EVENTUALLY(some_worker() > 0);
    for (int i = 0; i < 2; i++) {
        pid_t nursery = the_nursery();
        assert_true(nursery > 0);
        kill(nursery, SIGKILL);
        EVENTUALLY(the_nursery() > 0 && the_nursery() != nursery);
    }
    for (int i = 0; i < 3; i++)
        arrive_whole(f, &arriving[i]);
    expect_findings(f, &arriving[0].digest);
    EVENTUALLY(stats_of(f).running == 0);
    assert_int_equal(stats_of(f).failed, 0);
}

/* The whole file is there already: it is read again without anybody asking. */
static void test_a_layer_outlives_its_nurseries(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving arriving;
    arrive(f, &arriving, large_layer(f), 1 << 20);
    EVENTUALLY(jailed_worker() > 0);
    kill(jailed_worker(), SIGSTOP);
    arrive_whole(f, &arriving);
    kill(the_nursery(), SIGKILL);
    EVENTUALLY(stats_of(f).started == 2);
    expect_findings(f, &arriving.digest);
    assert_int_equal(stats_of(f).failed, 0);
}

static void test_a_layer_that_cannot_be_read_fails(void **state)
{
    struct fixture *f = fixture_of(state);
    struct error err;
    struct digest layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    EVENTUALLY(has_analysis(f, &layer));
    EVENTUALLY(stats_of(f).running == 0);
    assert_true(object_remove(f->bed.blobs, "analysis", &layer, &err));
    assert_true(blob_remove(f->bed.blobs, &layer, &err));
    struct digest image = push_image(f, &layer, 1, "v1");
    assert_int_equal(wait_for(f, &image), INSPECT_FAILED);
    struct inspect_report report = report_of(f, &image, true);
    assert_true(slice_search(report.why, slice_str(layer.text)) < report.why.len);
    assert_int_equal(stats_of(f).failed, 1);
    assert_int_equal(stats_of(f).again, 1);
    /* It comes back, and somebody asks. */
    upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    EVENTUALLY(has_analysis(f, &layer));
    EVENTUALLY(stats_of(f).running == 0);
    OK(&f->bed, inspect_start(f->inspect, &f->bed.scope, &image, NULL, &f->bed.failure));
    assert_int_equal(wait_for(f, &image), INSPECT_COMPLETE);
}

static void test_an_idle_upload_gives_its_worker_back(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving arriving;
    arrive(f, &arriving, large_layer(f), 1 << 20);
    EVENTUALLY(stats_of(f).dropped == 1);
    EVENTUALLY(some_worker() == 0);
    arrive_whole(f, &arriving);
    expect_findings(f, &arriving.digest);
}

static void test_uploads_that_dawdle_leave_room(void **state)
{
    struct fixture *f = fixture_of(state);
    struct arriving slow[20], fast;
    struct slice bytes = large_layer(f);
    for (int i = 0; i < 20; i++)
        arrive(f, &slow[i], bytes, (1 << 20) + (size_t)i);
    struct tar_made tar = {NULL};
    tar_file(&tar, "etc/os-release", SLICE("ID=alpine\nVERSION_ID=3.16.9\n"));
    tar_file(&tar, "lib/apk/db/installed", f->database);
    tar_end(&tar);
    arrive(f, &fast, tar_gzip(&tar, 6, &f->bed.arena), 1000);
    arrive_whole(f, &fast);
    expect_findings(f, &fast.digest);
    for (int i = 0; i < 20; i++)
        OK(&f->bed, upload_cancel(slow[i].upload, &f->bed.failure));
    EVENTUALLY(some_worker() == 0);
    EVENTUALLY(stats_of(f).running == 0);
    assert_int_equal(stats_of(f).waiting, 0);
}

static void test_what_begins_like_a_layer(void **state)
{
    (void)state;
    char tar[512] = "etc/passwd";
    memcpy(tar + 257, "ustar", 5);
    assert_int_equal(readings_sniff(SLICE("\x1f\x8b\x08\x00")), 1);
    assert_int_equal(readings_sniff(SLICE("\x28\xb5\x2f\xfd")), 1);
    assert_int_equal(readings_sniff(SLICE("\x50\x2a\x4d\x18")), 1);
    assert_int_equal(readings_sniff(SLICE("{\"architecture\":\"amd64\"}")), 0);
    assert_int_equal(readings_sniff(SLICE("\x1f")), -1);
    assert_int_equal(readings_sniff(SLICE("etc/passwd")), -1);
    assert_int_equal(readings_sniff(slice_of(tar, sizeof tar)), 1);
    tar[257] = 'x';
    assert_int_equal(readings_sniff(slice_of(tar, sizeof tar)), 0);
}

int main(void)
{
    struct error err;
    if (!inspect_nursery_start(&err))
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_a_killed_worker_is_replaced),
        TEST(test_a_hanging_worker_is_replaced,
             .silent_seconds = 4), /* more than who is well ever takes */
        TEST(test_a_killed_nursery_is_replaced),
        TEST(test_a_layer_outlives_its_nurseries, .silent_seconds = 10 * PATIENCE),
        TEST(test_a_layer_that_cannot_be_read_fails),
        TEST(test_an_idle_upload_gives_its_worker_back, .idle_seconds = 1),
        TEST(test_uploads_that_dawdle_leave_room),
        cmocka_unit_test(test_what_begins_like_a_layer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
