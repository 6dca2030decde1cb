#include "test.h"

#include <pthread.h>
#include <stdio.h>

#include "registry/ops/metrics.h"

static bool has(struct slice text, const char *line)
{
    return slice_search(text, slice_str(line)) < text.len;
}

static void counts_what_it_is_told(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct metrics *metrics = metrics_new();
    struct server_stats server = {.connections = 7, .connections_open = 2, .refused = 1};
    (void)state;
    arena_init(&arena, 8 << 20);
    metrics_request(metrics, "oci", "manifest-get", 200, 0.0002, 0, 500);
    metrics_request(metrics, "oci", "manifest-get", 404, 0.7, 0, 100);
    metrics_request(metrics, "ecr", "PutImage", 200, 200, 4000, 20);
    *metrics_number(metrics, "plimsoll_scans_total", "Scans.") += 3;
    *metrics_number(metrics, "plimsoll_scans_total", "Scans.") += 1;
    *metrics_number(metrics, "plimsoll_queue", "Waiting.") = -5;
    struct slice text = metrics_text(metrics, &server, &arena);
    assert_true(has(text, "plimsoll_requests_total{api=\"oci\",operation=\"manifest-get\","
                          "status=\"2xx\"} 1\n"));
    assert_true(has(text, "operation=\"manifest-get\",status=\"4xx\"} 1\n"));
    assert_true(has(text, "operation=\"manifest-get\",le=\"0.0001\"} 0\n"));
    assert_true(has(text, "operation=\"manifest-get\",le=\"0.0005\"} 1\n"));
    assert_true(has(text, "operation=\"manifest-get\",le=\"1\"} 2\n"));
    assert_true(has(text, "operation=\"manifest-get\",le=\"+Inf\"} 2\n"));
    assert_true(has(text, "operation=\"PutImage\",le=\"120\"} 0\n"));
    assert_true(has(text, "operation=\"PutImage\",le=\"+Inf\"} 1\n"));
    assert_true(has(text, "seconds_sum{api=\"oci\",operation=\"manifest-get\"} 0.7002"));
    assert_true(has(text, "received_bytes_total{api=\"ecr\",operation=\"PutImage\"} 4000\n"));
    assert_true(has(text, "sent_bytes_total{api=\"oci\",operation=\"manifest-get\"} 600\n"));
    assert_true(has(text, "# TYPE plimsoll_scans_total counter\nplimsoll_scans_total 4\n"));
    assert_true(has(text, "# TYPE plimsoll_queue gauge\nplimsoll_queue -5\n"));
    assert_true(has(text, "plimsoll_connections_open 2\n"));
    assert_true(has(text, "process_resident_memory_bytes "));
    metrics_free(metrics);
}

static void *count_often(void *context)
{
    static const char *const names[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 10000; i++)
        metrics_request(context, "oci", names[i % 4], 200, 0, 1, 1);
    return NULL;
}

static void any_thread_counts(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct metrics *metrics = metrics_new();
    pthread_t threads[4];
    (void)state;
    arena_init(&arena, 8 << 20);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, count_often, metrics), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    struct slice text = metrics_text(metrics, NULL, &arena);
    assert_true(has(text, "plimsoll_requests_total{api=\"oci\",operation=\"c\",status=\"2xx\"} "
                          "10000\n"));
    metrics_free(metrics);
}

/* Names are ours; if one day they are not, memory is not lost to them. */
static void too_many_names_are_one(void **state)
{
    CLEANUP_ARENA struct arena arena;
    struct metrics *metrics = metrics_new();
    static char names[1000][8];
    (void)state;
    arena_init(&arena, 8 << 20);
    for (int i = 0; i < 1000; i++) {
        snprintf(names[i], sizeof names[i], "n%d", i);
        metrics_request(metrics, "oci", names[i], 200, 0, 0, 0);
    }
    assert_true(has(metrics_text(metrics, NULL, &arena), "operation=\"other\",status=\"2xx\"} 74"));
    metrics_free(metrics);
    metrics_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_what_it_is_told),
        cmocka_unit_test(any_thread_counts),
        cmocka_unit_test(too_many_names_are_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
