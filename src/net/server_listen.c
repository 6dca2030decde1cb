/* Where it listens, and the thread that accepts. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "net/server_parts.h"

enum { SERVICE_UNAVAILABLE = 503 };

/* "127.0.0.1:5000", "[::1]:5000", ":5000", "localhost:0" */
static bool split_address(const char *text, char host[256], char port[8], struct error *err)
{
    struct slice all = slice_str(text);
    size_t colon = slice_find_last(all, ':');
    struct slice name = slice_upto(all, colon), number = slice_from(all, colon + 1);
    uint64_t value;
    if (name.len >= 2 && name.at[0] == '[' && name.at[name.len - 1] == ']')
        name = slice_upto(slice_from(name, 1), name.len - 2);
    if (colon == all.len || !slice_u64(number, &value) || value > 65535 || name.len > 255)
        return error_set(err, ERROR_USAGE, "'%s' is no ADDRESS:PORT to listen on", text);
    snprintf(host, 256, "%.*s", SLICE_ARG(name));
    snprintf(port, 8, "%u", (unsigned)value);
    return true;
}

static bool take_address(const struct addrinfo *address, int *fd)
{
    int one = 1, zero = 0;
    *fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (*fd < 0)
        return false;
    setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (address->ai_family == AF_INET6)
        setsockopt(*fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(*fd, address->ai_addr, address->ai_addrlen) == 0 && listen(*fd, SOMAXCONN) == 0)
        return true;
    int saved = errno;
    close(*fd);
    errno = saved;
    return false;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        return 0;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)(void *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)(void *)&address)->sin_port);
}

static bool listen_on(struct server *server, const char *text, struct error *err)
{
    char host[256], port[8];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found = NULL;
    int fd = -1;
    if (!split_address(text, host, port, err))
        return false;
    if (!*host) /* all addresses: the IPv6 socket takes IPv4, too; where there is no IPv6, IPv4 */
        hints.ai_family = AF_INET6;
    int failed = getaddrinfo(*host ? host : NULL, port, &hints, &found);
    if (!failed && !*host && !take_address(found, &fd)) {
        freeaddrinfo(found);
        hints.ai_family = AF_INET;
        failed = getaddrinfo(NULL, port, &hints, &found);
    }
    if (failed)
        return error_set(err, ERROR_USAGE, "listening on %s: %s", text, gai_strerror(failed));
    bool taken = fd >= 0 || take_address(found, &fd);
    freeaddrinfo(found);
    if (!taken && errno == EADDRINUSE)
        return error_set(err, ERROR_IO,
                         "listening on %s: another program does; --listen HOST:PORT takes another "
                         "port, 0 for a free one",
                         text);
    if (!taken)
        return error_errno(err, "listening on %s", text);
    server->listen[server->listen_count++] = fd;
    return true;
}

bool server_listen_open(struct server *server, struct error *err)
{
    const struct server_options *options = &server->options;
    if (options->listen_count == 0 || options->listen_count > SERVER_LISTEN_MAX)
        return error_set(err, ERROR_USAGE, "1 to %d addresses to listen on", SERVER_LISTEN_MAX);
    for (size_t i = 0; i < options->listen_count; i++)
        if (!listen_on(server, options->listen[i], err))
            return false;
    server->port = port_of(server->listen[0]);
    return true;
}

void server_listen_close(struct server *server)
{
    for (size_t i = 0; i < server->listen_count; i++)
        close(server->listen[i]);
    server->listen_count = 0;
}

/* Said without TLS also where TLS is spoken: a client then sees a broken connection, as it should.
 */
static void refuse(struct server *server, int fd, const struct sockaddr *address)
{
    char answer[200], id[33], client[INET6_ADDRSTRLEN];
    server_make_id(id);
    int len = snprintf(answer, sizeof answer,
                       "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n"
                       "Retry-After: 1\r\nX-Request-Id: %s\r\nConnection: close\r\n\r\n",
                       id);
    atomic_fetch_add(&server->refused, 1);
    if (!server->tls && send(fd, answer, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        server_linger_add(server, fd);
    close(fd);
    connection_address(address, client);
    server_refusal(server, client, NULL, SERVICE_UNAVAILABLE, id);
}

static struct loop *loop_choose(struct server *server, unsigned *all)
{
    struct loop *least = &server->loops[0];
    *all = 0;
    for (unsigned i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        *all += atomic_load(&loop->open);
        if (atomic_load(&loop->open) < atomic_load(&least->open))
            least = loop;
    }
    return least;
}

static void take(struct server *server, int fd, const struct sockaddr *address, socklen_t size)
{
    unsigned open;
    struct loop *loop = loop_choose(server, &open);
    atomic_fetch_add(&server->accepted, 1);
    struct connection *connection = NULL;
    if (open < server->options.connections && (size_t)fd < server->slot_count) {
        connection_free(server->slots[fd]); /* one that never came to its loop */
        server->slots[fd] = connection = connection_new(server, fd, address);
    }
    if (!connection) {
        refuse(server, fd, address);
        return;
    }
    if (server->api->add_connection(loop->daemon, fd, address, size) != MHD_YES) {
        server->slots[fd] = NULL; /* the socket is closed */
        connection_free(connection);
        atomic_fetch_add(&server->refused, 1);
    }
}

static void accept_some(struct server *server, int from)
{
    for (int i = 0; i < 256; i++) { /* then the other addresses have their turn */
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        int fd = accept4(from, (struct sockaddr *)&address, &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd >= 0) {
            take(server, fd, (const struct sockaddr *)&address, size);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
            server_tell(server, "out of descriptors or memory: connections wait");
            nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
            return;
        } else if (errno != EINTR && errno != ECONNABORTED) {
            return;
        }
    }
}

void server_linger_add(struct server *server, int fd)
{
    int copy = dup(fd);
    uint64_t one = 1;
    pthread_mutex_lock(&server->linger_lock);
    bool room = copy >= 0 && server->linger_count < SERVER_LINGER_MAX;
    if (room)
        server->linger[server->linger_count++] =
            (struct lingering){copy, server_milliseconds() + SERVER_LINGER_SECONDS * 1000ULL};
    pthread_mutex_unlock(&server->linger_lock);
    if (room) /* a wake that cannot be written finds one waiting already */
        (void)!write(server->wake, &one, sizeof one);
    else if (copy >= 0)
        close(copy);
}

/* Our side is said to be finished; what comes is read away, until the other side has read it. */
static bool linger_goes_on(const struct lingering *linger, unsigned long long now)
{
    char away[16384];
    ssize_t got = 1;
    shutdown(linger->fd, SHUT_WR);
    for (int i = 0; i < 64 && got > 0; i++)
        got = recv(linger->fd, away, sizeof away, MSG_DONTWAIT);
    return (got > 0 || (got < 0 && errno == EAGAIN)) && now < linger->until;
}

static void linger_all(struct server *server)
{
    unsigned long long now = server_milliseconds();
    pthread_mutex_lock(&server->linger_lock);
    for (size_t i = 0; i < server->linger_count;) {
        if (linger_goes_on(&server->linger[i], now)) {
            i++;
            continue;
        }
        close(server->linger[i].fd);
        server->linger[i] = server->linger[--server->linger_count];
    }
    pthread_mutex_unlock(&server->linger_lock);
}

static int poll_all(struct server *server, struct pollfd *polls)
{
    size_t count = 0;
    polls[count++] = (struct pollfd){.fd = server->wake, .events = POLLIN};
    bool held = atomic_load(&server->held); /* poll passes over -1 */
    for (size_t i = 0; i < server->listen_count; i++)
        polls[count++] = (struct pollfd){.fd = held ? -1 : server->listen[i], .events = POLLIN};
    pthread_mutex_lock(&server->linger_lock);
    size_t lingering = server->linger_count;
    for (size_t i = 0; i < lingering; i++)
        polls[count++] = (struct pollfd){.fd = server->linger[i].fd, .events = POLLIN};
    pthread_mutex_unlock(&server->linger_lock);
    return poll(polls, count, lingering ? 200 : -1);
}

static void *accept_all(void *context)
{
    struct server *server = context;
    struct pollfd polls[1 + SERVER_LISTEN_MAX + SERVER_LINGER_MAX];
    uint64_t count;
    while (!atomic_load(&server->closing)) {
        int ready = poll_all(server, polls);
        if (ready > 0 && polls[0].revents)
            (void)!read(server->wake, &count, sizeof count);
        for (size_t i = 0; ready > 0 && i < server->listen_count; i++)
            if (polls[1 + i].revents)
                accept_some(server, server->listen[i]);
        linger_all(server);
    }
    return NULL;
}

bool server_accept_start(struct server *server, struct error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    server->acceptor_runs = pthread_create(&server->acceptor, NULL, accept_all, server) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return server->acceptor_runs || error_set(err, ERROR_INTERNAL, "no thread can be started");
}
