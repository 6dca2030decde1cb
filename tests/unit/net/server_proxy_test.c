/* The server at its edges: behind a proxy, before it answers anybody, and what never becomes a
   request. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "net/server.h"

static enum server_plan begin(void *context, struct server_request *request,
                              struct server_response *response)
{
    (void)context;
    response->status = 200;
    response->body = arena_printf(request->arena, "%.*s|%.*s|%s|%s\n", SLICE_ARG(request->client),
                                  SLICE_ARG(request->proxy), request->named ? "named" : "",
                                  request->tls ? "tls" : "");
    return SERVER_ANSWER;
}

static void end(void *context, struct server_request *request, int status, uint64_t sent)
{
    (void)context, (void)request, (void)status, (void)sent;
}

/* What was refused: the last of it, and how much. */
static struct {
    pthread_mutex_t lock;
    int count, status;
    bool broken;
    double seconds; /* that it took */
    char id[33], client[64], target[64];
} seen = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void refused(void *context, const struct server_request *request, int status)
{
    (void)context;
    pthread_mutex_lock(&seen.lock);
    seen.count++;
    seen.status = status;
    seen.broken = request->broken;
    seen.seconds = clock_monotonic() - request->started;
    snprintf(seen.id, sizeof seen.id, "%s", request->id);
    snprintf(seen.client, sizeof seen.client, "%.*s", SLICE_ARG(request->client));
    snprintf(seen.target, sizeof seen.target, "%.*s", SLICE_ARG(request->target));
    pthread_mutex_unlock(&seen.lock);
}

static void wait_seen(int count)
{
    int have = 0;
    for (int i = 0; i < 2000 && have < count; i++) {
        pthread_mutex_lock(&seen.lock);
        have = seen.count;
        pthread_mutex_unlock(&seen.lock);
        if (have < count)
            nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    assert_int_equal(have, count);
}

static struct server *start(struct server_options *options)
{
    static const char *const listen[] = {"127.0.0.1:0"};
    struct server *server;
    struct error err = {0};
    options->listen = listen;
    options->listen_count = 1;
    options->handler.begin = begin;
    options->handler.end = end;
    options->handler.refused = refused;
    seen.count = 0;
    if (!server_start(&server, options, &err))
        fail_msg("%s", err.text);
    return server;
}

static int dial(const struct server *server)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(server_port(server))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 20};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void ask(int fd, const char *headers)
{
    char text[1024];
    int len = snprintf(text, sizeof text,
                       "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n%s\r\n", headers);
    assert_int_equal(send(fd, text, (size_t)len, MSG_NOSIGNAL), len);
}

/* To the connection's end. */
static void hear(int fd, char answer[4096])
{
    size_t len = 0;
    ssize_t got;
    while (len < 4095 && (got = recv(fd, answer + len, 4095 - len, 0)) > 0)
        len += (size_t)got;
    answer[len] = '\0';
    close(fd);
}

static void expect(const struct server *server, const char *headers, const char *line)
{
    char answer[4096];
    int fd = dial(server);
    ask(fd, headers);
    hear(fd, answer);
    if (!strstr(answer, line))
        fail_msg("%s: not '%s' but %s", headers, line, answer);
}

static void a_proxy_names_the_client(void **state)
{
    struct network proxies[2];
    (void)state;
    assert_true(network_parse(SLICE("127.0.0.0/8"), &proxies[0]));
    assert_true(network_parse(SLICE("10.0.0.0/8"), &proxies[1]));
    struct server_options options = {
        .proxies = proxies, .proxy_count = 2, .connections_per_client = 1};
    struct server *server = start(&options);
    int kept = dial(server), another = dial(server); /* no limit for a proxy */
    expect(server, "", "\n127.0.0.1|127.0.0.1||\n");
    expect(server, "X-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 192.0.2.7, 10.0.0.1\r\n",
           "\n192.0.2.7|127.0.0.1|named|\n");
    expect(server, "Forwarded: for=192.0.2.7;proto=https\r\n", "\n192.0.2.7|127.0.0.1|named|tls\n");
    expect(server, "X-Forwarded-For: ::1\r\nX-Forwarded-Proto: https\r\n",
           "\n::1|127.0.0.1|named|tls\n");
    expect(server, "X-Forwarded-For: junk\r\n", "\n127.0.0.1|127.0.0.1||\n");
    expect(server, "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.8\r\n", "HTTP/1.1 400");
    close(kept);
    close(another);
    server_free(server);
}

static void others_name_nobody(void **state)
{
    struct network proxy;
    (void)state;
    assert_true(network_parse(SLICE("10.0.0.0/8"), &proxy));
    struct server_options options = {.proxies = &proxy, .proxy_count = 1};
    struct server *server = start(&options);
    expect(server, "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n",
           "\n127.0.0.1|||\n");
    expect(server, "X-Forwarded-For: 192.0.2.7\r\nForwarded: for=192.0.2.8\r\n",
           "\n127.0.0.1|||\n");
    server_free(server);
}

static void nobody_is_answered_before_it_goes(void **state)
{
    struct server_options options = {.hold = true};
    struct server *server = start(&options);
    struct server_stats stats;
    char answer[4096];
    int fd = dial(server);
    (void)state;
    ask(fd, "");
    struct pollfd answered = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&answered, 1, 100), 0);
    server_stats(server, &stats);
    assert_int_equal(stats.connections, 0);
    server_go(server);
    hear(fd, answer);
    assert_non_null(strstr(answer, "HTTP/1.1 200"));
    server_free(server);
    server = start(&options); /* and it ends without ever having gone */
    server_free(server);
}

/* As a client sends it, to the connection's end. */
static void send_raw(const struct server *server, const char *text, size_t len, char answer[4096])
{
    int fd = dial(server);
    assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), (ssize_t)len);
    hear(fd, answer);
}

static void what_is_no_request_is_told(void **state)
{
    struct server_options options = {.connections = 1};
    struct server *server = start(&options);
    static char large[70000];
    char answer[4096];
    (void)state;
    send_raw(server, "\x16\x03\x01nonsense\r\n\r\n", 15, answer);
    wait_seen(1);
    assert_int_equal(seen.status, 400);
    assert_string_equal(seen.client, "127.0.0.1");
    assert_non_null(strstr(answer, seen.id)); /* this answer is ours */
    int len = snprintf(large, sizeof large, "GET /there HTTP/1.1\r\nHost: h\r\nX: ");
    memset(large + len, 'x', 60000);
    memcpy(large + len + 60000, "\r\n\r\n", 4);
    send_raw(server, large, (size_t)len + 60004, answer);
    wait_seen(2);
    assert_int_equal(seen.status, 431);
    assert_false(seen.broken);
    assert_true(seen.seconds >= 0 && seen.seconds < 600);
    assert_string_equal(seen.target, "/there");
    assert_int_equal(strlen(seen.id), 32);
    memset(large, 'x', 60000);
    memcpy(large, "GET /", 5);
    send_raw(server, large, 60000, answer);
    wait_seen(3);
    assert_int_equal(seen.status, 414);
    int kept = dial(server); /* the one that may be there */
    struct server_stats stats = {.connections_open = 0};
    for (int i = 0; i < 2000 && stats.connections_open != 1; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        server_stats(server, &stats);
    }
    hear(dial(server), answer);
    wait_seen(4);
    assert_int_equal(seen.status, 503);
    assert_non_null(strstr(answer, seen.id));
    close(kept);
    server_free(server);
}

static void who_does_not_wait_is_told_of_too(void **state)
{
    struct server_options options = {.connections = 0};
    struct server *server = start(&options);
    static char large[60000];
    (void)state;
    memset(large, 'x', sizeof large);
    memcpy(large, "GET /", 5);
    for (int i = 1; i <= 50; i++) {
        int fd = dial(server);
        assert_int_equal(send(fd, large, sizeof large, MSG_NOSIGNAL), (ssize_t)sizeof large);
        shutdown(fd, SHUT_WR);
        close(fd);
        close(dial(server)); /* who says nothing is no request */
        wait_seen(i);
        assert_int_equal(seen.status, 414);
    }
    server_free(server);
    assert_int_equal(seen.count, 50);
}

static void a_kept_connection_is_told_of_too(void **state)
{
    struct server_options options = {.connections = 0};
    struct server *server = start(&options);
    static char large[60000];
    static const char first[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    char answer[4096];
    int fd = dial(server), kept = dial(server);
    (void)state;
    for (int i = 0; i < 2; i++) {
        int to = i ? kept : fd;
        assert_int_equal(send(to, first, sizeof first - 1, MSG_NOSIGNAL), sizeof first - 1);
        assert_true(recv(to, answer, sizeof answer, 0) > 0);
    }
    memset(large, 'x', sizeof large);
    memcpy(large, "GET /", 5);
    assert_int_equal(send(fd, large, sizeof large, MSG_NOSIGNAL), (ssize_t)sizeof large);
    hear(fd, answer);
    assert_non_null(strstr(answer, "HTTP/1.1 414"));
    wait_seen(1);
    assert_int_equal(seen.status, 414);
    close(kept); /* its request was told */
    server_free(server);
    assert_int_equal(seen.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proxy_names_the_client),
        cmocka_unit_test(others_name_nobody),
        cmocka_unit_test(what_is_no_request_is_told),
        cmocka_unit_test(who_does_not_wait_is_told_of_too),
        cmocka_unit_test(a_kept_connection_is_told_of_too),
        cmocka_unit_test(nobody_is_answered_before_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
