#include "test.h"

#include <jansson.h>
#include <stdlib.h>

#include "registry/ops/access_log.h"

static json_t *parse(const struct server_request *request, struct slice agent)
{
    char line[ACCESS_LINE_MAX];
    json_error_t error;
    size_t len = access_log_line(request, agent, 201, 12, 0.25, 1784541600, line);
    assert_true(len > 2 && len <= ACCESS_LINE_MAX);
    for (size_t i = 0; i + 1 < len; i++)
        assert_true(line[i] >= 0x20 && line[i] < 0x7f);
    json_t *parsed = json_loadb(line, len, 0, &error);
    if (!parsed)
        fail_msg("%s: %.*s", error.text, (int)len, line);
    return parsed;
}

static const char *text_of(const json_t *line, const char *name)
{
    return json_string_value(json_object_get(line, name));
}

static void a_line_is_json(void **state)
{
    struct server_request request = {.method = SLICE("PUT"),
                                     .target = SLICE("/v2/a/manifests/x?y=1"),
                                     .client = SLICE("127.0.0.1"),
                                     .who = SLICE("ci"),
                                     .api = "oci",
                                     .operation = "manifest-put",
                                     .id = "0123456789abcdef0123456789abcdef",
                                     .received = 77};
    (void)state;
    json_t *line = parse(&request, SLICE("crane/1.0"));
    assert_string_equal(text_of(line, "time"), "2026-07-20T10:00:00Z");
    assert_string_equal(text_of(line, "id"), request.id);
    assert_string_equal(text_of(line, "who"), "ci");
    assert_string_equal(text_of(line, "target"), "/v2/a/manifests/x?y=1");
    assert_string_equal(text_of(line, "operation"), "manifest-put");
    assert_string_equal(text_of(line, "agent"), "crane/1.0");
    assert_int_equal(json_integer_value(json_object_get(line, "status")), 201);
    assert_int_equal(json_integer_value(json_object_get(line, "received")), 77);
    assert_null(json_object_get(line, "broken"));
    assert_null(json_object_get(line, "proxy"));
    json_decref(line);
    request.client = SLICE("192.0.2.7");
    request.proxy = SLICE("127.0.0.1");
    line = parse(&request, SLICE("crane/1.0"));
    assert_string_equal(text_of(line, "client"), "192.0.2.7");
    assert_string_equal(text_of(line, "proxy"), "127.0.0.1");
    json_decref(line);
}

/* What a client sends cannot end the line, the string, or the terminal that shows it. */
static void hostile_text_is_escaped(void **state)
{
    static char all[4096];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)i;
    struct server_request request = {.method = slice_of(all, sizeof all),
                                     .target = slice_of(all, sizeof all),
                                     .client = slice_of(all, sizeof all),
                                     .who = slice_of(all, sizeof all),
                                     .broken = true};
    (void)state;
    json_t *line = parse(&request, slice_of(all, sizeof all));
    assert_true(json_is_true(json_object_get(line, "broken")));
    json_decref(line);
    request.target = SLICE("/\"},{\"status\":200,\"x\":\"\n\x1b[2J\\");
    line = parse(&request, SLICE(""));
    assert_string_equal(text_of(line, "target"), "/\"},{\"status\":200,\"x\":\"\n\x1b[2J\\");
    json_decref(line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_json),
        cmocka_unit_test(hostile_text_is_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
