#include "test.h"

#include <stdio.h>

#include "registry/ops/rate.h"

static void a_bucket_empties_and_fills(void **state)
{
    struct rate *rate = rate_new(2, 5);
    unsigned wait = 0;
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_true(rate_take(rate, SLICE("a"), 100, &wait));
    assert_false(rate_take(rate, SLICE("a"), 100, &wait));
    assert_int_equal(wait, 1);
    assert_true(rate_take(rate, SLICE("b"), 100, &wait)); /* somebody else's */
    assert_false(rate_has(rate, SLICE("a"), 100.4, &wait));
    assert_true(rate_has(rate, SLICE("a"), 100.6, &wait));
    assert_true(rate_take(rate, SLICE("a"), 100.6, &wait));
    assert_false(rate_take(rate, SLICE("a"), 100.6, &wait));
    for (int i = 0; i < 5; i++) /* never more than the burst */
        assert_true(rate_take(rate, SLICE("a"), 10000, &wait));
    assert_false(rate_take(rate, SLICE("a"), 10000, &wait));
    rate_free(rate);
}

/* A slow rate tells a long wait, and a flood of others does not help who is over its own. */
static void a_flood_takes_no_memory(void **state)
{
    struct rate *rate = rate_new(0.1, 1);
    unsigned wait = 0;
    char name[32];
    (void)state;
    assert_true(rate_take(rate, SLICE("slow"), 1, &wait));
    assert_false(rate_take(rate, SLICE("slow"), 1, &wait));
    assert_int_equal(wait, 10);
    int taken = 0;
    for (int i = 0; i < 100000; i++) {
        int len = snprintf(name, sizeof name, "2001:db8::%x", i);
        taken += rate_take(rate, slice_of(name, (size_t)len), 2, &wait);
    }
    assert_true(taken > 99000);
    rate_free(rate);
    rate_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_empties_and_fills),
        cmocka_unit_test(a_flood_takes_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
