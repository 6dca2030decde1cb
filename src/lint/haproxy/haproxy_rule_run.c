/* Who looks at what, and the edits that rules have in common. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "lint/haproxy/haproxy_rule.h"

struct lint_finding *haproxy_find_at(const struct haproxy_lint *lint, enum haproxy_rule rule,
                                     const struct haproxy_line *line, size_t from, size_t to,
                                     const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return lint_add(lint->report, &haproxy_rules[rule], line->file, line->words[from].start,
                    line->words[to - 1].end, "%s", text);
}

void haproxy_severity(struct lint_finding *finding, enum lint_severity severity)
{
    if (finding)
        finding->severity = severity;
}

/* The line's first byte, before its indentation. */
static size_t line_start(const struct haproxy_line *line)
{
    return line->file->lines[line->number - 1];
}

static size_t line_end(const struct haproxy_line *line)
{
    return line->number < line->file->line_count ? line->file->lines[line->number]
                                                 : line->file->bytes.len;
}

void haproxy_fix_remove(const struct haproxy_lint *lint, struct lint_finding *finding,
                        const struct haproxy_line *line)
{
    lint_fix(lint->report, finding, "remove the line");
    lint_fix_edit(lint->report, finding, line_start(line), line_end(line), SLICE(""));
}

void haproxy_fix_after(const struct haproxy_lint *lint, struct lint_finding *finding,
                       const struct haproxy_line *line, const char *text)
{
    /* Behind a section's head: as the line that follows. */
    const struct haproxy_section *section = line->section;
    bool head = line == section->head;
    const struct haproxy_line *like = head && section->count ? section->lines[0] : line;
    struct slice indent =
        slice_of(like->file->bytes.at + line_start(like), like->start - line_start(like));
    if (head && like == line)
        indent = SLICE("    ");
    size_t at = line_end(line);
    bool newline = at && line->file->bytes.at[at - 1] == '\n';
    bool carriage = newline && at > 1 && line->file->bytes.at[at - 2] == '\r';
    struct slice whole =
        arena_printf(lint->report->arena, "%s%.*s%s%s", newline ? "" : "\n", SLICE_ARG(indent),
                     text, newline ? carriage ? "\r\n" : "\n" : "");
    if (!whole.at)
        lint->report->failed = true;
    lint_fix(lint->report, finding, "add %s", text);
    lint_fix_edit(lint->report, finding, at, at, whole);
}

void haproxy_rules_run(const struct haproxy_lint *lint)
{
    const struct haproxy_config *config = lint->config;
    for (size_t i = 0; i < config->section_count && !lint->report->failed; i++) {
        const struct haproxy_section *section = config->sections[i];
        for (size_t j = 0; j < section->count; j++) {
            haproxy_rule_global(lint, section->lines[j]);
            haproxy_rule_tls(lint, section->lines[j]);
            haproxy_rule_http(lint, section->lines[j]);
        }
        if (!(section->kind & (HAPROXY_FRONT | HAPROXY_BACK)) || config->fragment)
            continue;
        haproxy_rule_stats(lint, section);
        if (!config->part) /* defaults in another file may have them */
            haproxy_rule_timeouts(lint, section);
        haproxy_rule_servers(lint, section);
        haproxy_rule_front(lint, section);
    }
}
