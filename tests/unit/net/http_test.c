/* The client against a server that answers with prepared bytes, one connection each. */
#include "net/http.h"

#include "net/prepared_server.h"

struct fixture {
    struct prepared_server one, two;
    struct arena arena;
    struct http_client *client;
    struct http_request request;
    struct http_response response;
    struct error err;
};

static int set_up(void **state)
{
    static const struct http_options quick = {.backoff_ms = 1, .wait_max = 2};
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    prepared_server_open(&f->one);
    prepared_server_open(&f->two);
    arena_init(&f->arena, 8 << 20);
    f->client = http_client_new(&quick);
    f->request.url = arena_printf(&f->arena, "http://127.0.0.1:%u/a?q", f->one.port);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    http_client_free(f->client);
    arena_done(&f->arena);
    free(f);
    return 0;
}

static bool run(struct fixture *f)
{
    prepared_server_start(&f->one);
    prepared_server_start(&f->two);
    bool fine = http_perform(f->client, &f->request, &f->arena, &f->response, &f->err);
    prepared_server_stop(&f->one);
    prepared_server_stop(&f->two);
    return fine;
}

static void test_body_and_headers(void **state)
{
    struct fixture *f = *state;
    f->one.answers[0] = "HTTP/1.1 100 Continue\r\nX: no\r\n\r\n"
                        "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nhello";
    f->request.authorization = SLICE("Bearer t");
    assert_true(
        http_headers_add(&f->request.headers, SLICE("Accept"), SLICE("x/y"), &f->arena, &f->err));
    assert_true(run(f));
    assert_int_equal(f->response.status, 200);
    assert_true(slice_equal_str(f->response.body, "hello"));
    assert_true(slice_equal_str(http_header_get(&f->response.headers, "etag"), "\"e\""));
    assert_int_equal(http_header_get(&f->response.headers, "X").len, 0);
    assert_non_null(strstr(f->one.requests[0], "GET /a?q HTTP/1.1\r\n"));
    assert_non_null(strstr(f->one.requests[0], "Authorization: Bearer t\r\n"));
    assert_non_null(strstr(f->one.requests[0], "Accept: x/y\r\n"));
    assert_non_null(strstr(f->one.requests[0], "User-Agent: plimsoll/"));
}

static void test_conditional(void **state)
{
    struct fixture *f = *state;
    f->one.answers[0] = "HTTP/1.1 304 Not Modified\r\n\r\n";
    f->request.etag = SLICE("\"e\"");
    f->request.last_modified = SLICE("Sun, 06 Nov 1994 08:49:37 GMT");
    prepared_server_start(&f->one);
    assert_true(http_get(f->client, &f->request, -1, &f->arena, &f->response, &f->err));
    prepared_server_stop(&f->one);
    close(f->two.listener);
    assert_int_equal(f->response.status, 304);
    assert_non_null(strstr(f->one.requests[0], "If-None-Match: \"e\"\r\n"));
    assert_non_null(strstr(f->one.requests[0], "If-Modified-Since: Sun, 06"));
}

static void test_redirect_keeps_authorization_home(void **state)
{
    struct fixture *f = *state;
    struct slice away = arena_printf(
        &f->arena, "HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:%u/b\r\nContent-Length: 0\r\n\r\n",
        f->two.port);
    struct slice back = arena_printf(
        &f->arena, "HTTP/1.1 302 x\r\nLocation: http://127.0.0.1:%u/c\r\nContent-Length: 0\r\n\r\n",
        f->one.port);
    f->one.answers[0] = "HTTP/1.1 307 x\r\nLocation: /same\r\nContent-Length: 0\r\n\r\n";
    f->one.answers[1] = away.at;
    f->two.answers[0] = back.at;
    f->one.answers[2] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    f->request.authorization = SLICE("Bearer secret");
    assert_true(run(f));
    assert_int_equal(f->response.redirects, 3);
    assert_non_null(strstr(f->one.requests[1], "GET /same "));
    assert_non_null(strstr(f->one.requests[1], "secret"));
    assert_non_null(strstr(f->two.requests[0], "GET /b "));
    assert_null(strstr(f->two.requests[0], "uthorization"));
    assert_null(strstr(f->one.requests[2], "uthorization"));
}

static void test_body_is_not_sent_elsewhere(void **state)
{
    struct fixture *f = *state;
    struct slice away = arena_printf(
        &f->arena, "HTTP/1.1 307 x\r\nLocation: http://127.0.0.1:%u/b\r\nContent-Length: 0\r\n\r\n",
        f->two.port);
    f->one.answers[0] = away.at;
    f->request.method = "POST";
    f->request.body = SLICE("password=secret");
    assert_false(run(f));
    assert_int_equal(f->two.served, 0);
    assert_non_null(strstr(f->err.text, "another host"));
}

static void test_too_many_redirects(void **state)
{
    struct fixture *f = *state;
    struct http_options options = {.redirects = 2};
    http_client_free(f->client);
    f->client = http_client_new(&options);
    for (int i = 0; i < 4; i++)
        f->one.answers[i] = "HTTP/1.1 301 x\r\nLocation: /\r\nContent-Length: 0\r\n\r\n";
    assert_false(run(f));
    assert_int_equal(f->one.served, 3);
    assert_non_null(strstr(f->err.text, "over 2 redirects"));
}

static void test_retry(void **state)
{
    struct fixture *f = *state;
    f->one.answers[0] = "HTTP/1.1 503 x\r\nContent-Length: 4\r\n\r\nbusy";
    f->one.answers[1] = "HTTP/1.1 429 x\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n";
    f->one.answers[2] = ""; /* closed without a word */
    f->one.answers[3] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    assert_true(run(f));
    assert_int_equal(f->response.status, 200);
    assert_true(slice_equal_str(f->response.body, "ok"));
    assert_int_equal(f->one.served, 4);
}

static void test_long_retry_after_is_told(void **state)
{
    struct fixture *f = *state;
    f->one.answers[0] = "HTTP/1.1 429 x\r\nRetry-After: 600\r\nContent-Length: 0\r\n\r\n";
    assert_true(run(f));
    assert_int_equal(f->one.served, 1);
    assert_false(http_status_error(&f->response, &f->err));
    assert_non_null(strstr(f->err.text, "wait 600 seconds"));
    assert_null(strstr(f->err.text, "?q"));
}

static void test_limit(void **state)
{
    struct fixture *f = *state;
    f->one.answers[0] = "HTTP/1.1 200 OK\r\n\r\n0123456789";
    f->request.limit = 9;
    assert_false(run(f));
    assert_int_equal(f->err.kind, ERROR_LIMIT);
}

struct collected {
    char text[64];
    size_t len;
    int restarts;
};

static bool collect(void *owner, struct slice bytes, struct error *err)
{
    struct collected *collected = owner;
    if (slice_search(bytes, SLICE("poison")) < bytes.len)
        return error_set(err, ERROR_FORMAT, "poison");
    memcpy(collected->text + collected->len, bytes.at, bytes.len);
    collected->len += bytes.len;
    return true;
}

static bool collect_anew(void *owner, struct error *err)
{
    struct collected *collected = owner;
    (void)err;
    collected->len = 0;
    collected->restarts++;
    return true;
}

static void test_resume(void **state)
{
    struct fixture *f = *state;
    struct collected collected = {0};
    f->one.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123";
    f->one.answers[1] =
        "HTTP/1.1 206 x\r\nContent-Length: 6\r\nContent-Range: bytes 4-9/10\r\n\r\n45";
    f->one.answers[2] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    f->request.sink = (struct http_sink){&collected, collect, NULL};
    f->request.resumable = true;
    assert_true(run(f));
    assert_non_null(strstr(f->one.requests[1], "Range: bytes=4-\r\n"));
    assert_non_null(strstr(f->one.requests[2], "Range: bytes=6-\r\n"));
    assert_memory_equal(collected.text, "0123456789", 10);
    assert_int_equal(collected.len, 10);
}

static void test_restart(void **state)
{
    struct fixture *f = *state;
    struct collected collected = {0};
    f->one.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123";
    f->one.answers[1] = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nnew";
    f->request.sink = (struct http_sink){&collected, collect, collect_anew};
    assert_true(run(f));
    assert_int_equal(collected.restarts, 1);
    assert_int_equal(collected.len, 3);
    assert_memory_equal(collected.text, "new", 3);
}

static void test_broken_body_fails_when_neither_helps(void **state)
{
    struct fixture *f = *state;
    struct collected collected = {0};
    f->one.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123";
    f->request.sink = (struct http_sink){&collected, collect, NULL};
    assert_false(run(f));
    assert_int_equal(f->err.kind, ERROR_NETWORK);
}

static void test_sink_refuses(void **state)
{
    struct fixture *f = *state;
    struct collected collected = {0};
    f->one.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison";
    f->request.sink = (struct http_sink){&collected, collect, NULL};
    assert_false(run(f));
    assert_int_equal(f->err.kind, ERROR_FORMAT);
    assert_int_equal(f->one.served, 1);
}

static void test_nobody_there(void **state)
{
    struct fixture *f = *state;
    close(f->one.listener);
    close(f->two.listener);
    assert_false(http_perform(f->client, &f->request, &f->arena, &f->response, &f->err));
    assert_int_equal(f->err.kind, ERROR_NETWORK);
    assert_non_null(strstr(f->err.text, "is it running"));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

/* It accepts, and says nothing: a page of a list is not worth the patience of a layer. */
static void test_total_time_is_limited(void **state)
{
    struct fixture *f = *state;
    const struct http_options impatient = {.attempts = 1, .total_seconds = 1};
    http_client_free(f->client);
    f->client = http_client_new(&impatient);
    assert_false(run(f));
    assert_int_equal(f->err.kind, ERROR_NETWORK);
    assert_non_null(strstr(f->err.text, "timed out"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_body_and_headers),
        TEST(test_conditional),
        TEST(test_redirect_keeps_authorization_home),
        TEST(test_body_is_not_sent_elsewhere),
        TEST(test_too_many_redirects),
        TEST(test_retry),
        TEST(test_long_retry_after_is_told),
        TEST(test_limit),
        TEST(test_resume),
        TEST(test_restart),
        TEST(test_broken_body_fails_when_neither_helps),
        TEST(test_sink_refuses),
        TEST(test_nobody_there),
        TEST(test_total_time_is_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
