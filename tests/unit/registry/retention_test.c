/* The journal grows old. */
#include "registry/retention.h"

#include "core/bed.h"
#include "registry/core/scope.h"
#include "registry/inspect/rows.h"
#include "registry/ops/events.h"

enum { DAY = 86400 };

static struct bed bed;

static int set_up(void **state)
{
    (void)state;
    bed_open(&bed, false, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    bed_close(&bed);
    return 0;
}

/* So many entries of now, in one transaction. */
static void write_entries(size_t count)
{
    struct meta_txn *txn = NULL;
    struct error err;
    struct journal_entry entry = {.action = SLICE("PutImage")};
    assert_true(meta_begin(bed.meta, true, &txn, &err));
    for (size_t i = 0; i < count; i++)
        assert_true(journal_add(&bed.registry, txn, &bed.scope, &entry, NULL, &err));
    assert_true(meta_commit(&txn, &err));
}

static void put_row(const char *kind, struct slice scope, const char *name, const char *value)
{
    struct meta_txn *txn = NULL;
    struct error err;
    assert_true(meta_begin(bed.meta, true, &txn, &err));
    assert_true(meta_put(txn, kind, scope, slice_str(name), slice_str(value), &err));
    assert_true(meta_commit(&txn, &err));
}

static void set_places(const char *inspect, const char *replication)
{
    if (inspect)
        put_row(ROW_INSPECT, SLICE(""), "cursor", inspect);
    if (replication)
        put_row(ROW_COUNTER, SLICE(""), "replication-journal", replication);
}

static struct retention_report run(unsigned days)
{
    struct retention_report report;
    struct error err = {0};
    if (!retention_run(&bed.registry, days, NULL, &report, &err))
        fail_msg("%s", err.text);
    return report;
}

static uint64_t first_sequence(void)
{
    struct journal_entry *entries;
    struct error err;
    size_t count;
    assert_true(journal_read(&bed.registry, 0, 1, &bed.arena, &entries, &count, &err));
    return count ? entries[0].sequence : 0;
}

static void old_entries_go(void **state)
{
    (void)state;
    write_entries(5000);
    bed.world.now += 100 * DAY;
    write_entries(RETENTION_ENTRIES);
    set_places("15000", "15000");
    assert_int_equal(run(101).removed, 0);
    assert_int_equal(first_sequence(), 1);
    bed.world.now += DAY;
    assert_int_equal(run(100).removed, 5000);
    assert_int_equal(first_sequence(), 5001);
    bed.world.now += 1000 * DAY;           /* the newest stay, whatever the clock says */
    assert_int_equal(run(100).removed, 1); /* the one that tells of the last time pushed one out */
    struct journal_entry *entries;
    struct error err;
    size_t count;
    assert_true(journal_read(&bed.registry, 15000, 10, &bed.arena, &entries, &count, &err));
    assert_int_equal(count, 2);
    assert_true(slice_equal(entries[0].action, SLICE("ShortenJournal")));
    assert_true(slice_equal(entries[0].detail, SLICE("{\"removed\":5000}")));
    assert_true(slice_equal(entries[0].why, SLICE("older than 100 days")));
}

static void what_is_unread_stays(void **state)
{
    struct slice account = SLICE("123456789012/us-east-1");
    (void)state;
    write_entries(1000);
    bed.world.now += 500 * DAY;
    write_entries(RETENTION_ENTRIES);
    assert_int_equal(run(400).removed, 0); /* replication and the scanner have not begun */
    set_places("300", NULL);
    assert_int_equal(run(400).removed, 0);
    set_places(NULL, "200");
    put_row(ROW_HOOK, account, "ci", "{\"sequence\":100}");
    assert_int_equal(run(400).removed, 200); /* there is no such hook any more */
    set_places("900", "900");
    put_row(ROW_SETTING, account, "webhook/ci", "{\"url\":\"http://h/\"}");
    put_row(ROW_SETTING, account, "webhook/new", "{\"url\":\"http://h/\"}"); /* begins behind */
    put_row(ROW_HOOK, account, "ci", "{\"sequence\":250}");
    assert_int_equal(run(400).removed, 50);
    put_row(ROW_HOOK, account, "ci", "{\"sequence\":990}");
    assert_int_equal(run(400).removed, 650);
    assert_int_equal(first_sequence(), 901);
}

/* An entry of a clock that ran ahead for a while holds back nothing that is old, and stays. */
static void a_clock_that_ran_ahead(void **state)
{
    (void)state;
    write_entries(10);
    bed.world.now += 2000 * DAY;
    write_entries(1);
    bed.world.now -= 2000 * DAY;
    write_entries(10);
    bed.world.now += 500 * DAY;
    write_entries(RETENTION_ENTRIES);
    set_places("20000", "20000");
    assert_int_equal(run(400).removed, 20);
    assert_int_equal(first_sequence(), 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(old_entries_go, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_unread_stays, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_clock_that_ran_ahead, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
