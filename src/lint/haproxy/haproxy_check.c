/* Every line against the table of keywords: what `haproxy -c` refuses, warns of, or ignores. */
#include <stdio.h>

#include "base/ascii.h"
#include "lint/haproxy/haproxy_check.h"

static struct slice kind_name(const struct haproxy_section *section)
{
    return section->type;
}

static bool is_if(struct slice word)
{
    return slice_equal_str(word, "if") || slice_equal_str(word, "unless");
}

/* Words up to the first empty one: for HAProxy, "" ends the arguments. */
static size_t arguments_of(const struct haproxy_line *line, size_t from, size_t to)
{
    size_t count = 0;
    while (from + count < to &&
           (line->words[from + count].text.len || line->words[from + count].unknown))
        count++;
    return count;
}

/* Built in only with some libraries or vendors' files: their names are not ours to judge. */
static bool from_vendor(struct slice name)
{
    static const char *const prefixes[] = {"tune.quic.", "51degrees-", "deviceatlas-",   "wurfl-",
                                           "tune.lua.",  "ot-",        "h2-workaround-", NULL};
    for (size_t i = 0; prefixes[i]; i++)
        if (slice_starts(name, slice_str(prefixes[i])))
            return true;
    return false;
}

static void unknown_keyword(struct haproxy_config *config, const struct haproxy_line *line)
{
    const struct haproxy_word *word = line->words;
    unsigned kind = line->section->kind;
    struct slice name = word->text;
    char joined[96];
    if (line->count > 1 && haproxy_keyword_begins(name)) {
        word = &line->words[1];
        size_t length = (size_t)snprintf(joined, sizeof joined, "%.*s %.*s", SLICE_ARG(name),
                                         SLICE_ARG(word->text));
        name = slice_of(joined, length < sizeof joined ? length : sizeof joined - 1);
    }
    if (word->unknown || (kind == HAPROXY_GLOBAL && from_vendor(name)) ||
        slice_starts(word->text, SLICE("lua.")) || /* an action that a script registers */
        slice_starts(haproxy_word_at(line, 2), SLICE("lua.")))
        return;
    /* A file full of them is not HAProxy's at all: no need to guess at each. */
    const char *like =
        config->problem_count < HAPROXY_GUESSES_MAX ? haproxy_keyword_like(name, kind) : NULL;
    haproxy_problem(config, RULE_KEYWORD, line, word->start, word->end, true,
                    "HAProxy knows no '%.*s' in a %.*s section%s%s%s", SLICE_ARG(name),
                    SLICE_ARG(kind_name(line->section)), like ? "; did you mean '" : "",
                    like ? like : "", like ? "'?" : "");
}

/* False: the line is not worth looking at any further. */
static bool check_version(struct haproxy_config *config, const struct haproxy_line *line,
                          const struct haproxy_keyword *row)
{
    unsigned version = config->version;
    if (row->until && version >= row->until)
        haproxy_problem(config, RULE_VERSION, line, line->start, line->end, true,
                        "'%s' is gone since HAProxy %u.%u%s%s", row->name, row->until / 100,
                        row->until % 100, row->advice ? ": " : "", row->advice ? row->advice : "");
    else if (version < row->since)
        haproxy_problem(config, RULE_VERSION, line, line->start, line->end, true,
                        "'%s' came with HAProxy %u.%u, and this is for %u.%u", row->name,
                        row->since / 100, row->since % 100, version / 100, version % 100);
    else
        return true;
    return false;
}

static bool check_place(struct haproxy_config *config, const struct haproxy_line *line,
                        const struct haproxy_keyword *row)
{
    const struct haproxy_section *section = line->section;
    if (row->sections & section->kind)
        return true;
    if (config->fragment && (row->sections & HAPROXY_PROXIES))
        return true;
    bool other_world = section->kind == HAPROXY_GLOBAL || row->sections == HAPROXY_GLOBAL;
    bool refused = other_world || (row->refused & section->kind);
    const char *needs_name = section->kind == HAPROXY_DEFAULTS && (row->sections & HAPROXY_NAMED)
                                 ? " without a name (defaults NAME may hold it)"
                                 : "";
    haproxy_problem(config, refused ? RULE_KEYWORD : RULE_IGNORED, line, line->start, line->end,
                    refused,
                    refused ? "'%s' may not stand in a %.*s section%s"
                            : "HAProxy ignores '%s' in a %.*s section%s",
                    row->name, SLICE_ARG(kind_name(section)), needs_name);
    return !refused;
}

static void check_arguments(struct haproxy_config *config, struct haproxy_line *line,
                            const struct haproxy_keyword *row, size_t name_words)
{
    size_t end = row->condition ? line->condition : line->count;
    size_t given = arguments_of(line, name_words, end);
    if (line->negated)
        return;
    if (given < row->least)
        haproxy_problem(config, RULE_SYNTAX, line, line->start, line->end, true,
                        "'%s' needs %s%u argument%s", row->name,
                        row->most > row->least ? "at least " : "", row->least,
                        row->least == 1 ? "" : "s");
    else if (row->most != 255 && given > row->most)
        haproxy_problem(config, RULE_SYNTAX, line, line->words[name_words + row->most].start,
                        line->end, true, "'%s' takes %s%u argument%s%s", row->name,
                        row->most ? "at most " : "", row->most, row->most == 1 ? "" : "s",
                        row->condition ? ", then if or unless; quote what has blanks" : "");
}

/* A condition that HAProxy demands. */
static void check_needs_condition(struct haproxy_config *config, const struct haproxy_line *line,
                                  const struct haproxy_keyword *row)
{
    static const char *const names[] = {"stats admin", "monitor fail", "force-persist",
                                        "ignore-persist", "use-server"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(row->name, names[i]) == 0 && line->condition == line->count)
            haproxy_problem(config, RULE_SYNTAX, line, line->start, line->end, true,
                            "'%s' needs if or unless and a condition", row->name);
}

static bool may_be_negated(const struct haproxy_line *line)
{
    static const char *const names[] = {"option",
                                        "log",
                                        "busy-polling",
                                        "set-dumpable",
                                        "strict-limits",
                                        "insecure-fork-wanted",
                                        "numa-cpu-mapping",
                                        "stats",
                                        "tune.idle-pool.shared",
                                        NULL};
    for (size_t i = 0; names[i]; i++)
        if (haproxy_is(line, names[i], NULL))
            return !haproxy_is(line, "stats", NULL);
    return false;
}

static void check_known(struct haproxy_config *config, struct haproxy_line *line,
                        const struct haproxy_keyword *row, size_t name_words)
{
    line->keyword = row;
    line->condition = line->count;
    if (row->condition)
        for (size_t i = name_words + row->least; i < line->count; i++)
            if (is_if(line->words[i].text)) {
                line->condition = i;
                break;
            }
    if (!check_version(config, line, row) || !check_place(config, line, row))
        return;
    check_arguments(config, line, row, name_words);
    if (line->condition < line->count)
        haproxy_condition_check(config, line, line->condition);
    else if (row->condition)
        check_needs_condition(config, line, row);
    haproxy_check_values(config, line, name_words);
}

static void check_other(struct haproxy_config *config, struct haproxy_line *line)
{
    unsigned least, most;
    struct slice type = line->section->type;
    const struct haproxy_word *word = line->words;
    if (!haproxy_other_keyword(type, line, &least, &most))
        haproxy_problem(config, RULE_KEYWORD, line, word->start, word->end, true,
                        "HAProxy knows no '%.*s' in a %.*s section", SLICE_ARG(word->text),
                        SLICE_ARG(type));
    else if (arguments_of(line, 1, line->count) < least)
        haproxy_problem(config, RULE_SYNTAX, line, line->start, line->end, true,
                        "'%.*s' needs at least %u argument%s", SLICE_ARG(word->text), least,
                        least == 1 ? "" : "s");
    else if (arguments_of(line, 1, line->count) > most)
        haproxy_problem(config, RULE_SYNTAX, line, line->words[1 + most].start, line->end, true,
                        "'%.*s' takes at most %u argument%s", SLICE_ARG(word->text), most,
                        most == 1 ? "" : "s");
    else
        haproxy_check_values(config, line, 1);
}

static void check_line(struct haproxy_config *config, struct haproxy_line *line)
{
    if ((line->negated || line->reset) && !may_be_negated(line))
        haproxy_problem(config, RULE_SYNTAX, line, line->start, line->end, true,
                        "'%s' cannot stand before '%.*s'", line->negated ? "no" : "default",
                        SLICE_ARG(line->words[0].text));
    if (line->words[0].unknown)
        return;
    if (line->section->kind == HAPROXY_OTHER) {
        check_other(config, line);
        return;
    }
    size_t name_words = 0;
    const struct haproxy_keyword *row = haproxy_keyword_find(line->words, line->count, &name_words);
    if (row && row->sections == HAPROXY_GLOBAL && line->section->kind != HAPROXY_GLOBAL &&
        haproxy_keyword_begins(line->words[0].text))
        row = NULL; /* `stats foo` of a proxy is not `stats` of global */
    if (row)
        check_known(config, line, row, name_words);
    else
        unknown_keyword(config, line);
}

void haproxy_check(struct haproxy_config *config)
{
    if (config->stopped) /* names may be missing only because they were not reached */
        return;
    haproxy_check_heads(config);
    for (size_t i = 0; i < config->section_count && !config->failed; i++) {
        struct haproxy_section *section = config->sections[i];
        for (size_t j = 0; j < section->count; j++) {
            if (config->problem_count >= 4 * HAPROXY_PROBLEMS_MAX)
                section->lines[j]->condition = section->lines[j]->count;
            else
                check_line(config, section->lines[j]);
        }
        haproxy_check_section(config, section);
    }
}
