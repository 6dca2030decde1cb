/* What a server listens on, and under which name it is known here. */
#include "lint/nginx/effective.h"

static bool has_word(const struct nginx_node *node, const char *word)
{
    for (size_t i = 0; i < node->count; i++)
        if (slice_equal_str(node->words[i].text, word))
            return true;
    return false;
}

/* 443 of "443", "*:443", "[::]:443", "a.example:443"; 0: of a socket. */
static unsigned port_of(struct slice address)
{
    uint64_t port = 80;
    if (slice_starts(address, SLICE("unix:")))
        return 0;
    size_t bracket = slice_find_last(address, ']');
    size_t colon = slice_find_last(address, ':');
    bool colon_counts = colon < address.len && (bracket == address.len || colon > bracket);
    if (slice_u64(address, &port))
        return port <= 65535 ? (unsigned)port : 0;
    if (colon_counts && slice_u64(slice_from(address, colon + 1), &port) && port <= 65535)
        return (unsigned)port;
    return 80;
}

/* `if` that sends plain requests to https. A test of X-Forwarded-Proto says that a proxy in front
   ends TLS. */
static void read_if(struct nginx_server *server, const struct nginx_node *node)
{
    struct slice text = slice_of(node->file->bytes.at + node->start, node->open - node->start);
    struct nginx_answer answer = nginx_answer_of(node);
    bool forwarded = slice_search(text, SLICE("$http_x_forwarded_proto")) < text.len;
    bool plain = slice_search(text, SLICE("$scheme")) < text.len ||
                 slice_search(text, SLICE("$https")) < text.len ||
                 slice_search(text, SLICE("$server_port")) < text.len;
    if (answer.kind != NGINX_ANSWER_OWN || !answer.to_https || !(forwarded || plain))
        return;
    server->redirects = true;
    server->tls |= forwarded;
}

void nginx_server_read(const struct nginx_map *map, const struct nginx_node *node,
                       struct nginx_server *server)
{
    struct slice name = SLICE("");
    unsigned port = 0, tls_port = 0;
    bool any = false;
    const struct nginx_node *ssl = nginx_inherited(node, "ssl");
    bool all_tls = ssl && slice_equal_nocase(nginx_word(ssl, 0), SLICE("on"));
    *server = (struct nginx_server){.node = node};
    for (const struct nginx_node *child = node->first; child; child = child->next) {
        if (nginx_is(child, "server_name") && !name.len)
            name = nginx_word(child, 0);
        if (nginx_is(child, "if") && child->block && child->open > child->start)
            read_if(server, child);
        if (!nginx_is(child, "listen"))
            continue;
        bool tls = all_tls || has_word(child, "ssl") || has_word(child, "quic");
        any = true;
        server->tls |= tls;
        server->plain |= !tls;
        if (tls && !tls_port)
            tls_port = port_of(nginx_word(child, 0));
        if (!port)
            port = port_of(nginx_word(child, 0));
    }
    if (!any)
        server->plain = true, port = 80;
    if (map->options->behind_tls)
        server->tls = true, server->plain = false;
    server->port = tls_port ? tls_port : port;
    struct slice shown = name.len && !slice_equal_str(name, "_") ? name : SLICE("*");
    server->name =
        server->port ? arena_printf(map->arena, "%.*s:%u", SLICE_ARG(shown), server->port) : shown;
}
