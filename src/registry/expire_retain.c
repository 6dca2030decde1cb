#include "registry/expire_retain.h"

#include <inttypes.h>
#include <stdlib.h>

#include "image/document.h"

enum { PATTERNS_MAX = 20, PATTERN_MAX = 300, NUMBER_MAX = 1000000, DAY = 86400 };

/* ---- reading ---- */

static bool only_keys(const json_t *object, struct error *err)
{
    static const char *const known[] = {"description", "tagPatterns", "keep", "count", "days"};
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool found = false;
        for (size_t i = 0; i < sizeof known / sizeof *known && !found; i++)
            found = strcmp(key, known[i]) == 0;
        if (!found)
            return error_set(err, ERROR_FORMAT, "there is no field \"%.60s\"", key);
    }
    return true;
}

static bool read_number(const json_t *object, const char *name, int64_t *number, struct error *err)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > NUMBER_MAX)
        return error_set(err, ERROR_FORMAT, "%s must be a whole number from 1 to %d", name,
                         NUMBER_MAX);
    *number = json_integer_value(value);
    return true;
}

static bool read_keep(const json_t *object, struct retain_rule *rule, struct error *err)
{
    static const char *const words[] = {"all", "last", "pulledWithinDays", "tagMovedWithinDays"};
    struct slice word = document_view(json_object_get(object, "keep"));
    bool count = json_object_get(object, "count"), days = json_object_get(object, "days");
    size_t i = 0;
    while (i < sizeof words / sizeof *words && !slice_equal_str(word, words[i]))
        i++;
    if (i == sizeof words / sizeof *words)
        return error_set(err, ERROR_FORMAT,
                         "keep must be all, last, pulledWithinDays or tagMovedWithinDays");
    rule->keep = (enum retain_keep)i;
    if (count != (rule->keep == RETAIN_LAST))
        return error_set(err, ERROR_FORMAT, "count is for \"keep\": \"last\", and needed there");
    if (days != (rule->keep == RETAIN_PULLED || rule->keep == RETAIN_MOVED))
        return error_set(err, ERROR_FORMAT,
                         "days is for pulledWithinDays and tagMovedWithinDays, and needed there");
    if (count)
        return read_number(object, "count", &rule->number, err);
    return !days || read_number(object, "days", &rule->number, err);
}

static bool read_patterns(const json_t *array, struct arena *arena, struct retain_rule *rule,
                          struct error *err)
{
    if (!array)
        return true;
    if (!json_is_array(array) || !json_array_size(array) || json_array_size(array) > PATTERNS_MAX)
        return error_set(err, ERROR_FORMAT, "tagPatterns must be a list of 1 to %d", PATTERNS_MAX);
    if (!document_texts(array, arena, &rule->patterns, &rule->pattern_count))
        return arena_error(err);
    for (size_t i = 0; i < rule->pattern_count; i++)
        if (!rule->patterns[i].len || rule->patterns[i].len > PATTERN_MAX)
            return error_set(err, ERROR_FORMAT, "a tag pattern must be a text of 1 to %d bytes",
                             PATTERN_MAX);
    return true;
}

static bool read_rule(const json_t *object, struct arena *arena, struct retain_rule *rule,
                      struct error *err)
{
    const json_t *description = json_object_get(object, "description");
    if (!json_is_object(object))
        return error_set(err, ERROR_FORMAT, "a rule must be an object");
    if (description && !json_is_string(description))
        return error_set(err, ERROR_FORMAT, "description must be a text");
    if (!only_keys(object, err) ||
        !read_patterns(json_object_get(object, "tagPatterns"), arena, rule, err) ||
        !read_keep(object, rule, err))
        return false;
    return document_text(object, "description", arena, &rule->description) || arena_error(err);
}

bool retain_parse(struct slice text, struct arena *arena, struct retain_rules *rules,
                  struct error *err)
{
    CLEANUP_JSON json_t *document = document_parse(text, err);
    if (!document)
        return error_add(err, "retain rules");
    const json_t *array = json_object_get(document, "rules");
    size_t count = json_array_size(array);
    if (!json_is_object(document) || json_object_size(document) != 1 || !json_is_array(array) ||
        !count || count > EXPIRE_RETAIN_RULES_MAX)
        return error_set(err, ERROR_FORMAT,
                         "retain rules: an object with a list \"rules\" of 1 to %d is wanted",
                         EXPIRE_RETAIN_RULES_MAX);
    struct retain_rules made = {arena_array(arena, count, sizeof *made.items), count, false};
    if (!made.items)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        if (!read_rule(json_array_get(array, i), arena, &made.items[i], err))
            return error_add(err, "retain rule %zu", i + 1);
        made.asks_moved = made.asks_moved || made.items[i].keep == RETAIN_MOVED;
    }
    *rules = made;
    return true;
}

bool expire_retain_check(struct slice text, struct error *err)
{
    CLEANUP_ARENA struct arena arena;
    struct retain_rules rules;
    arena_init(&arena, 8 << 20);
    return retain_parse(text, &arena, &rules, err);
}

/* ---- applying ---- */

static bool looks_at(const struct retain_rule *rule, const struct lifecycle_image *image)
{
    for (size_t i = 0; i < rule->pattern_count; i++)
        for (size_t j = 0; j < image->tag_count; j++)
            if (lifecycle_pattern_fits(rule->patterns[i], image->tags[j]))
                return true;
    return !rule->pattern_count;
}

static bool is_within(double when, double now, int64_t days)
{
    return when > LIFECYCLE_NEVER && now - when <= (double)days * DAY;
}

static int by_push(const void *a, const void *b)
{
    const struct lifecycle_image *x = *(const struct lifecycle_image *const *)a;
    const struct lifecycle_image *y = *(const struct lifecycle_image *const *)b;
    if (x->pushed_at != y->pushed_at)
        return x->pushed_at > y->pushed_at ? -1 : 1;
    return slice_compare(x->digest, y->digest);
}

static bool keep_last(const struct retain_rule *rule, const struct lifecycle_image *images,
                      size_t count, struct arena *arena, const struct retain_rule **kept)
{
    const struct lifecycle_image **ranked =
        arena_array(arena, count + 1, sizeof(const struct lifecycle_image *));
    size_t found = 0;
    if (!ranked)
        return false;
    for (size_t i = 0; i < count; i++)
        if (looks_at(rule, &images[i]) && !images[i].subject.len)
            ranked[found++] = &images[i];
    qsort(ranked, found, sizeof *ranked, by_push);
    for (size_t i = 0; i < found && (int64_t)i < rule->number; i++)
        if (!kept[ranked[i] - images])
            kept[ranked[i] - images] = rule;
    return true;
}

static bool keeps(const struct retain_rule *rule, const struct lifecycle_image *image, double moved,
                  double now)
{
    if (!looks_at(rule, image))
        return false;
    if (rule->keep == RETAIN_PULLED)
        return is_within(image->pulled_at, now, rule->number);
    if (rule->keep == RETAIN_MOVED)
        return is_within(moved > 0 ? moved : LIFECYCLE_NEVER, now, rule->number);
    return true;
}

bool retain_apply(const struct retain_rules *rules, const struct lifecycle_image *images,
                  const double *moved, size_t count, double now, struct arena *arena,
                  const struct retain_rule **kept)
{
    for (size_t r = 0; r < rules->count; r++) {
        const struct retain_rule *rule = &rules->items[r];
        if (rule->keep == RETAIN_LAST) {
            if (!keep_last(rule, images, count, arena, kept))
                return false;
            continue;
        }
        for (size_t i = 0; i < count; i++)
            if (!kept[i] && keeps(rule, &images[i], moved[i], now))
                kept[i] = rule;
    }
    return true;
}

struct slice retain_name(const struct retain_rules *rules, const struct retain_rule *rule,
                         struct arena *arena)
{
    size_t number = (size_t)(rule - rules->items) + 1;
    if (!rule->description.len)
        return arena_printf(arena, "retain rule %zu", number);
    return arena_printf(arena, "retain rule %zu (%.*s)", number, SLICE_ARG(rule->description));
}
