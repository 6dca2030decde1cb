#include "cli/configuration_check.h"

#include "base/log.h"
#include "base/suggest.h"

typedef bool key_visitor(const char *key, void *context);

static bool each_row(const struct option *row, key_visitor *visit, void *context)
{
    for (; row && row->name; row++)
        if (row->key && visit(row->key, context))
            return true;
    return false;
}

static bool each_command(const struct command *const *table, key_visitor *visit, void *context)
{
    for (; table && *table; table++)
        if (each_row((*table)->options, visit, context) ||
            each_command((*table)->commands, visit, context))
            return true;
    return false;
}

/* Calls `visit` with the key of every option of every command, until it returns true. */
static bool each_key(key_visitor *visit, void *context)
{
    return each_row(global_options, visit, context) || each_command(commands, visit, context);
}

/* Is the path a key ("scan.fail-on"), or does one begin with it ("scan")? */
static bool is_known(const char *key, void *path)
{
    struct slice text = slice_str(path), known = slice_str(key);
    return slice_starts(known, text) && (known.len == text.len || known.at[text.len] == '.');
}

/* Keys that a command reads itself, and what is below them. */
static bool is_read_by_command(struct slice path)
{
    for (const struct command *const *command = commands; *command; command++)
        for (struct slice keys = slice_str((*command)->keys); keys.len;) {
            struct slice key = slice_cut(&keys, ' ');
            if (key.len && slice_starts(path, key) &&
                (path.len == key.len || path.at[key.len] == '.'))
                return true;
        }
    return false;
}

struct offering {
    struct suggestion near;
    struct arena *arena;
};

/* "scan.fail-on", and "scan" that it stands in. */
static bool offer(const char *key, void *context)
{
    struct offering *offering = context;
    struct slice group = slice_upto(slice_str(key), slice_find(slice_str(key), '.'));
    const char *word = arena_string(offering->arena, group);
    suggest_offer(&offering->near, key);
    if (word)
        suggest_offer(&offering->near, word);
    return false;
}

static void offer_read_by_commands(struct suggestion *suggestion, struct arena *arena)
{
    for (const struct command *const *command = commands; *command; command++)
        for (struct slice keys = slice_str((*command)->keys); keys.len;) {
            const char *key = arena_string(arena, slice_cut(&keys, ' '));
            if (key)
                suggest_offer(suggestion, key);
        }
}

static void warn(const char *file, unsigned line, const char *key, struct arena *arena)
{
    struct offering offering = {{.word = key}, arena};
    each_key(offer, &offering);
    offer_read_by_commands(&offering.near, arena);
    if (offering.near.best)
        log_warning("%s line %u: unknown key %s; did you mean %s?", file, line, key,
                    offering.near.best);
    else
        log_warning("%s line %u: unknown key %s", file, line, key);
}

static void check_map(const struct yaml_node *node, const char *prefix, const char *file,
                      struct arena *arena)
{
    for (size_t i = 0; node->kind == YAML_MAP && i < node->count; i++) {
        const struct yaml_pair *pair = &node->pairs[i];
        struct slice key =
            arena_printf(arena, "%s%s%.*s", prefix, *prefix ? "." : "", SLICE_ARG(pair->key));
        if (!key.at)
            return;
        if (is_read_by_command(key))
            continue;
        if (!each_key(is_known, (void *)(uintptr_t)key.at))
            warn(file, pair->line, key.at, arena);
        else
            check_map(pair->value, key.at, file, arena);
    }
}

void configuration_check(const struct yaml_node *tree, const char *path, struct arena *arena)
{
    check_map(tree, "", path, arena);
}
