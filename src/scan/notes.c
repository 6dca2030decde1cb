/* What a result says beside its findings: how old the data is, and what it does not cover. */
#include <stdio.h>

#include "base/clock.h"
#include "scan/pipeline_parts.h"

enum { OLD_DAYS = 7, DAY = 86400 };

bool scan_note(struct scan *scan, struct slice path, struct slice text)
{
    struct note note = {path, text};
    return text.at && ARENA_PUSH(scan->arena, scan->result.notes, scan->result.note_count,
                                 scan->note_room, note);
}

static bool scan_note_old_feeds(struct scan *scan)
{
    struct slice names = {"", 0};
    int64_t now = clock_now();
    for (size_t i = 0; i < scan->result.feed_count && names.at; i++) {
        const struct feed_status *feed = &scan->result.feeds[i];
        int64_t days = (now - (int64_t)feed->updated_epoch) / DAY;
        if (feed->updated_epoch && days >= OLD_DAYS)
            arena_list(scan->arena, &names, ", ", "%.*s (%ld days)", SLICE_ARG(feed->name),
                       (long)days);
    }
    if (!names.len)
        return names.at != NULL;
    return scan_note(scan, (struct slice){NULL, 0},
                     arena_printf(scan->arena,
                                  "advisory data is older than %d days: %.*s; plimsoll db update "
                                  "brings new",
                                  OLD_DAYS, SLICE_ARG(names)));
}

/* Feeds that change every day: what a mirror says today may still be of long ago. Others stand
   still for weeks, and their date tells nothing. */
static bool scan_is_daily(const struct scan *scan, const struct feed_status *feed)
{
    return slice_equal_str(feed->name, "kev") || slice_equal_str(feed->name, "epss") ||
           (scan->result.coverage.covered && slice_equal(feed->name, scan->result.coverage.feed));
}

static bool scan_note_old_data(struct scan *scan)
{
    for (size_t i = 0; i < scan->result.feed_count; i++) {
        const struct feed_status *feed = &scan->result.feeds[i];
        int64_t date;
        if (!scan_is_daily(scan, feed) || !clock_parse(feed->date, &date) ||
            clock_days(date, clock_now()) <= OLD_DAYS)
            continue;
        if (!scan_note(scan, (struct slice){NULL, 0},
                       arena_printf(scan->arena,
                                    "the data of feed %.*s is of %.*s, although it was looked for "
                                    "later: its source may be stale",
                                    SLICE_ARG(feed->name), SLICE_ARG(feed->date))))
            return false;
    }
    return true;
}

static bool scan_note_failed_feeds(struct scan *scan)
{
    for (size_t i = 0; i < scan->result.feed_count; i++) {
        const struct feed_status *feed = &scan->result.feeds[i];
        if (feed->error.len &&
            !scan_note(scan, (struct slice){NULL, 0},
                       arena_printf(scan->arena, "the last update of feed %.*s failed: %.*s",
                                    SLICE_ARG(feed->name), SLICE_ARG(feed->error))))
            return false;
    }
    return true;
}

static bool scan_note_coverage(struct scan *scan)
{
    const struct coverage *coverage = &scan->result.coverage;
    if (!scan->result.distribution.id.len || coverage->covered)
        return true;
    return scan_note(scan, (struct slice){NULL, 0},
                     arena_printf(scan->arena,
                                  "not covered: there are no advisories for %.*s in the database",
                                  SLICE_ARG(coverage->scope.len ? coverage->scope
                                                                : scan->result.distribution.id)));
}

bool scan_note_database(struct scan *scan, struct error *err)
{
    struct scan_result *result = &scan->result;
    result->starter_database = store_reader_is_starter(scan->store);
    if (!store_feeds(scan->store, scan->arena, &result->feeds, &result->feed_count, err))
        return false;
    bool fine = true;
    if (result->starter_database)
        fine = scan_note(scan, (struct slice){NULL, 0},
                         SLICE("made with the starter database, which knows a few packages only; "
                               "plimsoll db update fetches the real one"));
    else
        fine =
            scan_note_old_feeds(scan) && scan_note_old_data(scan) && scan_note_failed_feeds(scan);
    return (fine && scan_note_coverage(scan)) || arena_error(err);
}
