/*
 * Deadlines. libmicrohttpd's own timeout starts again with every byte, so a client that sends one
 * byte a minute would keep a connection for ever; here each phase has its end. A connection over
 * its time is shut down; its loop then sees a closed socket and does the rest. The kernel counts
 * the bytes of sockets (tcp(7), TCP_INFO), so the loops need not.
 */
#include <linux/tcp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <time.h>

#include "net/server_parts.h"

/* What has come, or what the other side has acknowledged; 0 where the kernel does not say. */
static unsigned long long socket_bytes(int fd, bool received)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return 0;
    if (received)
        return size > offsetof(struct tcp_info, tcpi_bytes_received) ? info.tcpi_bytes_received : 0;
    return size > offsetof(struct tcp_info, tcpi_bytes_acked) ? info.tcpi_bytes_acked : 0;
}

/*
 * The other side has closed, and nothing is left to read. Usually a loop sees that by itself; but
 * libmicrohttpd takes a short read for the last one until epoll tells of more, and when the end
 * came together with the last bytes, epoll has told already.
 */
static bool has_left(const struct connection *c, int phase, unsigned long long now)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    int waiting = 0;
    unsigned long long moved = atomic_load(&c->moved);
    if (phase == PHASE_BODY && (now < moved || now - moved < 1000))
        return false;
    return (phase == PHASE_IDLE || phase == PHASE_BODY) &&
           getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
           info.tcpi_state == SOCKET_CLOSE_WAIT && ioctl(c->fd, FIONREAD, &waiting) == 0 &&
           waiting == 0;
}

/* Kept connections have long to send a next request, but not long to send half of one. */
static bool idle_is_over(struct connection *c, const struct server_options *options,
                         unsigned long long since, unsigned long long now)
{
    unsigned long long bytes = socket_bytes(c->fd, true);
    if (c->seen_since != since) {
        bool first = c->seen_since == 0;
        c->seen_since = since;
        c->head_since = first && bytes > 0 ? since : 0; /* a new one begins at 0 bytes */
        c->seen_bytes = bytes;
    } else if (!c->head_since && bytes != c->seen_bytes) {
        c->head_since = now;
    }
    if (c->head_since)
        return now - c->head_since > options->header_seconds * 1000ULL;
    return now - since > options->idle_seconds * 1000ULL;
}

static bool body_is_over(struct connection *c, const struct server_options *options,
                         unsigned long long since, unsigned long long now)
{
    unsigned long long limit = options->stall_seconds * 1000ULL, took = now - since;
    unsigned long long moved = atomic_load(&c->moved);
    if (now > moved && now - moved > limit)
        return true;
    return took > limit && atomic_load(&c->received) / (took / 1000) < options->body_rate_min;
}

static bool send_is_over(struct connection *c, const struct server_options *options,
                         unsigned long long since, unsigned long long now)
{
    unsigned long long bytes = socket_bytes(c->fd, false);
    if (c->seen_since != since || c->seen_bytes != bytes) {
        c->seen_since = since;
        c->seen_bytes = bytes;
        c->seen_at = now;
    }
    return now - c->seen_at > options->stall_seconds * 1000ULL;
}

static bool is_over(struct connection *c, const struct server_options *options, int phase,
                    unsigned long long now)
{
    unsigned long long since = atomic_load(&c->since);
    if (now < since)
        return false;
    switch (phase) {
    case PHASE_IDLE:
        return idle_is_over(c, options, since, now);
    case PHASE_BODY:
        return body_is_over(c, options, since, now);
    case PHASE_SEND:
        return send_is_over(c, options, since, now);
    default:
        return false;
    }
}

static void watch_loop(struct server *server, struct loop *loop, unsigned long long now)
{
    pthread_mutex_lock(&loop->lock);
    for (struct connection *c = loop->connections; c; c = c->next) {
        int phase = atomic_load(&c->phase);
        if (has_left(c, phase, now)) {
            shutdown(c->fd, SHUT_RDWR);
        } else if (is_over(c, &server->options, phase, now)) {
            shutdown(c->fd, SHUT_RDWR);
            if (phase != PHASE_IDLE || c->head_since)
                atomic_fetch_add(&server->slow, 1);
        }
    }
    pthread_mutex_unlock(&loop->lock);
}

static void *watch(void *context)
{
    struct server *server = context;
    unsigned long long last = server_milliseconds();
    while (!atomic_load(&server->stopping)) {
        nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL); /* so that a stop is quick */
        unsigned long long now = server_milliseconds();
        if (now - last < 1000)
            continue;
        last = now;
        for (unsigned i = 0; i < server->loop_count; i++)
            watch_loop(server, &server->loops[i], now);
        if (server->tls)
            tls_refresh(server);
    }
    return NULL;
}

bool server_watch_start(struct server *server, struct error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    server->watch_runs = pthread_create(&server->watch, NULL, watch, server) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server->watch_runs || error_set(err, ERROR_INTERNAL, "no thread can be started");
}
