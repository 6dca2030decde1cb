#include "registry/node.h"

/* `template` with each {name} replaced by its value; unknown names give nothing (the command
 * refuses them before). */
static struct slice fill(struct slice pattern, const struct scope *scope, struct arena *arena)
{
    struct slice filled = {"", 0};
    while (pattern.len && filled.at) {
        size_t open = slice_find(pattern, '{');
        struct slice before = slice_upto(pattern, open), rest = slice_from(pattern, open + 1);
        size_t close = slice_find(rest, '}');
        struct slice name = slice_upto(rest, close), value = {"", 0};
        if (slice_equal_str(name, "account"))
            value = scope->account;
        else if (slice_equal_str(name, "region"))
            value = scope->region;
        else if (slice_equal_str(name, "repository"))
            value = scope->repository;
        filled = arena_printf(arena, "%.*s%.*s%.*s", SLICE_ARG(filled), SLICE_ARG(before),
                              SLICE_ARG(value));
        pattern = open < pattern.len ? slice_from(rest, close + 1) : slice_from(pattern, open);
    }
    return filled;
}

struct slice node_repository_uri(const struct node *node, const struct scope *scope,
                                 struct arena *arena)
{
    if (node->options.uri_template.len)
        return fill(node->options.uri_template, scope, arena);
    struct slice host = node->options.public_url;
    size_t scheme = slice_search(host, SLICE("://"));
    if (scheme < host.len)
        host = slice_from(host, scheme + 3);
    return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(host), SLICE_ARG(scope->repository));
}

struct slice node_endpoint(const struct node *node, const struct scope *scope, struct arena *arena)
{
    struct scope any = {scope->account, scope->region, SLICE("any")};
    struct slice uri = node_repository_uri(node, &any, arena);
    struct slice host = slice_cut(&uri, '/');
    bool plain = slice_starts(node->options.public_url, SLICE("http:"));
    return arena_printf(arena, "%s://%.*s", plain ? "http" : "https", SLICE_ARG(host));
}
