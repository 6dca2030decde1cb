/* What rate limits say, and that a closed host is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/tag_gate.h"

enum { NOW = 1795000000, UNTOLD = 99999999 };

static unsigned wait_of(const char *name, const char *value)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 16};
    struct http_headers headers = {0};
    struct error err;
    unsigned seconds;
    assert_true(http_headers_add(&headers, slice_str(name), slice_str(value), &arena, &err));
    return tag_gate_wait(&headers, NOW, &seconds) ? seconds : UNTOLD;
}

static void reads_until_when(void **state)
{
    (void)state;
    assert_int_equal(wait_of("Retry-After", "7"), 7);
    assert_int_equal(wait_of("X-Retry-After", "1795000060"), 60);
    assert_int_equal(wait_of("X-RateLimit-Reset", "1794999999"), 0);
    assert_int_equal(wait_of("ratelimit-reset", "21600;w=21600"), 21600);
    assert_int_equal(wait_of("Retry-After", "99999999"), 86400);
    assert_int_equal(wait_of("Retry-After", "soon"), UNTOLD);
    assert_int_equal(wait_of("Date", "7"), UNTOLD);
}

static bool is_spent(const char *value)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 16};
    struct http_headers headers = {0};
    struct error err;
    assert_true(
        http_headers_add(&headers, SLICE("ratelimit-remaining"), slice_str(value), &arena, &err));
    return tag_gate_is_spent(&headers);
}

static void knows_when_nothing_is_left(void **state)
{
    (void)state;
    assert_true(is_spent("0;w=21600"));
    assert_true(is_spent("0"));
    assert_false(is_spent("76;w=21600"));
    assert_false(is_spent(""));
}

static void leaves_a_closed_host_alone(void **state)
{
    (void)state;
    struct error err = {0};
    struct tag_list_gate *gate = tag_list_gate_new();
    assert_true(tag_gate_pass(gate, SLICE("a"), 0, &err));
    tag_gate_close(gate, SLICE("a"), 60);
    assert_false(tag_gate_pass(gate, SLICE("a"), 59, &err));
    assert_int_equal(err.kind, ERROR_NETWORK);
    assert_non_null(strstr(err.text, "until 20"));
    assert_true(tag_gate_pass(gate, SLICE("b"), 0, &err));
    tag_gate_close(gate, SLICE("a"), 0);
    assert_true(tag_gate_pass(gate, SLICE("a"), 0, &err));
    tag_list_gate_free(gate);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_until_when),
        cmocka_unit_test(knows_when_nothing_is_left),
        cmocka_unit_test(leaves_a_closed_host_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
