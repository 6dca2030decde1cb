/* The server against raw sockets: what it answers, and what its handler is told. */
#include "server_fixture.h"

static void keeps_alive_and_pipelines(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    (void)state;
    say(fd, "GET /a%2Fb?x=%20y HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(fd, 200, "/a%2Fb?x=%20y");
    say(fd, "GET /one HTTP/1.1\r\nHost: h\r\n\r\nGET /run HTTP/1.1\r\nHost: h\r\n\r\n"
            "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /two "
            "HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(fd, 200, "/one");
    struct reply reply;
    read_reply(fd, &reply);
    assert_int_equal(reply.len, 4 + 32);
    assert_non_null(strstr(reply.head, reply.body + 4)); /* the id in the header */
    free(reply.body);
    expect(fd, 200, "abc");
    expect(fd, 200, "/two");
    say(fd, "GET http://h/abs?q HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(fd, 200, "http://h/abs?q");
    say(fd,
        "GET /accept HTTP/1.1\r\nHost: h\r\nAccept: a/b\r\nX: y\r\naCCept: c/d;q=1, e/f\r\n\r\n");
    expect(fd, 200, "a/b, c/d;q=1, e/f");
    close(fd);
    wait_ends(f, 7);
    assert_int_equal(atomic_load(&f->broken), 0);
    fixture_free(f);
}

static void takes_bodies_of_both_kinds(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    (void)state;
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "5\r\nhello\r\n1;x=y\r\n \r\n5\r\nworld\r\n0\r\n\r\n");
    expect(fd, 200, "hello world");
    say(fd, "PATCH /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 200000\r\n\r\n");
    char some[1000];
    memset(some, 'x', sizeof some);
    for (int i = 0; i < 200; i++)
        assert_int_equal(send(fd, some, sizeof some, MSG_NOSIGNAL), sizeof some);
    expect(fd, 200, "200000");
    assert_int_equal(atomic_load(&f->streamed), 200000);
    say(fd, "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    expect(fd, 200, "0");
    say(fd, "DELETE /run HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
    struct reply reply;
    read_reply(fd, &reply);
    assert_int_equal(reply.status, 200);
    free(reply.body);
    close(fd);
    wait_ends(f, 4);
    fixture_free(f);
}

static void prepares_and_begins_again(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    (void)state;
    say(fd, "GET /prepare HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(fd, 200, "/prepare");
    assert_int_equal(atomic_load(&f->prepares), 2);
    say(fd, "POST /prepare HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi");
    expect(fd, 200, "/prepare");
    close(fd);
    wait_ends(f, 2);
    fixture_free(f);
}

static void sends_files_and_ranges(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    struct reply reply;
    (void)state;
    say(fd, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n");
    read_reply(fd, &reply);
    assert_int_equal(reply.len, BIG);
    assert_memory_equal(reply.body, f->bytes, BIG);
    free(reply.body);
    say(fd, "GET /file HTTP/1.1\r\nHost: h\r\nX-From: 1000001\r\n\r\n");
    read_reply(fd, &reply);
    assert_int_equal(reply.len, BIG - 1000001);
    assert_memory_equal(reply.body, f->bytes + 1000001, reply.len);
    free(reply.body);
    say(fd, "HEAD /file HTTP/1.1\r\nHost: h\r\n\r\n");
    read_head(fd, &reply);
    assert_int_equal(length_of(&reply), BIG);
    say(fd, "HEAD /length HTTP/1.1\r\nHost: h\r\n\r\nGET /after HTTP/1.1\r\nHost: h\r\n\r\n");
    read_head(fd, &reply);
    assert_int_equal(length_of(&reply), 123456);
    expect(fd, 200, "/after");
    close(fd);
    wait_ends(f, 5);
    assert_int_equal(atomic_load(&f->sent), BIG + (BIG - 1000001) + 6);
    fixture_free(f);
}

static void stored_answers_have_their_own_ids(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    char before[8192] = "";
    (void)state;
    for (int i = 0; i < 10; i++) {
        struct reply reply;
        say(fd, "GET /stored HTTP/1.1\r\nHost: h\r\n\r\n");
        read_reply(fd, &reply);
        assert_string_equal(reply.body, "stored body");
        assert_non_null(strstr(reply.head, "X-Kind: stored"));
        assert_string_not_equal(reply.head, before);
        memcpy(before, reply.head, sizeof before);
        free(reply.body);
    }
    struct reply reply;
    say(fd, "HEAD /stored HTTP/1.1\r\nHost: h\r\n\r\n");
    read_head(fd, &reply);
    assert_int_equal(length_of(&reply), 11);
    close(fd);
    wait_ends(f, 11);
    fixture_free(f);
}

static void errors_come_before_the_body(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    (void)state;
    say(fd, "PUT /no HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999999\r\nExpect: "
            "100-continue\r\n\r\n");
    expect(fd, 403, "no\n"); /* and no 100 before it */
    assert_true(is_closed(fd));
    close(fd);
    fd = dial(f); /* 100 is sent where the body is wanted */
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    struct reply reply;
    read_head(fd, &reply);
    assert_int_equal(reply.status, 100);
    say(fd, "ok");
    expect(fd, 200, "ok");
    /* A small body that is on its way is read, and the connection stays. */
    say(fd, "PUT /no HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n12345");
    expect(fd, 403, "no\n");
    say(fd, "PUT /small HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n12345678901");
    expect(fd, 413, "the body is larger than what is taken here\n");
    say(fd, "PUT /small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            "b\r\n12345678901\r\n0\r\n\r\n");
    expect(fd, 413, "the body is larger than what is taken here\n");
    say(fd, "PUT /small HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n1234567890");
    expect(fd, 200, "1234567890");
    close(fd);
    wait_ends(f, 6);
    fixture_free(f);
}

/* A client that sends on without looking still reads the answer. */
static void a_refused_stream_is_told(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int fd = dial(f);
    char some[65536];
    (void)state;
    memset(some, 'x', sizeof some);
    say(fd, "PATCH /stream/no HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000\r\n\r\n");
    for (size_t sent = 0; sent < 4000000;) {
        size_t len = 4000000 - sent < sizeof some ? 4000000 - sent : sizeof some;
        ssize_t went = send(fd, some, len, MSG_NOSIGNAL);
        assert_true(went > 0);
        sent += (size_t)went;
    }
    expect(fd, 507, "full\n");
    close(fd);
    fd = dial(f);
    say(fd, "PATCH /stream/no HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000000\r\n\r\n");
    for (int i = 0; i < 1000; i++)
        if (send(fd, some, sizeof some, MSG_NOSIGNAL) <= 0)
            break;
    expect(fd, 507, "full\n");
    close(fd);
    wait_ends(f, 2);
    fixture_free(f);
}

static void ends_once_when_the_client_goes_away(void **state)
{
    struct fixture *f = fixture_new(NULL);
    struct linger hard = {1, 0};
    (void)state;
    static const char *const halves[] = {
        "PATCH /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf",
        "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf",
        "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nha",
        "GET /run?wait HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /file HTTP/1.1\r\nHost: h\r\n\r\n",
    };
    for (size_t i = 0; i < 10; i++) {
        int fd = dial(f);
        say(fd, halves[i % 5]);
        for (int wait = 0; wait < 6000 && atomic_load(&f->begins) < (int)i + 1; wait++)
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        if (i >= 5)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
        close(fd);
    }
    int fd = dial(f); /* half a head is no request */
    say(fd, "GET /run HTTP/1.1\r\nHos");
    close(fd);
    wait_ends(f, 10);
    assert_true(atomic_load(&f->broken) >= 6);
    fixture_free(f);
}

/* Uploads can be resumed: what has come is the handler's, however the connection ends. */
static void what_came_before_a_break_is_handed_over(void **state)
{
    struct fixture *f = fixture_new(NULL);
    char some[1000];
    (void)state;
    memset(some, 'x', sizeof some);
    int fd = dial(f);
    say(fd, "PATCH /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 900000\r\n\r\n");
    for (int i = 0; i < 300; i++)
        assert_int_equal(send(fd, some, sizeof some, MSG_NOSIGNAL), sizeof some);
    close(fd);
    wait_ends(f, 1);
    assert_int_equal(atomic_load(&f->broken), 1);
    assert_int_equal(atomic_load(&f->streamed), 300000);
    fixture_free(f);
}

static void listens_on_several(void **state)
{
    struct error err = {0};
    const char *const listen[] = {"127.0.0.1:0", "[::1]:0"};
    struct server_options options = {.listen = listen, .listen_count = 2};
    struct server *server;
    (void)state;
    options.handler = (struct server_handler){NULL, begin, prepare, piece, run, end};
    if (!server_start(&server, &options, &err)) {
        const char *const one[] = {":0"}; /* no IPv6 here */
        options.listen = one;
        options.listen_count = 1;
        assert_true(server_start(&server, &options, &err));
    }
    assert_true(server_port(server) > 0);
    server_free(server);
    static const char *const bad[] = {"", "127.0.0.1", "127.0.0.1:70000", "x:y", "no.invalid:1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options.listen = &bad[i];
        options.listen_count = 1;
        err = (struct error){0};
        assert_false(server_start(&server, &options, &err));
        assert_int_equal(err.kind, ERROR_USAGE);
    }
}

static void reads_queries(void **state)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, 1 << 20);
    struct server_request request = {.query = SLICE("a=1&b=x%2Fy+z&c&%64=4&e=%zz&a=2"),
                                     .arena = &arena};
    struct slice value = {0};
    (void)state;
    assert_true(server_query(&request, "a", &value));
    assert_true(slice_equal_str(value, "1"));
    assert_true(server_query(&request, "b", &value));
    assert_true(slice_equal_str(value, "x/y z"));
    assert_true(server_query(&request, "c", &value));
    assert_int_equal(value.len, 0);
    assert_true(server_query(&request, "d", &value));
    assert_true(slice_equal_str(value, "4"));
    assert_true(server_query(&request, "e", &value));
    assert_true(slice_equal_str(value, "%zz"));
    assert_false(server_query(&request, "f", &value));
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_queries),
        cmocka_unit_test(keeps_alive_and_pipelines),
        cmocka_unit_test(takes_bodies_of_both_kinds),
        cmocka_unit_test(prepares_and_begins_again),
        cmocka_unit_test(sends_files_and_ranges),
        cmocka_unit_test(stored_answers_have_their_own_ids),
        cmocka_unit_test(errors_come_before_the_body),
        cmocka_unit_test(a_refused_stream_is_told),
        cmocka_unit_test(ends_once_when_the_client_goes_away),
        cmocka_unit_test(what_came_before_a_break_is_handed_over),
        cmocka_unit_test(listens_on_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
