/*
 * Debian's lists of advisories (DSA, DLA, DTSA): a head line with date, number and title, then
 * indented lines: {CVEs} and what was fixed where.
 *
 *     [29 Mar 2023] DSA-5380-1 xorg-server - security update
 *             {CVE-2023-1393}
 *             [bullseye] - xorg-server 2:1.20.11-1+deb11u6
 *
 * They tell of fixes alone, so a release is covered only when it has some.
 * https://salsa.debian.org/security-tracker-team/security-tracker data/{DSA,DLA,DTSA}/list
 */
#include "advisory/feed/debian_release.h"
#include "advisory/feed/feed.h"
#include "advisory/match.h"
#include "base/ascii.h"

enum { IDS_MAX = 1000 };

struct advisory {
    struct slice id, title;
    char date[11]; /* ISO; empty when it is not told in the usual form */
    struct slice ids[IDS_MAX];
    size_t id_count;
};

/* "29 Mar 2023"; DTSA's "August 26th, 2005" is left alone. */
static void parse_date(struct slice text, char date[11])
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint64_t day, year;
    struct slice d = slice_cut(&text, ' '), m = slice_cut(&text, ' ');
    size_t month = m.len == 3 ? slice_search(slice_str(months), m) : sizeof months;
    date[0] = '\0';
    if (slice_u64(d, &day) && slice_u64(text, &year) && month < sizeof months - 1 &&
        month % 3 == 0 && day <= 31 && year <= 9999)
        snprintf(date, 11, "%04u-%02u-%02u", (unsigned)year, (unsigned)(month / 3 + 1),
                 (unsigned)day);
}

static bool parse_head(struct slice line, struct advisory *advisory)
{
    struct slice date = slice_cut(&line, ']');
    line = slice_trim(line);
    advisory->id = slice_cut(&line, ' ');
    advisory->title = slice_trim(line);
    advisory->id_count = 0;
    parse_date(slice_from(date, 1), advisory->date);
    return slice_find(advisory->id, '-') < advisory->id.len;
}

static void parse_ids(struct slice line, struct advisory *advisory)
{
    struct slice list = slice_from(line, 1);
    list = slice_upto(list, slice_find(list, '}'));
    while ((list = slice_trim(list)).len && advisory->id_count < IDS_MAX)
        advisory->ids[advisory->id_count++] = slice_cut(&list, ' ');
}

/* A correction of a fix that broke something names no vulnerability, and is none. */
static bool is_regression(const struct advisory *advisory)
{
    return slice_search(advisory->title, SLICE("regression")) < advisory->title.len;
}

static void judge_version(struct slice version, struct advisory_entry *entry,
                          struct version_range *range)
{
    entry->range_count = 1;
    if (slice_equal_str(version, "<end-of-life>"))
        entry->state = FIX_END_OF_LIFE;
    else if (slice_equal_str(version, "<not-affected>")) {
        entry->state = FIX_NOT_AFFECTED;
        entry->range_count = 0;
    } else if (slice_equal_str(version, "<no-dsa>") || slice_equal_str(version, "<postponed>"))
        entry->state = FIX_DEFERRED;
    else if (slice_equal_str(version, "<ignored>"))
        entry->state = FIX_WILL_NOT_FIX;
    else if (version.len && version.at[0] == '<')
        entry->state = FIX_AFFECTED;
    else {
        entry->state = FIX_FIXED;
        range->fixed = version;
    }
}

/* "[bullseye] - xorg-server 2:1.20.11-1+deb11u6 (high)" */
static bool read_fix(struct slice line, const struct advisory *advisory, struct arena *arena,
                     struct feed_sink *sink, struct error *err)
{
    struct slice codename = slice_cut(&line, ']');
    line = slice_trim(line);
    if (line.len == 0 || line.at[0] != '-')
        return true;
    line = slice_trim(slice_from(line, 1));
    struct slice package = slice_cut(&line, ' ');
    line = slice_trim(line);
    struct slice version = slice_cut(&line, ' ');
    struct slice scope = debian_scope(slice_from(codename, 1), arena);
    struct version_range range = {0};
    struct advisory_entry entry = {.ranges = &range, .note = advisory->id};
    if (!scope.at)
        return arena_error(err);
    if (version.len == 0 || (advisory->id_count == 0 && is_regression(advisory)))
        return true;
    judge_version(version, &entry, &range);
    for (size_t i = 0; i < advisory->id_count; i++) {
        entry.id = advisory->ids[i];
        if (!sink_entry(sink, scope, package, &entry, err))
            return false;
    }
    entry.id = advisory->id;
    return advisory->id_count || sink_entry(sink, scope, package, &entry, err);
}

static bool put_facts(const struct advisory *advisory, struct arena *arena, struct feed_sink *sink,
                      struct error *err)
{
    struct advisory_facts facts = {.title = advisory->title,
                                   .published = slice_str(advisory->date)};
    facts.url = arena_printf(arena, "https://security-tracker.debian.org/tracker/%.*s",
                             SLICE_ARG(advisory->id));
    if (!facts.url.at)
        return arena_error(err);
    return sink_date(sink, facts.published, err) && sink_facts(sink, advisory->id, &facts, err);
}

bool debian_lists_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    struct advisory *advisory = arena_new(input->arena, struct advisory);
    struct slice rest = input->bytes;
    bool any = false;
    if (!advisory)
        return arena_error(err);
    for (size_t number = 1; rest.len; number++) {
        struct slice line = slice_cut_line(&rest), text = slice_trim(line);
        bool head = line.len && line.at[0] == '[';
        if (head && (!parse_head(line, advisory) || !put_facts(advisory, input->arena, sink, err)))
            return err->kind ? false
                             : error_set(err, ERROR_FORMAT, "line %zu is no advisory", number);
        any |= head;
        if (!head && text.len && !any)
            return error_set(err, ERROR_FORMAT, "line %zu: not a list of advisories", number);
        if (!head && text.len && text.at[0] == '{')
            parse_ids(text, advisory);
        else if (!head && text.len && text.at[0] == '[' &&
                 !read_fix(text, advisory, input->arena, sink, err))
            return false;
    }
    return any || error_set(err, ERROR_FORMAT, "there is no advisory in it");
}

bool debian_lists_plan(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    static const char *const kinds[] = {"DSA", "DLA", "DTSA"};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct slice url = arena_printf(plan->arena,
                                        "https://salsa.debian.org/security-tracker-team/"
                                        "security-tracker/-/raw/master/data/%s/list",
                                        kinds[i]);
        struct slice path = arena_printf(plan->arena, "debian/%s.list", kinds[i]);
        if (!url.at || !path.at)
            return arena_error(err);
        if (!feed_plan_file(plan, feed, slice_str(feed->name), url.at, path.at, false, err))
            return false;
    }
    return true;
}
