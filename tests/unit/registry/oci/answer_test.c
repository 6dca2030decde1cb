/* Answers: each reason has its code and status, and what clients read is JSON whatever is in it. */
#include "registry/oci/answer.h"

#include <jansson.h>

#include "test.h"

static struct arena arena;

static void every_reason_has_a_row(void **state)
{
    (void)state;
    for (int reason = FAILURE_NONE; reason <= FAILURE_INTERNAL; reason++) {
        assert_in_range(oci_status_of((enum failure_reason)reason), 400, 599);
        assert_non_null(oci_code_of((enum failure_reason)reason));
    }
    assert_int_equal(oci_status_of(FAILURE_UPLOAD_RANGE), 416);
    assert_string_equal(oci_code_of(FAILURE_TAG_IMMUTABLE), "TAG_INVALID");
    assert_string_equal(oci_code_of(FAILURE_UNAUTHENTICATED), "UNAUTHORIZED");
}

static void refusals_are_json(void **state)
{
    (void)state;
    struct server_request request = {.arena = &arena, .id = "0123"};
    struct server_response response = {0};
    struct oci_route route = {
        .repository = SLICE("team/app"), .reference = SLICE("a\"b\\c\x01\xff"), .allow = "GET"};
    struct failure failure = {.reason = FAILURE_UNSUPPORTED, .text = "no \"such\" thing\n"};
    json_error_t error;
    oci_refuse(&request, &response, &route, &failure);
    assert_int_equal(response.status, 405);
    assert_true(slice_equal_str(http_header_get(&response.headers, "Allow"), "GET"));
    json_t *document = json_loadb(response.body.at, response.body.len, 0, &error);
    json_t *first = json_array_get(json_object_get(document, "errors"), 0);
    assert_string_equal(json_string_value(json_object_get(first, "code")), "UNSUPPORTED");
    assert_string_equal(json_string_value(json_object_get(first, "message")), failure.text);
    assert_string_equal(
        json_string_value(json_object_get(json_object_get(first, "detail"), "name")), "team/app");
    json_decref(document);
}

/* A warning's text comes from advisories and policies: it stays in its line. */
static void warnings_stay_in_their_line(void **state)
{
    (void)state;
    struct server_request request = {.arena = &arena};
    struct server_response response = {.status = 200};
    oci_warn(&request, &response, SLICE("two\r\nSet-Cookie: lines \"quoted\""));
    assert_int_equal(response.status, 200);
    assert_int_equal(response.headers.count, 1);
    struct slice value = http_header_get(&response.headers, "Warning");
    assert_true(slice_starts(value, SLICE("299 - \"")));
    assert_int_equal(slice_find(value, '\n'), value.len);
    assert_int_equal(slice_find(value, '\r'), value.len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_reason_has_a_row),
        cmocka_unit_test(refusals_are_json),
        cmocka_unit_test(warnings_stay_in_their_line),
    };
    arena_init(&arena, 1 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_done(&arena);
    return failed;
}
