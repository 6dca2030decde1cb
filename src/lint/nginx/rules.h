#pragma once
/*
 * How a rule about nginx's configuration is written: a row of nginx_rules (rules_table.c) with its
 * words and a number here, and a row of a table of checks: for which directive it is asked, and the
 * function that looks. See rules.c.
 */
#include "lint/nginx/effective.h"

enum nginx_rule {
    NGINX_RULE_SYNTAX,
    NGINX_RULE_INCLUDE,
    NGINX_RULE_MODULE,
    NGINX_RULE_CHANGED,
    NGINX_RULE_SERVER_TOKENS,
    NGINX_RULE_PROTOCOLS,
    NGINX_RULE_CIPHERS,
    NGINX_RULE_CLIENT_ORDER,
    NGINX_RULE_TICKETS,
    NGINX_RULE_UPSTREAM_TLS,
    NGINX_RULE_PLAIN_443,
    NGINX_RULE_TO_HTTP,
    NGINX_RULE_STATUS_OPEN,
    NGINX_RULE_ALIAS,
    NGINX_RULE_HOST,
    NGINX_RULE_SPLITTING,
    NGINX_RULE_SSRF,
    NGINX_RULE_RESOLVER,
    NGINX_RULE_PUBLIC_RESOLVER,
    NGINX_RULE_MULTILINE,
    NGINX_RULE_REFERERS,
    NGINX_RULE_ORIGIN,
    NGINX_RULE_CORS,
    NGINX_RULE_ALLOW,
    NGINX_RULE_RETURN_ACCESS,
    NGINX_RULE_IF,
    NGINX_RULE_AUTOINDEX,
    NGINX_RULE_DOTFILES,
    NGINX_RULE_ROOT,
    NGINX_RULE_BODY,
    NGINX_RULE_DEFAULT_SERVER,
    NGINX_RULE_ERROR_LOG_OFF,
    NGINX_RULE_ROOT_USER,
    NGINX_RULES,
};

struct nginx_check {
    const struct nginx_parse *parse;
    const struct nginx_map *map;
    struct lint_report *report;
    struct arena *arena;
    enum nginx_rule rule; /* the one being asked */
    struct table told;    /* by file, byte and rule */
};

struct nginx_rule_check {
    enum nginx_rule rule;
    const char *directive;
    void (*check)(struct nginx_check *check, const struct nginx_node *node);
};
/* Ended by a row without a directive. */
extern const struct nginx_rule_check nginx_access_checks[], nginx_tls_checks[],
    nginx_variable_checks[], nginx_serving_checks[];

void nginx_rules_run(struct nginx_check *check);

/* A finding of the rule being asked, at the directive (without its block). */
__attribute__((format(printf, 3, 4))) struct lint_finding *
nginx_report(struct nginx_check *check, const struct nginx_node *node, const char *format, ...);
/* The same at one argument. */
__attribute__((format(printf, 4, 5))) struct lint_finding *
nginx_report_word(struct nginx_check *check, const struct nginx_node *node, size_t word,
                  const char *format, ...);
/* Another word in place of argument i. */
void nginx_fix_word(struct nginx_check *check, struct lint_finding *finding,
                    const struct nginx_node *node, size_t i, const char *text);
/* A directive behind one that stands in the same block, in a line of its own where those are. */
void nginx_fix_behind(struct nginx_check *check, struct lint_finding *finding,
                      const struct nginx_node *anchor, const char *text);
bool nginx_has_word(const struct nginx_node *node, const char *word);
bool nginx_is_on(const struct nginx_node *node);
