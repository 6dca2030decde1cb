#include "advisory/feed/cpe.h"

#include "advisory/match.h"

enum {
    FIELDS = 11,
    FIELD_PART = 0,
    FIELD_VENDOR,
    FIELD_PRODUCT,
    FIELD_VERSION,
    FIELD_UPDATE,
    FIELD_TARGET_SW = 8
};

/* A piece up to the next ":" that is not escaped, its backslashes taken out. */
static bool cut_field(struct slice *rest, struct arena *arena, struct slice *field)
{
    size_t end = 0;
    bool escapes = false;
    for (; end < rest->len && rest->at[end] != ':'; end++)
        if (rest->at[end] == '\\' && end + 1 < rest->len) {
            escapes = true;
            end++;
        }
    *field = slice_upto(*rest, end);
    *rest = slice_from(*rest, end + 1);
    if (!escapes)
        return true;
    struct slice copy = arena_copy(arena, *field);
    char *text = (char *)(uintptr_t)copy.at;
    size_t len = 0;
    if (!text)
        return false;
    for (size_t i = 0; i < copy.len; i++) {
        i += text[i] == '\\' && i + 1 < copy.len;
        text[len++] = text[i];
    }
    *field = slice_of(text, len);
    return true;
}

bool cpe_parse(struct slice uri, struct arena *arena, struct cpe_match *match)
{
    struct slice fields[FIELDS] = {0};
    if (!slice_starts(uri, SLICE("cpe:2.3:")))
        return false;
    uri = slice_from(uri, 8);
    for (unsigned i = 0; i < FIELDS && uri.len; i++)
        if (!cut_field(&uri, arena, &fields[i]))
            return false;
    if (fields[FIELD_PART].len != 1 || fields[FIELD_PRODUCT].len == 0)
        return false;
    match->part = fields[FIELD_PART].at[0];
    match->vendor = fields[FIELD_VENDOR];
    match->product = fields[FIELD_PRODUCT];
    match->version = fields[FIELD_VERSION];
    match->update = fields[FIELD_UPDATE];
    match->target_sw = fields[FIELD_TARGET_SW];
    return true;
}

static bool says_something(struct slice field)
{
    return field.len && !slice_equal_str(field, "*") && !slice_equal_str(field, "-");
}

static bool make_range(const struct cpe_match *match, struct arena *arena,
                       struct version_range *range)
{
    *range = (struct version_range){.introduced = match->start_including,
                                    .fixed = match->end_excluding,
                                    .last = match->end_including};
    if (match->start_excluding.len) {
        range->introduced = match->start_excluding;
        range->introduced_excluded = true;
    }
    if (!says_something(match->version))
        return true;
    range->exact = true;
    range->introduced = match->version;
    range->introduced_excluded = false;
    range->fixed = range->last = (struct slice){0};
    if (says_something(match->update))
        range->introduced =
            arena_printf(arena, "%.*s-%.*s", SLICE_ARG(match->version), SLICE_ARG(match->update));
    return range->introduced.at != NULL;
}

/* A product on a platform, and its ranges so far. */
struct product {
    struct slice name, platform;
    struct version_range *ranges;
    size_t count, room;
    bool fixed;
};

static bool put_product(struct feed_sink *sink, struct slice id, const struct product *product,
                        struct error *err)
{
    struct advisory_entry entry = {.id = id,
                                   .ranges = product->ranges,
                                   .range_count = product->count,
                                   .platform = product->platform,
                                   /* Without a first good version the NVD does not say whether
                                      there is one. */
                                   .state = product->fixed ? FIX_FIXED : FIX_UNKNOWN};
    return sink_entry(sink, SLICE("cpe"), product->name, &entry, err);
}

static struct product *find_product(struct table *table, const struct cpe_match *match,
                                    struct arena *arena)
{
    struct slice platform = says_something(match->target_sw) ? match->target_sw : match->platform;
    struct slice key = arena_printf(arena, "%.*s:%.*s %.*s", SLICE_ARG(match->vendor),
                                    SLICE_ARG(match->product), SLICE_ARG(platform));
    if (!key.at)
        return NULL;
    struct product *product = table_get(table, key);
    if (product)
        return product;
    product = arena_new(arena, struct product);
    if (!product)
        return NULL;
    product->name = slice_upto(key, match->vendor.len + 1 + match->product.len);
    product->platform = platform;
    return table_put(table, key, product) ? product : NULL;
}

static bool add_match(struct table *table, const struct cpe_match *match, struct arena *arena)
{
    struct version_range range;
    struct product *product = find_product(table, match, arena);
    if (!product || !make_range(match, arena, &range))
        return false;
    product->fixed |= range.fixed.len != 0;
    return ARENA_PUSH(arena, product->ranges, product->count, product->room, range);
}

bool cpe_put(struct feed_sink *sink, struct slice id, const struct cpe_match *matches, size_t count,
             struct arena *arena, struct error *err)
{
    struct table table;
    table_init(&table, arena);
    for (size_t i = 0; i < count; i++) {
        const struct cpe_match *match = &matches[i];
        bool bounded = match->start_including.len || match->start_excluding.len ||
                       match->end_including.len || match->end_excluding.len;
        if (match->part != 'a' || !match->vulnerable ||
            (slice_equal_str(match->version, "-") && !bounded))
            continue;
        if (!add_match(&table, match, arena))
            return arena_error(err);
    }
    for (size_t i = 0; i < table.count; i++)
        if (!put_product(sink, id, table.entries[i].value, err))
            return false;
    return true;
}
