/*
 * For people at a terminal: what this is and how far it can be trusted, then what to do by
 * severity, then package by package what mends it.
 */
#include "report/formats.h"
#include "report/group.h"
#include "report/secrets.h"
#include "report/summary.h"
#include "report/table_groups.h"

static void put_image(struct line *line, const struct scan_result *result, struct arena *arena)
{
    const struct image *image = &result->image;
    line_styled(line, STYLE_BOLD, image->name);
    if (image->tag.len && !slice_equal(image->tag, image->name)) {
        line_print(line, "  ");
        line_put(line, image->tag);
    }
    struct slice platforms = result_platforms(result, arena);
    if (platforms.len > 1) {
        line_print(line, "  ");
        line_put(line, platforms);
    }
    if (image->manifest_digest.text[0])
        line_print(line, "  %.19s", image->manifest_digest.text);
    line_end(line);
}

static void put_support(struct line *line, const struct coverage *coverage, struct arena *arena)
{
    if (coverage->end_of_life.len == 0)
        return;
    bool past = coverage->past_end_of_life;
    line_piece(line, 2 * TABLE_INDENT, past ? STYLE_RED : STYLE_PLAIN,
               arena_printf(arena, past ? " (end of life since %.*s)" : " (supported until %.*s)",
                            SLICE_ARG(coverage->end_of_life)));
}

static void put_contents(struct line *line, const struct scan_result *result, size_t programs,
                         struct arena *arena)
{
    struct slice distribution = result_distribution(result, arena);
    line_print(line, "%*s", TABLE_INDENT, "");
    line_put(line, distribution.len ? distribution : SLICE("no distribution"));
    put_support(line, &result->coverage, arena);
    line_print(line, ",");
    line_piece(line, 2 * TABLE_INDENT, STYLE_PLAIN,
               arena_printf(arena, " %zu package%s", result->package_count,
                            result->package_count == 1 ? "" : "s"));
    if (programs)
        line_piece(line, 2 * TABLE_INDENT, STYLE_PLAIN,
                   arena_printf(arena, " (%zu compiled from source)", programs));
    if (result->image.layer_count > 1) {
        line_print(line, ",");
        line_piece(line, 2 * TABLE_INDENT, STYLE_PLAIN,
                   arena_printf(arena, " %zu layers", result->image.layer_count));
    }
    line_end(line);
}

static void put_feeds(struct line *line, const struct scan_result *result)
{
    struct slice newest = slice_upto(result_newest_feed(result), 10);
    line_print(line, "%zu feed%s, newest data ", result->feed_count,
               result->feed_count == 1 ? "" : "s");
    line_put(line, newest.len ? newest : SLICE("of unknown date"));
}

static void put_database(struct line *line, const struct scan_result *result, struct arena *arena)
{
    const struct coverage *coverage = &result->coverage;
    line_print(line, "  advisories: ");
    if (result->starter_database)
        line_styled(line, STYLE_YELLOW, SLICE("starter database, a few packages only"));
    else
        put_feeds(line, result);
    if (coverage->covered && coverage->feed_date.len) {
        line_print(line, ";");
        line_piece(line, 2 * TABLE_INDENT, STYLE_PLAIN,
                   arena_printf(arena, " %.*s of %.*s", SLICE_ARG(coverage->scope),
                                SLICE_ARG(slice_upto(coverage->feed_date, 10))));
    }
    line_end(line);
    if (!result_not_covered(result))
        return;
    line_print(line, "  ");
    line_styled(line, STYLE_YELLOW, SLICE("not covered"));
    line_print(line, ": no advisories for ");
    line_put(line, coverage->scope.len ? coverage->scope : result->distribution.id);
    line_print(line, " in the database");
    line_end(line);
}

/* For people a vulnerability counts once for each source package that an update mends, not once for
   each of the packages made from it. */
static void count_groups(const struct report_groups *groups, struct report_summary *summary)
{
    memset(summary->by_severity, 0, sizeof summary->by_severity);
    summary->total = groups->vulnerabilities;
    summary->fixable = 0;
    for (size_t i = 0; i < groups->count; i++) {
        summary->fixable += groups->groups[i].mended;
        for (size_t j = 0; j < groups->groups[i].count; j++)
            summary->by_severity[groups->groups[i].findings[j]->finding.severity]++;
    }
}

/* What to do, a line a severity that occurs. */
static void put_advice(struct line *line, const struct report_summary *summary)
{
    line_end(line);
    for (int severity = SEVERITIES; severity-- > 0;) {
        if (!summary->by_severity[severity])
            continue;
        line_print(line, "  ");
        line_styled(line, table_severity_style((enum severity)severity),
                    slice_str(severity_label((enum severity)severity)));
        line_pad(line, TABLE_COLUMN_ID);
        line_print(line, "%5zu   %s", summary->by_severity[severity],
                   severity_advice((enum severity)severity));
        line_end(line);
    }
}

static struct slice between(struct arena *arena, const char *before, struct slice text,
                            const char *after)
{
    if (text.len == 0)
        return (struct slice){0};
    return arena_printf(arena, "%s%.*s%s", before, SLICE_ARG(text), after);
}

static void put_suppressed(struct line *line, const struct scan_result *result, size_t count,
                           struct arena *arena)
{
    if (!count)
        return;
    line_end(line);
    line_styled(line, STYLE_BOLD, arena_printf(arena, "%zu suppressed by exceptions", count));
    line_end(line);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *found = &result->findings[i];
        if (!found->suppressed)
            continue;
        struct slice owner = between(arena, " (", found->owner, ")");
        struct slice expires = between(arena, ", until ", found->expires, "");
        line_wrap(line, TABLE_INDENT,
                  arena_printf(arena, "%.*s  %.*s: %.*s%.*s%.*s", SLICE_ARG(found->finding.id),
                               SLICE_ARG(found->finding.package->name), SLICE_ARG(found->reason),
                               SLICE_ARG(owner), SLICE_ARG(expires)));
    }
}

/* The head says that already. */
static bool is_in_head(const struct scan_result *result, const struct note *note)
{
    return result_not_covered(result) && !note->path.len &&
           slice_starts(note->text, SLICE("not covered:"));
}

static void put_notes(struct line *line, const struct scan_result *result, struct arena *arena)
{
    bool begun = false;
    for (size_t i = 0; i < result->note_count; i++) {
        const struct note *note = &result->notes[i];
        if (is_in_head(result, note))
            continue;
        if (!begun) {
            line_end(line);
            line_styled(line, STYLE_BOLD, SLICE("Notes"));
            line_end(line);
        }
        begun = true;
        struct slice text = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(note->path),
                                         note->path.len ? ": " : "", SLICE_ARG(note->text));
        line_wrap(line, TABLE_INDENT, text);
    }
}

/* What the whole means; no bare "0" where nothing could be compared. */
static struct slice total_text(const struct scan_result *result,
                               const struct report_summary *summary, struct arena *arena)
{
    if (summary->total)
        return arena_printf(arena, "%zu finding%s, %zu with a fix", summary->total,
                            summary->total == 1 ? "" : "s", summary->fixable);
    if (result_not_covered(result))
        return SLICE("Nothing can be said of the distribution's packages: not covered");
    if (result_unknown_distribution(result))
        return SLICE("Nothing can be said of the packages: their distribution is not known");
    if (result->package_count == 0)
        return SLICE("No packages were found");
    if (result->hidden_count)
        return arena_printf(arena,
                            "Nothing to show: %zu left out by --severity, --ignore-unfixed or "
                            "--baseline",
                            result->hidden_count);
    return SLICE("No known vulnerabilities");
}

static void put_total(struct line *line, const struct scan_result *result,
                      const struct report_summary *summary, struct arena *arena)
{
    line_end(line);
    struct slice text = total_text(result, summary, arena);
    if (summary->suppressed)
        text = arena_printf(arena, "%.*s, %zu suppressed", SLICE_ARG(text), summary->suppressed);
    if (summary->in_baseline)
        text = arena_printf(arena, "%.*s, %zu known from the baseline", SLICE_ARG(text),
                            summary->in_baseline);
    size_t secrets = secrets_counted(result);
    if (secrets)
        text = arena_printf(arena, "%.*s; %zu secret%s", SLICE_ARG(text), secrets,
                            secrets == 1 ? "" : "s");
    else if (result->secrets_searched)
        text = arena_printf(arena, "%.*s; no secrets", SLICE_ARG(text));
    if (result->partial)
        text = arena_printf(arena, "%.*s; part of the image could not be read", SLICE_ARG(text));
    line_wrap(line, 0, text);
}

bool report_table(const struct scan_result *result, const struct report_options *options,
                  struct arena *arena, FILE *file, struct error *err)
{
    struct line line = {.file = file,
                        .width = options->width ? options->width : terminal_width(file)};
    struct report_summary summary = report_summarise(result);
    struct report_groups groups;
    if (!report_group(result, arena, &groups, err))
        return false;
    count_groups(&groups, &summary);
    put_image(&line, result, arena);
    put_contents(&line, result, summary.programs, arena);
    put_database(&line, result, arena);
    if (summary.total)
        put_advice(&line, &summary);
    table_put_groups(&line, &groups, options->all);
    table_put_secrets(&line, result, arena);
    put_suppressed(&line, result, summary.suppressed, arena);
    put_notes(&line, result, arena);
    put_total(&line, result, &summary, arena);
    return true;
}
