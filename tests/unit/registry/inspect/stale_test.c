/* Images that another version of plimsoll analysed. */
#include "catalog/analysis.h"
#include "fixture.h"

enum { IMAGES = 3 };
static const struct slice nobody = {"", 0};

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
    struct meta_range range = {.kind = kind, .scope = nobody, .below = true};
    if (!meta_begin(f->bed.meta, false, &txn, &err) ||
        !meta_scan(txn, &range, count_one, &count, &err))
        fail_msg("%s", err.text);
    meta_abort(&txn);
    return count;
}

struct rewriting {
    struct arena *arena;
    struct meta_row rows[64];
    size_t count;
};

static bool rewrite_take(void *context, const struct meta_row *row)
{
    struct rewriting *work = context;
    assert_true(work->count < 64);
    work->rows[work->count++] =
        (struct meta_row){arena_copy(work->arena, row->scope), arena_copy(work->arena, row->name),
                          arena_copy(work->arena, row->value)};
    return true;
}

/* As ANALYSIS_VERSION - 1 would have left them: inventories in a form that nobody reads. */
static void rewrite_rows(struct fixture *f, const char *kind)
{
    struct meta_txn *txn = NULL;
    struct error err = {0};
    struct rewriting work = {.arena = &f->bed.arena};
    struct meta_range range = {.kind = kind, .scope = nobody, .below = true};
    assert_true(meta_begin(f->bed.meta, true, &txn, &err));
    assert_true(meta_scan(txn, &range, rewrite_take, &work, &err));
    for (size_t i = 0; i < work.count; i++) {
        struct slice value = SLICE("of another form");
        struct scan_row row;
        if (strcmp(kind, ROW_SCAN) == 0) {
            assert_true(scan_row_decode(work.rows[i].value, &f->bed.arena, &row, &err));
            row.analysis = ANALYSIS_VERSION - 1;
            value = scan_row_encode(&row, &f->bed.arena);
        }
        assert_true(meta_put(txn, kind, work.rows[i].scope, work.rows[i].name, value, &err));
    }
    assert_true(meta_put(txn, ROW_INSPECT, nobody, SLICE("analysis"), SLICE("1"), &err));
    assert_true(meta_commit(&txn, &err));
}

static void make_old(struct fixture *f)
{
    rewrite_rows(f, ROW_SCAN);
    rewrite_rows(f, ROW_INVENTORY);
    rewrite_rows(f, ROW_PACKAGE);
}

static void close_server(struct fixture *f)
{
    inspect_close(f->inspect, 30);
    registry_done(&f->bed.registry);
    bed_open_registry(&f->bed);
}

static void push_images(struct fixture *f, struct digest *layer, struct digest *images)
{
    static const char *const extra[IMAGES] = {"", ",\"annotations\":{}",
                                              ",\"annotations\":{\"a\":\"b\"}"};
    *layer = upload_pieces(f, alpine_layer(f, f->database), 1 << 20, NULL);
    for (int i = 0; i < IMAGES; i++) {
        f->bed.world.now += 10;
        images[i] = push_image_with(f, layer, 1, NULL, extra[i]);
        assert_int_equal(wait_for(f, &images[i]), INSPECT_COMPLETE);
    }
}

static void test_they_are_analysed_again(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer, images[IMAGES];
    struct error err;
    push_images(f, &layer, images);
    close_server(f);
    make_old(f);
    assert_true(
        object_remove(f->bed.blobs, "analysis", &layer, &err)); /* of another version, too */
    kill(the_nursery(), SIGSTOP);
    fixture_open_scanner(f);
    for (int i = 0; i < IMAGES; i++) {
        enum inspect_status status = report_of(f, &images[i], true).status;
        assert_true(status == INSPECT_PENDING || status == INSPECT_IN_PROGRESS);
    }
    assert_int_equal(count_rows(f, ROW_HOLDER), 0);
    kill(the_nursery(), SIGCONT);
    for (int i = 0; i < IMAGES; i++) {
        EVENTUALLY(report_of(f, &images[i], false).status == INSPECT_COMPLETE);
        assert_int_equal(report_of(f, &images[i], true).finding_count, 3);
    }
    EVENTUALLY(count_rows(f, ROW_HOLDER) == 15 * IMAGES);
    assert_int_equal(count_rows(f, ROW_PACKAGE), 15);
    assert_int_equal(stats_of(f).started, 1);
}

/* Nobody asks: all the same. */
static void test_they_need_no_question(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer, images[IMAGES];
    f->only_on_request = false;
    inspect_close(f->inspect, 0);
    registry_done(&f->bed.registry);
    bed_open_registry(&f->bed);
    fixture_open_scanner(f);
    push_images(f, &layer, images);
    close_server(f);
    make_old(f);
    f->only_on_request = true;
    fixture_open_scanner(f);
    EVENTUALLY(count_rows(f, ROW_HOLDER) == 15 * IMAGES);
    assert_int_equal(report_of(f, &images[0], true).finding_count, 3);
}

static void test_the_latest_comes_first(void **state)
{
    struct fixture *f = fixture_of(state);
    struct digest layer, images[IMAGES];
    struct stale_list list = {.scope = {"", 0}};
    struct error err;
    push_images(f, &layer, images);
    f->bed.world.now += 10;
    manifest_pulled(&f->bed.registry, &f->bed.scope, &images[0], NULL);
    assert_true(registry_tick(&f->bed.registry, &err));
    close_server(f);
    make_old(f);
    fixture_open_scanner(f);
    EVENTUALLY(count_rows(f, ROW_HOLDER) == 15 * IMAGES);
    assert_true(stale_list_make(f->inspect, &list, &err));
    assert_int_equal(list.count, 0);
    make_old(f);
    assert_true(stale_list_make(f->inspect, &list, &err));
    assert_int_equal(list.count, IMAGES);
    assert_string_equal(list.items[0].digest.text, images[0].text); /* pulled */
    assert_string_equal(list.items[1].digest.text, images[2].text); /* pushed last */
    assert_string_equal(list.items[2].digest.text, images[1].text);
    stale_list_done(&list);
}

int main(void)
{
    struct error err;
    if (!inspect_nursery_start(&err))
        return 1;
    const struct CMUnitTest tests[] = {
        TEST(test_they_are_analysed_again),
        TEST(test_they_need_no_question, .sqlite = true, .only_on_request = true),
        TEST(test_the_latest_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
