/*
 * Routes of a configuration: each server's locations (nested ones, `if` in them, what answers when
 * none matches), with what each answer of theirs carries. An error page is answered by the location
 * that its URI leads to, with the headers in force there.
 */
#include "lint/nginx/effective.h"

enum { ROUTE_DEPTH_MAX = 60 };

struct walk {
    struct nginx_map *map;
    const struct nginx_server *server;
    const struct nginx_level *server_level;
    struct table levels;  /* of locations by their node's address, for error pages */
    struct table targets; /* locations by the URI of an error page */
    struct table used;    /* URIs that try_files, rewrite and error_page lead to */
    bool spent;
};

/* ── error pages ── */

/* The error_page that is in force for a status; NULL: nginx's own page. */
static const struct nginx_node *error_page_of(const struct nginx_node *block, unsigned status)
{
    for (; block; block = block->parent) {
        const struct nginx_node *first = nginx_child(block, "error_page");
        for (const struct nginx_node *node = first; node; node = nginx_again(node))
            for (size_t i = 0; i + 1 < node->count; i++) {
                uint64_t code;
                if (slice_u64(nginx_word(node, i), &code) && code == status)
                    return node;
            }
        if (first)
            return NULL;
    }
    return NULL;
}

static struct nginx_level *level_of(struct walk *walk, const struct nginx_node *block)
{
    if (block == walk->server_level->block || !block)
        return (struct nginx_level *)(uintptr_t)walk->server_level;
    struct slice key = slice_of(&block, sizeof block);
    struct nginx_level *level = table_get(&walk->levels, key);
    if (level)
        return level;
    const struct nginx_level *outer =
        nginx_is(block, "location") && block->parent != walk->server_level->block
            ? level_of(walk, block->parent)
            : walk->server_level;
    level = outer ? nginx_level_make(walk->map, block, outer) : NULL;
    key = arena_copy(walk->map->arena, key);
    if (!level || !key.at || !table_put(&walk->levels, key, level))
        walk->spent = true;
    return level;
}

/* The location of an error page; asked for by every route, so remembered. */
static const struct nginx_node *find_target(struct walk *walk, struct slice uri)
{
    const struct nginx_node *found = table_get(&walk->targets, uri);
    if (found)
        return found;
    found = nginx_location_find(walk->server_level->block, uri);
    if (!found)
        found = walk->server_level->block;
    walk->spent |= !table_put(&walk->targets, uri, (void *)(uintptr_t)found);
    return found;
}

static void add_error(struct walk *walk, struct header_route *route, enum header_outcome outcome,
                      const struct nginx_level *level, unsigned status)
{
    const struct nginx_node *page = error_page_of(level->block, status);
    struct slice uri = page ? nginx_word(page, page->count - 1) : SLICE("");
    if (!page) {
        nginx_answer_add(walk->map, route, outcome, level, status);
        return;
    }
    /* `=200`, or `=`: whoever answers says the status; that is another route's business. */
    if (page->count > 2 && slice_starts(nginx_word(page, page->count - 2), SLICE("=")))
        return;
    if (!uri.len || (uri.at[0] != '/' && uri.at[0] != '@')) /* a redirect elsewhere */
        return;
    if (slice_find(uri, '$') < uri.len)
        return;
    struct nginx_level *target = level_of(walk, find_target(walk, uri));
    if (target)
        nginx_answer_add(walk->map, route, outcome, target, status);
}

/* ── routes ── */

static enum header_outcome outcome_of(unsigned status)
{
    if (status >= 200 && status < 300)
        return OUTCOME_200;
    if (status >= 300 && status < 400)
        return OUTCOME_301;
    return status == 404 ? OUTCOME_404 : status >= 500 ? OUTCOME_500 : OUTCOME_OWN;
}

static void fill_own(struct walk *walk, struct header_route *route, const struct nginx_level *level,
                     const struct nginx_answer *answer)
{
    enum header_outcome outcome = outcome_of(answer->status);
    route->own_only = true;
    route->redirects_to_tls |= answer->to_https;
    bool page = answer->status >= 300 && !answer->text;
    if (page)
        add_error(walk, route, OUTCOME_OWN, level, answer->status);
    else
        nginx_answer_add(walk->map, route, OUTCOME_OWN, level, answer->status);
    if (outcome == OUTCOME_OWN)
        return;
    if (page)
        add_error(walk, route, outcome, level, answer->status);
    else
        nginx_answer_add(walk->map, route, outcome, level, answer->status);
}

static bool is_on(const struct nginx_node *node)
{
    return node && slice_equal_nocase(nginx_word(node, 0), SLICE("on"));
}

static void fill_upstream(struct walk *walk, struct header_route *route,
                          const struct nginx_level *level, const struct nginx_answer *answer)
{
    static const unsigned statuses[] = {
        [OUTCOME_200] = 200, [OUTCOME_301] = 301, [OUTCOME_404] = 404, [OUTCOME_500] = 500};
    char name[50];
    struct slice protocol = slice_upto(answer->node->name, slice_find(answer->node->name, '_'));
    snprintf(name, sizeof name, "%.*s_intercept_errors", SLICE_ARG(protocol));
    bool intercepts = is_on(nginx_inherited(level->block, name));
    for (size_t i = OUTCOME_200; i <= OUTCOME_500; i++) {
        enum header_outcome outcome = (enum header_outcome)i;
        if (intercepts && statuses[i] >= 300)
            add_error(walk, route, outcome, level, statuses[i]);
        else
            nginx_answer_add(walk->map, route, outcome, level, statuses[i]);
        if (route->possible[i])
            nginx_answer_add_upstream(walk->map, route, outcome, level, answer->node);
    }
    add_error(walk, route, OUTCOME_OWN, level, 502);
}

static void fill_files(struct walk *walk, struct header_route *route,
                       const struct nginx_level *level)
{
    nginx_answer_add(walk->map, route, OUTCOME_200, level, 200);
    nginx_answer_add(walk->map, route, OUTCOME_301, level, 301);
    add_error(walk, route, OUTCOME_404, level, 404);
    add_error(walk, route, OUTCOME_500, level, 500);
    add_error(walk, route, OUTCOME_OWN, level, 403);
}

static void add_home(struct nginx_map *map, struct header_route *route,
                     const struct nginx_level *level)
{
    const struct nginx_home *home = nginx_home_of(map, level);
    route->insert_at = home->at;
    if (home->file != route->file) {
        route->file = home->file;
        route->line = home->line;
    }
    nginx_home_keep(map, home->file, home->at, home);
}

static void add_route(struct walk *walk, const struct nginx_level *level,
                      const struct nginx_node *node, struct slice path,
                      const struct nginx_answer *answer)
{
    struct nginx_map *map = walk->map;
    if (answer->kind == NGINX_ANSWER_NONE)
        return;
    if (map->headers->count >= NGINX_ROUTES_MAX) {
        map->cut = true;
        return;
    }
    struct header_route *route = header_map_add(map->headers);
    if (!route) {
        walk->spent = true;
        return;
    }
    route->server = walk->server->name;
    route->path = path;
    route->tls = walk->server->tls;
    route->plain = walk->server->plain;
    route->redirects_to_tls = walk->server->redirects;
    route->file = node->file;
    route->line = node->line;
    add_home(map, route, level);
    if (answer->kind == NGINX_ANSWER_OWN)
        fill_own(walk, route, level, answer);
    else if (answer->kind == NGINX_ANSWER_UPSTREAM)
        fill_upstream(walk, route, level, answer);
    else
        fill_files(walk, route, level);
}

/* An `if` of a location is a route when it answers otherwise than the location does. */
static bool is_route(const struct nginx_node *block)
{
    static const char *const names[] = {"add_header",       "expires",
                                        "return",           "add_header_inherit",
                                        "more_set_headers", "more_clear_headers"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (nginx_child(block, names[i]))
            return true;
    return nginx_answer_of(block).kind != NGINX_ANSWER_FILES;
}

static struct slice if_path(struct nginx_map *map, struct slice path, const struct nginx_node *node)
{
    struct slice text = slice_of(node->file->bytes.at + node->start,
                                 node->open > node->start ? node->open - node->start : 0);
    return arena_printf(map->arena, "%.*s %.*s", SLICE_ARG(path), SLICE_ARG(slice_trim(text)));
}

/* An `if` without an answer of its own is answered as its location is, with its headers. */
static void add_if(struct walk *walk, const struct nginx_level *outer,
                   const struct nginx_node *node, struct slice path)
{
    if (!is_route(node))
        return;
    struct nginx_answer answer = nginx_answer_of(node);
    if (answer.kind == NGINX_ANSWER_FILES)
        answer = nginx_answer_of(outer->block);
    if (answer.kind == NGINX_ANSWER_OWN && answer.node->file == node->file &&
        answer.node->start < node->start && answer.node->parent == outer->block)
        return; /* a return before it: never reached */
    struct nginx_level *level = nginx_level_make(walk->map, node, outer);
    if (level)
        add_route(walk, level, node, if_path(walk->map, path, node), &answer);
    else
        walk->spent = true;
}

static bool is_internal(const struct nginx_node *location)
{
    struct slice name;
    return nginx_child(location, "internal") || nginx_location_kind(location, &name) == '@';
}

static void walk_location(struct walk *walk, const struct nginx_node *node, unsigned depth);

static void walk_children(struct walk *walk, const struct nginx_level *level, struct slice path,
                          unsigned depth)
{
    for (const struct nginx_node *node = level->block->first; node && !walk->spent;
         node = node->next) {
        if (!node->block)
            continue;
        if (nginx_is(node, "location") && depth < ROUTE_DEPTH_MAX)
            walk_location(walk, node, depth + 1);
        else if (nginx_is(node, "if") && node->inside == NGINX_LOCATION_IF)
            add_if(walk, level, node, path);
    }
}

/* Named and internal locations are routes when something else than error_page leads there. */
static void note_used(struct walk *walk, const struct nginx_node *block, unsigned depth)
{
    for (const struct nginx_node *node = block->first; node && !walk->spent; node = node->next) {
        bool leads = nginx_is(node, "try_files") || nginx_is(node, "rewrite") ||
                     (nginx_is(node, "error_page") && node->count > 2 &&
                      slice_starts(nginx_word(node, node->count - 2), SLICE("=")));
        struct slice name = nginx_word(node, node->count - 1);
        if (leads && name.len)
            walk->spent |= !table_put(&walk->used, name, (void *)(uintptr_t)node);
        if (node->block && depth < ROUTE_DEPTH_MAX)
            note_used(walk, node, depth + 1);
    }
}

static void walk_init(struct walk *walk)
{
    table_init(&walk->levels, walk->map->arena);
    table_init(&walk->targets, walk->map->arena);
    table_init(&walk->used, walk->map->arena);
}

static void walk_location(struct walk *walk, const struct nginx_node *node, unsigned depth)
{
    struct nginx_level *level = level_of(walk, node);
    struct slice path = nginx_location_path(node, walk->map->arena), name;
    if (!level)
        return;
    nginx_location_kind(node, &name);
    struct nginx_answer answer = nginx_answer_of(node);
    if (!is_internal(node) || table_get(&walk->used, name))
        add_route(walk, level, node, path, &answer);
    walk_children(walk, level, path, depth);
}

static void add_server_if(struct walk *walk, const struct nginx_node *node)
{
    struct nginx_answer answer = nginx_answer_of(node);
    if (answer.kind != NGINX_ANSWER_OWN || node->inside != NGINX_SERVER_IF)
        return;
    const struct nginx_server *outer = walk->server;
    /* The server's headers are in force: an `if` of a server has none of its own. */
    struct nginx_level *level = nginx_level_make(walk->map, node, walk->server_level);
    if (!level) {
        walk->spent = true;
        return;
    }
    struct nginx_server server = *outer;
    if (answer.to_https && server.plain) /* it is plain requests that are sent there */
        server.tls = false;
    walk->server = &server;
    add_route(walk, level, node, if_path(walk->map, SLICE("/"), node), &answer);
    walk->server = outer;
}

/* Whether some location takes every path that no other one takes. */
static bool has_root(const struct nginx_node *server)
{
    for (const struct nginx_node *node = server->first; node; node = node->next) {
        struct slice name;
        if (!nginx_is(node, "location"))
            continue;
        char kind = nginx_location_kind(node, &name);
        if ((kind == 0 || kind == '^') && slice_equal_str(name, "/"))
            return true;
    }
    return false;
}

static bool walk_server(struct nginx_map *map, const struct nginx_node *node,
                        const struct nginx_level *outer)
{
    struct nginx_server server;
    nginx_server_read(map, node, &server);
    struct walk walk = {.map = map, .server = &server};
    walk_init(&walk);
    note_used(&walk, node, 0);
    walk.server_level = node == outer->block ? outer : nginx_level_make(map, node, outer);
    if (!walk.server_level)
        return false;
    for (const struct nginx_node *child = node->first; child; child = child->next)
        if (nginx_is(child, "if") && child->block)
            add_server_if(&walk, child);
    struct nginx_answer answer = nginx_answer_of(node);
    bool all = answer.kind == NGINX_ANSWER_OWN && answer.node != node; /* not `deny all` */
    if (all || !has_root(node))
        add_route(&walk, walk.server_level, node, SLICE("/"), &answer);
    if (!all && answer.kind != NGINX_ANSWER_NONE)
        walk_children(&walk, walk.server_level, SLICE(""), 0);
    return !walk.spent;
}

static bool sends_wished(const struct nginx_level *level)
{
    for (size_t i = 0; i < level->sent_count; i++)
        for (const struct header_wish *wish = header_wishes_owasp; wish->name; wish++)
            if (slice_equal_nocase(level->sent[i].name, slice_str(wish->name)))
                return true;
    return false;
}

/* A file of add_headers to be included elsewhere: judged as if a server had them. */
static void add_snippet(struct nginx_map *map, const struct nginx_level *level)
{
    struct nginx_server server = {
        .node = level->block, .name = SLICE("whoever includes this"), .tls = true};
    struct walk walk = {.map = map, .server = &server, .server_level = level};
    walk_init(&walk);
    struct nginx_answer answer = {.kind = NGINX_ANSWER_FILES};
    if (sends_wished(level) && !nginx_child(level->block, "server"))
        add_route(&walk, level, level->block, SLICE(""), &answer);
}

bool nginx_headers(struct nginx_map *map)
{
    const struct nginx_node *root = &map->parse->root;
    const struct nginx_node *http = nginx_child(root, "http");
    if (!http && !(root->inside & (NGINX_HTTP | NGINX_SERVER | NGINX_LOCATION)))
        return true;
    const struct nginx_level *level = nginx_level_make(map, http ? http : root, NULL);
    if (!level)
        return false;
    if (!http && root->inside == NGINX_SERVER && nginx_child(root, "listen"))
        return walk_server(map, root, level);
    for (const struct nginx_node *node = level->block->first; node; node = node->next)
        if (nginx_is(node, "server") && node->block && !walk_server(map, node, level))
            return false;
    if (!http)
        add_snippet(map, level);
    return !map->headers->failed;
}
