/*
 * The module headers-more: more_set_headers and more_clear_headers. They act before add_header
 * does, on every status unless -s names some, and those of outer blocks stay in force in inner
 * ones.
 */
#include "lint/nginx/effective.h"

static bool is_more(const struct nginx_node *node)
{
    return nginx_is(node, "more_set_headers") || nginx_is(node, "more_clear_headers");
}

static size_t count_words(const struct nginx_node *block)
{
    size_t count = 0;
    for (const struct nginx_node *node = block->first; node; node = node->next)
        if (is_more(node))
            count += node->count;
    return count;
}

static void read_words(struct nginx_level *level, struct nginx_more *commands, size_t room,
                       const struct nginx_node *node)
{
    struct slice statuses = SLICE("");
    bool typed = false, clears = nginx_is(node, "more_clear_headers");
    for (size_t i = 0; i < node->count && level->more_count < room; i++) {
        struct slice word = nginx_word(node, i);
        if (slice_equal_str(word, "-s")) {
            statuses = nginx_word(node, ++i);
        } else if (slice_equal_str(word, "-t")) {
            typed = true;
            i++;
        } else if (!slice_starts(word, SLICE("-"))) {
            size_t colon = clears ? word.len : slice_find(word, ':');
            commands[level->more_count++] =
                (struct nginx_more){node,
                                    slice_trim(slice_upto(word, colon)),
                                    slice_trim(slice_from(word, colon + 1)),
                                    statuses,
                                    typed,
                                    level};
        }
    }
}

bool nginx_more_read(struct nginx_map *map, struct nginx_level *level)
{
    size_t own = count_words(level->block), outer = level->outer ? level->outer->more_count : 0;
    if (!own) {
        level->more = level->outer ? level->outer->more : NULL;
        level->more_count = outer;
        return true;
    }
    size_t room = own + outer < NGINX_HEADERS_MAX ? own + outer : NGINX_HEADERS_MAX;
    struct nginx_more *commands = arena_array(map->arena, room + 1, sizeof *commands);
    if (!commands)
        return false;
    level->more = commands;
    for (size_t i = 0; i < outer && i < room; i++)
        commands[level->more_count++] = level->outer->more[i];
    for (const struct nginx_node *node = level->block->first; node; node = node->next)
        if (is_more(node))
            read_words(level, commands, room, node);
    return true;
}

static bool applies(const struct nginx_more *more, unsigned status)
{
    struct slice rest = more->statuses;
    if (!rest.len)
        return true;
    while (rest.len) {
        size_t end = slice_find(rest, ' ') < slice_find(rest, ',') ? slice_find(rest, ' ')
                                                                   : slice_find(rest, ',');
        uint64_t number;
        if (slice_u64(slice_upto(rest, end), &number) && number == status)
            return true;
        rest = slice_from(rest, end + 1);
    }
    return false;
}

static bool matches(struct slice pattern, struct slice name)
{
    if (slice_ends(pattern, SLICE("*")))
        return slice_equal_nocase(slice_upto(pattern, pattern.len - 1),
                                  slice_upto(name, pattern.len - 1));
    return slice_equal_nocase(pattern, name);
}

/* Whether a later command replaces or clears what this one sets. */
static bool is_undone(const struct nginx_level *level, size_t i, unsigned status)
{
    for (size_t j = i + 1; j < level->more_count; j++)
        if (!level->more[j].typed && applies(&level->more[j], status) &&
            matches(level->more[j].name, level->more[i].name))
            return true;
    return false;
}

bool nginx_more_sends(const struct nginx_level *level, size_t i, unsigned status)
{
    const struct nginx_more *more = &level->more[i];
    return more->value.len && applies(more, status) && !is_undone(level, i, status);
}

bool nginx_more_clears(const struct nginx_level *level, const char *name)
{
    for (size_t i = 0; i < level->more_count; i++)
        if (!level->more[i].typed && !level->more[i].statuses.len &&
            matches(level->more[i].name, slice_str(name)))
            return true;
    return false;
}
