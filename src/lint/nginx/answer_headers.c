/*
 * The headers of one answer: those of add_header that its status carries, of more_set_headers, of
 * `expires`, and what an upstream sends.
 */
#include "lint/nginx/effective.h"

static bool is_safe(unsigned status)
{
    static const unsigned safe[] = {200, 201, 204, 206, 301, 302, 303, 304, 307, 308};
    for (size_t i = 0; i < sizeof safe / sizeof *safe; i++)
        if (status == safe[i])
            return true;
    return false;
}

static void add_effect(struct nginx_map *map, struct header_route *route,
                       enum header_outcome outcome, const struct header_effect *effect)
{
    if (++map->effects <= NGINX_EFFECTS_MAX)
        header_route_add(map->headers, route, outcome, effect);
    else
        map->cut = true;
}

void nginx_home_keep(struct nginx_map *map, const struct lint_file *file, size_t at,
                     const struct nginx_home *home)
{
    struct {
        const struct lint_file *file;
        size_t at;
    } key = {file, at};
    struct slice bytes = slice_of(&key, sizeof key);
    if (!map->homes.arena)
        table_init(&map->homes, map->arena);
    if (table_get(&map->homes, bytes))
        return;
    bytes = arena_copy(map->arena, bytes);
    if (bytes.at)
        table_put(&map->homes, bytes, (void *)(uintptr_t)home);
}

static bool is_repeated(const struct nginx_level *level, struct slice name, unsigned status)
{
    size_t count = 0;
    bool safe = is_safe(status);
    for (size_t i = 0; i < level->more_count; i++)
        count +=
            slice_equal_nocase(level->more[i].name, name) && nginx_more_sends(level, i, status);
    for (size_t i = 0; i < level->sent_count; i++)
        count += level->sent[i].value.len && (safe || level->sent[i].always) &&
                 slice_equal_nocase(level->sent[i].name, name);
    return count > 1;
}

static void add_more(struct nginx_map *map, struct header_route *route, enum header_outcome outcome,
                     const struct nginx_level *level, unsigned status)
{
    for (size_t i = 0; i < level->more_count; i++) {
        const struct nginx_more *more = &level->more[i];
        if (!nginx_more_sends(level, i, status))
            continue;
        struct header_effect effect = {
            .name = more->name,
            .value = more->value,
            .reason = more->typed                              ? HEADER_CONDITIONAL
                      : is_repeated(level, more->name, status) ? HEADER_TWICE
                      : more->level == level                   ? HEADER_SENT
                                                               : HEADER_INHERITED,
            .condition = more->typed ? SLICE("some content types") : SLICE(""),
            .file = more->node->file,
            .line = more->node->line};
        add_effect(map, route, outcome, &effect);
    }
}

static void add_sent(struct nginx_map *map, struct header_route *route, enum header_outcome outcome,
                     const struct nginx_level *level, unsigned status)
{
    bool safe = is_safe(status);
    add_more(map, route, outcome, level, status);
    for (size_t i = 0; i < level->sent_count; i++) {
        const struct nginx_header *header = &level->sent[i];
        if (!header->value.len) /* nginx sends no empty header */
            continue;
        enum header_reason reason = !safe && !header->always                   ? HEADER_NO_ALWAYS
                                    : header->condition.len                    ? HEADER_CONDITIONAL
                                    : is_repeated(level, header->name, status) ? HEADER_TWICE
                                    : header->level == level                   ? HEADER_SENT
                                                                               : HEADER_INHERITED;
        struct header_effect effect = {
            header->name,       header->value,      reason, header->condition,
            header->node->file, header->node->line, 0};
        add_effect(map, route, outcome, &effect);
    }
    for (size_t i = 0; i < level->dropped_count; i++) {
        const struct nginx_header *header = &level->dropped[i];
        struct header_effect effect = {header->name,
                                       header->value,
                                       HEADER_DROPPED,
                                       SLICE(""),
                                       header->node->file,
                                       header->node->line,
                                       header->dropped_by->line,
                                       header->dropped_by->file};
        if (!header->value.len)
            continue;
        add_effect(map, route, outcome, &effect);
        nginx_home_keep(map, effect.reason_file, SIZE_MAX - effect.reason_line,
                        nginx_home_of(map, header->dropped_in));
    }
}

/* Cache-Control as `expires` makes it; empty when it depends. */
static struct slice cache_control(struct nginx_map *map, const struct nginx_node *expires)
{
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = {{'y', 31536000}, {'M', 2592000}, {'w', 604800}, {'d', 86400},
                 {'h', 3600},     {'m', 60},      {'s', 1}};
    struct slice word = nginx_word(expires, 0);
    uint64_t sum = 0;
    if (expires->count != 1 || slice_equal_str(word, "off"))
        return SLICE("");
    if (slice_equal_str(word, "epoch") || slice_starts(word, SLICE("-")))
        return SLICE("no-cache");
    if (slice_equal_str(word, "max"))
        return SLICE("max-age=315360000");
    if (slice_starts(word, SLICE("+")))
        word = slice_from(word, 1);
    while (word.len) {
        size_t digits = 0;
        uint64_t number, scale = 1;
        while (digits < word.len && word.at[digits] >= '0' && word.at[digits] <= '9')
            digits++;
        if (!slice_u64(slice_upto(word, digits), &number) || number > UINT32_MAX)
            return SLICE("");
        word = slice_from(word, digits);
        for (size_t i = 0; word.len && i < sizeof units / sizeof *units; i++)
            if (units[i].unit == word.at[0])
                scale = units[i].seconds;
        word = slice_from(word, 1);
        sum += number * scale;
    }
    return arena_printf(map->arena, "max-age=%llu", (unsigned long long)sum);
}

static void add_expires(struct nginx_map *map, struct header_route *route,
                        enum header_outcome outcome, const struct nginx_level *level)
{
    if (!level->expires || slice_equal_str(nginx_word(level->expires, 0), "off"))
        return;
    struct header_effect effect = {SLICE("Cache-Control"),
                                   cache_control(map, level->expires),
                                   level->expires->parent == level->block ? HEADER_SENT
                                                                          : HEADER_INHERITED,
                                   SLICE(""),
                                   level->expires->file,
                                   level->expires->line,
                                   0};
    if (effect.value.len)
        add_effect(map, route, outcome, &effect);
    effect.name = SLICE("Expires");
    effect.value = SLICE("by expires");
    add_effect(map, route, outcome, &effect);
}

void nginx_answer_add_upstream(struct nginx_map *map, struct header_route *route,
                               enum header_outcome outcome, const struct nginx_level *level,
                               const struct nginx_node *pass)
{
    struct slice protocol = slice_upto(pass->name, slice_find(pass->name, '_'));
    char hide[40];
    snprintf(hide, sizeof hide, "%.*s_hide_header", SLICE_ARG(protocol));
    if (!slice_ends(pass->name, SLICE("_pass")) || nginx_is(pass, "memcached_pass"))
        return;
    if (nginx_more_clears(level, "X-Powered-By"))
        return;
    for (const struct nginx_node *block = level->block; block; block = block->parent) {
        const struct nginx_node *first = nginx_child(block, hide);
        for (const struct nginx_node *node = first; node; node = nginx_again(node))
            if (slice_equal_nocase(nginx_word(node, 0), SLICE("X-Powered-By")))
                return;
        if (first) /* a block's own ones replace those around it */
            break;
    }
    struct header_effect effect = {
        SLICE("X-Powered-By"), SLICE(""), HEADER_UPSTREAM, SLICE(""), pass->file, pass->line, 0};
    add_effect(map, route, outcome, &effect);
}

void nginx_answer_add(struct nginx_map *map, struct header_route *route,
                      enum header_outcome outcome, const struct nginx_level *level, unsigned status)
{
    route->possible[outcome] = true;
    add_sent(map, route, outcome, level, status);
    if (is_safe(status))
        add_expires(map, route, outcome, level);
}
