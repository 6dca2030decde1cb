/*
 * The NVD's own files. Newest first: what is "modified" replaces what a yearly file says of the
 * same CVE, and files of form 2.0 those of 1.1 (which are published no more).
 */
#include "advisory/feed/nvd_record.h"

#include "base/clock.h"

static bool put_record(void *context, const struct nvd_record *record, struct arena *arena,
                       struct error *err)
{
    struct feed_sink *sink = context;
    struct advisory_facts facts = {.description = record->description,
                                   .ratings = record->ratings,
                                   .rating_count = record->rating_count,
                                   .published = slice_upto(record->published, 10)};
    bool first;
    if (!sink_first(sink, record->id, &first, err) || !sink_date(sink, record->modified, err))
        return false;
    if (!first || record->rejected)
        return true;
    return cpe_put(sink, record->id, record->matches, record->match_count, arena, err) &&
           sink_facts(sink, record->id, &facts, err);
}

bool nvd_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    return nvd_each(input, put_record, sink, err);
}

static bool plan_one(const struct feed *feed, struct feed_plan *plan, const char *form,
                     const char *part, bool optional, struct error *err)
{
    struct slice path = arena_printf(plan->arena, "nvd/%s/nvdcve-%s-%s.json.gz", form, form, part);
    struct slice url =
        arena_printf(plan->arena, "https://nvd.nist.gov/feeds/json/cve/%s/nvdcve-%s-%s.json.gz",
                     form, form, part);
    if (!path.at || !url.at)
        return arena_error(err);
    bool gone = strcmp(form, "2.0") != 0; /* upstream has the newer form only */
    return feed_plan_file(plan, feed, slice_str(feed->name), gone ? NULL : url.at, path.at,
                          optional, err);
}

static bool plan_form(const struct feed *feed, struct feed_plan *plan, const char *form,
                      struct error *err)
{
    enum { FIRST_YEAR = 2002, YEAR_SECONDS = 31556952 };
    int64_t now = 1970 + clock_now() / YEAR_SECONDS, year = now;
    char text[8];
    if (!plan_one(feed, plan, form, "modified", false, err) ||
        !plan_one(feed, plan, form, "recent", false, err))
        return false;
    for (; year >= FIRST_YEAR; year--) {
        snprintf(text, sizeof text, "%d", (int)year);
        if (!plan_one(feed, plan, form, text, year == now, err))
            return false;
    }
    return true;
}

bool nvd_plan(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    static const char *const patterns[] = {"nvd/2.0/*modified.json.gz", "nvd/2.0/*recent.json.gz",
                                           "nvd/2.0/*.json.gz",         "nvd/1.1/*modified.json.gz",
                                           "nvd/1.1/*recent.json.gz",   "nvd/1.1/*.json.gz"};
    bool listed = false;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++)
        if (!feed_plan_folder(plan, feed, slice_str(feed->name), patterns[i], &listed, err))
            return false;
    return listed || (plan_form(feed, plan, "2.0", err) && plan_form(feed, plan, "1.1", err));
}
