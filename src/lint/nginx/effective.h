#pragma once
/*
 * Which add_header reach a client, block by block, and the routes of a configuration. For
 * nginx_lint.c and its rules; all lives in the arena of the map.
 *
 *   level   a block on the way in (http, server, location, if) with the headers that are in force
 *           in it: its own or, when it has none, those of the block around it
 *   home    where --fix would add a header so that it takes effect in a level
 */
#include "lint/nginx/nginx.h"

enum {
    NGINX_HEADERS_MAX = 100, /* add_headers that one block is judged by */
    NGINX_EFFECTS_MAX = 400000,
    NGINX_ROUTES_MAX = 20000,
};

/* One add_header. */
struct nginx_header {
    const struct nginx_node *node;
    struct slice name, value;
    bool always;
    struct slice condition; /* "map $x": some requests only; empty: all */
    const struct nginx_level *level;
    const struct nginx_node *dropped_by; /* of those that are not in force: a node of … */
    const struct nginx_level *dropped_in;
};

/* A header of more_set_headers, or (without a value) of more_clear_headers. */
struct nginx_more {
    const struct nginx_node *node;
    struct slice name, value;
    struct slice statuses; /* -s; empty: all */
    bool typed;            /* -t: only some content types */
    const struct nginx_level *level;
};

enum nginx_inherit { NGINX_INHERIT_ON, NGINX_INHERIT_OFF, NGINX_INHERIT_MERGE };

/* Where a header is added, and how that text looks. */
struct nginx_home {
    const struct lint_file *file;
    size_t at;
    unsigned line;
    struct slice before; /* "\n    ", or " " in a block that is one line */
};

struct nginx_level {
    const struct nginx_node *block;
    const struct nginx_level *outer;
    enum nginx_inherit inherit;
    bool own;                         /* it has an add_header of its own */
    const struct nginx_node *expires; /* in force; NULL: none */
    struct nginx_header *sent, *dropped;
    size_t sent_count, dropped_count;
    const struct nginx_more *more; /* from the outermost on */
    size_t more_count;
    struct nginx_home home; /* of this block; made when it is asked for */
};

struct nginx_map {
    const struct nginx_parse *parse;
    const struct proxy_options *options;
    struct header_map *headers;
    struct arena *arena;
    struct table homes;  /* by file and byte, or line of what drops: struct nginx_home */
    struct table nodes;  /* add_headers by file, line and name, for --fix */
    struct table varied; /* variables of `map`: the condition, or "" when always set */
    size_t effects;
    bool cut; /* there were more routes than are looked at */
};

/* The level of a block inside `outer` (NULL: none). NULL when the budget is spent. */
struct nginx_level *nginx_level_make(struct nginx_map *map, const struct nginx_node *block,
                                     const struct nginx_level *outer);

/* more.c: reads a level's; whether one of them is sent with a status; whether a name is taken away
   or replaced on every answer. */
bool nginx_more_read(struct nginx_map *map, struct nginx_level *level);
bool nginx_more_sends(const struct nginx_level *level, size_t i, unsigned status);
bool nginx_more_clears(const struct nginx_level *level, const char *name);

/* Where a header is added to take effect in the level. */
const struct nginx_home *nginx_home_of(struct nginx_map *map, const struct nginx_level *level);

/* answer_headers.c: what an answer of this status carries in the level. */
void nginx_answer_add(struct nginx_map *map, struct header_route *route,
                      enum header_outcome outcome, const struct nginx_level *level,
                      unsigned status);
/* X-Powered-By of an upstream, unless it is hidden. */
void nginx_answer_add_upstream(struct nginx_map *map, struct header_route *route,
                               enum header_outcome outcome, const struct nginx_level *level,
                               const struct nginx_node *pass);
/* For --fix: by the byte where it is, or by the line of what drops a header there. */
void nginx_home_keep(struct nginx_map *map, const struct lint_file *file, size_t at,
                     const struct nginx_home *home);

/* Fills the header map with all routes. False: the budget is spent. */
bool nginx_headers(struct nginx_map *map);
/* For headers_judge; the context is a struct nginx_map. */
void nginx_header_fix(void *context, struct lint_report *report, struct lint_finding *finding,
                      const struct header_route *route, const struct header_wish *wish);
/* Health endpoints. */
bool nginx_endpoints(const struct nginx_parse *parse, struct arena *arena,
                     struct proxy_result *result);

/* What a server listens on. */
struct nginx_server {
    const struct nginx_node *node;
    struct slice name; /* "example.com:443" */
    bool tls, plain;
    bool redirects; /* plain requests are sent to https by an `if` of the server */
    unsigned port;
};
void nginx_server_read(const struct nginx_map *map, const struct nginx_node *node,
                       struct nginx_server *server);

/* What a block answers with. */
enum nginx_answer_kind {
    NGINX_ANSWER_FILES, /* static files */
    NGINX_ANSWER_UPSTREAM,
    NGINX_ANSWER_OWN,  /* return, rewrite … permanent, deny all, stub_status, … */
    NGINX_ANSWER_NONE, /* return 444: nothing at all */
};
struct nginx_answer {
    enum nginx_answer_kind kind;
    unsigned status; /* OWN */
    bool text;       /* OWN: with a body of its own, which error_page does not replace */
    bool to_https;   /* a redirect there */
    const struct nginx_node *node;
};
struct nginx_answer nginx_answer_of(const struct nginx_node *block);

/* The location of a server that answers an internal request; NULL: the server itself. */
const struct nginx_node *nginx_location_find(const struct nginx_node *server, struct slice uri);
/* "= /a", "~ \.php$", "/b", "@c" as written. */
struct slice nginx_location_path(const struct nginx_node *location, struct arena *arena);
/* The modifier of a location, 0 for a plain prefix, and what follows it. */
char nginx_location_kind(const struct nginx_node *location, struct slice *name);
