/* A directive against its rows: known, allowed here, with arguments that it takes. */
#include <stdio.h>

#include "base/ascii.h"
#include "base/table.h"
#include "lint/nginx/check.h"

static const struct {
    unsigned context;
    const char *name;
} context_names[] = {
    {NGINX_MAIN, "main"},
    {NGINX_EVENTS, "events"},
    {NGINX_HTTP, "http"},
    {NGINX_SERVER, "server"},
    {NGINX_LOCATION, "location"},
    {NGINX_UPSTREAM, "upstream"},
    {NGINX_SERVER_IF, "if in server"},
    {NGINX_LOCATION_IF, "if in location"},
    {NGINX_LIMIT_EXCEPT, "limit_except"},
    {NGINX_STREAM, "stream"},
    {NGINX_STREAM_SERVER, "server of stream"},
    {NGINX_STREAM_UPSTREAM, "upstream of stream"},
    {NGINX_MAIL, "mail"},
    {NGINX_MAIL_SERVER, "server of mail"},
};

__attribute__((format(printf, 3, 4))) void
nginx_refuse(struct nginx_parse *parse, const struct nginx_node *node, const char *format, ...)
{
    char text[800];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    nginx_problem(parse, NGINX_REFUSED, node->file, node->start, node->end, "%s", text);
}

static void refuse_unknown(struct nginx_parse *parse, const struct nginx_node *node)
{
    size_t end =
        node->start + (node->count ? node->words[0].start - node->start : node->end - node->start);
    const char *near = nginx_directive_suggest(node->name);
    if (parse->modules || nginx_directive_foreign(node->name))
        nginx_problem(parse, NGINX_MODULE, node->file, node->start, end,
                      "\"%.*s\" is of a module that is not known here: it is not checked",
                      SLICE_ARG(node->name));
    else
        nginx_problem(parse, NGINX_REFUSED, node->file, node->start, end,
                      "unknown directive \"%.*s\"%s%s%s", SLICE_ARG(node->name),
                      near ? ": did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static void refuse_context(struct nginx_parse *parse, const struct nginx_node *node,
                           unsigned allowed)
{
    char places[300] = "";
    size_t len = 0;
    for (size_t i = 0; i < sizeof context_names / sizeof *context_names; i++)
        if ((allowed & context_names[i].context) && len < sizeof places)
            len += (size_t)snprintf(places + len, sizeof places - len, "%s%s", len ? ", " : "",
                                    context_names[i].name);
    nginx_refuse(parse, node, "\"%.*s\" directive is not allowed here: it may stand in %s",
                 SLICE_ARG(node->name), places);
}

static bool count_fits(const struct nginx_directive *row, size_t count)
{
    unsigned arguments = row->arguments;
    return (arguments & NGINX_ANY) || ((arguments & NGINX_FLAG) && count == 1) ||
           ((arguments & NGINX_MORE1) && count >= 1) || ((arguments & NGINX_MORE2) && count >= 2) ||
           (count < 8 && (arguments & 1u << count));
}

static void refuse_count(struct nginx_parse *parse, const struct nginx_node *node,
                         const struct nginx_directive *row)
{
    char takes[100] = "";
    size_t len = 0;
    for (unsigned i = 0; i < 8; i++)
        if (row->arguments & 1u << i)
            len += (size_t)snprintf(takes + len, sizeof takes - len, "%s%u", len ? " or " : "", i);
    const char *words = row->arguments & NGINX_FLAG    ? "on or off"
                        : row->arguments & NGINX_MORE2 ? "at least 2"
                        : row->arguments & NGINX_MORE1 ? "at least 1"
                        : takes[0] == '0' && !takes[1] ? "none"
                                                       : takes;
    nginx_refuse(parse, node, "invalid number of arguments in \"%.*s\" directive: it takes %s",
                 SLICE_ARG(node->name), words);
}

/* ── values ── */

static bool is_number(struct slice value)
{
    uint64_t number;
    return slice_u64(value, &number) && number <= INT64_MAX;
}

static bool is_size(struct slice value, bool giga)
{
    if (value.len && ascii_among(value.at[value.len - 1], giga ? "kKmMgG" : "kKmM"))
        value.len--;
    return is_number(value);
}

/* As ngx_parse_time: parts of falling units, the last may have none. */
static bool is_time(struct slice value, bool seconds)
{
    static const char units[] = "yMwdhms";
    size_t last = 0; /* position of the last unit, from 1 */
    bool milliseconds = false;
    if (!value.len)
        return false;
    while (value.len) {
        size_t digits = 0;
        while (digits < value.len && ascii_digit(value.at[digits]))
            digits++;
        if (!digits || digits > 15 || milliseconds)
            return false;
        value = slice_from(value, digits);
        if (!value.len)
            return last < 7;
        if (value.at[0] == ' ') {
            if (last >= 7)
                return false;
            last = 7;
            value = slice_from(value, 1);
            continue;
        }
        const char *unit = strchr(units, value.at[0]);
        if (!unit || !*unit)
            return false;
        size_t place = (size_t)(unit - units) + 1;
        milliseconds = value.at[0] == 'm' && value.len > 1 && value.at[1] == 's';
        place = milliseconds ? 8 : place;
        if (place <= last || (milliseconds && seconds))
            return false;
        last = place;
        value = slice_from(value, milliseconds ? 2 : 1);
        while (value.len && value.at[0] == ' ')
            value = slice_from(value, 1);
    }
    return true;
}

bool nginx_is_time(struct slice value)
{
    return is_time(value, false);
}

static bool is_word(struct slice value, const char *words)
{
    for (struct slice rest = slice_str(words); rest.len;)
        if (slice_equal_nocase(slice_cut(&rest, ' '), value))
            return true;
    return false;
}

static const char *value_problem(const struct nginx_node *node, const struct nginx_directive *row,
                                 struct slice value)
{
    uint64_t number;
    switch ((enum nginx_value)row->value) {
    case NGINX_VALUE_NUMBER:
        if (!slice_u64(value, &number) || number > INT64_MAX)
            return "invalid number";
        return row->high && (number < row->low || number > row->high) ? "value is out of range"
                                                                      : NULL;
    case NGINX_VALUE_SIZE:
    case NGINX_VALUE_OFFSET:
        return is_size(value, row->value == NGINX_VALUE_OFFSET) ? NULL : "invalid value";
    case NGINX_VALUE_TIME:
    case NGINX_VALUE_SECONDS:
        return is_time(value, row->value == NGINX_VALUE_SECONDS) ? NULL : "invalid value";
    case NGINX_VALUE_BUFFERS:
        return is_number(value) && !slice_equal_str(value, "0") &&
                       is_size(nginx_word(node, 1), false)
                   ? NULL
                   : "invalid value";
    case NGINX_VALUE_WORD:
        return is_word(value, nginx_words[row->words]) ? NULL : "invalid value";
    default:
        return NULL;
    }
}

static void check_value(struct nginx_parse *parse, const struct nginx_node *node,
                        const struct nginx_directive *row)
{
    struct slice value = nginx_word(node, 0);
    if (row->arguments & NGINX_FLAG && node->count == 1) {
        if (!slice_equal_nocase(value, SLICE("on")) && !slice_equal_nocase(value, SLICE("off")))
            nginx_refuse(parse, node,
                         "invalid value \"%.*s\" in \"%.*s\" directive, it must be \"on\" or "
                         "\"off\"",
                         SLICE_ARG(value), SLICE_ARG(node->name));
        return;
    }
    const char *problem = value_problem(node, row, value);
    if (problem)
        nginx_refuse(parse, node, "%s \"%.*s\" in \"%.*s\" directive%s%s", problem,
                     SLICE_ARG(value), SLICE_ARG(node->name), row->words ? ", it takes " : "",
                     nginx_words[row->words]);
    for (size_t i = 0; row->value == NGINX_VALUE_WORDS && i < node->count; i++)
        if (!is_word(node->words[i].text, nginx_words[row->words]))
            nginx_refuse(parse, node, "invalid value \"%.*s\" in \"%.*s\" directive, it takes %s",
                         SLICE_ARG(node->words[i].text), SLICE_ARG(node->name),
                         nginx_words[row->words]);
}

/* ── a second one in a block ── */

/* A key of the parse's table of what was seen: a block and a name. */
struct seen {
    const struct nginx_node *parent;
    uint64_t kind;
    char name[48];
};

const struct nginx_node *nginx_seen(struct nginx_parse *parse, const struct nginx_node *node,
                                    unsigned kind, struct slice name)
{
    struct seen key;
    memset(&key, 0, sizeof key);
    key.parent = node->parent;
    key.kind = kind;
    memcpy(key.name, name.at, name.len < sizeof key.name ? name.len : sizeof key.name);
    if (name.len > sizeof key.name) /* a long name stands by its address, and is never found */
        memcpy(key.name, &name.at, sizeof name.at);
    if (!parse->seen.arena)
        table_init(&parse->seen, parse->arena);
    const struct nginx_node *first = table_get(&parse->seen, slice_of(&key, sizeof key));
    if (first)
        return first;
    struct slice kept = arena_copy(parse->arena, slice_of(&key, sizeof key));
    if (kept.at)
        table_put(&parse->seen, kept, (void *)(uintptr_t)node);
    return NULL;
}

static void check_once(struct nginx_parse *parse, const struct nginx_node *node)
{
    const struct nginx_node *first = nginx_seen(parse, node, 0, node->name);
    if (first)
        nginx_refuse(parse, node, "\"%.*s\" directive is duplicate: the first is in line %u",
                     SLICE_ARG(node->name), first->line);
}

/* ── versions ── */

static void put_version(char *to, size_t size, unsigned version)
{
    snprintf(to, size, "%u.%u.%u", version / 10000, version / 100 % 100, version % 100);
}

static bool check_version(struct nginx_parse *parse, const struct nginx_node *node,
                          const struct nginx_directive *row)
{
    char version[32];
    if (row->since > parse->version) {
        put_version(version, sizeof version, row->since);
        nginx_refuse(parse, node, "\"%.*s\" directive is not known before nginx %s%s",
                     SLICE_ARG(node->name), version,
                     slice_equal_str(node->name, "http2") ? ": write listen … http2" : "");
        return false;
    }
    if (row->until && row->until <= parse->version) {
        put_version(version, sizeof version, row->until);
        nginx_refuse(parse, node, "\"%.*s\" directive was removed in nginx %s%s",
                     SLICE_ARG(node->name), version,
                     slice_equal_str(node->name, "ssl") ? ": write listen … ssl" : "");
        return false;
    }
    return true;
}

static void check_module(struct nginx_parse *parse, const struct nginx_node *node,
                         const struct nginx_directive *row)
{
    if (!row->module || parse->fragment || parse->modules ||
        ((parse->told | parse->loaded) & 1ull << row->module))
        return;
    parse->told |= 1ull << row->module;
    nginx_problem(parse, NGINX_MODULE, node->file, node->start, node->end,
                  "\"%.*s\" is of the module %s, which must be compiled in or loaded",
                  SLICE_ARG(node->name), nginx_modules[row->module]);
}

/* The row by which a directive may stand here; says what is wrong when there is none. */
static const struct nginx_directive *find_row(struct nginx_parse *parse,
                                              const struct nginx_node *node)
{
    size_t count;
    unsigned allowed = 0;
    const struct nginx_directive *rows = nginx_directive_find(node->name, &count), *here = NULL;
    for (size_t i = 0; i < count; i++) {
        allowed |= rows[i].contexts;
        if (!(rows[i].contexts & node->context))
            continue;
        bool fits = node->block == ((rows[i].arguments & NGINX_BLOCK) != 0) &&
                    count_fits(&rows[i], node->count);
        if (!here || fits)
            here = &rows[i];
    }
    if (!count)
        refuse_unknown(parse, node);
    else if (!here)
        refuse_context(parse, node, allowed);
    return here;
}

void nginx_check(struct nginx_parse *parse, struct nginx_node *node)
{
    if (node->data) {
        nginx_check_data(parse, node);
        return;
    }
    if (!node->context) /* in a block of a module that we do not know */
        return;
    const struct nginx_directive *row = find_row(parse, node);
    node->directive = row;
    if (!row || !check_version(parse, node, row))
        return;
    if (node->block != ((row->arguments & NGINX_BLOCK) != 0)) {
        nginx_refuse(parse, node,
                     node->block ? "directive \"%.*s\" is not terminated by \";\""
                                 : "directive \"%.*s\" has no opening \"{\"",
                     SLICE_ARG(node->name));
        return;
    }
    if (!count_fits(row, node->count)) {
        refuse_count(parse, node, row);
        return;
    }
    check_module(parse, node, row);
    check_value(parse, node, row);
    if (row->once)
        check_once(parse, node);
    nginx_check_words(parse, node);
}
