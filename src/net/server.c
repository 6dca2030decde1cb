#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/threads.h"
#include "net/server_parts.h"

unsigned long long server_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now); /* asked for each piece; 4 ms are fine enough */
    return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}

void server_tell(const struct server *server, const char *text)
{
    if (server->options.tell)
        server->options.tell(server->options.handler.context, text);
}

static unsigned or_default(unsigned value, unsigned standard)
{
    return value ? value : standard;
}

static void options_fill(struct server_options *options)
{
    unsigned processors = threads_count();
    options->io_threads = or_default(options->io_threads, processors);
    if (options->io_threads > SERVER_LOOPS_MAX)
        options->io_threads = SERVER_LOOPS_MAX;
    options->workers = or_default(options->workers, 16);
    options->connections = or_default(options->connections, 16384);
    options->header_seconds = or_default(options->header_seconds, 20);
    options->idle_seconds = or_default(options->idle_seconds, 120);
    options->stall_seconds = or_default(options->stall_seconds, 60);
    if (!options->body_rate_min)
        options->body_rate_min = 1024;
}

/* Connections are descriptors: as many as the system lets us have. Returns how many. */
static size_t raise_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit); /* what it was is fine, too */
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > 1048576 ? 1048576 : (size_t)limit.rlim_cur;
}

static bool loop_start(struct server *server, struct loop *loop, struct error *err)
{
    struct MHD_OptionItem items[4 + TLS_ITEMS_MAX + 1] = {
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, SERVER_POOL, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)server->slot_count, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, 0, NULL}, /* deadlines are the watch thread's */
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
    };
    size_t count = 4;
    if (server->tls)
        count += tls_items(server->tls, items + count);
    items[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    unsigned flags = MHD_USE_ERROR_LOG | MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_NO_LISTEN_SOCKET |
                     MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_TURBO |
                     (server->tls ? MHD_USE_TLS : 0);
    loop->server = server;
    loop->copy = stored_copy_take();
    pthread_mutex_init(&loop->lock, NULL);
    loop->daemon = server->api->start_daemon(
        flags, 0, NULL, NULL, call_handle, loop, MHD_OPTION_EXTERNAL_LOGGER, server_hear, loop,
        MHD_OPTION_URI_LOG_CALLBACK, call_uri, loop, MHD_OPTION_NOTIFY_COMPLETED, call_completed,
        loop, MHD_OPTION_NOTIFY_CONNECTION, connection_notify, loop, MHD_OPTION_ARRAY, items,
        MHD_OPTION_END);
    if (!loop->daemon)
        return error_set(err, ERROR_INTERNAL, "libmicrohttpd did not start a thread");
    return true;
}

static bool loops_start(struct server *server, struct error *err)
{
    for (unsigned i = 0; i < server->options.io_threads; i++) {
        server->loop_count++;
        if (!loop_start(server, &server->loops[i], err))
            return false;
    }
    return true;
}

static bool server_run(struct server *server, struct error *err)
{
    server->api = microhttpd_api_load(err);
    if (!server->api || !server_listen_open(server, err))
        return false;
    if (server->options.certificate && !tls_open(&server->tls, &server->options, err))
        return false;
    server->slot_count = raise_descriptors();
    server->slots = calloc(server->slot_count, sizeof *server->slots);
    if (!server->slots)
        return arena_error(err);
    return workers_start(&server->workers, server->options.workers, err) &&
           loops_start(server, err) && server_watch_start(server, err) &&
           server_accept_start(server, err);
}

bool server_start(struct server **server, const struct server_options *options, struct error *err)
{
    struct server *made = calloc(1, sizeof *made);
    if (!made)
        return arena_error(err);
    made->options = *options;
    options_fill(&made->options);
    atomic_init(&made->held, options->hold);
    made->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&made->clients_lock, NULL);
    pthread_mutex_init(&made->linger_lock, NULL);
    pthread_mutex_init(&made->workers.lock, NULL);
    pthread_cond_init(&made->workers.ready, NULL);
    if (made->wake < 0 ? error_errno(err, "eventfd") : server_run(made, err)) {
        *server = made;
        return true;
    }
    server_free(made);
    return false;
}

void server_go(struct server *server)
{
    uint64_t one = 1;
    atomic_store(&server->held, false);
    if (write(server->wake, &one, sizeof one) < 0)
        server_tell(server, "the acceptor could not be woken");
}

uint16_t server_port(const struct server *server)
{
    return server->port;
}

static unsigned connections_open(const struct server *server)
{
    unsigned open = 0;
    for (unsigned i = 0; i < server->loop_count; i++)
        open += atomic_load(&server->loops[i].open);
    return open;
}

static void pause_ms(long milliseconds)
{
    nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

/* Ends connections by their sockets; their loops see it and do the rest. */
static void connections_shut(struct server *server, bool only_idle)
{
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        pthread_mutex_lock(&loop->lock);
        for (struct connection *c = loop->connections; c; c = c->next)
            if (!only_idle || atomic_load(&c->phase) == PHASE_IDLE)
                shutdown(c->fd, SHUT_RDWR);
        pthread_mutex_unlock(&loop->lock);
    }
}

static void end_acceptor(struct server *server)
{
    atomic_store(&server->closing, true);
    uint64_t one = 1;
    if (write(server->wake, &one, sizeof one) < 0)
        server_tell(server, "the acceptor could not be woken");
    if (server->acceptor_runs)
        pthread_join(server->acceptor, NULL);
    server->acceptor_runs = false;
    server_listen_close(server);
}

void server_stop(struct server *server, unsigned seconds)
{
    unsigned long long until = server_milliseconds() + seconds * 1000ULL;
    end_acceptor(server);
    while (connections_open(server) && server_milliseconds() < until) {
        connections_shut(server, true);
        pause_ms(10);
    }
    connections_shut(server, false);
    atomic_store(&server->stopping, true);
    /* A worker's step cannot be broken off; libmicrohttpd must not end while one is suspended. */
    while (atomic_load(&server->calls))
        pause_ms(5);
    if (server->watch_runs)
        pthread_join(server->watch, NULL);
    server->watch_runs = false;
    for (unsigned i = 0; i < server->loop_count; i++) {
        if (server->loops[i].daemon)
            server->api->stop_daemon(server->loops[i].daemon);
        server->loops[i].daemon = NULL;
    }
    workers_stop(&server->workers);
}

static void loop_done(struct loop *loop)
{
    for (struct call *call = loop->kept, *next; call; call = next) {
        next = call->next;
        arena_done(&call->arena);
        free(call);
    }
    stored_copy_give(loop->copy);
    pthread_mutex_destroy(&loop->lock);
}

void server_free(struct server *server)
{
    if (!server)
        return;
    server_stop(server, 0);
    for (unsigned i = 0; i < server->loop_count; i++)
        loop_done(&server->loops[i]);
    for (size_t i = 0; server->slots && i < server->slot_count; i++)
        connection_free(server->slots[i]);
    for (size_t i = 0; i < server->linger_count; i++)
        close(server->linger[i].fd);
    free(server->slots);
    tls_close(server->tls);
    if (server->wake >= 0)
        close(server->wake);
    pthread_mutex_destroy(&server->clients_lock);
    pthread_mutex_destroy(&server->linger_lock);
    pthread_mutex_destroy(&server->workers.lock);
    pthread_cond_destroy(&server->workers.ready);
    free(server);
}

void server_stats(const struct server *server, struct server_stats *stats)
{
    *stats = (struct server_stats){.connections = atomic_load(&server->accepted),
                                   .connections_open = connections_open(server),
                                   .refused = atomic_load(&server->refused),
                                   .slow = atomic_load(&server->slow)};
    for (unsigned i = 0; i < server->loop_count; i++) {
        stats->requests += atomic_load(&server->loops[i].requests);
        stats->bytes_in += atomic_load(&server->loops[i].bytes_in);
        stats->bytes_out += atomic_load(&server->loops[i].bytes_out);
    }
}
