#pragma once
/*
 * A server on loopback that gives prepared answers, one connection each, and keeps what it was
 * asked: open it, fill in `answers`, start it, ask, stop it, look at `requests`. It is for clients
 * of HTTP, also in other rooms; what real servers make of a request, scenarios find out.
 */
#include "test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"

enum { PREPARED_ANSWERS = 12, PREPARED_REQUEST = 8192 };

struct prepared_server {
    int listener;
    unsigned port;
    const char
        *answers[PREPARED_ANSWERS]; /* NULL ends it; "": hangs up in the middle of the body */
    char requests[PREPARED_ANSWERS][PREPARED_REQUEST]; /* head, and what fits of the body */
    uint64_t bodies[PREPARED_ANSWERS];                 /* how many bytes of them were read */
    int served;
    pthread_t thread;
};

static inline void prepared_server_open(struct prepared_server *server)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *server = (struct prepared_server){.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(server->listener, 8), 0);
    assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &size), 0);
    server->port = ntohs(address.sin_port);
}

/* False: it ended before its head did. */
static inline bool prepared_take(struct prepared_server *server, int connection)
{
    static char rest[1 << 16];
    char *request = server->requests[server->served];
    size_t len = 0;
    const char *end = NULL;
    for (; !end; end = strstr(request, "\r\n\r\n")) {
        ssize_t got = read(connection, request + len, PREPARED_REQUEST - 1 - len);
        if (got <= 0)
            return false;
        len += (size_t)got;
    }
    const char *length = strcasestr(request, "Content-Length: ");
    uint64_t want = length && length < end ? strtoull(length + 16, NULL, 10) : 0;
    uint64_t had = len - (size_t)(end + 4 - request);
    if (!server->answers[server->served][0])
        want /= 2;
    while (had < want) {
        size_t room = PREPARED_REQUEST - 1 - len;
        ssize_t got = read(connection, room ? request + len : rest, room ? room : sizeof rest);
        if (got <= 0)
            break;
        len += room ? (size_t)got : 0;
        had += (uint64_t)got;
    }
    server->bodies[server->served] = had;
    return true;
}

/* That the connection ends is said: a client that is quick sends its next request on it otherwise,
   and a body cannot be sent twice. */
static inline void prepared_answer(int connection, const char *text)
{
    static const char closes[] = "Connection: close\r\n";
    const char *last = strstr(text, "\r\n\r\nHTTP/1.1 "); /* behind a 100 Continue */
    const char *headers = strchr(last ? last + 4 : text, '\n');
    struct error err = {0};
    if (!headers) /* it hangs up */
        return;
    file_write_fd(connection, text, (size_t)(headers + 1 - text), &err);
    file_write_fd(connection, closes, sizeof closes - 1, &err);
    file_write_fd(connection, headers + 1, strlen(headers + 1), &err);
}

static inline void *prepared_serve(void *argument)
{
    struct prepared_server *server = argument;
    while (server->served < PREPARED_ANSWERS && server->answers[server->served]) {
        int connection CLEANUP_FD = accept(server->listener, NULL, NULL);
        if (connection < 0)
            break;
        if (prepared_take(server, connection))
            prepared_answer(connection, server->answers[server->served++]);
    }
    return NULL;
}

static inline void prepared_server_start(struct prepared_server *server)
{
    assert_int_equal(pthread_create(&server->thread, NULL, prepared_serve, server), 0);
}

/* Ends it though it may still wait for connections. */
static inline void prepared_server_stop(struct prepared_server *server)
{
    shutdown(server->listener, SHUT_RDWR);
    pthread_join(server->thread, NULL);
    close(server->listener);
}
