/* Edits for findings of headers_judge. */
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

/* Every node of add_header in a file's line, by walking the tree; NULL: none. */
static const struct nginx_node *find_header(const struct nginx_node *block,
                                            const struct lint_file *file, unsigned line,
                                            const char *name, unsigned depth)
{
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        if (nginx_is(node, "add_header") && node->file == file && node->line == line &&
            slice_equal_nocase(nginx_word(node, 0), slice_str(name)))
            return node;
        const struct nginx_node *inner = node->first && depth < NGINX_DEPTH_MAX
                                             ? find_header(node, file, line, name, depth + 1)
                                             : NULL;
        if (inner)
            return inner;
    }
    return NULL;
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
    const struct nginx_node *node =
        find_header(&map->parse->root, finding->file, finding->line, wish->name, 0);
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
