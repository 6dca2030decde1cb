/* Many clients, slow ones, large bodies; and the end of the server. */
#include "server_fixture.h"

/* Seven of 39 MB are more than all may have together: the last is told to come again, and later it
   may. */
static void large_bodies_share_a_limit(void **state)
{
    struct fixture *f = fixture_new(NULL);
    struct reply reply;
    size_t len = 39 << 20;
    char *large = calloc(1, len);
    int fds[7];
    (void)state;
    for (int i = 0; i < 7; i++) { /* all but the last byte */
        fds[i] = dial(f);
        say(fds[i], "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 40894464\r\n\r\n");
        for (size_t sent = 0; sent < len - 1;) {
            ssize_t went = send(fds[i], large + sent, len - 1 - sent, MSG_NOSIGNAL);
            if (went <= 0)
                break;
            sent += (size_t)went;
        }
    }
    read_reply(fds[6], &reply);
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.head, "Retry-After: 1"));
    free(reply.body);
    for (int i = 0; i < 7; i++)
        close(fds[i]);
    wait_ends(f, 7);
    int fd = dial(f);
    say(fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 40894464\r\n\r\n");
    for (size_t sent = 0; sent < len;) {
        ssize_t went = send(fd, large + sent, len - sent, MSG_NOSIGNAL);
        assert_true(went > 0);
        sent += (size_t)went;
    }
    read_reply(fd, &reply);
    assert_int_equal(reply.status, 200);
    free(reply.body);
    close(fd);
    free(large);
    fixture_free(f);
}

static void slow_clients_are_ended(void **state)
{
    struct server_options options = {
        .header_seconds = 1, .idle_seconds = 3, .stall_seconds = 1, .body_rate_min = 1000};
    struct fixture *f = fixture_new(&options);
    (void)state;
    int idle = dial(f), head = dial(f), body = dial(f), drip = dial(f), reader = dial(f);
    say(head, "GET / HTTP/1.1\r\nHost");
    say(body, "PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhalf");
    say(drip, "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
    say(reader, "GET /file HTTP/1.1\r\nHost: h\r\n\r\n"); /* and never reads */
    bool ended = false;
    for (int i = 0; i < 600 && !ended; i++) { /* a byte now and then does not help */
        struct pollfd look = {.fd = head, .events = POLLIN};
        send(head, "x", 1, MSG_NOSIGNAL);
        send(drip, "x", 1, MSG_NOSIGNAL);
        ended = poll(&look, 1, 100) == 1;
    }
    assert_true(ended && is_closed(head));
    assert_true(is_closed(body));
    assert_true(is_closed(drip));
    assert_true(is_closed(idle));
    wait_ends(f, 3);
    assert_int_equal(atomic_load(&f->broken), 3);
    struct server_stats stats;
    server_stats(f->server, &stats);
    assert_int_equal(stats.slow, 4);
    close(idle), close(head), close(body), close(drip), close(reader);
    fixture_free(f);
}

static void *ask_often(void *context)
{
    struct fixture *f = context;
    int fd = dial(f);
    for (int i = 0; i < 50; i++) {
        say(fd, i % 3 == 0   ? "GET /stored HTTP/1.1\r\nHost: h\r\n\r\n"
                : i % 3 == 1 ? "GET /run HTTP/1.1\r\nHost: h\r\n\r\n"
                             : "PUT /stream HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
        struct reply reply;
        read_reply(fd, &reply);
        assert_int_equal(reply.status, 200);
        free(reply.body);
    }
    close(fd);
    return NULL;
}

static void many_at_once(void **state)
{
    struct fixture *f = fixture_new(NULL);
    pthread_t threads[64];
    (void)state;
    for (int i = 0; i < 64; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, f), 0);
    for (int i = 0; i < 64; i++)
        pthread_join(threads[i], NULL);
    wait_ends(f, 64 * 50);
    assert_int_equal(atomic_load(&f->broken), 0);
    fixture_free(f);
}

static void connections_have_limits(void **state)
{
    struct server_options options = {.connections = 6, .connections_per_client = 4};
    struct fixture *f = fixture_new(&options);
    int fds[5];
    (void)state;
    for (int i = 0; i < 4; i++) {
        fds[i] = dial(f);
        say(fds[i], "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        expect(fds[i], 200, "/a");
    }
    struct reply reply;
    fds[4] = dial(f);
    read_head(fds[4], &reply);
    assert_int_equal(reply.status, 503);
    close(fds[4]);
    close(fds[0]);
    struct server_stats stats = {.connections_open = 4};
    for (int i = 0; i < 6000 && stats.connections_open >= 4; i++) { /* one left: another may come */
        server_stats(f->server, &stats);
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    fds[0] = dial(f);
    say(fds[0], "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(fds[0], 200, "/b");
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    fixture_free(f);
}

static void *stop_now(void *context)
{
    struct fixture *f = context;
    server_stop(f->server, 600);
    return NULL;
}

static void stops_gracefully(void **state)
{
    struct fixture *f = fixture_new(NULL);
    int busy = dial(f), idle = dial(f);
    pthread_t thread;
    (void)state;
    say(idle, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
    expect(idle, 200, "/a");
    say(busy, "GET /run?wait HTTP/1.1\r\nHost: h\r\n\r\n");
    while (atomic_load(&f->begins) < 2)
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
    assert_int_equal(pthread_create(&thread, NULL, stop_now, f), 0);
    struct reply reply;
    read_reply(busy, &reply); /* what was under way is answered */
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.head, "Connection: close"));
    free(reply.body);
    assert_true(is_closed(idle));
    assert_true(is_closed(busy));
    close(idle), close(busy);
    pthread_join(thread, NULL);
    fixture_free(f);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_bodies_share_a_limit),
        cmocka_unit_test(slow_clients_are_ended),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(connections_have_limits),
        cmocka_unit_test(stops_gracefully),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
