/* Sections' heads and what sections say of each other. */
#include "base/ascii.h"
#include "lint/haproxy/haproxy_check.h"

bool haproxy_name_valid(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!ascii_alnum(name.at[i]) && !ascii_among(name.at[i], "-_.:"))
            return false;
    return name.len > 0;
}

static const struct haproxy_line *at_head(const struct haproxy_section *section)
{
    return section->head;
}

static void check_from(struct haproxy_config *config, const struct haproxy_section *section)
{
    const struct haproxy_line *head = section->head;
    bool defaults = section->kind & (HAPROXY_DEFAULTS | HAPROXY_NAMED);
    size_t from = defaults && slice_equal_str(haproxy_word_at(head, 1), "from") ? 1 : 2;
    if (head->count <= from)
        return;
    const struct haproxy_word *word = &head->words[from];
    if (!slice_equal_str(word->text, "from") || config->version < 204) {
        haproxy_problem(
            config, RULE_SYNTAX, head, word->start, head->end, !defaults,
            "nothing may follow the name of a %.*s section here; %s", SLICE_ARG(section->type),
            section->kind & HAPROXY_FRONT ? "addresses stand on bind lines" : "only from NAME");
        return;
    }
    if (head->count != from + 2)
        haproxy_problem(config, RULE_SYNTAX, head, word->start, head->end, true,
                        "'from' needs the name of one defaults section");
    else if (!section->defaults && !head->words[from + 1].unknown)
        haproxy_problem(config, RULE_UNDEFINED, head, head->words[from + 1].start,
                        head->words[from + 1].end, true,
                        "there is no 'defaults %.*s' before this line",
                        SLICE_ARG(head->words[from + 1].text));
}

/* Rules of a defaults section serve either frontends or backends, and no listen. */
static void check_inherits(struct haproxy_config *config, const struct haproxy_section *section,
                           struct table *users)
{
    struct haproxy_section *defaults = section->defaults;
    if (!defaults || !defaults->has_rules)
        return;
    const struct haproxy_line *head = section->head;
    if (section->kind & (HAPROXY_LISTEN | HAPROXY_DEFAULTS | HAPROXY_NAMED)) {
        haproxy_problem(config, RULE_SYNTAX, head, head->start, head->end, true,
                        "a %.*s section cannot inherit from a defaults section that holds "
                        "http-… or tcp-… rules",
                        SLICE_ARG(section->type));
        return;
    }
    struct slice key = slice_of(&defaults, sizeof defaults);
    const struct haproxy_section *other = table_get(users, key);
    if (!other) {
        /* The key must outlive this call: the section's own pointer does. */
        key = slice_of(&section->defaults, sizeof section->defaults);
        if (!table_put(users, key, (void *)section))
            config->failed = true;
    } else if (other->kind != section->kind)
        haproxy_problem(config, RULE_SYNTAX, head, head->start, head->end, true,
                        "frontends and backends cannot both inherit from a defaults section "
                        "that holds http-… or tcp-… rules");
}

static void check_proxy_name(struct haproxy_config *config, const struct haproxy_section *section)
{
    const struct haproxy_line *head = section->head;
    if (head->count < 2) {
        haproxy_problem(config, RULE_SYNTAX, head, head->start, head->end, true,
                        "'%.*s' needs a name behind it", SLICE_ARG(section->type));
        return;
    }
    const struct haproxy_word *name = &head->words[1];
    if (name->unknown)
        return;
    if (!haproxy_name_valid(name->text))
        haproxy_problem(config, RULE_SYNTAX, head, name->start, name->end, true,
                        "a name has letters, digits and -_.: only");
    unsigned kind = section->kind & HAPROXY_FRONT ? HAPROXY_FRONT : HAPROXY_BACK;
    const struct haproxy_section *first = haproxy_section_find(config, kind, name->text);
    if (first && first != section && !first->head->maybe.len)
        haproxy_problem(config, RULE_DUPLICATE, head, name->start, name->end, true,
                        "'%.*s' is already the name of a %.*s section in line %u",
                        SLICE_ARG(name->text), SLICE_ARG(first->type), first->head->number);
}

static void check_other_head(struct haproxy_config *config, const struct haproxy_section *section,
                             struct table *seen)
{
    static const char *const nameless[] = {"traces", "namespace_list", "crt-store", NULL};
    const struct haproxy_line *head = section->head;
    unsigned since = 0, until = 0;
    haproxy_other_section(section->type, &since, &until);
    if (until && config->version >= until)
        haproxy_problem(config, RULE_VERSION, head, head->start, head->end, true,
                        "'%.*s' sections are gone since HAProxy %u.%u", SLICE_ARG(section->type),
                        until / 100, until % 100);
    else if (config->version < since)
        haproxy_problem(config, RULE_VERSION, head, head->start, head->end, true,
                        "'%.*s' sections came with HAProxy %u.%u, and this is for %u.%u",
                        SLICE_ARG(section->type), since / 100, since % 100, config->version / 100,
                        config->version % 100);
    for (size_t i = 0; nameless[i]; i++)
        if (slice_equal_str(section->type, nameless[i]))
            return;
    if (head->count < 2) {
        haproxy_problem(config, RULE_SYNTAX, head, head->start, head->end,
                        !slice_equal_str(section->type, "fcgi-app"),
                        "'%.*s' needs a name behind it", SLICE_ARG(section->type));
        return;
    }
    if (!haproxy_name_valid(section->name) && !head->words[1].unknown)
        haproxy_problem(config, RULE_SYNTAX, head, head->words[1].start, head->words[1].end, true,
                        "a name has letters, digits and -_.: only");
    struct slice key = arena_printf(config->arena, "%.*s %.*s", SLICE_ARG(section->type),
                                    SLICE_ARG(section->name));
    const struct haproxy_section *first = key.at ? table_get(seen, key) : NULL;
    if (!key.at || (!first && !table_put(seen, key, (void *)section)))
        config->failed = true;
    else if (first && !first->head->maybe.len)
        haproxy_problem(config, RULE_DUPLICATE, head, head->words[1].start, head->words[1].end,
                        !slice_equal_str(section->type, "userlist") &&
                            !slice_equal_str(section->type, "peers"),
                        "there is a %.*s section '%.*s' in line %u already",
                        SLICE_ARG(section->type), SLICE_ARG(section->name), first->head->number);
}

void haproxy_check_heads(struct haproxy_config *config)
{
    struct table users, seen;
    table_init(&users, config->arena);
    table_init(&seen, config->arena);
    for (size_t i = 0; i < config->section_count; i++) {
        const struct haproxy_section *section = config->sections[i];
        if (!at_head(section) || config->problem_count >= 4 * HAPROXY_PROBLEMS_MAX)
            continue;
        if (section->kind & HAPROXY_OTHER) {
            check_other_head(config, section, &seen);
            continue;
        }
        if (section->kind == HAPROXY_GLOBAL && section->head->count > 1)
            haproxy_problem(config, RULE_SYNTAX, section->head, section->head->words[1].start,
                            section->head->end, true, "nothing may follow 'global'");
        if (section->kind & (HAPROXY_FRONT | HAPROXY_BACK))
            check_proxy_name(config, section);
        if (section->kind & HAPROXY_PROXIES) {
            check_from(config, section);
            check_inherits(config, section, &users);
        }
    }
}

/* --- behind the lines --- */

static void check_target(struct haproxy_config *config, const struct haproxy_section *section,
                         const struct haproxy_line *line)
{
    const struct haproxy_word *word = line->count > 1 ? &line->words[1] : NULL;
    if (!word || word->unknown || !word->text.len ||
        slice_search(word->text, SLICE("%[")) < word->text.len)
        return;
    const struct haproxy_section *target = haproxy_section_find(config, HAPROXY_BACK, word->text);
    if (!target) {
        haproxy_problem(config, RULE_UNDEFINED, line, word->start, word->end, !config->fragment,
                        "there is no backend '%.*s'", SLICE_ARG(word->text));
        return;
    }
    bool front_http = section->http;
    if ((section->kind & HAPROXY_FRONT) && front_http && !target->http && !config->part)
        haproxy_problem(config, RULE_SYNTAX, line, word->start, word->end, true,
                        "'%.*s' is in mode tcp and cannot serve this http frontend: add 'mode "
                        "http' to it or to its defaults",
                        SLICE_ARG(word->text));
}

static void check_server_name(struct haproxy_config *config, const struct haproxy_line *line,
                              struct table *servers)
{
    if (line->count < 2 || line->words[1].unknown || line->maybe.len)
        return;
    const struct haproxy_line *first = table_get(servers, line->words[1].text);
    if (first)
        haproxy_problem(config, RULE_DUPLICATE, line, line->words[1].start, line->words[1].end,
                        true, "there is a server '%.*s' in line %u already",
                        SLICE_ARG(line->words[1].text), first->number);
    else if (!table_put(servers, line->words[1].text, (void *)line))
        config->failed = true;
}

/* use-server NAME, once all servers of the section are known. */
static void check_use_server(struct haproxy_config *config, const struct haproxy_line *line,
                             const struct table *servers)
{
    const struct haproxy_word *word = line->count > 1 ? &line->words[1] : NULL;
    if (!word || word->unknown || config->fragment ||
        slice_search(word->text, SLICE("%[")) < word->text.len || table_get(servers, word->text) ||
        haproxy_find(line->section, "server-template", NULL))
        return;
    haproxy_problem(config, RULE_UNDEFINED, line, word->start, word->end, true,
                    "there is no server '%.*s' in this section", SLICE_ARG(word->text));
}

/* stick rules keep what they learn in a table: this section's, or another's. */
static void check_stick(struct haproxy_config *config, const struct haproxy_line *line)
{
    for (size_t i = 2; i < line->count; i++)
        if (slice_equal_str(line->words[i].text, "table"))
            return;
    if (!config->fragment)
        haproxy_problem(config, RULE_UNDEFINED, line, line->start, line->end, true,
                        "this section has no stick-table: add one, or name another's with table "
                        "NAME");
}

static bool front_line(const struct haproxy_line *line)
{
    return haproxy_is(line, "use_backend", NULL) || haproxy_is(line, "default_backend", NULL);
}

void haproxy_check_section(struct haproxy_config *config, const struct haproxy_section *section)
{
    if (!(section->kind & HAPROXY_PROXIES))
        return;
    struct table servers;
    table_init(&servers, config->arena);
    bool http = section->http, told = false;
    bool table = haproxy_find(section, "stick-table", NULL);
    bool back = section->kind & HAPROXY_BACK, front = section->kind & HAPROXY_FRONT;
    for (size_t i = 0; i < section->count; i++) {
        const struct haproxy_line *line = section->lines[i];
        if (config->problem_count >= 4 * HAPROXY_PROBLEMS_MAX)
            return;
        if (back && haproxy_is(line, "server", NULL))
            check_server_name(config, line, &servers);
        if (front && front_line(line))
            check_target(config, section, line);
        if (back && !table && haproxy_is(line, "stick", NULL))
            check_stick(config, line);
        if (!http && !told && !config->part && (front || back) &&
            (haproxy_is(line, "http-request", NULL) || haproxy_is(line, "http-response", NULL) ||
             haproxy_is(line, "http-after-response", NULL))) {
            told = true;
            haproxy_problem(config, RULE_IGNORED, line, line->start, line->end, false,
                            "without 'mode http' here or in its defaults HAProxy ignores the "
                            "http rules of this section");
        }
    }
    if (haproxy_find(section, "server-template", NULL))
        return; /* makes names of its own */
    for (size_t i = 0;
         i < section->count && back && config->problem_count < 4 * HAPROXY_PROBLEMS_MAX; i++)
        if (haproxy_is(section->lines[i], "use-server", NULL))
            check_use_server(config, section->lines[i], &servers);
}
