#include "cli/options.h"

#include <stdlib.h>

#include "base/suggest.h"
#include "cli/option_take.h"

bool option_set_init(struct option_set *set, const struct option *rows, struct arena *arena,
                     struct error *err)
{
    *set = (struct option_set){.rows = rows};
    while (rows && rows[set->count].name)
        set->count++;
    set->values = arena_array(arena, set->count + 1, sizeof *set->values);
    return set->values || arena_error(err);
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
        return arena_error(err);
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
    struct option_target to = {found.row, found.value, origin, arena};
    return option_take(&to, text ? text : argv[(*next)++], SOURCE_COMMAND_LINE, err);
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
        struct option_target to = {found.row, found.value, origin, arena};
        return origin ? option_take(&to, text, SOURCE_COMMAND_LINE, err) : arena_error(err);
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
    struct option_target to = {row, value, row->variable, arena};
    if (!text || !*text)
        return true;
    if (row->type != OPTION_LIST)
        return option_take(&to, text, SOURCE_ENVIRONMENT, err);
    struct slice rest = slice_str(text);
    while (rest.len) {
        const char *item = arena_string(arena, slice_cut(&rest, ' '));
        if (!item)
            return arena_error(err);
        if (*item && !option_take(&to, item, SOURCE_ENVIRONMENT, err))
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
    struct option_target to = {row, value, origin.at, arena};
    size_t count = node->kind == YAML_LIST ? node->count : 1;
    for (size_t i = 0; origin.at && i < count; i++) {
        const struct yaml_node *item = node->kind == YAML_LIST ? node->items[i] : node;
        const char *text = item->kind == YAML_TEXT ? arena_string(arena, item->text) : NULL;
        if (item->kind != YAML_TEXT)
            return error_set(err, ERROR_USAGE, "%s: a list of plain words is wanted", origin.at);
        if (!text)
            return arena_error(err);
        if (!option_take(&to, text, SOURCE_CONFIGURATION, err))
            return false;
    }
    return origin.at || arena_error(err);
}

static bool fill_from_default(const struct option *row, struct option_value *value,
                              struct arena *arena, struct error *err)
{
    const char *text = row->compute ? row->compute(arena) : row->standard;
    struct option_target to = {row, value, row->name, arena};
    return !text || option_take(&to, text, SOURCE_DEFAULT, err);
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
