#include "base/ascii.h"
#include "lint/nginx/effective.h"

/* ── conditions: a value that is one variable of `map` which may be empty ── */

static void read_map(struct nginx_map *map, const struct nginx_node *block)
{
    bool has_default = false, empty = false, all_empty = true;
    struct slice name = nginx_word(block, 1);
    for (const struct nginx_node *entry = block->first; entry; entry = entry->next) {
        if (!entry->data || entry->count != 1)
            continue;
        bool none = nginx_word(entry, 0).len == 0;
        has_default |= slice_equal_str(entry->name, "default");
        empty |= none;
        all_empty &= none;
    }
    struct slice *condition = arena_new(map->arena, struct slice);
    if (!condition)
        return;
    if ((!has_default || empty) && !all_empty)
        *condition = arena_printf(map->arena, "map of %.*s", SLICE_ARG(nginx_word(block, 0)));
    table_put(&map->varied, name, condition);
}

static struct slice condition_of(struct nginx_map *map, struct slice value)
{
    if (!map->varied.arena) {
        table_init(&map->varied, map->arena);
        const struct nginx_node *http = nginx_child(&map->parse->root, "http");
        for (const struct nginx_node *node = http ? http->first : map->parse->root.first; node;
             node = node->next)
            if (nginx_is(node, "map") && node->block && node->count == 2)
                read_map(map, node);
    }
    const struct slice *condition =
        value.len && value.at[0] == '$' ? table_get(&map->varied, value) : NULL;
    return condition ? *condition : SLICE("");
}

/* ── homes ── */

/* Blanks at the beginning of the line of a byte; how many other bytes stand before it there. */
static struct slice indent_of(const struct lint_file *file, size_t at, bool *first)
{
    struct slice before = slice_upto(file->bytes, at);
    size_t line = slice_find_last(before, '\n');
    line = line == before.len ? 0 : line + 1;
    size_t end = line;
    while (end < at && (before.at[end] == ' ' || before.at[end] == '\t'))
        end++;
    *first = end == at;
    return slice_of(file->bytes.at + line, end - line);
}

/* Behind a directive, and behind a comment that ends its line. */
static size_t behind(const struct nginx_node *node, bool *ends_line)
{
    struct slice rest = slice_from(node->file->bytes, node->end);
    size_t i = 0;
    while (i < rest.len && (rest.at[i] == ' ' || rest.at[i] == '\t'))
        i++;
    *ends_line = i == rest.len || rest.at[i] == '\n' || rest.at[i] == '\r';
    if (i < rest.len && rest.at[i] == '#') {
        i += slice_find(slice_from(rest, i), '\n');
        if (i && rest.at[i - 1] == '\r')
            i--;
        *ends_line = true;
        return node->end + i;
    }
    return node->end;
}

static bool has_crlf(const struct lint_file *file)
{
    size_t line = slice_find(file->bytes, '\n');
    return line && line < file->bytes.len && file->bytes.at[line - 1] == '\r';
}

static void home_behind(struct nginx_map *map, struct nginx_home *home,
                        const struct nginx_node *anchor)
{
    bool first, ends;
    home->file = anchor->file;
    home->line = anchor->line;
    home->at = behind(anchor, &ends);
    struct slice indent = indent_of(anchor->file, anchor->start, &first);
    if (first || ends)
        home->before = arena_printf(map->arena, "%s%.*s", has_crlf(anchor->file) ? "\r\n" : "\n",
                                    SLICE_ARG(indent));
    else
        home->before = SLICE(" ");
    /* `{ listen 80; }`: the block is one line, and stays so. */
    const struct nginx_node *block = anchor->parent;
    if (block && block->open && block->file == anchor->file && !first &&
        slice_find(slice_of(anchor->file->bytes.at + block->open, anchor->end - block->open),
                   '\n') == anchor->end - block->open)
        home->before = SLICE(" ");
}

/* In front of everything in the block. */
static void home_inside(struct nginx_map *map, struct nginx_home *home,
                        const struct nginx_node *block)
{
    bool first;
    struct slice indent = indent_of(block->file, block->start, &first);
    home->file = block->file;
    home->line = block->line;
    home->at = block->open ? block->open + 1 : 0;
    bool one_line = slice_find(slice_of(block->file->bytes.at + home->at,
                                        (block->close > home->at ? block->close - home->at : 0)),
                               '\n') == (block->close > home->at ? block->close - home->at : 0);
    const char *tab = indent.len && indent.at[0] == '\t' ? "\t" : "    ";
    home->before = one_line && block->open
                       ? SLICE(" ")
                       : arena_printf(map->arena, "%s%.*s%s", has_crlf(block->file) ? "\r\n" : "\n",
                                      SLICE_ARG(indent), block->open ? tab : "");
}

/* Behind the last add_header; else behind listen and server_name; else at the beginning. */
static void find_home(struct nginx_map *map, struct nginx_level *level)
{
    const struct nginx_node *header = NULL, *name = NULL;
    for (const struct nginx_node *node = level->block->first; node; node = node->next) {
        if (nginx_is(node, "add_header"))
            header = node;
        else if (!node->included && (nginx_is(node, "listen") || nginx_is(node, "server_name")))
            name = node;
    }
    if (header || name)
        home_behind(map, &level->home, header ? header : name);
    else
        home_inside(map, &level->home, level->block);
}

const struct nginx_home *nginx_home_of(struct nginx_map *map, const struct nginx_level *level)
{
    const struct nginx_level *at = level;
    while (at->outer && !at->own && at->inherit != NGINX_INHERIT_OFF)
        at = at->outer;
    /* Nothing on the way has one: in the server, or the file of a fragment. */
    if (!at->own && at->inherit != NGINX_INHERIT_OFF)
        for (at = level; at->outer && !nginx_is(at->block, "server");)
            at = at->outer;
    if (!at->home.file)
        find_home(map, (struct nginx_level *)(uintptr_t)at);
    return &at->home;
}

/* ── levels ── */

static size_t count_own(const struct nginx_node *block)
{
    size_t count = 0;
    for (const struct nginx_node *node = block->first; node; node = node->next)
        count += nginx_is(node, "add_header") && node->count >= 2;
    return count < NGINX_HEADERS_MAX ? count : NGINX_HEADERS_MAX;
}

static void read_own(struct nginx_map *map, struct nginx_level *level)
{
    for (const struct nginx_node *node = level->block->first;
         node && level->sent_count < NGINX_HEADERS_MAX; node = node->next)
        if (nginx_is(node, "add_header") && node->count >= 2)
            level->sent[level->sent_count++] =
                (struct nginx_header){node,
                                      nginx_word(node, 0),
                                      nginx_word(node, 1),
                                      node->count > 2,
                                      condition_of(map, nginx_word(node, 1)),
                                      level,
                                      0,
                                      NULL};
}

static bool sends(const struct nginx_level *level, struct slice name)
{
    for (size_t i = 0; i < level->sent_count; i++)
        if (slice_equal_nocase(level->sent[i].name, name))
            return true;
    return false;
}

/* What the block around it sends and this one does not. */
static bool drop_outer(struct nginx_map *map, struct nginx_level *level,
                       const struct nginx_node *by)
{
    const struct nginx_level *outer = level->outer;
    size_t room = outer->sent_count + outer->dropped_count;
    level->dropped = arena_array(map->arena, room + 1, sizeof *level->dropped);
    if (!level->dropped)
        return false;
    for (size_t i = 0; i < outer->sent_count; i++) {
        if (sends(level, outer->sent[i].name))
            continue;
        struct nginx_header *dropped = &level->dropped[level->dropped_count++];
        *dropped = outer->sent[i];
        dropped->dropped_by = by;
        dropped->dropped_in = level;
    }
    for (size_t i = 0; i < outer->dropped_count && level->dropped_count < NGINX_HEADERS_MAX; i++)
        if (!sends(level, outer->dropped[i].name))
            level->dropped[level->dropped_count++] = outer->dropped[i];
    return true;
}

static void read_inherit(struct nginx_level *level)
{
    const struct nginx_node *node = nginx_child(level->block, "add_header_inherit");
    struct slice word = node ? nginx_word(node, 0) : SLICE("");
    level->inherit = slice_equal_str(word, "merge") ? NGINX_INHERIT_MERGE
                     : slice_equal_str(word, "off") ? NGINX_INHERIT_OFF
                     : node                         ? NGINX_INHERIT_ON
                     : level->outer                 ? level->outer->inherit
                                                    : NGINX_INHERIT_ON;
}

static const struct nginx_node *drop_node(const struct nginx_level *level)
{
    const struct nginx_node *node = nginx_child(level->block, "add_header");
    if (!node)
        node = nginx_child(level->block, "add_header_inherit");
    return node ? node : level->block;
}

struct nginx_level *nginx_level_make(struct nginx_map *map, const struct nginx_node *block,
                                     const struct nginx_level *outer)
{
    struct nginx_level *level = arena_new(map->arena, struct nginx_level);
    size_t own = count_own(block);
    if (!level)
        return NULL;
    level->block = block;
    level->outer = outer;
    level->own = own > 0;
    level->expires = nginx_child(block, "expires");
    if (!level->expires && outer)
        level->expires = outer->expires;
    read_inherit(level);
    if (!nginx_more_read(map, level))
        return NULL;
    bool merge = outer && own && level->inherit == NGINX_INHERIT_MERGE;
    if (!own && outer && level->inherit != NGINX_INHERIT_OFF) {
        level->sent = outer->sent, level->sent_count = outer->sent_count;
        level->dropped = outer->dropped, level->dropped_count = outer->dropped_count;
        return level;
    }
    level->sent =
        arena_array(map->arena, own + (merge ? outer->sent_count : 0) + 1, sizeof *level->sent);
    if (!level->sent)
        return NULL;
    if (merge) {
        memcpy(level->sent, outer->sent, outer->sent_count * sizeof *level->sent);
        level->sent_count = outer->sent_count;
    }
    if (level->sent_count < NGINX_HEADERS_MAX)
        read_own(map, level);
    if (merge) {
        level->dropped = outer->dropped, level->dropped_count = outer->dropped_count;
        return level;
    }
    return !outer || drop_outer(map, level, drop_node(level)) ? level : NULL;
}
