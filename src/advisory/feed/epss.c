/*
 * FIRST's exploit prediction scores: comment lines, a head line, then "CVE,score,percentile".
 * https://www.first.org/epss/data_stats
 */
#include "advisory/feed/feed.h"
#include "advisory/feed/window.h"
#include "base/ascii.h"

/* "#model_version:v2025.03.14,score_date:2026-08-16T…": the last thing that looks like a date. */
static bool find_date(struct slice line, struct feed_sink *sink, struct error *err)
{
    struct slice found = {0};
    for (; line.len >= 10; line = slice_from(line, 1))
        if (ascii_digit(line.at[0]) && ascii_digit(line.at[3]) && line.at[4] == '-' &&
            line.at[7] == '-' && ascii_digit(line.at[9]))
            found = slice_upto(line, 10);
    return sink_date(sink, found, err);
}

static bool read_row(struct slice line, struct feed_sink *sink, struct arena *scratch,
                     struct error *err)
{
    double score, percentile;
    struct slice value = {0}, id = slice_cut(&line, ',');
    if (!slice_starts(id, SLICE("CVE-")))
        return slice_equal_str(id, "cve") || error_set(err, ERROR_FORMAT, "not a row of scores");
    if (!sink_number(slice_cut(&line, ','), &score) ||
        !sink_number(slice_cut(&line, ','), &percentile))
        return error_set(err, ERROR_FORMAT, "the scores of %.*s are no numbers", SLICE_ARG(id));
    arena_reset(scratch);
    if (!epss_encode(score, percentile, scratch, &value))
        return arena_error(err);
    return sink_row(sink, SINK_EPSS, id, value, err);
}

bool epss_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    CLEANUP_WINDOW struct window window = {0};
    CLEANUP_ARENA struct arena scratch;
    struct slice line;
    arena_init(&scratch, 1024 * 1024);
    if (!window_open(&window, input, err))
        return false;
    for (size_t number = 1; window_line(&window, &line, err); number++) {
        bool comment = line.len && line.at[0] == '#';
        if (line.len &&
            !(comment ? find_date(line, sink, err) : read_row(line, sink, &scratch, err)))
            return error_add(err, "line %zu", number);
    }
    if (err->kind)
        return false;
    return sink->count[SINK_EPSS] || error_set(err, ERROR_FORMAT, "there are no scores in it");
}
