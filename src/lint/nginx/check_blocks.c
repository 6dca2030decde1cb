/* What nginx refuses only when a block is complete. Where an include was not read, nothing that
   might stand in it is missed. */
#include "lint/nginx/check.h"

static bool has_word(const struct nginx_node *node, const char *word)
{
    for (size_t i = 0; i < node->count; i++)
        if (slice_equal_str(node->words[i].text, word))
            return true;
    return false;
}

static void check_upstream(struct nginx_parse *parse, const struct nginx_node *node)
{
    for (const struct nginx_node *child = node->first; child; child = child->next)
        if (nginx_is(child, "server") || nginx_is(child, "include") ||
            (child->directive ? child->directive->module != 0 : true))
            return;
    nginx_refuse(parse, node, "no servers are inside upstream \"%.*s\"",
                 SLICE_ARG(nginx_word(node, 0)));
}

static bool is_on(const struct nginx_node *node)
{
    return node && slice_equal_nocase(nginx_word(node, 0), SLICE("on"));
}

/* TLS without a certificate. */
static void check_certificate(struct nginx_parse *parse, const struct nginx_node *server)
{
    const struct nginx_node *listen = NULL;
    for (const struct nginx_node *child = server->first; child && !listen; child = child->next)
        if (nginx_is(child, "listen") && has_word(child, "ssl"))
            listen = child;
    if (!listen || nginx_inherited(server, "ssl_certificate") ||
        is_on(nginx_inherited(server, "ssl_reject_handshake")))
        return;
    nginx_refuse(parse, listen,
                 "no \"ssl_certificate\" is defined for this \"listen … ssl\" directive");
}

/* `80`, `*:80`, `0.0.0.0:80` are one address. */
static struct slice address_key(struct slice address)
{
    if (slice_starts(address, SLICE("*:")))
        return slice_from(address, 2);
    if (slice_starts(address, SLICE("0.0.0.0:")))
        return slice_from(address, 8);
    return address;
}

static void check_defaults(struct nginx_parse *parse, const struct nginx_node *server)
{
    for (const struct nginx_node *child = server->first; child; child = child->next) {
        if (!nginx_is(child, "listen") ||
            (!has_word(child, "default_server") && !has_word(child, "default")))
            continue;
        if (nginx_seen(parse, server, 5, address_key(nginx_word(child, 0))))
            nginx_refuse(parse, child, "a duplicate default server for %.*s",
                         SLICE_ARG(nginx_word(child, 0)));
    }
}

void nginx_check_block(struct nginx_parse *parse, const struct nginx_node *node)
{
    if (node->inside & (NGINX_UPSTREAM | NGINX_STREAM_UPSTREAM))
        check_upstream(parse, node);
    if (node->inside & (NGINX_HTTP | NGINX_STREAM) && !parse->broken)
        for (const struct nginx_node *child = node->first; child; child = child->next)
            if (nginx_is(child, "server") && child->block) {
                check_defaults(parse, child);
                if (!parse->unread && node->context)
                    check_certificate(parse, child);
            }
}

void nginx_check_whole(struct nginx_parse *parse)
{
    const struct nginx_node *http = nginx_child(&parse->root, "http");
    if (!http || parse->broken)
        return;
    if (!parse->unread && !nginx_child(&parse->root, "events"))
        nginx_problem(parse, NGINX_REFUSED, http->file, http->start, http->open,
                      "no \"events\" section in configuration: add \"events { }\"");
}
