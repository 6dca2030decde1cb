/*
 * Versions of Maven artifacts: the "Version Order Specification" of Maven's POM reference, in the
 * reading of ComparableVersion of Maven 3.8.
 *
 * Dots separate items; a dash, a change between digits and letters, and a word after a dot open a
 * list inside the list, which goes on to the end of the version. So the tree is a sequence of items
 * with marks where lists open, and is kept so: 1.0-rc-2 is 1 0 ( rc ( 2. Nulls (0, "", final, ga,
 * release, empty lists) are dropped from the end of every list.
 *
 * Like Maven's own, this order has contrived circles (1-ga.alpha > 1-sp > 1 > 1-ga.alpha).
 */
#include "version/part.h"
#include "version/version.h"

enum { ITEMS_MAX = 512, RELEASE_RANK = 5, UNKNOWN_RANK = 7 };

struct item {
    enum { WORD, LIST, NUMBER } kind; /* in their order */
    struct slice text;
    int rank; /* of a word */
};

struct items {
    struct item item[ITEMS_MAX];
    size_t count;
    bool full;
};

static void add(struct items *items, struct item item)
{
    if (items->count == ITEMS_MAX)
        items->full = true;
    else
        items->item[items->count++] = item;
}

static int word_rank(struct slice word, bool before_digit)
{
    static const struct {
        const char *word;
        int rank;
    } known[] = {{"alpha", 0},   {"beta", 1},     {"milestone", 2}, {"rc", 3},
                 {"cr", 3},      {"snapshot", 4}, {"ga", 5},        {"final", 5},
                 {"release", 5}, {"", 5},         {"sp", 6}};
    if (before_digit && word.len == 1) {
        const char *letter = strchr("abm", ascii_lower(word.at[0]));
        if (letter && *letter)
            return *letter == 'm' ? 2 : *letter - 'a';
    }
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal_nocase(word, slice_str(known[i].word)))
            return known[i].rank;
    return UNKNOWN_RANK;
}

static struct slice cut_word(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len && !ascii_digit(rest->at[end]) && rest->at[end] != '.' &&
           rest->at[end] != '-')
        end++;
    struct slice word = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return word;
}

static bool list_is_empty(const struct items *items)
{
    return items->count == 0 || items->item[items->count - 1].kind == LIST;
}

static void parse_one(struct items *items, struct slice *rest)
{
    char c = part_front(*rest);
    if (c == '.' || c == '-') { /* nothing before a separator */
        add(items, (struct item){NUMBER, SLICE("0"), 0});
    } else if (ascii_digit(c)) {
        add(items, (struct item){NUMBER, part_cut_digits(rest), 0});
        c = part_front(*rest);
        if (rest->len && c != '.' && c != '-')
            add(items, (struct item){.kind = LIST});
    } else {
        struct slice word = cut_word(rest);
        bool before_digit = ascii_digit(part_front(*rest));
        bool last = rest->len == 0; /* Maven looks no further than that and digits */
        if ((before_digit || last) && !list_is_empty(items))
            add(items, (struct item){.kind = LIST});
        add(items, (struct item){WORD, word, word_rank(word, before_digit)});
        if (before_digit)
            add(items, (struct item){.kind = LIST});
    }
}

static bool is_null(const struct item *item)
{
    return item->kind == NUMBER ? part_is_zero(item->text) : item->rank == RELEASE_RANK;
}

/* Drops nulls from the end of every list, innermost first. */
static void normalize(struct items *items)
{
    size_t kept = ITEMS_MAX;
    bool trimming = true;
    for (size_t i = items->count; i-- > 0;) {
        struct item item = items->item[i];
        if (item.kind == LIST ? kept == ITEMS_MAX : trimming && is_null(&item))
            continue;
        trimming = item.kind == LIST;
        items->item[--kept] = item;
    }
    items->count = ITEMS_MAX - kept;
    memmove(items->item, items->item + kept, items->count * sizeof *items->item);
}

static void parse(struct slice text, struct items *items)
{
    items->count = 0;
    items->full = false;
    while (text.len) {
        parse_one(items, &text);
        if (part_drop(&text, '-'))
            add(items, (struct item){.kind = LIST});
        else
            part_drop(&text, '.');
    }
}

static bool maven_valid(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] <= ' ' || text.at[i] == 0x7f || strchr("[](),", text.at[i]))
            return false;
    struct items items;
    parse(text, &items);
    return !items.full;
}

static int compare_to_nothing(const struct item *item)
{
    if (item->kind == LIST)
        return 0; /* its items are asked next */
    return item->kind == NUMBER ? !part_is_zero(item->text) : item->rank - RELEASE_RANK;
}

static int compare_items(const struct item *a, const struct item *b)
{
    if (a->kind != b->kind)
        return (int)a->kind - (int)b->kind;
    if (a->kind == NUMBER)
        return part_compare_digits(a->text, b->text);
    if (a->kind == LIST)
        return 0;
    if (a->rank != b->rank)
        return a->rank - b->rank;
    return a->rank == UNKNOWN_RANK ? part_compare_nocase(a->text, b->text) : 0;
}

static int maven_compare(struct slice a, struct slice b)
{
    struct items x, y;
    parse(a, &x);
    parse(b, &y);
    normalize(&x);
    normalize(&y);
    for (size_t i = 0; i < x.count || i < y.count; i++) {
        int order = i >= x.count   ? -compare_to_nothing(&y.item[i])
                    : i >= y.count ? compare_to_nothing(&x.item[i])
                                   : compare_items(&x.item[i], &y.item[i]);
        if (order)
            return order;
    }
    return 0;
}

const struct version_scheme version_maven = {"maven", "Maven artifacts", maven_valid,
                                             maven_compare};
