/* What a health check can ask: monitor-uri, stats, `http-request return status 200 if { path … }`.
 */
#include "lint/haproxy/haproxy.h"

static unsigned port_of(const struct haproxy_line *bind)
{
    struct slice rest = haproxy_word_at(bind, 1), first = slice_cut(&rest, ',');
    struct haproxy_address address;
    return haproxy_address_parse(first, &address) ? address.port : 0;
}

static void add(struct arena *arena, struct proxy_result *result, const char *kind,
                struct slice path, unsigned port, const struct haproxy_line *line)
{
    struct proxy_endpoint endpoint = {slice_str(kind), path, port, line->file, line->number};
    if (!ARENA_PUSH(arena, result->endpoints, result->endpoint_count, result->endpoint_room,
                    endpoint))
        result->headers.failed = true;
}

/* `{ path /health }`, `{ path -i /health }`, `{ path_beg /health }` in words [from, to). */
static struct slice criterion_path(const struct haproxy_line *line, size_t from, size_t to)
{
    struct slice none = {NULL, 0};
    if (from >= to || !(slice_equal_str(line->words[from].text, "path") ||
                        slice_equal_str(line->words[from].text, "path_beg") ||
                        slice_equal_str(line->words[from].text, "path,lower")))
        return none;
    for (size_t i = from + 1; i < to; i++)
        if (line->words[i].text.len && *line->words[i].text.at == '/')
            return line->words[i].text;
    return none;
}

static struct slice acl_path(const struct haproxy_section *section, struct slice name)
{
    struct slice path = {NULL, 0};
    for (const struct haproxy_line *acl = haproxy_acl_find(section, name); acl && !path.len;
         acl = acl->next_acl)
        path = criterion_path(acl, 2, acl->count);
    return path;
}

/* The path that a rule's condition asks for; empty: none, or any. */
static struct slice rule_path(const struct haproxy_line *line)
{
    for (size_t i = line->condition + 1; i < line->count; i++) {
        struct slice word = line->words[i].text, path = {NULL, 0};
        if (slice_equal_str(word, "{"))
            path = criterion_path(line, i + 1, line->count);
        else if (word.len && *word.at != '!')
            path = acl_path(line->section, word);
        if (path.len)
            return path;
    }
    return (struct slice){NULL, 0};
}

static bool returns_success(const struct haproxy_line *line)
{
    if (!haproxy_is(line, "http-request", "return"))
        return false;
    for (size_t i = 2; i + 1 < line->condition; i++)
        if (slice_equal_str(line->words[i].text, "status"))
            return line->words[i + 1].text.len && *line->words[i + 1].text.at == '2';
    return true; /* 200 unless said otherwise */
}

static void of_port(const struct haproxy_section *section, unsigned port, struct arena *arena,
                    struct proxy_result *result)
{
    const struct haproxy_line *monitor = haproxy_find(section, "monitor-uri", NULL);
    if (monitor && monitor->count > 1)
        add(arena, result, "monitor-uri", monitor->words[1].text, port, monitor);
    const struct haproxy_line *uri = haproxy_find(section, "stats", "uri");
    const struct haproxy_line *enable = haproxy_find(section, "stats", "enable");
    if (uri || enable)
        add(arena, result, "stats",
            uri && uri->count > 2 ? uri->words[2].text : SLICE("/haproxy?stats"), port,
            uri ? uri : enable);
    for (size_t i = 0; i < section->count; i++) {
        const struct haproxy_line *line = section->lines[i];
        if (!returns_success(line))
            continue;
        struct slice path = rule_path(line);
        if (path.len)
            add(arena, result, "return", path, port, line);
    }
}

void haproxy_endpoints(const struct haproxy_config *config, struct arena *arena,
                       struct proxy_result *result)
{
    for (size_t i = 0; i < config->section_count && !result->headers.failed; i++) {
        const struct haproxy_section *section = config->sections[i];
        if (!(section->kind & HAPROXY_FRONT))
            continue;
        bool bound = false;
        for (size_t j = 0; j < section->count; j++)
            if (haproxy_is(section->lines[j], "bind", NULL)) {
                bound = true;
                of_port(section, port_of(section->lines[j]), arena, result);
            }
        if (!bound && config->fragment)
            of_port(section, 0, arena, result);
    }
}
