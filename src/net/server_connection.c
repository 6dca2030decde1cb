/*
 * A connection's life: made by the acceptor, found by its descriptor when its loop takes it
 * (libmicrohttpd passes no word of ours along with a socket), freed when the loop closes it.
 */
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hash.h"
#include "net/forwarded.h"
#include "net/server_parts.h"

void connection_address(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
    if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)address;
        if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
            inet_ntop(AF_INET, &six->sin6_addr.s6_addr[12], text, INET6_ADDRSTRLEN);
            return;
        }
        inet_ntop(AF_INET6, &six->sin6_addr, text, INET6_ADDRSTRLEN);
        return;
    }
    const struct sockaddr_in *four = (const struct sockaddr_in *)(const void *)address;
    inet_ntop(AF_INET, &four->sin_addr, text, INET6_ADDRSTRLEN);
}

static struct client **client_place(struct server *server, const char *address)
{
    size_t count = sizeof server->clients / sizeof *server->clients;
    struct client **place = &server->clients[hash64(slice_str(address)) % count];
    while (*place && strcmp((*place)->address, address) != 0)
        place = &(*place)->next;
    return place;
}

/* NULL when the address has as many connections as one may, or memory is out. */
static struct client *client_enter(struct server *server, const char *address, unsigned limit)
{
    pthread_mutex_lock(&server->clients_lock);
    struct client **place = client_place(server, address), *client = *place;
    if (!client) {
        client = calloc(1, sizeof *client);
        if (client)
            memcpy(client->address, address, sizeof client->address);
        *place = client;
    } else if (limit && client->count >= limit) {
        client = NULL;
    }
    if (client)
        client->count++;
    pthread_mutex_unlock(&server->clients_lock);
    return client;
}

static void client_leave(struct server *server, struct client *client)
{
    pthread_mutex_lock(&server->clients_lock);
    if (--client->count == 0) {
        *client_place(server, client->address) = client->next;
        free(client);
    }
    pthread_mutex_unlock(&server->clients_lock);
}

struct connection *connection_new(struct server *server, int fd, const struct sockaddr *address)
{
    struct connection *connection = calloc(1, sizeof *connection);
    if (!connection)
        return NULL;
    *connection = (struct connection){.server = server, .fd = fd};
    connection_address(address, connection->address);
    connection->proxy = forwarded_trusts(server->options.proxies, server->options.proxy_count,
                                         slice_str(connection->address));
    connection->client =
        client_enter(server, connection->address,
                     connection->proxy ? 0 : server->options.connections_per_client);
    if (connection->client)
        return connection;
    free(connection);
    return NULL;
}

void connection_free(struct connection *connection)
{
    if (!connection)
        return;
    client_leave(connection->server, connection->client);
    free(connection);
}

void connection_phase(struct connection *connection, enum connection_phase phase)
{
    unsigned long long now = server_milliseconds();
    atomic_store_explicit(&connection->since, now, memory_order_relaxed);
    if (phase == PHASE_BODY) {
        atomic_store_explicit(&connection->moved, now, memory_order_relaxed);
        atomic_store_explicit(&connection->received, 0, memory_order_relaxed);
    }
    atomic_store_explicit(&connection->phase, (int)phase, memory_order_release);
}

static void connection_enter(struct loop *loop, struct connection *connection)
{
    connection->loop = loop;
    connection_phase(connection, PHASE_IDLE);
    pthread_mutex_lock(&loop->lock);
    connection->next = loop->connections;
    if (connection->next)
        connection->next->previous = connection;
    loop->connections = connection;
    pthread_mutex_unlock(&loop->lock);
    atomic_fetch_add(&loop->open, 1);
}

/*
 * Has it sent something that never became a request of ours? `said` is libmicrohttpd's own answer,
 * not told yet: without one, bytes alone are a sign only where no request and no handshake can
 * have brought them. The kernel counts the end of the other side as a byte received.
 */
static bool was_refused(const struct connection *connection, const struct tcp_info *info, int said)
{
    bool open = info->tcpi_state == SOCKET_ESTABLISHED;
    if (connection->heard || connection->server->tls)
        return said && open;
    return info->tcpi_bytes_received > (open ? 0 : 1) &&
           (open || info->tcpi_state == SOCKET_CLOSE_WAIT || info->tcpi_state == SOCKET_CLOSE);
}

/*
 * What is no HTTP at all libmicrohttpd closes without a word mostly, and never tells us of. Clients
 * that try TLS first (crane; docker with insecure registries) take that for a broken line, and wait
 * before they try again; after any answer they go on without TLS at once. What it does answer by
 * itself is told to the log here, also when the other side has not waited for it.
 */
static void refuse_noise(struct connection *connection)
{
    struct server *server = connection->server;
    char answer[200], id[33];
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    int said = connection->loop->said;
    if (((connection->heard || server->tls) && !said) ||
        getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0 ||
        !was_refused(connection, &info, said))
        return;
    server_make_id(id);
    int len = snprintf(answer, sizeof answer,
                       "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nX-Request-Id: %s\r\n"
                       "Connection: close\r\n\r\n",
                       id);
    bool silent = info.tcpi_state == SOCKET_ESTABLISHED && info.tcpi_bytes_sent == 0;
    if (silent && send(connection->fd, answer, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        server_linger_add(server, connection->fd);
    server_refusal(server, connection->address, NULL, loop_said(connection->loop), id);
}

static void connection_leave(struct loop *loop, struct connection *connection)
{
    refuse_noise(connection);
    pthread_mutex_lock(&loop->lock);
    if (connection->next)
        connection->next->previous = connection->previous;
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        loop->connections = connection->next;
    pthread_mutex_unlock(&loop->lock);
    atomic_fetch_sub(&loop->open, 1);
    connection_free(connection);
}

/* libmicrohttpd tells of a new connection, and of one whose socket it is about to close. */
void connection_notify(void *context, struct MHD_Connection *wire, void **socket_context,
                       enum MHD_ConnectionNotificationCode code)
{
    struct loop *loop = context;
    struct server *server = loop->server;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        if (*socket_context)
            connection_leave(loop, *socket_context);
        *socket_context = NULL;
        return;
    }
    const union MHD_ConnectionInfo *info =
        server->api->get_connection_info(wire, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (!info || (size_t)info->connect_fd >= server->slot_count)
        return;
    struct connection *connection = server->slots[info->connect_fd];
    server->slots[info->connect_fd] = NULL;
    *socket_context = connection;
    if (connection)
        connection_enter(loop, connection);
}

struct connection *connection_of(const struct server *server, struct MHD_Connection *wire)
{
    const union MHD_ConnectionInfo *info =
        server->api->get_connection_info(wire, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}
