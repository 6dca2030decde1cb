#pragma once
/*
 * Linting of proxies' configuration: what nginx and HAProxy have in common for the rest of lint.
 * nginx/nginx_lint.c and haproxy/haproxy_lint.c each implement the two functions.
 */
#include <stdio.h>

#include "lint/headers.h"

struct proxy_options {
    enum header_profile profile;
    struct slice target_version; /* "3.3", "1.29.4"; empty: the newest we know */
    bool behind_tls; /* a proxy in front ends TLS (declared in configuration or on the command line)
                      */
    /* Reads an included file ("" root: relative to the including file); the files it returns live
       as long as the arena. False: not there or not readable (err). NULL: includes are noted, not
       read. */
    bool (*include)(void *context, const struct lint_file *from, struct slice pattern,
                    struct lint_file ***files, size_t *count, struct error *err);
    void *context;
};

/* A health endpoint that the configuration serves: comply traces HEALTHCHECK to it. */
struct proxy_endpoint {
    struct slice kind; /* "monitor-uri", "stats", "location", "return" */
    struct slice path; /* "/health" */
    unsigned port;     /* 0: not known */
    const struct lint_file *file;
    unsigned line;
};

struct proxy_result {
    struct header_map headers;
    struct proxy_endpoint *endpoints;
    size_t endpoint_count, endpoint_room;
    bool parsed; /* false: a syntax error was reported as a finding */
};

/* Parses, reports all findings of the file (syntax errors, headers, everything else) into `report`.
 */
bool nginx_lint(const struct lint_file *file, const struct proxy_options *options,
                struct lint_report *report, struct arena *arena, struct proxy_result *result,
                struct error *err);
bool haproxy_lint(const struct lint_file *file, const struct proxy_options *options,
                  struct lint_report *report, struct arena *arena, struct proxy_result *result,
                  struct error *err);
/* Their rules; ended by a row without an id. */
extern const struct lint_rule nginx_rules[];
extern const struct lint_rule haproxy_rules[];
/* `plimsoll config parse`: JSON (docs/schema/nginx.json, haproxy.json). ERROR_FORMAT "FILE:LINE: …"
   for what nginx -t or haproxy -c refuses for its syntax. */
bool nginx_parse_json(const struct lint_file *file, const struct proxy_options *options,
                      struct arena *arena, FILE *out, struct error *err);
bool haproxy_parse_json(const struct lint_file *file, const struct proxy_options *options,
                        struct arena *arena, FILE *out, struct error *err);
