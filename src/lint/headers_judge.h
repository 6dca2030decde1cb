#pragma once
/* What headers_judge.c gathers and headers_words.c puts into words. */
#include <stdio.h>

#include "lint/headers_rules.h"

enum { NAMED_ROUTES = 3, NAMED_HEADERS = 12 };

/* Hashed as bytes, so all of it is set. */
struct cause {
    size_t rule;
    const struct header_wish *wish; /* NULL: of several headers */
    const struct lint_file *file;
    size_t place; /* line of a directive, or byte where a header would be added */
};

struct group {
    struct cause cause;
    const struct lint_rule *rule;
    const struct lint_file *file;
    unsigned line;
    struct slice header, value;
    const struct header_wish *wishes[NAMED_HEADERS]; /* RULE_DROPPED */
    size_t wish_count;
    const struct header_route *routes[NAMED_ROUTES];
    const struct header_route *last;
    size_t route_count;
    unsigned outcomes, possible; /* bits */
    enum header_reason reason;
    bool harmless; /* HSTS: there is a route with TLS that it is for */
};

/* The message of the group's finding. */
void group_put_message(FILE *to, const struct group *group);
