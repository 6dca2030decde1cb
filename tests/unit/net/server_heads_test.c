/* Heads of requests as hostile and careless clients send them. */
#include "server_fixture.h"

static void thousands_of_parameters(void **state)
{
    struct fixture *f = fixture_new(NULL);
    static char path[12100], text[13000];
    size_t len = (size_t)snprintf(path, sizeof path, "/many?a=1");
    int fd = dial(f);
    (void)state;
    while (len + 4 < 12000)
        len += (size_t)snprintf(path + len, sizeof path - len, "&b=2");
    snprintf(text, sizeof text,
             "GET %s HTTP/1.1\r\nHost: h\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n\r\n", path);
    say(fd, text);
    expect(fd, 200, path);
    expect(fd, 200, "/next");
    close(fd);
    fixture_free(f);
}

static void unclear_requests_are_refused(void **state)
{
    struct fixture *f = fixture_new(NULL);
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: "
         "chunked\r\n\r\n0\r\n\r\n",
         400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
         400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: -3\r\n\r\n", 400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3x\r\n\r\nabc", 400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
        {"GET / HTTP/1.1\r\n\r\n", 400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length : 3\r\n\r\nabc", 400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length\t: 3\r\n\r\nabc", 400},
        {"PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
        {"GET /echo HTTP/1.1\r\nHost: h\r\nX(y): z\r\n\r\n", 400},
        {"GET /echo HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n", 400},
        {"PUT /echo HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = dial(f);
        struct reply reply;
        say(fd, cases[i].text);
        read_reply(fd, &reply);
        if (reply.status != cases[i].status)
            fail_msg("%s: %d", cases[i].text, reply.status);
        free(reply.body);
        close(fd);
    }
    fixture_free(f);
}

/* What a proxy before us could read as other headers, other lengths or another address. */
static void heads_are_read_in_one_way(void **state)
{
#define HEAD(text) slice_of("PUT /echo HTTP/1.1\r\nHost: h\r\n" text, sizeof(text) + 28)
#define ALL(text)  slice_of(text, sizeof(text) - 1)
    struct fixture *f = fixture_new(NULL);
    const struct {
        struct slice text;
        int status;
    } cases[] = {
        /* libmicrohttpd puts a folded line behind the name before it: this was Content-Length. */
        {HEAD("Content-: 3\r\n Length\r\n\r\nabc"), 400},
        {HEAD("Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n"), 400},
        {HEAD("X-A: b\r\n\tc\r\n\r\n"), 400},
        {HEAD("X-A: b\rContent-Length: 3\r\n\r\nabc"), 400},
        {HEAD("X-A: b\nContent-Length: 3\r\n\r\nabc"), 400},
        {HEAD("Content-Length: 3\n\nabc"), 400},
        {HEAD("Content-Length: 3\0 7\r\nX-A: b\r\n\r\nabc"), 400},
        {HEAD("Content-Length: 3\0 7\r\n\r\nabc"), 400},
        {HEAD(": x\r\n\r\n"), 400},
        {ALL("GET /echo\0/more HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
        {ALL("GET /echo HTTP/1.1\nHost: h\r\n\r\n"), 400},
        {HEAD("Authorization: Basic YTpi\r\nauthorization: Basic Yzpk\r\n\r\n"), 400},
        {HEAD("X-Amz-Target: a\r\nX-AMZ-TARGET: b\r\n\r\n"), 400},
        {HEAD("Content-Range: 0-1\r\nContent-Range: 0-2\r\n\r\n"), 400},
        {ALL("GET http://other/echo HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
        {ALL("GET http://a:b@h/echo HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
        {ALL("GET ftp://h/echo HTTP/1.1\r\nHost: h\r\n\r\n"), 400},
        {ALL("GET http://H/echo HTTP/1.1\r\nHost: h\r\n\r\n"), 200},
        {ALL("GET https://h?x HTTP/1.1\r\nHost: h\r\n\r\n"), 200},
        {ALL("GET /echo?a=b&c HTTP/1.0\r\n\r\n"), 200},
        {HEAD("A:\r\nB: \r\nC:c\r\nD:\t d \r\nX:\r\n\r\n"), 200},
        {HEAD("Accept: a\r\nAccept: b\r\nCookie: a=b; c=d\r\n\r\n"), 200},
    };
#undef HEAD
#undef ALL
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = dial(f);
        struct reply reply;
        assert_int_equal(send(fd, cases[i].text.at, cases[i].text.len, MSG_NOSIGNAL),
                         (ssize_t)cases[i].text.len);
        read_reply(fd, &reply);
        if (reply.status != cases[i].status)
            fail_msg("%.*s: %d", SLICE_ARG(cases[i].text), reply.status);
        free(reply.body);
        close(fd);
    }
    fixture_free(f);
}

/* Of a head that comes in pieces, one that nearly fills what a connection has, the second and
   third of a connection. */
static void large_heads_in_pieces_are_read(void **state)
{
    enum { PIECE = 13, HEADERS = 150 };
    struct fixture *f = fixture_new(NULL);
    static char text[16000];
    size_t len = (size_t)snprintf(text, sizeof text, "PUT /echo?a=b HTTP/1.1\r\nHost: h\r\n");
    int fd = dial(f), on = 1;
    (void)state;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (int i = 0; i < HEADERS; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "X-%d:%*s%*d\r\n", i, i % 3, "",
                                i % 70, i);
    len += (size_t)snprintf(text + len, sizeof text - len, "Content-Length: 3\r\n\r\nabc");
    for (int round = 0; round < 3; round++) {
        for (size_t at = 0; at < len; at += PIECE) {
            size_t piece = len - at < PIECE ? len - at : PIECE;
            assert_int_equal(send(fd, text + at, piece, MSG_NOSIGNAL), (ssize_t)piece);
        }
        expect(fd, 200, "abc");
    }
    close(fd);
    fixture_free(f);
}

/* What libmicrohttpd answers by itself is the only answer. */
static void one_answer_is_enough(void **state)
{
    struct fixture *f = fixture_new(NULL);
    static const struct {
        const char *text;
        int status;
    } cases[] = {{"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
                 {"GET / HTTP/1.1 x\r\nHost: h\r\n\r\n", 400},
                 {"GET /\r\n\r\n", 400}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int fd = dial(f);
        struct reply reply;
        say(fd, cases[i].text);
        read_reply(fd, &reply);
        assert_int_equal(reply.status, cases[i].status);
        free(reply.body);
        assert_true(is_closed(fd));
        close(fd);
    }
    fixture_free(f);
}

/* A client that tries TLS first: without an answer it would take the line for broken, and wait
   before it tries again. */
static void what_is_no_http_is_told(void **state)
{
    struct fixture *f = fixture_new(NULL);
    static const char hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\x8a\x00\x0a\x00\x08";
    (void)state;
    for (size_t len = sizeof hello - 1; len <= sizeof hello; len++) { /* all read, or not */
        int fd = dial(f);
        struct reply reply;
        assert_int_equal(send(fd, hello, len, MSG_NOSIGNAL), (ssize_t)len);
        read_reply(fd, &reply);
        assert_int_equal(reply.status, 400);
        free(reply.body);
        assert_true(is_closed(fd));
        close(fd);
    }
    assert_int_equal(atomic_load(&f->begins), 0);
    fixture_free(f);
}

static void heads_have_a_limit(void **state)
{
    struct fixture *f = fixture_new(NULL);
    struct reply reply;
    char big[40000];
    (void)state;
    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    int fd = dial(f);
    say(fd, "GET /");
    send(fd, big, sizeof big - 1, MSG_NOSIGNAL);
    read_reply(fd, &reply);
    assert_int_equal(reply.status, 414);
    free(reply.body);
    close(fd);
    fd = dial(f);
    say(fd, "GET / HTTP/1.1\r\nHost: h\r\nX-Big: ");
    send(fd, big, sizeof big - 1, MSG_NOSIGNAL);
    read_reply(fd, &reply);
    assert_int_equal(reply.status, 431);
    free(reply.body);
    close(fd);
    fixture_free(f);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_of_parameters),
        cmocka_unit_test(unclear_requests_are_refused),
        cmocka_unit_test(heads_are_read_in_one_way),
        cmocka_unit_test(large_heads_in_pieces_are_read),
        cmocka_unit_test(one_answer_is_enough),
        cmocka_unit_test(what_is_no_http_is_told),
        cmocka_unit_test(heads_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
