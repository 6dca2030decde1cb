/* The server against raw sockets: what is sent here is what hostile and careless clients send. */
#include "test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "net/server.h"

enum { BIG = 16 << 20 };

struct fixture {
    struct server *server;
    struct server_options options;
    const char *listen[2];
    atomic_int begins, ends, broken, prepares;
    atomic_ullong streamed, sent;
    atomic_int last_status;
    struct server_stored *stored;
    int big; /* a file of BIG bytes, byte i is i * 7 */
    char *bytes;
};

static enum server_plan begin(void *context, struct server_request *request,
                              struct server_response *response)
{
    struct fixture *f = context;
    if (request->prepared == 0)
        atomic_fetch_add(&f->begins, 1);
    if (slice_equal_str(request->path, "/run"))
        return SERVER_RUN;
    if (slice_equal_str(request->path, "/echo"))
        return SERVER_BODY;
    if (slice_equal_str(request->path, "/small")) {
        request->body_limit = 10;
        return SERVER_BODY;
    }
    if (slice_starts(request->path, SLICE("/stream")))
        return SERVER_STREAM;
    if (slice_equal_str(request->path, "/prepare") && request->prepared < 2)
        return SERVER_PREPARE;
    if (slice_equal_str(request->path, "/stored")) {
        response->stored = server_stored_ref(f->stored);
        return SERVER_ANSWER;
    }
    if (slice_equal_str(request->path, "/file")) {
        response->has_file = true;
        response->fd = dup(f->big);
        response->size = BIG;
        struct slice range = server_header(request, "X-From");
        if (range.len && slice_u64(range, &response->offset))
            response->size -= response->offset;
    }
    if (slice_equal_str(request->path, "/length")) {
        response->has_size = true;
        response->size = 123456;
    }
    response->status = 200;
    response->body = request->target;
    if (slice_equal_str(request->path, "/accept"))
        response->body = server_header_all(request, "accept");
    if (slice_equal_str(request->path, "/no")) {
        response->status = 403;
        response->body = SLICE("no\n");
    }
    return SERVER_ANSWER;
}

static void prepare(void *context, struct server_request *request)
{
    struct fixture *f = context;
    (void)request;
    atomic_fetch_add(&f->prepares, 1);
}

static bool piece(void *context, struct server_request *request, struct slice bytes,
                  struct server_response *response)
{
    struct fixture *f = context;
    atomic_fetch_add(&f->streamed, bytes.len);
    if (slice_equal_str(request->path, "/stream/no") && request->received > 100000) {
        response->status = 507;
        response->body = SLICE("full\n");
        return false;
    }
    return true;
}

static void run(void *context, struct server_request *request, struct server_response *response)
{
    (void)context;
    response->status = 200;
    response->body = request->body;
    if (slice_equal_str(request->path, "/run")) {
        struct slice wait = {0};
        response->body = arena_printf(request->arena, "ran %s", request->id);
        if (server_query(request, "wait", &wait))
            nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    }
    if (slice_starts(request->path, SLICE("/stream")))
        response->body =
            arena_printf(request->arena, "%llu", (unsigned long long)request->received);
    server_set(request, response, "X-Run", SLICE("yes"));
}

static void end(void *context, struct server_request *request, int status, uint64_t sent)
{
    struct fixture *f = context;
    atomic_fetch_add(&f->ends, 1);
    if (request->broken)
        atomic_fetch_add(&f->broken, 1);
    atomic_store(&f->last_status, status);
    atomic_fetch_add(&f->sent, sent);
}

static void make_big(struct fixture *f)
{
    char name[] = "/tmp/plimsoll-server-XXXXXX";
    struct error err = {0};
    f->big = mkstemp(name);
    unlink(name);
    f->bytes = malloc(BIG);
    for (size_t i = 0; i < BIG; i++)
        f->bytes[i] = (char)(i * 7);
    assert_true(file_write_fd(f->big, f->bytes, BIG, &err));
}

static struct fixture *fixture_new(const struct server_options *options)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct error err = {0};
    CLEANUP_ARENA struct arena arena;
    struct http_headers headers = {0};
    arena_init(&arena, 1 << 20);
    f->options = options ? *options : (struct server_options){0};
    f->listen[0] = "127.0.0.1:0";
    f->options.listen = f->listen;
    f->options.listen_count = 1;
    f->options.handler = (struct server_handler){f, begin, prepare, piece, run, end};
    make_big(f);
    assert_true(http_headers_add(&headers, SLICE("X-Kind"), SLICE("stored"), &arena, &err));
    f->stored = server_stored_new(200, &headers, SLICE("stored body"), &err);
    assert_non_null(f->stored);
    if (!server_start(&f->server, &f->options, &err))
        fail_msg("%s", err.text);
    return f;
}

static void fixture_free(struct fixture *f)
{
    server_free(f->server);
    assert_int_equal(atomic_load(&f->begins), atomic_load(&f->ends));
    server_stored_unref(f->stored);
    close(f->big);
    free(f->bytes);
    free(f);
}

static int dial(const struct fixture *f)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(server_port(f->server))};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 60};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* One answer: status, headers as text, body. */
struct reply {
    int status;
    char head[8192];
    char *body;
    size_t len;
};

static void read_head(int fd, struct reply *reply)
{
    size_t len = 0;
    *reply = (struct reply){0};
    while (len < sizeof reply->head - 1 && !strstr(reply->head, "\r\n\r\n")) {
        ssize_t got = recv(fd, reply->head + len, 1, 0);
        if (got <= 0)
            break;
        len += (size_t)got;
    }
    reply->status = http_status_of_line(slice_str(reply->head));
}

static size_t length_of(const struct reply *reply)
{
    const char *at = strstr(reply->head, "Content-Length: ");
    return at ? strtoul(at + 16, NULL, 10) : 0;
}

static void read_reply(int fd, struct reply *reply)
{
    read_head(fd, reply);
    size_t length = length_of(reply);
    reply->body = calloc(1, length + 1);
    while (reply->len < length) {
        ssize_t got = recv(fd, reply->body + reply->len, length - reply->len, 0);
        if (got <= 0)
            break;
        reply->len += (size_t)got;
    }
}

static void expect(int fd, int status, const char *body)
{
    struct reply reply;
    read_reply(fd, &reply);
    assert_int_equal(reply.status, status);
    assert_non_null(strstr(reply.head, "X-Request-Id: "));
    assert_string_equal(reply.body, body);
    free(reply.body);
}

/* Not: that nothing came for as long as a socket of ours is patient. */
static bool is_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

static void wait_ends(const struct fixture *f, int count)
{
    for (int i = 0; i < 6000 && atomic_load(&f->ends) < count; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(atomic_load(&f->ends), count);
}

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
        cmocka_unit_test(large_bodies_share_a_limit),
        cmocka_unit_test(thousands_of_parameters),
        cmocka_unit_test(unclear_requests_are_refused),
        cmocka_unit_test(heads_are_read_in_one_way),
        cmocka_unit_test(large_heads_in_pieces_are_read),
        cmocka_unit_test(one_answer_is_enough),
        cmocka_unit_test(what_is_no_http_is_told),
        cmocka_unit_test(heads_have_a_limit),
        cmocka_unit_test(slow_clients_are_ended),
        cmocka_unit_test(many_at_once),
        cmocka_unit_test(connections_have_limits),
        cmocka_unit_test(stops_gracefully),
        cmocka_unit_test(listens_on_several),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
