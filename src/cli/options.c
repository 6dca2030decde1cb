#include "cli/options.h"

#include <stdlib.h>

#include "base/ascii.h"
#include "cli/suggest.h"

static bool no_memory(struct error *err)
{
    return arena_error(err);
}

bool option_set_init(struct option_set *set, const struct option *rows, struct arena *arena,
                     struct error *err)
{
    *set = (struct option_set){.rows = rows};
    while (rows && rows[set->count].name)
        set->count++;
    set->values = arena_array(arena, set->count + 1, sizeof *set->values);
    return set->values || no_memory(err);
}

bool option_has_choice(const char *choices, struct slice word)
{
    struct slice rest = slice_str(choices);
    while (rest.len)
        if (slice_equal(slice_cut(&rest, ' '), word))
            return true;
    return false;
}

/* ---- texts to values; `origin` says where the text stands: "--db", "PLIMSOLL_DB", … ---- */

struct taking {
    const struct option *row;
    struct option_value *value;
    const char *origin;
    struct arena *arena;
};

static bool bad_choice(const struct taking *to, struct slice word, struct error *err)
{
    struct suggestion suggestion = {.word = arena_string(to->arena, word)};
    struct slice rest = slice_str(to->row->choices);
    while (suggestion.word && rest.len) {
        const char *choice = arena_string(to->arena, slice_cut(&rest, ' '));
        if (choice)
            suggest_offer(&suggestion, choice);
    }
    if (suggestion.best)
        return error_set(err, ERROR_USAGE, "%s: \"%.*s\" is none of: %s; did you mean %s?",
                         to->origin, SLICE_ARG(word), to->row->choices, suggestion.best);
    return error_set(err, ERROR_USAGE, "%s: \"%.*s\" is none of: %s", to->origin, SLICE_ARG(word),
                     to->row->choices);
}

static bool take_item(const struct taking *to, struct slice word, struct error *err)
{
    struct option_value *value = to->value;
    if (to->row->choices && !option_has_choice(to->row->choices, word))
        return bad_choice(to, word, err);
    const char *item = arena_string(to->arena, word);
    if (!item || !ARENA_PUSH(to->arena, value->items, value->count, value->room, item))
        return no_memory(err);
    return true;
}

static bool take_words(const struct taking *to, const char *text, struct error *err)
{
    struct slice rest = slice_str(text);
    while (rest.len) {
        struct slice word = slice_trim(slice_cut(&rest, ','));
        if (word.len && !take_item(to, word, err))
            return false;
    }
    return true;
}

static bool take_int(const struct taking *to, const char *text, struct error *err)
{
    const struct option *row = to->row;
    struct slice digits = slice_str(text);
    bool negative = digits.len && digits.at[0] == '-';
    uint64_t magnitude;
    int64_t high = row->low || row->high ? row->high : INT64_MAX;
    if (!slice_u64(slice_from(digits, negative), &magnitude) || magnitude > INT64_MAX)
        return error_set(err, ERROR_USAGE, "%s: \"%s\" is not a whole number", to->origin, text);
    int64_t number = negative ? -(int64_t)magnitude : (int64_t)magnitude;
    if (number < row->low || number > high)
        return error_set(err, ERROR_USAGE, "%s: %s is outside of %lld to %lld", to->origin, text,
                         (long long)row->low, (long long)high);
    to->value->number = number;
    return true;
}

static bool take_size(const struct taking *to, const char *text, struct error *err)
{
    struct slice rest = slice_str(text), digits = rest;
    size_t end = 0;
    while (end < rest.len && ascii_digit(rest.at[end]))
        end++;
    digits = slice_upto(rest, end);
    rest = slice_from(rest, end);
    static const char units[] = "KMGT";
    const char *unit = rest.len ? strchr(units, ascii_upper(rest.at[0])) : NULL;
    unsigned shift = unit && *unit ? 10 * ((unsigned)(unit - units) + 1) : 0;
    struct slice tail = slice_from(rest, shift ? 1 : 0);
    bool known = tail.len == 0 || slice_equal_str(tail, "B") || slice_equal_str(tail, "iB");
    uint64_t size;
    if (!known || !slice_u64(digits, &size) || size > (uint64_t)INT64_MAX >> shift)
        return error_set(err, ERROR_USAGE, "%s: \"%s\" is not a size such as 512, 64K or 2G",
                         to->origin, text);
    to->value->number = (int64_t)(size << shift);
    return true;
}

static bool take_flag(const struct taking *to, const char *text, struct error *err)
{
    struct yaml_node node = {.kind = YAML_TEXT, .text = slice_str(text)};
    bool on = false;
    if (slice_equal_str(node.text, "1"))
        on = true;
    else if (node.text.len && !slice_equal_str(node.text, "0") && !yaml_bool(&node, &on))
        return error_set(err, ERROR_USAGE, "%s: \"%s\" is neither yes nor no", to->origin, text);
    to->value->on = on;
    return true;
}

static bool take(const struct taking *to, const char *text, enum option_source source,
                 struct error *err)
{
    bool taken = true;
    switch (to->row->type) {
    case OPTION_FLAG:
        taken = take_flag(to, text, err);
        break;
    case OPTION_STRING:
        break;
    case OPTION_INT:
        taken = take_int(to, text, err);
        break;
    case OPTION_SIZE:
        taken = take_size(to, text, err);
        break;
    case OPTION_CHOICE:
        taken = option_has_choice(to->row->choices, slice_str(text)) ||
                bad_choice(to, slice_str(text), err);
        break;
    case OPTION_LIST:
        taken = take_item(to, slice_str(text), err);
        break;
    case OPTION_WORDS:
        taken = take_words(to, text, err);
        break;
    }
    if (!taken)
        return false;
    to->value->text = text;
    to->value->source = source;
    return true;
}

/* ---- command line ---- */

struct found {
    const struct option *row;
    struct option_value *value;
    bool negated;
};

static struct found find_long(struct option_set *sets, size_t set_count, struct slice name)
{
    for (size_t s = 0; s < set_count; s++)
        for (size_t i = 0; i < sets[s].count; i++) {
            const struct option *row = &sets[s].rows[i];
            bool negated = row->type == OPTION_FLAG && slice_starts(name, SLICE("no-")) &&
                           slice_equal_str(slice_from(name, 3), row->name);
            if (negated || slice_equal_str(name, row->name))
                return (struct found){row, &sets[s].values[i], negated};
        }
    return (struct found){0};
}

static struct found find_letter(struct option_set *sets, size_t set_count, char letter)
{
    for (size_t s = 0; s < set_count; s++)
        for (size_t i = 0; i < sets[s].count; i++)
            if (sets[s].rows[i].letter == letter)
                return (struct found){&sets[s].rows[i], &sets[s].values[i], false};
    return (struct found){0};
}

static bool unknown_long(struct option_set *sets, size_t set_count, const char *name,
                         const char *whose, struct error *err)
{
    struct suggestion suggestion = {.word = name};
    for (size_t s = 0; s < set_count; s++)
        for (size_t i = 0; i < sets[s].count; i++)
            suggest_offer(&suggestion, sets[s].rows[i].name);
    error_set(err, ERROR_USAGE, "unknown option --%s", name);
    size_t used = strlen(err->text), room = sizeof err->text - used;
    if (*whose)
        snprintf(err->text + used, room, " of \"%s\"", whose);
    used = strlen(err->text);
    if (suggestion.best)
        snprintf(err->text + used, sizeof err->text - used, "; did you mean --%s?",
                 suggestion.best);
    return false;
}

/* --name, --name=value, --name value, --no-name */
static bool read_long(struct option_set *sets, size_t set_count, char **argv, int argc, int *next,
                      const char *whose, struct arena *arena, struct error *err)
{
    struct slice value = slice_str(argv[*next] + 2), name = slice_cut(&value, '=');
    bool has_value = argv[*next][2 + name.len] == '=';
    struct found found = find_long(sets, set_count, name);
    const char *text = has_value ? argv[*next] + 2 + name.len + 1 : NULL;
    const char *plain = arena_string(arena, name);
    const char *origin = arena_printf(arena, "--%.*s", SLICE_ARG(name)).at;
    if (!plain || !origin)
        return no_memory(err);
    if (!found.row)
        return unknown_long(sets, set_count, plain, whose, err);
    ++*next;
    if (found.row->type == OPTION_FLAG) {
        if (has_value)
            return error_set(err, ERROR_USAGE, "%s takes no value", origin);
        found.value->on = !found.negated;
        found.value->source = SOURCE_COMMAND_LINE;
        return true;
    }
    if (!text && *next >= argc)
        return error_set(err, ERROR_USAGE, "%s needs its %s", origin, found.row->argument);
    struct taking to = {found.row, found.value, origin, arena};
    return take(&to, text ? text : argv[(*next)++], SOURCE_COMMAND_LINE, err);
}

/* -q, -qv, -fVALUE, -f VALUE */
static bool read_letters(struct option_set *sets, size_t set_count, char **argv, int argc,
                         int *next, const char *whose, struct arena *arena, struct error *err)
{
    const char *letters = argv[(*next)++] + 1;
    for (; *letters; letters++) {
        struct found found = find_letter(sets, set_count, *letters);
        if (!found.row)
            return error_set(err, ERROR_USAGE, "unknown option -%c%s%s%s", *letters,
                             *whose ? " of \"" : "", whose, *whose ? "\"" : "");
        if (found.row->type == OPTION_FLAG) {
            found.value->on = true;
            found.value->source = SOURCE_COMMAND_LINE;
            continue;
        }
        if (!letters[1] && *next >= argc)
            return error_set(err, ERROR_USAGE, "-%c needs its %s", *letters, found.row->argument);
        const char *text = letters[1] ? letters + 1 : argv[(*next)++];
        const char *origin = arena_printf(arena, "-%c", *letters).at;
        struct taking to = {found.row, found.value, origin, arena};
        return origin ? take(&to, text, SOURCE_COMMAND_LINE, err) : no_memory(err);
    }
    return true;
}

bool option_read_word(struct option_set *sets, size_t set_count, char **argv, int argc, int *next,
                      const char *whose, struct arena *arena, struct error *err)
{
    return argv[*next][1] == '-'
               ? read_long(sets, set_count, argv, argc, next, whose, arena, err)
               : read_letters(sets, set_count, argv, argc, next, whose, arena, err);
}

/* ---- environment, configuration, defaults ---- */

static bool fill_from_environment(const struct option *row, struct option_value *value,
                                  struct arena *arena, struct error *err)
{
    const char *text = row->variable ? getenv(row->variable) : NULL;
    struct taking to = {row, value, row->variable, arena};
    if (!text || !*text)
        return true;
    if (row->type != OPTION_LIST)
        return take(&to, text, SOURCE_ENVIRONMENT, err);
    struct slice rest = slice_str(text);
    while (rest.len) {
        const char *item = arena_string(arena, slice_cut(&rest, ' '));
        if (!item)
            return no_memory(err);
        if (*item && !take(&to, item, SOURCE_ENVIRONMENT, err))
            return false;
    }
    return true;
}

/* "scan.fail-on": key by key down from the top. */
static const struct yaml_node *find_key(const struct yaml_node *node, const char *key,
                                        struct arena *arena)
{
    struct slice rest = slice_str(key);
    while (node && rest.len) {
        const char *part = arena_string(arena, slice_cut(&rest, '.'));
        node = part ? yaml_get(node, part) : NULL;
    }
    return node;
}

static bool fill_from_configuration(const struct option *row, struct option_value *value,
                                    const struct yaml_node *configuration, const char *path,
                                    struct arena *arena, struct error *err)
{
    const struct yaml_node *node = row->key ? find_key(configuration, row->key, arena) : NULL;
    if (!node || yaml_is_null(node))
        return true;
    bool many = row->type == OPTION_LIST || row->type == OPTION_WORDS;
    if (node->kind == YAML_MAP || (node->kind == YAML_LIST && !many))
        return error_set(err, ERROR_USAGE, "%s line %u: %s is %s", path, node->line, row->key,
                         many ? "a list" : "one value");
    struct slice origin = arena_printf(arena, "%s line %u: %s", path, node->line, row->key);
    struct taking to = {row, value, origin.at, arena};
    size_t count = node->kind == YAML_LIST ? node->count : 1;
    for (size_t i = 0; origin.at && i < count; i++) {
        const struct yaml_node *item = node->kind == YAML_LIST ? node->items[i] : node;
        const char *text = item->kind == YAML_TEXT ? arena_string(arena, item->text) : NULL;
        if (item->kind != YAML_TEXT)
            return error_set(err, ERROR_USAGE, "%s: a list of plain words is wanted", origin.at);
        if (!text)
            return no_memory(err);
        if (!take(&to, text, SOURCE_CONFIGURATION, err))
            return false;
    }
    return origin.at || no_memory(err);
}

static bool fill_from_default(const struct option *row, struct option_value *value,
                              struct arena *arena, struct error *err)
{
    const char *text = row->compute ? row->compute(arena) : row->standard;
    struct taking to = {row, value, row->name, arena};
    return !text || take(&to, text, SOURCE_DEFAULT, err);
}

bool option_set_fill(struct option_set *set, const struct yaml_node *configuration,
                     const char *configuration_path, struct arena *arena, struct error *err)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct option *row = &set->rows[i];
        struct option_value *value = &set->values[i];
        if (value->source == SOURCE_NONE && !fill_from_environment(row, value, arena, err))
            return false;
        if (value->source == SOURCE_NONE &&
            !fill_from_configuration(row, value, configuration, configuration_path, arena, err))
            return false;
        if (value->source == SOURCE_NONE && !fill_from_default(row, value, arena, err))
            return false;
    }
    return true;
}

const struct option_value *option_find(const struct option_set *sets, size_t count,
                                       const char *name)
{
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < sets[s].count; i++)
            if (slice_equal_str(slice_str(name), sets[s].rows[i].name))
                return &sets[s].values[i];
    return NULL;
}
