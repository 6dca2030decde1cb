#include "test.h"

#include "net/base64.h"
#include "net/header.h"

static void test_lines(void **state)
{
    CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
    struct http_headers headers = {0};
    struct error err = {0};
    (void)state;
    assert_true(http_headers_add_line(&headers, SLICE("ETag:  \"x\" \r\n"), &arena, &err));
    assert_true(http_headers_add_line(&headers, SLICE("\r\n"), &arena, &err));
    assert_true(http_headers_add_line(&headers, SLICE("no colon\r\n"), &arena, &err));
    assert_true(http_headers_add_line(&headers, SLICE("etag: second\r\n"), &arena, &err));
    assert_int_equal(headers.count, 2);
    assert_true(slice_equal_str(http_header_get(&headers, "etag"), "\"x\""));
    assert_int_equal(http_header_get(&headers, "absent").len, 0);
    assert_false(http_headers_add(&headers, SLICE("A"), SLICE("b\r\nC: d"), &arena, &err));
    for (int i = 0; i < HTTP_HEADERS_MAX - 2; i++)
        assert_true(http_headers_add_line(&headers, SLICE("a: b"), &arena, &err));
    assert_false(http_headers_add_line(&headers, SLICE("a: b"), &arena, &err));
    assert_int_equal(err.kind, ERROR_LIMIT);
}

static void test_status(void **state)
{
    (void)state;
    assert_int_equal(http_status_of_line(SLICE("HTTP/1.1 404 Not Found\r\n")), 404);
    assert_int_equal(http_status_of_line(SLICE("HTTP/2 200 \r\n")), 200);
    assert_int_equal(http_status_of_line(SLICE("HTTP/2 200\r\n")), 200);
    assert_int_equal(http_status_of_line(SLICE("HTTP/1.1 99999 x")), 0);
    assert_int_equal(http_status_of_line(SLICE("HTTP/1.1 -1 x")), 0);
    assert_int_equal(http_status_of_line(SLICE("Host: x")), 0);
}

static void test_dates(void **state)
{
    time_t when;
    unsigned seconds;
    uint64_t first;
    (void)state;
    assert_true(http_date_parse(SLICE("Sun, 06 Nov 1994 08:49:37 GMT"), &when));
    assert_int_equal(when, 784111777);
    assert_false(http_date_parse(SLICE("Sunday, 06-Nov-94 08:49:37 GMT"), &when));
    assert_false(http_date_parse(SLICE("Sun, 06 anF 1994 08:49:37 GMT"), &when));
    assert_false(http_date_parse(SLICE(""), &when));
    assert_true(http_retry_after(SLICE("120"), 0, &seconds));
    assert_int_equal(seconds, 120);
    assert_true(http_retry_after(SLICE("Sun, 06 Nov 1994 08:49:37 GMT"), 784111770, &seconds));
    assert_int_equal(seconds, 7);
    assert_true(http_retry_after(SLICE("Sun, 06 Nov 1994 08:49:37 GMT"), 784111780, &seconds));
    assert_int_equal(seconds, 0);
    assert_true(http_retry_after(SLICE("99999999999"), 0, &seconds));
    assert_int_equal(seconds, 24 * 3600);
    assert_false(http_retry_after(SLICE("soon"), 0, &seconds));
    assert_true(http_content_range_start(SLICE("bytes 100-199/1000"), &first));
    assert_int_equal(first, 100);
    assert_false(http_content_range_start(SLICE("bytes */1000"), &first));
}

static void test_base64(void **state)
{
    static const char *const pairs[][2] = {
        {"", ""},        {"f", "Zg=="},        {"fo", "Zm8="},
        {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"a:\xff\xfe", "YTr//g=="}};
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        CLEANUP_ARENA struct arena arena = {.limit = 1 << 20};
        struct error err = {0};
        struct slice bytes;
        assert_true(slice_equal_str(base64_encode(slice_str(pairs[i][0]), &arena), pairs[i][1]));
        assert_true(base64_decode(slice_str(pairs[i][1]), &arena, &bytes, &err));
        assert_true(slice_equal_str(bytes, pairs[i][0]));
        assert_false(base64_decode(SLICE("a"), &arena, &bytes, &err));
        assert_false(base64_decode(SLICE("ab*d"), &arena, &bytes, &err));
        assert_true(slice_equal_str(base64_basic(SLICE("a"), SLICE("b"), &arena), "Basic YTpi"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_status),
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
