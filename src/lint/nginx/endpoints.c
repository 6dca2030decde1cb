/* Health endpoints: where a health check may ask. */
#include "base/ascii.h"
#include "lint/nginx/effective.h"

static bool sounds_healthy(struct slice path)
{
    static const char *const words[] = {"health", "ping",  "ready", "live",
                                        "status", "alive", "/up",   NULL};
    for (size_t i = 0; words[i]; i++)
        if (slice_search(path, slice_str(words[i])) < path.len)
            return true;
    return false;
}

static bool add(struct proxy_result *result, struct arena *arena, const char *kind,
                struct slice path, unsigned port, const struct nginx_node *node)
{
    struct proxy_endpoint endpoint = {slice_str(kind), path, port, node->file, node->line};
    return ARENA_PUSH(arena, result->endpoints, result->endpoint_count, result->endpoint_room,
                      endpoint);
}

static bool look(const struct nginx_node *block, unsigned port, struct arena *arena,
                 struct proxy_result *result, unsigned depth)
{
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        struct slice path;
        if (!nginx_is(node, "location") || !node->block)
            continue;
        char kind = nginx_location_kind(node, &path);
        struct nginx_answer answer = nginx_answer_of(node);
        bool fine = answer.kind == NGINX_ANSWER_OWN && answer.status >= 200 && answer.status < 300;
        bool reached = kind != '@' && kind != '~' && !nginx_child(node, "internal");
        const char *what = nginx_child(node, "stub_status")                          ? "stats"
                           : fine                                                    ? "return"
                           : sounds_healthy(path) && answer.kind != NGINX_ANSWER_OWN ? "location"
                                                                                     : NULL;
        if (reached && what && !add(result, arena, what, path, port, node))
            return false;
        if (depth < NGINX_DEPTH_MAX && !look(node, port, arena, result, depth + 1))
            return false;
    }
    return true;
}

bool nginx_endpoints(const struct nginx_parse *parse, struct arena *arena,
                     struct proxy_result *result)
{
    const struct nginx_node *http = nginx_child(&parse->root, "http");
    struct nginx_map map = {.parse = parse, .options = parse->options, .arena = arena};
    const struct nginx_node *outer = http ? http : &parse->root;
    for (const struct nginx_node *node = outer->first; node; node = node->next) {
        struct nginx_server server;
        if (!nginx_is(node, "server") || !node->block || node->inside != NGINX_SERVER)
            continue;
        nginx_server_read(&map, node, &server);
        if (!look(node, server.port, arena, result, 0))
            return false;
    }
    return true;
}
