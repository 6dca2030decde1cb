/* Asks the rules' checks of every directive. What they share stands here. */
#include "lint/nginx/rules.h"

#include <stdarg.h>

static const struct nginx_rule_check *const tables[] = {
    nginx_access_checks, nginx_tls_checks, nginx_variable_checks, nginx_serving_checks};

bool nginx_has_word(const struct nginx_node *node, const char *word)
{
    for (size_t i = 0; i < node->count; i++)
        if (slice_equal_str(node->words[i].text, word))
            return true;
    return false;
}

bool nginx_is_on(const struct nginx_node *node)
{
    return node && slice_equal_nocase(nginx_word(node, 0), SLICE("on"));
}

static struct lint_finding *report(struct nginx_check *check, const struct lint_file *file,
                                   size_t start, size_t end, const char *format, va_list arguments)
{
    char text[800];
    struct {
        const struct lint_file *file;
        size_t start, rule;
    } key = {file, start, check->rule};
    struct slice bytes = slice_of(&key, sizeof key);
    if (!check->told.arena)
        table_init(&check->told, check->arena);
    /* A file that many servers include is read for each, and told of once. */
    if (table_get(&check->told, bytes))
        return NULL;
    bytes = arena_copy(check->arena, bytes);
    if (bytes.at)
        table_put(&check->told, bytes, check);
    vsnprintf(text, sizeof text, format, arguments);
    return lint_add(check->report, &nginx_rules[check->rule], file, start, end, "%s", text);
}

struct lint_finding *nginx_report(struct nginx_check *check, const struct nginx_node *node,
                                  const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t end = node->block && node->open > node->start ? node->open : node->end;
    struct lint_finding *finding = report(check, node->file, node->start, end, format, arguments);
    va_end(arguments);
    return finding;
}

struct lint_finding *nginx_report_word(struct nginx_check *check, const struct nginx_node *node,
                                       size_t word, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    struct lint_finding *finding = report(check, node->file, node->words[word].start,
                                          node->words[word].end, format, arguments);
    va_end(arguments);
    return finding;
}

void nginx_fix_word(struct nginx_check *check, struct lint_finding *finding,
                    const struct nginx_node *node, size_t i, const char *text)
{
    struct slice kept = arena_copy(check->arena, slice_str(text));
    lint_fix(check->report, finding, "writes %s", text);
    lint_fix_edit(check->report, finding, node->words[i].start, node->words[i].end, kept);
}

void nginx_fix_behind(struct nginx_check *check, struct lint_finding *finding,
                      const struct nginx_node *anchor, const char *text)
{
    struct slice bytes = slice_upto(anchor->file->bytes, anchor->start);
    size_t line = slice_find_last(bytes, '\n');
    struct slice indent = slice_from(bytes, line == bytes.len ? 0 : line + 1);
    bool alone = slice_trim(indent).len == 0;
    lint_fix(check->report, finding, "adds %s", text);
    lint_fix_edit(check->report, finding, anchor->end, anchor->end,
                  arena_printf(check->arena, "%s%.*s%s", alone ? "\n" : " ",
                               alone ? (int)indent.len : 0, indent.at, text));
}

/* A directive's checks; their names differ mostly in the first byte. */
static void ask(struct nginx_check *check, const struct nginx_node *node)
{
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        for (const struct nginx_rule_check *row = tables[i]; row->directive; row++) {
            if (row->directive[0] != node->name.at[0] || !nginx_is(node, row->directive))
                continue;
            check->rule = row->rule;
            row->check(check, node);
        }
}

static void walk(struct nginx_check *check, const struct nginx_node *block, unsigned depth)
{
    for (const struct nginx_node *node = block->first; node; node = node->next) {
        if (node->data || !node->name.len)
            continue;
        ask(check, node);
        if (node->first && depth < NGINX_DEPTH_MAX)
            walk(check, node, depth + 1);
    }
}

void nginx_rules_run(struct nginx_check *check)
{
    walk(check, &check->parse->root, 0);
}
