/* One of many leads, the others get what it got. */
#include "registry/mirror/flight.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../test.h"

enum { THREADS = 16 };

static struct flights flights;
static atomic_int coming, led, served, failed;
static bool goes_well;

static void *ask(void *context)
{
    bool fine;
    struct flight *flight;
    struct failure failure = {0};
    (void)context;
    atomic_fetch_add(&coming, 1);
    if (flight_join(&flights, SLICE("key"), &flight, &fine, &failure)) {
        atomic_fetch_add(&led, 1);
        while (atomic_load(&coming) < THREADS)
            usleep(1000);
        usleep(100000); /* they have time to get in */
        if (!goes_well)
            failure_set(&failure, FAILURE_UPSTREAM, "not there");
        flight_land(&flights, flight, goes_well, &failure);
        fine = goes_well;
    }
    atomic_fetch_add(&served, fine);
    atomic_fetch_add(&failed, failure.reason == FAILURE_UPSTREAM);
    return NULL;
}

static void all_ask(void)
{
    pthread_t threads[THREADS];
    atomic_store(&coming, 0);
    atomic_store(&led, 0);
    atomic_store(&served, 0);
    atomic_store(&failed, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* A thread that comes late may lead again; on a busy machine some do. */
static void one_leads_for_all(void **state)
{
    (void)state;
    goes_well = true;
    all_ask();
    assert_int_equal(atomic_load(&served), THREADS);
    assert_true(atomic_load(&led) >= 1 && atomic_load(&led) < THREADS);
    assert_null(flights.first);
}

static void all_are_told_of_a_failure(void **state)
{
    (void)state;
    goes_well = false;
    all_ask();
    assert_int_equal(atomic_load(&served), 0);
    assert_int_equal(atomic_load(&failed), THREADS);
    assert_null(flights.first);
}

static void other_keys_do_not_wait(void **state)
{
    bool fine;
    struct flight *a, *b;
    struct failure failure = {0};
    (void)state;
    assert_true(flight_join(&flights, SLICE("a"), &a, &fine, &failure));
    assert_true(flight_join(&flights, SLICE("b"), &b, &fine, &failure));
    flight_land(&flights, a, true, &failure);
    flight_land(&flights, b, true, &failure);
    flight_land(&flights, NULL, true, &failure);
    assert_null(flights.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_leads_for_all),
        cmocka_unit_test(all_are_told_of_a_failure),
        cmocka_unit_test(other_keys_do_not_wait),
    };
    flights_init(&flights);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    flights_done(&flights);
    return result;
}
