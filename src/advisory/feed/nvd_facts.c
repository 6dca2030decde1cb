/*
 * Our compact form of what the NVD says, made by `db facts` (nvd_facts_write.c):
 *
 *   cvss.csv.gz          cve,cvss_version,source,vector,score,severity
 *   cpe-ranges.jsonl.gz  {"cve":…,"src":…,"cpe":[[part, vendor, product, version[:update],
 *                        startIncluding, startExcluding, endIncluding, endExcluding, target_sw]…]}
 */
#include "advisory/feed/cpe.h"
#include "advisory/feed/feed.h"
#include "advisory/feed/window.h"
#include "advisory/match.h"
#include "base/json.h"

enum { RATINGS_MAX = 64, SCRATCH_BUDGET = 256 * 1024 * 1024 };

/* The rows of one CVE follow each other. */
struct rows {
    struct slice id;
    struct fact_rating ratings[RATINGS_MAX];
    size_t count;
    struct arena arena;
};

static bool end_rows(struct rows *rows, struct feed_sink *sink, struct error *err)
{
    struct advisory_facts facts = {.ratings = rows->ratings, .rating_count = rows->count};
    bool ok = !rows->id.len || sink_facts(sink, rows->id, &facts, err);
    arena_reset(&rows->arena);
    rows->id = (struct slice){0};
    rows->count = 0;
    return ok;
}

static bool read_row(struct rows *rows, struct slice line, struct feed_sink *sink,
                     struct error *err)
{
    struct slice id = slice_cut(&line, ',');
    enum severity severity = SEVERITY_UNKNOWN;
    if (!slice_starts(id, SLICE("CVE-")))
        return slice_equal_str(id, "cve") || error_set(err, ERROR_FORMAT, "not a row of ratings");
    if (!slice_equal(id, rows->id) && !end_rows(rows, sink, err))
        return false;
    if (!rows->id.len)
        rows->id = arena_copy(&rows->arena, id);
    line = arena_copy(&rows->arena, line);
    if (!rows->id.at || !line.at)
        return arena_error(err);
    if (rows->count == RATINGS_MAX)
        return true;
    struct fact_rating *rating = &rows->ratings[rows->count++];
    *rating = (struct fact_rating){.version = slice_cut(&line, ',')};
    rating->source = slice_cut(&line, ',');
    rating->vector = slice_cut(&line, ',');
    struct slice score = slice_cut(&line, ',');
    severity_parse(line, &severity);
    rating->severity = (uint8_t)severity;
    return score.len == 0 || sink_number(score, &rating->score) ||
           error_set(err, ERROR_FORMAT, "a score of %.*s is no number", SLICE_ARG(id));
}

static bool read_ratings(struct window *window, struct feed_sink *sink, struct error *err)
{
    struct rows rows = {0};
    struct slice line;
    bool ok = true;
    arena_init(&rows.arena, SCRATCH_BUDGET);
    for (size_t number = 1; ok && window_line(window, &line, err); number++) {
        ok = line.len == 0 || read_row(&rows, line, sink, err);
        if (!ok)
            error_add(err, "line %zu", number);
    }
    ok = ok && err->kind == ERROR_NONE && end_rows(&rows, sink, err);
    arena_done(&rows.arena);
    return ok;
}

static void read_match(struct json_reader *json, struct cpe_match *match)
{
    struct slice part = {0}, other;
    struct slice *const fields[] = {&part,
                                    &match->vendor,
                                    &match->product,
                                    &match->version,
                                    &match->start_including,
                                    &match->start_excluding,
                                    &match->end_including,
                                    &match->end_excluding,
                                    &match->target_sw};
    for (size_t i = 0; json_more(json); i++)
        json_string(json, i < sizeof fields / sizeof *fields ? fields[i] : &other);
    match->part = part.len ? part.at[0] : '\0';
    match->vulnerable = true;
    /* "1.0:rc1": a colon in the version itself does not happen. */
    size_t colon = slice_find(match->version, ':');
    match->update = slice_from(match->version, colon + 1);
    match->version = slice_upto(match->version, colon);
}

static bool read_range_line(struct slice line, struct arena *arena, struct feed_sink *sink,
                            struct error *err)
{
    struct json_reader json;
    struct slice member, id = {0};
    struct cpe_match *matches = NULL;
    size_t count = 0, room = 0;
    json_reader_init(&json, line, arena);
    bool ok = json_enter_object(&json);
    while (ok && json_member(&json, &member)) {
        if (slice_equal_str(member, "cve"))
            json_string(&json, &id);
        else if (slice_equal_str(member, "cpe") && json_enter_array(&json))
            while (json_more(&json)) {
                struct cpe_match match = {0};
                if (!json_enter_array(&json))
                    continue;
                read_match(&json, &match);
                if (!ARENA_PUSH(arena, matches, count, room, match))
                    return arena_error(err);
            }
    }
    if (!json_finish(&json, err))
        return false;
    if (!ok || id.len == 0)
        return error_set(err, ERROR_FORMAT, "not a record of ranges");
    return cpe_put(sink, id, matches, count, arena, err);
}

static bool read_ranges(struct window *window, struct feed_sink *sink, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    struct slice line;
    arena_init(&scratch, SCRATCH_BUDGET);
    for (size_t number = 1; window_line(window, &line, err); number++) {
        arena_reset(&scratch);
        if (line.len && !read_range_line(line, &scratch, sink, err))
            return error_add(err, "line %zu", number);
    }
    return err->kind == ERROR_NONE;
}

bool nvd_facts_read(struct feed_input *input, struct feed_sink *sink, struct error *err)
{
    CLEANUP_WINDOW struct window window = {0};
    struct slice first;
    if (!window_open(&window, input, err) || !stream_peek(window.stream, 1, &first, err))
        return false;
    return slice_equal_str(first, "{") ? read_ranges(&window, sink, err)
                                       : read_ratings(&window, sink, err);
}

bool nvd_facts_plan(const struct feed *feed, struct feed_plan *plan, struct error *err)
{
    struct slice name = slice_str(feed->name);
    return feed_plan_file(plan, feed, name, NULL, "nvd/cvss.csv.gz", false, err) &&
           feed_plan_file(plan, feed, name, NULL, "nvd/cpe-ranges.jsonl.gz", false, err);
}
