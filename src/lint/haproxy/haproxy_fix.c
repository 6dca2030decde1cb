/*
 * --fix for headers (called by headers_judge): a missing one is added to the frontend or listen,
 * where HAProxy runs it for all of its answers; what stands in the file is changed in place. Rules
 * in `defaults` would be fewer lines, but only a named one may hold them (2.5), and then no listen
 * may inherit from it, and frontends and backends not from the same.
 */
#include "base/ascii.h"
#include "lint/haproxy/haproxy.h"

static bool has_after_response(const struct haproxy_config *config)
{
    return config->version >= 202;
}

static const struct haproxy_line *line_of(const struct haproxy_config *config,
                                          const struct lint_finding *finding)
{
    for (size_t i = 0; i < config->section_count; i++)
        for (size_t j = 0; j < config->sections[i]->count; j++)
            if (config->sections[i]->lines[j]->number == finding->line &&
                config->sections[i]->lines[j]->file == finding->file)
                return config->sections[i]->lines[j];
    return NULL;
}

static void fix_missing(const struct haproxy_config *config, struct lint_report *report,
                        struct lint_finding *finding, const struct header_route *route,
                        const struct header_wish *wish)
{
    const struct lint_file *file = route->file;
    size_t at = route->insert_at;
    if (!file || at == SIZE_MAX || at > file->bytes.len)
        return;
    /* The indentation of the line before, unless that is the section's head. */
    size_t before = at ? at - 1 : 0, start = before;
    while (start && file->bytes.at[start - 1] != '\n')
        start--;
    size_t blanks = start;
    while (blanks < before && (file->bytes.at[blanks] == ' ' || file->bytes.at[blanks] == '\t'))
        blanks++;
    struct slice indent = slice_of(file->bytes.at + start, blanks - start);
    if (!indent.len && !config->fragment)
        indent = SLICE("    ");
    bool newline = !at || file->bytes.at[at - 1] == '\n';
    const char *end = at > 1 && newline && file->bytes.at[at - 2] == '\r' ? "\r\n" : "\n";
    struct slice text = arena_printf(
        report->arena, "%s%.*s%s set-header %s \"%s\"%s%s", newline ? "" : "\n", SLICE_ARG(indent),
        has_after_response(config) ? "http-after-response" : "http-response", wish->name,
        wish->value, wish->needs_tls && route->plain && route->tls ? " if { ssl_fc }" : "",
        newline ? end : "");
    if (!text.at)
        report->failed = true;
    lint_fix(report, finding, "add %s", wish->name);
    lint_fix_edit(report, finding, at, at, text);
}

static void fix_own(const struct haproxy_config *config, struct lint_report *report,
                    struct lint_finding *finding)
{
    const struct haproxy_line *line = line_of(config, finding);
    if (!line || !has_after_response(config) || !haproxy_is(line, "http-response", NULL))
        return;
    lint_fix(report, finding, "use http-after-response");
    lint_fix_edit(report, finding, line->words[0].start, line->words[0].end,
                  SLICE("http-after-response"));
}

static void fix_weak(const struct haproxy_config *config, struct lint_report *report,
                     struct lint_finding *finding, const struct header_wish *wish)
{
    const struct haproxy_line *line = line_of(config, finding);
    if (!line || line->count < 4 ||
        !slice_equal_nocase(line->words[2].text, slice_str(wish->name)) ||
        strcmp(wish->name, "Content-Security-Policy") == 0)
        return; /* a policy that is there is meant for its pages: people must widen it */
    struct slice text = arena_printf(report->arena, "\"%s\"", wish->value);
    if (!text.at)
        report->failed = true;
    lint_fix(report, finding, "set it to %s", wish->value);
    lint_fix_edit(report, finding, line->words[3].start, line->words[3].end, text);
}

static void fix_add(void *context, struct lint_report *report, struct lint_finding *finding,
                    const struct header_route *route, const struct header_wish *wish)
{
    const struct haproxy_config *config = context;
    const char *id = finding->rule->id;
    if (strncmp(id, "missing-", 8) == 0)
        fix_missing(config, report, finding, route, wish);
    else if (strcmp(id, "header-not-on-own-answers") == 0)
        fix_own(config, report, finding);
    else if (strcmp(id, "weak-header") == 0)
        fix_weak(config, report, finding, wish);
}

struct header_fixer haproxy_fixer(const struct haproxy_config *config)
{
    return (struct header_fixer){fix_add, (void *)config};
}
