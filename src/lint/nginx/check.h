#pragma once
/* Would nginx refuse this configuration? What the files of nginx_check share, with the parser,
   which calls them. A refusal is a problem of the parse (nginx_problem), never an error. */
#include <stdarg.h>

#include "lint/nginx/nginx.h"

__attribute__((format(printf, 3, 4))) void
nginx_refuse(struct nginx_parse *parse, const struct nginx_node *node, const char *format, ...);
/* The node of the same parent that was asked for with this kind and name before; NULL: none, and
   from now on it is this one. */
const struct nginx_node *nginx_seen(struct nginx_parse *parse, const struct nginx_node *node,
                                    unsigned kind, struct slice name);
bool nginx_is_time(struct slice value);

/* An entry of map, geo, types, …. */
void nginx_check_data(struct nginx_parse *parse, const struct nginx_node *node);
/* Arguments that have a grammar of their own: listen, location, if, return, …. */
void nginx_check_words(struct nginx_parse *parse, const struct nginx_node *node);
/* A block that is complete; all of the file, at the end. */
void nginx_check_block(struct nginx_parse *parse, const struct nginx_node *node);
void nginx_check_whole(struct nginx_parse *parse);

/* check_matching.c, for check_words.c. */
bool nginx_is_any(struct slice word, const char *const *words); /* they end with NULL */
bool nginx_starts(struct slice word, const char *prefix);
bool nginx_is_variable(struct slice word);
void nginx_check_regex(struct nginx_parse *parse, const struct nginx_node *node, struct slice text);
void nginx_check_if(struct nginx_parse *parse, const struct nginx_node *node);
void nginx_check_location(struct nginx_parse *parse, const struct nginx_node *node);

struct nginx_place {
    struct slice name;
    char kind; /* '=' '^' '~' '@', 0: a prefix */
};
/* The place of a location; false: its modifier is none. */
bool nginx_place_of(const struct nginx_node *node, struct nginx_place *place);
