/* Edits for findings of headers_judge. */
#include "base/ascii.h"
#include "lint/nginx/effective.h"

/* In quotes when it needs them, as nginx reads them. */
static struct slice quoted(struct arena *arena, struct slice value)
{
    char *to = arena_alloc(arena, 2 * value.len + 3);
    size_t len = 0;
    if (!to)
        return (struct slice){NULL, 0};
    to[len++] = '"';
    for (size_t i = 0; i < value.len; i++) {
        if (value.at[i] == '"' || value.at[i] == '\\')
            to[len++] = '\\';
        to[len++] = value.at[i];
    }
    to[len++] = '"';
    return slice_of(to, len);
}

static const struct nginx_home *home_of(const struct nginx_map *map, const struct lint_file *file,
                                        size_t at)
{
    struct {
        const struct lint_file *file;
        size_t at;
    } key = {file, at};
    return table_get(&map->homes, slice_of(&key, sizeof key));
}

/* An add_header by its file, line and name. */
struct header_key {
    const struct lint_file *file;
    size_t line;
    char name[40];
};

static struct slice header_key(struct header_key *key, const struct lint_file *file, size_t line,
                               struct slice name)
{
    memset(key, 0, sizeof *key);
    key->file = file;
    key->line = line;
    for (size_t i = 0; i < name.len && i < sizeof key->name; i++)
        key->name[i] = ascii_lower(name.at[i]);
    return slice_of(key, sizeof *key);
}

static void note_headers(struct nginx_map *map, const struct nginx_node *block, unsigned depth)
{
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        struct header_key key;
        if (nginx_is(node, "add_header")) {
            struct slice bytes = header_key(&key, node->file, node->line, nginx_word(node, 0));
            if (!table_get(&map->nodes, bytes) && (bytes = arena_copy(map->arena, bytes)).at)
                table_put(&map->nodes, bytes, (void *)(uintptr_t)node);
        }
        if (node->first && depth < NGINX_DEPTH_MAX)
            note_headers(map, node, depth + 1);
    }
}

static const struct nginx_node *find_header(struct nginx_map *map, const struct lint_file *file,
                                            unsigned line, const char *name)
{
    struct header_key key;
    if (!map->nodes.arena) {
        table_init(&map->nodes, map->arena);
        note_headers(map, &map->parse->root, 0);
    }
    return table_get(&map->nodes, header_key(&key, file, line, slice_str(name)));
}

static struct slice dropped_value(const struct header_route *route, const char *name)
{
    for (size_t i = 0; i < OUTCOMES; i++)
        for (size_t j = 0; j < route->effect_count[i]; j++) {
            const struct header_effect *effect = &route->effects[i][j];
            if (effect->reason == HEADER_DROPPED &&
                slice_equal_nocase(effect->name, slice_str(name)))
                return effect->value;
        }
    return (struct slice){NULL, 0};
}

static void fix_add(struct nginx_map *map, struct lint_report *report, struct lint_finding *finding,
                    const struct header_route *route, const struct header_wish *wish, bool dropped)
{
    const struct nginx_home *home = dropped ? home_of(map, finding->file, SIZE_MAX - finding->line)
                                            : home_of(map, route->file, route->insert_at);
    struct slice value = dropped ? dropped_value(route, wish->name) : slice_str(wish->value);
    if (!home || finding->file != home->file)
        return;
    if (!value.at)
        value = slice_str(wish->value);
    if (slice_find(value, '\0') < value.len) /* no text that could be written again */
        return;
    struct slice text = quoted(map->arena, value);
    text = arena_printf(map->arena, "%.*sadd_header %s %.*s always;", SLICE_ARG(home->before),
                        wish->name, SLICE_ARG(text));
    if (finding->edit_count) { /* several of one block: one insertion */
        struct lint_edit *edit = &finding->edits[0];
        edit->text = arena_printf(map->arena, "%.*s%.*s", SLICE_ARG(edit->text), SLICE_ARG(text));
        return;
    }
    lint_fix(report, finding, dropped ? "repeats them here" : "adds it");
    lint_fix_edit(report, finding, home->at, home->at, text);
}

static void fix_directive(struct nginx_map *map, struct lint_report *report,
                          struct lint_finding *finding, const struct header_wish *wish, bool always)
{
    const struct nginx_node *node = find_header(map, finding->file, finding->line, wish->name);
    if (!node || finding->edit_count || node->count < 2)
        return;
    if (always && node->count == 2) {
        lint_fix(report, finding, "adds always");
        lint_fix_edit(report, finding, node->words[1].end, node->words[1].end, SLICE(" always"));
    } else if (!always && strcmp(wish->name, "Content-Security-Policy") != 0) {
        lint_fix(report, finding, "sends \"%s\"", wish->value);
        lint_fix_edit(report, finding, node->words[1].start, node->words[1].end,
                      quoted(map->arena, slice_str(wish->value)));
    }
}

void nginx_header_fix(void *context, struct lint_report *report, struct lint_finding *finding,
                      const struct header_route *route, const struct header_wish *wish)
{
    struct nginx_map *map = context;
    const char *rule = finding->rule->id;
    if (strcmp(rule, "header-dropped") == 0)
        fix_add(map, report, finding, route, wish, true);
    else if (strcmp(rule, "header-not-always") == 0)
        fix_directive(map, report, finding, wish, true);
    else if (strcmp(rule, "weak-header") == 0)
        fix_directive(map, report, finding, wish, false);
    else if (strncmp(rule, "missing-", 8) == 0)
        fix_add(map, report, finding, route, wish, false);
}
