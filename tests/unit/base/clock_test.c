#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/threads.h"

#include "test.h"

static void formats_and_parses_back(void **state)
{
    (void)state;
    static const struct {
        int64_t epoch;
        const char *text;
    } cases[] = {
        {0, "1970-01-01T00:00:00Z"},          {951782400, "2000-02-29T00:00:00Z"},
        {1787393472, "2026-08-22T10:11:12Z"}, {-1, "1969-12-31T23:59:59Z"},
        {4107542399, "2100-02-28T23:59:59Z"}, {4107542400, "2100-03-01T00:00:00Z"},
    };
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, 100000);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t epoch;
        struct slice text = clock_format(cases[i].epoch, &arena);
        assert_true(slice_equal_str(text, cases[i].text));
        assert_true(clock_parse(text, &epoch));
        assert_int_equal(epoch, cases[i].epoch);
    }
}

static void parses_what_feeds_write(void **state)
{
    (void)state;
    static const char *const same[] = {
        "2026-08-22T10:11:12.345Z", "2026-08-22T12:11:12+02:00", "2026-08-22T12:11:12+0200",
        "2026-08-22 10:11:12",      "2026-08-22T05:41:12-04:30",
    };
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01",
                                      "2026-00-01",
                                      "2026-02-30",
                                      "2026-8-22",
                                      "2026-08-22T",
                                      "2026-08-22x",
                                      "yesterday",
                                      "2026-08-22T10:11:12+",
                                      "2026-08-22T99:00:00Z"};
    int64_t epoch;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_true(clock_parse(slice_str(same[i]), &epoch));
        assert_int_equal(epoch, 1787393472);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (clock_parse(slice_str(bad[i]), &epoch))
            fail_msg("taken: %s", bad[i]);
    assert_true(clock_parse(SLICE("2026-08-22"), &epoch));
    assert_int_equal(clock_days(epoch, 1787393472 + 3 * 86400), 3);
}

static void now_can_be_fixed(void **state)
{
    (void)state;
    setenv("SOURCE_DATE_EPOCH", "1234", 1);
    assert_int_equal(clock_now(), 1234);
    unsetenv("SOURCE_DATE_EPOCH");
    assert_true(clock_now() > 1700000000);
}

static double moment(struct timespec when)
{
    assert_in_range(when.tv_nsec, 0, 999999999);
    return (double)when.tv_sec + (double)when.tv_nsec / 1e9;
}

static void a_moment_that_no_set_clock_moves(void **state)
{
    static const double seconds[] = {-3, 0, 0.25, 0.999999, 1, 3600.75};
    (void)state;
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        double wait = seconds[i] > 0 ? seconds[i] : 0, before = clock_monotonic();
        double when = moment(clock_after(seconds[i]));
        assert_true(when >= before + wait - 0.001);
        assert_true(when <= clock_monotonic() + wait + 0.001);
    }
}

static void count_one(void *context, size_t index)
{
    atomic_uint *seen = context;
    atomic_fetch_add(&seen[index], 1);
}

static void threads_do_each_index_once(void **state)
{
    (void)state;
    static atomic_uint seen[1000];
    threads_run(1000, count_one, seen);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1);
    threads_run(0, count_one, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_and_parses_back),
        cmocka_unit_test(parses_what_feeds_write),
        cmocka_unit_test(now_can_be_fixed),
        cmocka_unit_test(a_moment_that_no_set_clock_moves),
        cmocka_unit_test(threads_do_each_index_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
