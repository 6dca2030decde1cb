#pragma once
/*
 * What headers a client receives from a proxy: the same shape for nginx and HAProxy, filled by
 * nginx/nginx_headers.c and haproxy/haproxy_headers.c, judged by headers_judge (profiles) and
 * headers_grade (the HTTP Observatory's arithmetic), shown by report/.
 *
 *   route    one server + location, or one frontend + path/backend: where a request can end up
 *   outcome  a way to be answered there: 200, 301, 404, 500, and by the proxy itself
 *   effect   what becomes of one header in that outcome, and why
 */
#include "lint/finding.h"

/* Kinds of answers. OWN: made by the proxy itself (redirects, error pages, stats, `return`). */
enum header_outcome { OUTCOME_200, OUTCOME_301, OUTCOME_404, OUTCOME_500, OUTCOME_OWN, OUTCOMES };

enum header_reason {
    HEADER_SENT,        /* set here */
    HEADER_INHERITED,   /* set further out (server, http, defaults, frontend) */
    HEADER_CONDITIONAL, /* only when `condition` holds */
    HEADER_TWICE,       /* sent more than once: by two rules, or by upstream as well */
    HEADER_DROPPED,     /* set further out, but an add_header here drops what is inherited */
    HEADER_NO_ALWAYS,   /* set without `always`: not on this status */
    HEADER_NOT_OWN,     /* http-response does not act on answers the proxy makes itself */
    HEADER_DELETED,     /* removed by a later rule */
    HEADER_UPSTREAM,    /* not touched: whatever the upstream sends passes */
};

struct header_effect {
    struct slice name;  /* as written */
    struct slice value; /* as written, quotes removed; variables stand as they are */
    enum header_reason reason;
    struct slice condition; /* HEADER_CONDITIONAL: "if { ssl_fc }" */
    const struct lint_file *file;
    unsigned line;                       /* of the directive that is the reason */
    unsigned reason_line;                /* of what drops or removes it; 0: none */
    const struct lint_file *reason_file; /* of reason_line; NULL: the same */
};

struct header_route {
    struct slice server;   /* "example.com:443", "frontend www" */
    struct slice path;     /* "/", "~ \.php$", "backend app if { path_beg /api }" */
    bool tls;              /* a client reaches it by TLS here, or a declared proxy terminates it */
    bool plain;            /* … without TLS */
    bool redirects_to_tls; /* plain requests are answered with a redirect to https */
    bool own_only; /* it never asks an upstream or the file system: return, redirect, deny */
    const struct lint_file *file;
    unsigned line;
    size_t insert_at; /* byte of the file where a header would be added for this route; SIZE_MAX:
                         nowhere */
    struct header_effect *effects[OUTCOMES];
    size_t effect_count[OUTCOMES], effect_room[OUTCOMES];
    bool possible[OUTCOMES]; /* the outcome can happen at all */
    int score;               /* headers_grade */
    const char *grade;       /* "A+" … "F"; "-": it only redirects to https, or was not graded */
};

struct header_map {
    struct arena *arena;
    struct header_route *routes;
    size_t count, room;
    bool failed; /* budget spent */
};

struct header_route *header_map_add(struct header_map *map);
void header_route_add(struct header_map *map, struct header_route *route,
                      enum header_outcome outcome, const struct header_effect *effect);
/* The effect that a client sees of `name` (any case) on an outcome; NULL: not sent. */
const struct header_effect *header_route_find(const struct header_route *route,
                                              enum header_outcome outcome, const char *name);
const char *header_reason_text(
    enum header_reason reason); /* "dropped by add_header in line 12": the words without the line */

enum header_profile { HEADERS_OWASP, HEADERS_CLASSIC };

/* A header that a profile wants. */
struct header_wish {
    const char *name, *value; /* what --fix writes */
    const char *rule;         /* id of the lint rule that says it is missing */
    bool needs_tls;           /* Strict-Transport-Security */
};
extern const struct header_wish header_wishes_classic[],
    header_wishes_owasp[]; /* ended by a NULL name */
/* Whether a value does what the profile wants: HSTS of a year or more, nosniff, DENY or
 * frame-ancestors, … */
bool header_value_fits(enum header_profile profile, const char *name, struct slice value,
                       struct slice csp);

/* Scores and grades each route, by what is sent on 200 (or OWN when there is no 200). */
void headers_grade(struct header_map *map);

/* Findings about headers of all routes: missing, weak, dropped, not on errors, twice, obsolete,
   disclosing. Each says which routes and outcomes, once per cause and not once per route.

   `add` is called to make the edits in finding->file; may be NULL. finding->rule->id says why: a
   missing-… rule (add at route->insert_at), "header-dropped" (the same, with the value that was
   dropped), "header-not-always", "header-not-on-own-answers" (mend the directive in
   finding->line) and "weak-header" (give it wish->value). */
struct header_fixer {
    void (*add)(void *context, struct lint_report *report, struct lint_finding *finding,
                const struct header_route *route, const struct header_wish *wish);
    void *context;
};
void headers_judge(const struct header_map *map, enum header_profile profile,
                   struct lint_report *report, const struct header_fixer *fixer);
/* The rules that headers_judge reports, for tables and documentation; ended by a row without an id.
 */
extern const struct lint_rule header_rules[];
