/*
 * The encoded form of entries and facts (see pack.h for numbers and texts):
 *
 *   entry   length of the rest | id | state | severity | aliases | ranges | fixed | platform | note
 *   range   flags (1 exact, 2 introduced excluded, 4 has fixed, 8 has last) | introduced | ends
 *   facts   title | description | aliases | ratings | published | url
 *   rating  source | version | vector | score in hundredths | severity
 *
 * STORE_FORMAT (record.h) goes up when any of this changes.
 */
#include "advisory/entry.h"

#include "advisory/pack.h"

enum { RANGE_EXACT = 1, RANGE_EXCLUDED = 2, RANGE_FIXED = 4, RANGE_LAST = 8 };

static void pack_range(struct pack *pack, const struct version_range *range)
{
    unsigned flags = (range->exact ? RANGE_EXACT : 0u) |
                     (range->introduced_excluded ? RANGE_EXCLUDED : 0u) |
                     (range->fixed.len ? RANGE_FIXED : 0u) | (range->last.len ? RANGE_LAST : 0u);
    pack_byte(pack, (uint8_t)flags);
    pack_text(pack, range->introduced);
    if (range->fixed.len)
        pack_text(pack, range->fixed);
    if (range->last.len)
        pack_text(pack, range->last);
}

static bool unpack_range(struct slice *from, struct version_range *range)
{
    uint8_t flags;
    if (!unpack_byte(from, &flags) || !unpack_text(from, &range->introduced))
        return false;
    range->exact = flags & RANGE_EXACT;
    range->introduced_excluded = flags & RANGE_EXCLUDED;
    return (!(flags & RANGE_FIXED) || unpack_text(from, &range->fixed)) &&
           (!(flags & RANGE_LAST) || unpack_text(from, &range->last));
}

/* Puts `body` with its length behind what *value has. */
static bool append(struct slice body, struct arena *arena, struct slice *value)
{
    struct pack whole;
    pack_init(&whole, arena);
    pack_raw(&whole, *value);
    pack_text(&whole, body);
    return pack_finish(&whole, value);
}

bool entry_encode(const struct advisory_entry *entry, struct arena *arena, struct slice *value)
{
    struct pack pack;
    struct slice body;
    pack_init(&pack, arena);
    pack_text(&pack, entry->id);
    pack_byte(&pack, entry->state);
    pack_byte(&pack, entry->severity);
    pack_texts(&pack, entry->aliases, entry->alias_count);
    pack_number(&pack, entry->range_count);
    for (size_t i = 0; i < entry->range_count; i++)
        pack_range(&pack, &entry->ranges[i]);
    pack_text(&pack, entry->fixed);
    pack_text(&pack, entry->platform);
    pack_text(&pack, entry->note);
    return pack_finish(&pack, &body) && append(body, arena, value);
}

static bool unpack_ranges(struct slice *from, struct arena *arena, struct advisory_entry *entry)
{
    if (!unpack_count(from, &entry->range_count))
        return false;
    if (entry->range_count == 0)
        return true;
    entry->ranges = arena_array(arena, entry->range_count, sizeof *entry->ranges);
    if (!entry->ranges)
        return false;
    for (size_t i = 0; i < entry->range_count; i++)
        if (!unpack_range(from, &entry->ranges[i]))
            return false;
    return true;
}

bool entry_decode(struct slice *value, struct arena *arena, struct advisory_entry *entry)
{
    struct slice rest = *value, body;
    struct advisory_entry found = {0};
    if (!unpack_text(&rest, &body) || !unpack_text(&body, &found.id) ||
        !unpack_byte(&body, &found.state) || !unpack_byte(&body, &found.severity) ||
        !unpack_texts(&body, arena, &found.aliases, &found.alias_count) ||
        !unpack_ranges(&body, arena, &found) || !unpack_text(&body, &found.fixed) ||
        !unpack_text(&body, &found.platform) || !unpack_text(&body, &found.note))
        return false;
    *value = rest;
    *entry = found;
    return true;
}

static void pack_rating(struct pack *pack, const struct fact_rating *rating)
{
    bool sane = rating->score > 0 && rating->score <= 10;
    pack_text(pack, rating->source);
    pack_text(pack, rating->version);
    pack_text(pack, rating->vector);
    pack_number(pack, sane ? (uint64_t)(rating->score * 100 + 0.5) : 0);
    pack_byte(pack, rating->severity);
}

static bool unpack_rating(struct slice *from, struct fact_rating *rating)
{
    uint64_t hundredths;
    if (!unpack_text(from, &rating->source) || !unpack_text(from, &rating->version) ||
        !unpack_text(from, &rating->vector) || !unpack_number(from, &hundredths) ||
        !unpack_byte(from, &rating->severity) || hundredths > 1000)
        return false;
    rating->score = (double)hundredths / 100;
    return true;
}

bool facts_encode(const struct advisory_facts *facts, struct arena *arena, struct slice *value)
{
    struct pack pack;
    pack_init(&pack, arena);
    pack_text(&pack, facts->title);
    pack_text(&pack, facts->description);
    pack_texts(&pack, facts->aliases, facts->alias_count);
    pack_number(&pack, facts->rating_count);
    for (size_t i = 0; i < facts->rating_count; i++)
        pack_rating(&pack, &facts->ratings[i]);
    pack_text(&pack, facts->published);
    pack_text(&pack, facts->url);
    return pack_finish(&pack, value);
}

static bool unpack_ratings(struct slice *from, struct arena *arena, struct advisory_facts *facts)
{
    if (!unpack_count(from, &facts->rating_count))
        return false;
    if (facts->rating_count == 0)
        return true;
    facts->ratings = arena_array(arena, facts->rating_count, sizeof *facts->ratings);
    if (!facts->ratings)
        return false;
    for (size_t i = 0; i < facts->rating_count; i++)
        if (!unpack_rating(from, &facts->ratings[i]))
            return false;
    return true;
}

bool facts_decode(struct slice value, struct arena *arena, struct advisory_facts *facts)
{
    struct advisory_facts found = {0};
    if (!unpack_text(&value, &found.title) || !unpack_text(&value, &found.description) ||
        !unpack_texts(&value, arena, &found.aliases, &found.alias_count) ||
        !unpack_ratings(&value, arena, &found) || !unpack_text(&value, &found.published) ||
        !unpack_text(&value, &found.url))
        return false;
    *facts = found;
    return true;
}
