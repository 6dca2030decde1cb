#pragma once
/* What the haproxy_rule_*.c files share. Each looks at one line, or at a whole section. */
#include "lint/haproxy/haproxy.h"

/* A finding on words [from, to) of a line. */
__attribute__((format(printf, 6, 7))) struct lint_finding *
haproxy_find_at(const struct haproxy_lint *lint, enum haproxy_rule rule,
                const struct haproxy_line *line, size_t from, size_t to, const char *format, ...);
/* Edits: without the whole line; a line behind this one with the same indentation. */
void haproxy_fix_remove(const struct haproxy_lint *lint, struct lint_finding *finding,
                        const struct haproxy_line *line);
void haproxy_fix_after(const struct haproxy_lint *lint, struct lint_finding *finding,
                       const struct haproxy_line *line, const char *text);
/* A finding's own severity. */
void haproxy_severity(struct lint_finding *finding, enum lint_severity severity);

void haproxy_rule_tls(const struct haproxy_lint *lint, const struct haproxy_line *line);
void haproxy_rule_global(const struct haproxy_lint *lint, const struct haproxy_line *line);
void haproxy_rule_http(const struct haproxy_lint *lint, const struct haproxy_line *line);
void haproxy_rule_stats(const struct haproxy_lint *lint, const struct haproxy_section *section);
void haproxy_rule_timeouts(const struct haproxy_lint *lint, const struct haproxy_section *section);
void haproxy_rule_servers(const struct haproxy_lint *lint, const struct haproxy_section *section);
void haproxy_rule_front(const struct haproxy_lint *lint, const struct haproxy_section *section);
