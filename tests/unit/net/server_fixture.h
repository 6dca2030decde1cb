#pragma once
/* A server whose paths do one thing each (begin, below), and a client of raw sockets: for the tests
   of what hostile and careless clients send. */
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

static inline enum server_plan begin(void *context, struct server_request *request,
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

static inline void prepare(void *context, struct server_request *request)
{
    struct fixture *f = context;
    (void)request;
    atomic_fetch_add(&f->prepares, 1);
}

static inline bool piece(void *context, struct server_request *request, struct slice bytes,
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

static inline void run(void *context, struct server_request *request,
                       struct server_response *response)
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

static inline void end(void *context, struct server_request *request, int status, uint64_t sent)
{
    struct fixture *f = context;
    atomic_fetch_add(&f->ends, 1);
    if (request->broken)
        atomic_fetch_add(&f->broken, 1);
    atomic_store(&f->last_status, status);
    atomic_fetch_add(&f->sent, sent);
}

static inline void make_big(struct fixture *f)
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

static inline struct fixture *fixture_new(const struct server_options *options)
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

static inline void fixture_free(struct fixture *f)
{
    server_free(f->server);
    assert_int_equal(atomic_load(&f->begins), atomic_load(&f->ends));
    server_stored_unref(f->stored);
    close(f->big);
    free(f->bytes);
    free(f);
}

static inline int dial(const struct fixture *f)
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

static inline void say(int fd, const char *text)
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

static inline void read_head(int fd, struct reply *reply)
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

static inline size_t length_of(const struct reply *reply)
{
    const char *at = strstr(reply->head, "Content-Length: ");
    return at ? strtoul(at + 16, NULL, 10) : 0;
}

static inline void read_reply(int fd, struct reply *reply)
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

static inline void expect(int fd, int status, const char *body)
{
    struct reply reply;
    read_reply(fd, &reply);
    assert_int_equal(reply.status, status);
    assert_non_null(strstr(reply.head, "X-Request-Id: "));
    assert_string_equal(reply.body, body);
    free(reply.body);
}

/* Not: that nothing came for as long as a socket of ours is patient. */
static inline bool is_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, 0);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

static inline void wait_ends(const struct fixture *f, int count)
{
    for (int i = 0; i < 6000 && atomic_load(&f->ends) < count; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(atomic_load(&f->ends), count);
}
