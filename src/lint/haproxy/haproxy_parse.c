/*
 * Lines → sections. What HAProxy does with a line before any section's parser sees it: scopes,
 * `.if` and its kin, `no` and `default` in front, where a section begins.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/ascii.h"
#include "lint/haproxy/haproxy_parser.h"

bool haproxy_version(struct slice text, unsigned *version)
{
    uint64_t major, minor = 0;
    struct slice rest = text;
    if (!text.len) {
        *version = HAPROXY_NEWEST;
        return true;
    }
    struct slice first = slice_cut(&rest, '.');
    size_t digits = 0;
    while (digits < rest.len && ascii_digit(rest.at[digits]))
        digits++;
    if (!slice_u64(first, &major) || major > 99 ||
        (digits && (!slice_u64(slice_upto(rest, digits), &minor) || minor > 99)))
        return false;
    *version = (unsigned)(major * 100 + minor);
    return *version >= HAPROXY_OLDEST;
}

static void problem_add(struct haproxy_config *config, struct haproxy_problem problem,
                        const char *format, va_list arguments)
{
    char text[1000];
    vsnprintf(text, sizeof text, format, arguments);
    problem.text = arena_copy(config->arena, slice_str(text));
    unsigned column;
    lint_file_position(problem.file, problem.start, &problem.line, &column);
    if (!problem.text.at || !ARENA_PUSH(config->arena, config->problems, config->problem_count,
                                        config->problem_room, problem))
        config->failed = true;
}

void haproxy_problem(struct haproxy_config *config, enum haproxy_rule rule,
                     const struct haproxy_line *line, size_t start, size_t end, bool refused,
                     const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    refused &= !(rule == RULE_UNDEFINED && config->part);
    problem_add(config,
                (struct haproxy_problem){.rule = rule,
                                         .file = line->file,
                                         .start = start,
                                         .end = end,
                                         .refused = refused && !line->maybe.len},
                format, arguments);
    va_end(arguments);
}

void haproxy_refuse(struct haproxy_parser *parser, size_t start, size_t end, const char *format,
                    ...)
{
    va_list arguments;
    va_start(arguments, format);
    problem_add(
        parser->config,
        (struct haproxy_problem){
            .rule = RULE_SYNTAX, .file = parser->file, .start = start, .end = end, .refused = true},
        format, arguments);
    va_end(arguments);
}

static bool section_kind(const struct haproxy_word *words, size_t count, enum haproxy_kind *kind)
{
    static const struct {
        const char *type;
        enum haproxy_kind kind;
    } known[] = {{"global", HAPROXY_GLOBAL},
                 {"frontend", HAPROXY_FRONTEND},
                 {"listen", HAPROXY_LISTEN},
                 {"backend", HAPROXY_BACKEND}};
    if (slice_equal_str(words[0].text, "defaults")) {
        bool named = count > 1 && !slice_equal_str(words[1].text, "from");
        *kind = named ? HAPROXY_NAMED : HAPROXY_DEFAULTS;
        return true;
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal_str(words[0].text, known[i].type)) {
            *kind = known[i].kind;
            return true;
        }
    unsigned since, until;
    *kind = HAPROXY_OTHER;
    return haproxy_other_section(words[0].text, &since, &until);
}

static struct haproxy_section *section_new(struct haproxy_parser *parser, enum haproxy_kind kind,
                                           struct slice type)
{
    struct haproxy_config *config = parser->config;
    struct haproxy_section *section = arena_new(parser->arena, struct haproxy_section);
    if (!section || !ARENA_PUSH(parser->arena, config->sections, config->section_count,
                                config->section_room, section)) {
        config->failed = true;
        return NULL;
    }
    section->kind = kind;
    section->type = type;
    table_init(&section->acls, parser->arena);
    if (kind == HAPROXY_GLOBAL && !config->global)
        config->global = section;
    parser->section = section;
    return section;
}

/* The first of a name keeps it: what comes again is told by haproxy_check. */
static void section_name(struct haproxy_config *config, struct haproxy_section *section)
{
    static const unsigned kinds[] = {HAPROXY_FRONT, HAPROXY_BACK, HAPROXY_NAMED};
    struct table *tables[] = {&config->fronts, &config->backs, &config->named};
    for (size_t i = 0; i < 3; i++)
        if ((section->kind & kinds[i]) && !table_get(tables[i], section->name) &&
            !table_put(tables[i], section->name, section))
            config->failed = true;
    if (section->kind != HAPROXY_OTHER)
        return;
    struct slice key = arena_printf(config->arena, "%.*s %.*s", SLICE_ARG(section->type),
                                    SLICE_ARG(section->name));
    if (!key.at || (!table_get(&config->others, key) && !table_put(&config->others, key, section)))
        config->failed = true;
}

static void section_inherit(struct haproxy_parser *parser, struct haproxy_section *section,
                            const struct haproxy_line *line)
{
    if (!(section->kind & HAPROXY_PROXIES))
        return;
    bool is_defaults = section->kind & (HAPROXY_DEFAULTS | HAPROXY_NAMED);
    size_t from = line->count > 1 && slice_equal_str(line->words[1].text, "from") ? 1 : 2;
    if (line->count > from + 1 && slice_equal_str(line->words[from].text, "from"))
        section->defaults =
            haproxy_section_find(parser->config, HAPROXY_NAMED, line->words[from + 1].text);
    else if (!is_defaults)
        section->defaults = parser->defaults;
    if (is_defaults)
        parser->defaults = section;
}

static void parse_section(struct haproxy_parser *parser, enum haproxy_kind kind,
                          struct haproxy_line *line)
{
    struct haproxy_section *section = section_new(parser, kind, line->words[0].text);
    if (!section)
        return;
    bool named = kind != HAPROXY_GLOBAL && kind != HAPROXY_DEFAULTS;
    if (named && line->count > 1)
        section->name = line->words[1].text;
    section->head = line;
    line->section = section;
    section_inherit(parser, section, line);
    section_name(parser->config, section);
    parser->environment.section = section->name.len ? section->name : section->type;
}

/* setenv, presetenv, unsetenv of `global`: later lines see them. */
static void parse_environment(struct haproxy_parser *parser, const struct haproxy_line *line)
{
    bool set = haproxy_is(line, "setenv", NULL), unset = haproxy_is(line, "unsetenv", NULL);
    if (line->maybe.len || !(set || unset) || line->count < (set ? 3u : 2u))
        return;
    struct slice *value = arena_new(parser->arena, struct slice);
    if (value && set)
        *value = line->words[2].text;
    if (!value || !table_put(&parser->set, line->words[1].text, value))
        parser->config->failed = true;
}

/* A file without any section is a piece of one, as guides show them. */
static bool is_fragment(const struct lint_file *file)
{
    for (size_t i = 0; i < file->line_count; i++) {
        struct slice line = slice_trim(lint_file_line(file, (unsigned)i + 1));
        size_t length = 0;
        while (length < line.len && !ascii_space(line.at[length]))
            length++;
        struct haproxy_word word = {.text = slice_upto(line, length)};
        enum haproxy_kind kind;
        if (length && section_kind(&word, 1, &kind) &&
            !slice_equal_str(word.text, "cache")) /* no keyword bears a section's name */
            return false;
    }
    return true;
}

static void assume_section(struct haproxy_parser *parser, const struct haproxy_line *line)
{
    size_t words;
    const struct haproxy_keyword *row = haproxy_keyword_find(line->words, line->count, &words);
    bool global = row && row->sections == HAPROXY_GLOBAL;
    section_new(parser, global ? HAPROXY_GLOBAL : HAPROXY_LISTEN,
                global ? SLICE("global") : SLICE("listen"));
    parser->config->fragment = true;
}

static void strip_prefix(struct haproxy_line *line)
{
    line->negated = line->count > 1 && slice_equal_str(line->words[0].text, "no");
    line->reset = line->count > 1 && slice_equal_str(line->words[0].text, "default");
    if (line->negated || line->reset) {
        line->words++;
        line->count--;
    }
}

/* Where `if` or `unless` stands. In a `return` or `deny` string they are within one word. */
static size_t condition_at(const struct haproxy_line *line)
{
    for (size_t i = 1; i < line->count; i++)
        if (slice_equal_str(line->words[i].text, "if") ||
            slice_equal_str(line->words[i].text, "unless"))
            return i;
    return line->count;
}

/* What is asked of a section for each of its lines is kept where it can be found at once. */
static void index_line(struct haproxy_parser *parser, struct haproxy_line *line)
{
    struct haproxy_section *section = line->section;
    if (haproxy_is(line, "acl", NULL) && line->count > 1) {
        struct haproxy_acl *acl = table_get(&section->acls, line->words[1].text);
        if (acl) {
            acl->last->next_acl = line;
            acl->last = line;
            return;
        }
        acl = arena_new(parser->arena, struct haproxy_acl);
        if (acl)
            acl->first = acl->last = line;
        if (!acl || !table_put(&section->acls, line->words[1].text, acl))
            parser->config->failed = true;
    } else if (haproxy_is(line, "http-request", NULL) || haproxy_is(line, "http-response", NULL) ||
               haproxy_is(line, "http-after-response", NULL) ||
               (haproxy_is(line, "tcp-request", NULL) &&
                !haproxy_is(line, "tcp-request", "inspect-delay")) ||
               haproxy_is(line, "tcp-response", "content"))
        section->has_rules = true;
    else if (haproxy_is(line, "ssl-default-bind-options", NULL))
        parser->config->default_bind = line;
}

static void parse_words(struct haproxy_parser *parser, size_t count, size_t start, size_t end)
{
    struct haproxy_config *config = parser->config;
    struct haproxy_line *line = arena_new(parser->arena, struct haproxy_line);
    struct haproxy_word *words = arena_array(parser->arena, count, sizeof *words);
    if (!line || !words) {
        config->failed = true;
        return;
    }
    memcpy(words, parser->words, count * sizeof *words);
    *line = (struct haproxy_line){.file = parser->file,
                                  .number = parser->environment.line,
                                  .start = start,
                                  .end = end,
                                  .words = words,
                                  .count = count};
    if (haproxy_counts(parser) == HAPROXY_UNKNOWN)
        for (size_t i = 0; i < parser->depth; i++)
            if (parser->branches[i].taken == HAPROXY_UNKNOWN)
                line->maybe = parser->branches[i].text;
    strip_prefix(line);
    line->condition = line->count;
    enum haproxy_kind kind;
    if (!line->negated && !line->reset && section_kind(line->words, line->count, &kind)) {
        parse_section(parser, kind, line);
        return;
    }
    if (!parser->section) {
        if (!is_fragment(parser->file)) {
            haproxy_refuse(parser, start, end, "'%.*s' stands outside of any section",
                           SLICE_ARG(line->words[0].text));
            return;
        }
        assume_section(parser, line);
        if (config->failed)
            return;
    }
    line->section = parser->section;
    line->condition = condition_at(line);
    if (!ARENA_PUSH(parser->arena, parser->section->lines, parser->section->count,
                    parser->section->room, line))
        config->failed = true;
    index_line(parser, line);
    parse_environment(parser, line);
}

static const char *fault_text(enum haproxy_fault fault)
{
    static const char *const texts[] = {
        [HAPROXY_FAULT_QUOTE] = "this quote is not closed",
        [HAPROXY_FAULT_BRACE] = "the brace of this environment variable is not closed",
        [HAPROXY_FAULT_VARIABLE] = "not a variable's name; write \\$ for a dollar sign",
        [HAPROXY_FAULT_HEX] = "\\x needs two hexadecimal digits behind it",
        [HAPROXY_FAULT_EXPAND] = "only [*] may follow the name of a variable",
        [HAPROXY_FAULT_WORDS] = "a line has at most 64 words",
    };
    return texts[fault];
}

static bool parse_line(struct haproxy_parser *parser, unsigned number, struct error *err)
{
    const struct lint_file *file = parser->file;
    struct slice text = lint_file_line(file, number);
    size_t start = file->lines[number - 1], end = start + text.len, count, fault_at;
    if (text.len > HAPROXY_LINE_MAX)
        return error_set(err, ERROR_LIMIT, "%.*s:%u: the line is longer than %d bytes",
                         SLICE_ARG(file->path), number, HAPROXY_LINE_MAX);
    parser->environment.line = number;
    if (slice_find(text, '\0') < text.len) {
        haproxy_refuse(parser, start + slice_find(text, '\0'), end, "a NUL byte: this is no text");
        return true;
    }
    while (start < end && ascii_space(file->bytes.at[start]))
        start++;
    if (start < end && file->bytes.at[start] == '[') /* a scope: HAProxy takes and ignores it */
        return true;
    enum haproxy_fault fault = haproxy_split(file->bytes, start, end, &parser->environment,
                                             parser->arena, parser->words, &count, &fault_at);
    if (fault == HAPROXY_FAULT_MEMORY)
        return arena_error(err);
    if (fault != HAPROXY_FAULT_NONE) {
        haproxy_refuse(parser, fault_at, end, "%s", fault_text(fault));
        return true;
    }
    if (!count || !parser->words[0].text.len)
        return true;
    end = parser->words[count - 1].end;
    if (haproxy_macro(parser, count, end) || haproxy_counts(parser) == HAPROXY_FALSE)
        return true;
    parse_words(parser, count, start, end);
    return true;
}

static void parse_end(struct haproxy_parser *parser)
{
    const struct lint_file *file = parser->file;
    size_t length = file->bytes.len;
    if (parser->depth && !parser->stopped)
        haproxy_refuse(parser, file->lines[parser->branches[parser->depth - 1].line - 1],
                       file->lines[parser->branches[parser->depth - 1].line - 1] + 3,
                       "this .if has no .endif");
    if (length && file->bytes.at[length - 1] != '\n' && !parser->config->fragment &&
        parser->config->section_count && parser->config->version >= 203)
        haproxy_refuse(parser, file->lines[file->line_count - 1], length,
                       "the last line has no line end, so HAProxy takes the file for cut off");
}

static bool parse_file(struct haproxy_parser *parser, const struct lint_file *file,
                       struct error *err)
{
    struct haproxy_config *config = parser->config;
    parser->file = file;
    parser->depth = 0;
    parser->section = NULL; /* each file begins outside of sections */
    parser->environment.file = file->path;
    if (file->bytes.len > HAPROXY_FILE_MAX)
        return error_set(err, ERROR_LIMIT, "%.*s: larger than %d MiB", SLICE_ARG(file->path),
                         HAPROXY_FILE_MAX >> 20);
    for (unsigned number = 1; number <= file->line_count && !parser->stopped; number++) {
        if (!parse_line(parser, number, err))
            return false;
        if (config->failed)
            return arena_error(err);
        parser->stopped |= config->problem_count >= HAPROXY_PROBLEMS_MAX;
        if (config->section_count > HAPROXY_SECTIONS_MAX)
            return error_set(err, ERROR_LIMIT, "%.*s:%u: more than %d sections",
                             SLICE_ARG(file->path), number, HAPROXY_SECTIONS_MAX);
    }
    parse_end(parser);
    config->stopped = parser->stopped;
    return config->failed ? arena_error(err) : true;
}

bool haproxy_parse(struct haproxy_config *config, struct lint_file *const *files, size_t count,
                   unsigned version, struct arena *arena, struct error *err)
{
    *config = (struct haproxy_config){.arena = arena, .version = version};
    struct haproxy_parser parser = {.config = config, .arena = arena};
    table_init(&parser.set, arena);
    table_init(&config->others, arena);
    table_init(&config->fronts, arena);
    table_init(&config->backs, arena);
    table_init(&config->named, arena);
    parser.environment.set = &parser.set;
    for (size_t i = 0; i < count; i++)
        if (!parse_file(&parser, files[i], err))
            return false;
    config->part = !config->fragment;
    for (size_t i = 0; i < config->section_count && config->part; i++)
        config->part =
            !(config->sections[i]->kind & (HAPROXY_GLOBAL | HAPROXY_DEFAULTS | HAPROXY_NAMED));
    haproxy_modes(config);
    return true;
}
