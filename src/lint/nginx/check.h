#pragma once
/* Parts of nginx_check. */
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
