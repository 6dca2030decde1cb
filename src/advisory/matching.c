#include "advisory/matching.h"

bool matching_init(struct matching *matching, struct store_reader *store,
                   const struct distribution *distribution, struct arena *arena, struct error *err)
{
    *matching = (struct matching){.store = store, .arena = arena};
    table_init(&matching->sets, arena);
    table_init(&matching->facts, arena);
    if (!release_of(distribution, arena, &matching->release))
        return arena_error(err);
    return store_feeds(store, arena, &matching->feeds, &matching->feed_count, err);
}

struct slice matching_feed_date(const struct matching *matching, struct slice feed)
{
    for (size_t i = 0; i < matching->feed_count; i++)
        if (slice_equal(matching->feeds[i].name, feed))
            return matching->feeds[i].date;
    return (struct slice){0};
}

/* Scopes and names with NULs between; versions differ among packages and are not part of it. */
static struct slice targets_key(const struct targets *targets, struct arena *arena)
{
    size_t size = 0, at = 0;
    for (size_t i = 0; i < targets->count; i++)
        size += targets->items[i].scope.len + targets->items[i].name.len + 2;
    char *text = arena_alloc(arena, size + 1);
    for (size_t i = 0; text && i < targets->count; i++) {
        const struct slice parts[] = {targets->items[i].scope, targets->items[i].name};
        for (size_t j = 0; j < 2; j++) {
            memcpy(text + at, parts[j].at, parts[j].len);
            at += parts[j].len + 1;
        }
    }
    return slice_of(text, size);
}

bool matching_claims(struct matching *matching, const struct targets *targets,
                     const struct claim_set **set, struct error *err)
{
    static const struct claim_set none;
    *set = &none;
    if (targets->count == 0)
        return true;
    struct slice key = targets_key(targets, matching->arena);
    if (!key.at)
        return arena_error(err);
    struct claim_set *found = table_get(&matching->sets, key);
    if (!found) {
        found = arena_new(matching->arena, struct claim_set);
        if (!found)
            return arena_error(err);
        if (!claim_set_load(matching->store, targets, matching->arena, found, err))
            return false;
        if (!table_put(&matching->sets, key, found))
            return arena_error(err);
    }
    *set = found;
    return true;
}

bool matching_covers(const struct matching *matching, const struct targets *targets)
{
    struct slice feed, date;
    for (size_t i = 0; i < targets->count; i++)
        if (store_covers(matching->store, targets->items[i].scope, &feed, &date))
            return true;
    return false;
}
