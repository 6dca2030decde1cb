/*
 * nginx's own list of advisories: items with what is vulnerable ("0.9.6-1.31.2", "all",
 * "nginx/Windows 0.7.52-0.8.32") and what is good ("1.31.3+, 1.30.4+"). A good version inside a
 * vulnerable range means: the rest of that branch (1.30.x) is good, and the next branch (1.31.0) is
 * vulnerable again. https://nginx.org/en/security_advisories.html
 */
#include "advisory/feed/feed.h"
#include "advisory/feed/xml.h"
#include "advisory/match.h"

enum { PARTS = 3, GOODS_MAX = 16, RANGES_MAX = 64 };

struct number {
    uint64_t part[PARTS];
    struct slice text;
};

struct item {
    struct slice cve, core, cert, name, severity, url, good, vulnerable;
    struct number goods[GOODS_MAX]; /* ascending */
    size_t good_count;
    struct version_range ranges[RANGES_MAX];
    size_t range_count;
    bool windows;
};

static bool parse_number(struct slice text, struct number *number)
{
    *number = (struct number){.text = slice_trim(text)};
    struct slice rest = number->text;
    for (size_t i = 0; i < PARTS && rest.len; i++)
        if (!slice_u64(slice_cut(&rest, '.'), &number->part[i]))
            return false;
    return number->text.len && rest.len == 0;
}

static int compare_numbers(const void *a, const void *b)
{
    const struct number *x = a, *y = b;
    for (size_t i = 0; i < PARTS; i++)
        if (x->part[i] != y->part[i])
            return x->part[i] < y->part[i] ? -1 : 1;
    return 0;
}

static bool same_branch(const struct number *a, const struct number *b)
{
    return a->part[0] == b->part[0] && a->part[1] == b->part[1];
}

static void parse_goods(struct item *item)
{
    struct slice rest = item->good;
    while (rest.len && item->good_count < GOODS_MAX) {
        struct slice text = slice_trim(slice_cut(&rest, ','));
        if (slice_ends(text, SLICE("+")))
            text.len--;
        if (parse_number(text, &item->goods[item->good_count]))
            item->good_count++;
    }
    qsort(item->goods, item->good_count, sizeof *item->goods, compare_numbers);
}

static void add_range(struct item *item, struct version_range range)
{
    if (item->range_count < RANGES_MAX)
        item->ranges[item->range_count++] = range;
}

/* [from, to] without what the good versions take out of it. */
static bool split_range(struct item *item, struct number from, struct number to,
                        struct arena *arena)
{
    for (size_t i = 0; i < item->good_count; i++) {
        struct number *good = &item->goods[i];
        if (compare_numbers(good, &from) <= 0)
            continue;
        bool inside = compare_numbers(good, &to) <= 0;
        if (!inside && !same_branch(good, &to))
            continue;
        add_range(item, (struct version_range){.introduced = from.text, .fixed = good->text});
        if (!inside)
            return true;
        from = (struct number){.part = {good->part[0], good->part[1] + 1, 0}};
        from.text = arena_printf(arena, "%llu.%llu.0", (unsigned long long)from.part[0],
                                 (unsigned long long)from.part[1]);
        if (!from.text.at)
            return false;
    }
    if (compare_numbers(&from, &to) <= 0)
        add_range(item, (struct version_range){.introduced = from.text, .last = to.text});
    return true;
}

static bool parse_vulnerable(struct item *item, struct arena *arena)
{
    struct slice rest = item->vulnerable, windows = SLICE("nginx/Windows ");
    if (slice_equal_str(slice_trim(rest), "all"))
        add_range(item, (struct version_range){0});
    while (rest.len) {
        struct slice text = slice_trim(slice_cut(&rest, ','));
        if (slice_starts(text, windows)) {
            item->windows = true;
            text = slice_from(text, windows.len);
        }
        struct number from, to;
        struct slice first = slice_cut(&text, '-');
        if (parse_number(first, &from) && parse_number(text.len ? text : first, &to) &&
            !split_range(item, from, to, arena))
            return false;
    }
    return true;
}

static enum severity item_severity(struct slice word)
{
    enum severity severity = SEVERITY_UNKNOWN;
    if (slice_equal_str(word, "none"))
        return SEVERITY_NEGLIGIBLE;
    if (slice_equal_str(word, "major"))
        return SEVERITY_HIGH;
    if (slice_equal_str(word, "minor"))
        return SEVERITY_LOW;
    severity_parse(word, &severity);
    return severity;
}

static bool put_item(const struct item *item, struct slice id, struct feed_sink *sink,
                     struct error *err)
{
    enum severity severity = item_severity(item->severity);
    struct fact_rating rating = {.source = SLICE("nginx"), .severity = (uint8_t)severity};
    struct advisory_facts facts = {.title = item->name,
                                   .url = item->url,
                                   .ratings = &rating,
                                   .rating_count = severity != SEVERITY_UNKNOWN};
    struct advisory_entry entry = {.id = id,
                                   .ranges = (struct version_range *)item->ranges,
                                   .range_count = item->range_count,
                                   .severity = (uint8_t)severity,
                                   .state = item->good_count ? FIX_FIXED : FIX_WILL_NOT_FIX,
                                   .platform =
                                       item->windows ? SLICE("windows") : (struct slice){0}};
    if (item->good_count)
        entry.fixed = item->goods[0].text;
    /* The NVD has known nginx under both names. */
    return sink_entry(sink, SLICE("cpe"), SLICE("f5:nginx"), &entry, err) &&
           sink_entry(sink, SLICE("cpe"), SLICE("nginx:nginx"), &entry, err) &&
           sink_facts(sink, id, &facts, err);
}

static bool put_ids(const struct item *item, struct arena *arena, struct feed_sink *sink,
                    struct error *err)
{
    struct slice rest = item->cve, id = item->core;
    if (item->range_count == 0)
        return true;
    while (rest.len) {
        struct slice number = slice_trim(slice_cut(&rest, ','));
        id = arena_printf(arena, "%s%.*s", slice_starts(number, SLICE("CVE-")) ? "" : "CVE-",
                          SLICE_ARG(number));
        if (!id.at)
            return arena_error(err);
        if (!put_item(item, id, sink, err))
            return false;
    }
    if (item->cve.len)
        return true;
    if (!id.len && item->cert.len)
        id = arena_printf(arena, "VU#%.*s", SLICE_ARG(item->cert));
    return !id.len || put_item(item, id, sink, err);
}

static bool read_item(const struct xml_tag *tag, struct arena *arena, struct feed_sink *sink,
                      struct error *err)
{
    struct item *item = arena_new(arena, struct item);
    if (!item || !xml_attribute(tag, "name", arena, &item->name) ||
        !xml_attribute(tag, "severity", arena, &item->severity) ||
        !xml_attribute(tag, "cve", arena, &item->cve) ||
        !xml_attribute(tag, "core", arena, &item->core) ||
        !xml_attribute(tag, "cert", arena, &item->cert) ||
        !xml_attribute(tag, "advisory", arena, &item->url) ||
        !xml_attribute(tag, "good", arena, &item->good) ||
        !xml_attribute(tag, "vulnerable", arena, &item->vulnerable))
        return arena_error(err);
    parse_goods(item);
    if (!parse_vulnerable(item, arena))
        return arena_error(err);
    return put_ids(item, arena, sink, err);
}

bool nginx_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    struct slice rest = input->bytes;
    struct xml_tag tag;
    bool any = false, closed = false;
    while (xml_next(&rest, &tag, err)) {
        closed |= slice_equal_str(tag.name, "/article");
        if (!slice_equal_str(tag.name, "item"))
            continue;
        any = true;
        if (!read_item(&tag, input->arena, sink, err))
            return false;
    }
    if (err->kind)
        return false;
    if (!any)
        return error_set(err, ERROR_FORMAT, "there is no advisory in it");
    return closed || error_set(err, ERROR_FORMAT, "the XML ends too early");
}
