/*
 * For people at a terminal: what this is and how far it can be trusted, then what to do by
 * severity, then package by package what mends it.
 */
#include "report/formats.h"
#include "report/group.h"
#include "report/summary.h"
#include "report/table_parts.h"

/* Columns of a finding's line; FOLD_AFTER: rows of one package before its minor findings are
 * folded. */
enum {
    INDENT = 2,
    COLUMN_ID = 13,
    COLUMN_FIX = 32,
    COLUMN_CVSS = 48,
    COLUMN_EPSS = 58,
    FOLD_AFTER = 8
};

static enum terminal_style severity_style(enum severity severity)
{
    static const enum terminal_style styles[SEVERITIES] = {STYLE_PLAIN,  STYLE_DIM, STYLE_BLUE,
                                                           STYLE_YELLOW, STYLE_RED, STYLE_CRITICAL};
    return styles[severity];
}

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

static void put_contents(struct line *line, const struct scan_result *result, size_t programs,
                         struct arena *arena)
{
    struct slice distribution = result_distribution(result, arena);
    line_print(line, "  ");
    line_put(line, distribution.len ? distribution : SLICE("no distribution"));
    const struct coverage *coverage = &result->coverage;
    if (coverage->past_end_of_life) {
        line_print(line, " ");
        terminal_style(line->file, STYLE_RED);
        line_print(line, "(end of life since %.*s)", SLICE_ARG(coverage->end_of_life));
        terminal_style(line->file, STYLE_PLAIN);
    } else if (coverage->end_of_life.len) {
        line_print(line, " (supported until %.*s)", SLICE_ARG(coverage->end_of_life));
    }
    line_print(line, ", %zu package%s", result->package_count,
               result->package_count == 1 ? "" : "s");
    if (programs)
        line_print(line, " (%zu compiled from source)", programs);
    if (result->image.layer_count > 1)
        line_print(line, ", %zu layers", result->image.layer_count);
    line_end(line);
}

static void put_database(struct line *line, const struct scan_result *result)
{
    const struct coverage *coverage = &result->coverage;
    line_print(line, "  advisories: ");
    if (result->starter_database)
        line_styled(line, STYLE_YELLOW, SLICE("starter database, a few packages only"));
    else
        line_print(line, "%zu feeds, newest data %.10s", result->feed_count,
                   result_newest_feed(result).len ? result_newest_feed(result).at : "unknown");
    if (coverage->covered && coverage->feed_date.len)
        line_print(line, "; %.*s of %.*s", SLICE_ARG(coverage->scope),
                   SLICE_ARG(slice_upto(coverage->feed_date, 10)));
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
        line_styled(line, severity_style((enum severity)severity),
                    slice_str(severity_label((enum severity)severity)));
        line_pad(line, COLUMN_ID);
        line_print(line, "%5zu   %s", summary->by_severity[severity],
                   severity_advice((enum severity)severity));
        line_end(line);
    }
}

static void put_names(struct line *line, const struct report_group *group)
{
    const struct package *package = group_package(group);
    if (package->type == PACKAGE_PROGRAM) {
        line_print(line, "  ");
        line_styled(line, STYLE_DIM, package->path);
        return;
    }
    if (group->name_count == 1 && slice_equal(group->names[0], package->source))
        return;
    line_print(line, "  (");
    for (size_t i = 0; i < group->name_count; i++) {
        line_print(line, "%s", i ? ", " : "");
        line_put(line, group->names[i]);
    }
    line_print(line, ")");
}

static void put_group_head(struct line *line, const struct report_group *group)
{
    const struct package *package = group_package(group);
    line_end(line);
    line_styled(line, STYLE_BOLD, package->source.len ? package->source : package->name);
    line_print(line, " ");
    line_put(line, package->source_version.len ? package->source_version : package->version);
    if (group->fix.len) {
        line_print(line, " → ");
        terminal_style(line->file, STYLE_GREEN);
        line_put(line, group->fix);
        terminal_style(line->file, STYLE_PLAIN);
        line_print(line, group->mended == group->count ? " fixes all %zu" : " fixes %zu of %zu",
                   group->mended, group->count);
    }
    put_names(line, group);
    line_end(line);
}

static void put_finding(struct line *line, const struct finding *finding)
{
    line_print(line, "%*s", INDENT, "");
    line_styled(line, severity_style(finding->severity),
                slice_str(severity_label(finding->severity)));
    line_pad(line, COLUMN_ID);
    line_put(line, finding->id);
    line_pad(line, COLUMN_FIX);
    struct slice remedy = finding_remedy(finding);
    line_styled(line, finding->fixed.len ? STYLE_GREEN : STYLE_PLAIN, remedy);
    const struct rating *rating = finding_best_rating(finding);
    line_pad(line, COLUMN_CVSS);
    if (rating && rating->score > 0)
        line_print(line, "CVSS %.1f", rating->score);
    if (finding->epss >= 0.01 || finding->kev || finding->title.len)
        line_pad(line, COLUMN_EPSS);
    if (finding->epss >= 0.01)
        line_print(line, "EPSS %3.0f%%", finding->epss * 100);
    if (finding->kev) {
        line_print(line, "  ");
        line_styled(line, STYLE_CRITICAL, SLICE("EXPLOITED"));
    }
    if (finding->title.len) {
        line_print(line, "  ");
        line_styled(line, STYLE_DIM, finding->title);
    }
    line_end(line);
}

/* Many minor findings of one package are one line, so that the others are seen. */
static void put_group(struct line *line, const struct report_group *group, bool all)
{
    put_group_head(line, group);
    size_t shown = 0;
    for (; shown < group->count; shown++) {
        const struct finding *finding = &group->findings[shown]->finding;
        if (!all && shown >= FOLD_AFTER && finding->severity < SEVERITY_HIGH && !finding->kev)
            break;
        put_finding(line, finding);
    }
    if (shown == group->count)
        return;
    line_print(line, "%*s", INDENT, "");
    terminal_style(line->file, STYLE_DIM);
    line_print(line, "and %zu more, %s or less (--all shows them)", group->count - shown,
               severity_name(group->findings[shown]->finding.severity));
    terminal_style(line->file, STYLE_PLAIN);
    line_end(line);
}

static void put_suppressed(struct line *line, const struct scan_result *result, size_t count)
{
    if (!count)
        return;
    line_end(line);
    line_print(line, "%zu suppressed by exceptions", count);
    line_end(line);
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *found = &result->findings[i];
        if (!found->suppressed)
            continue;
        line_print(line, "%*s", INDENT, "");
        line_put(line, found->finding.id);
        line_print(line, "  ");
        line_put(line, found->finding.package->name);
        line_print(line, ": ");
        line_put(line, found->reason);
        if (found->owner.len)
            line_print(line, " (%.*s)", SLICE_ARG(found->owner));
        if (found->expires.len)
            line_print(line, ", until %.*s", SLICE_ARG(found->expires));
        line_end(line);
    }
}

static void put_notes(struct line *line, const struct scan_result *result, struct arena *arena)
{
    if (result->note_count == 0)
        return;
    line_end(line);
    line_print(line, "Notes");
    line_end(line);
    for (size_t i = 0; i < result->note_count; i++) {
        const struct note *note = &result->notes[i];
        struct slice text = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(note->path),
                                         note->path.len ? ": " : "", SLICE_ARG(note->text));
        line_wrap(line, INDENT, text);
    }
}

/* What the whole means, in one sentence; no bare "0" where nothing could be compared. */
static void put_total(struct line *line, const struct scan_result *result,
                      const struct report_summary *summary)
{
    line_end(line);
    if (summary->total)
        line_print(line, "%zu finding%s, %zu with a fix", summary->total,
                   summary->total == 1 ? "" : "s", summary->fixable);
    else if (result_not_covered(result))
        line_print(line, "Nothing can be said of the distribution's packages: not covered");
    else if (result->package_count == 0)
        line_print(line, "No packages were found");
    else
        line_print(line, "No known vulnerabilities");
    if (summary->suppressed)
        line_print(line, ", %zu suppressed", summary->suppressed);
    if (summary->in_baseline)
        line_print(line, ", %zu known from the baseline", summary->in_baseline);
    if (result->partial)
        line_print(line, "; part of the image could not be read");
    line_end(line);
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
    put_database(&line, result);
    if (summary.total)
        put_advice(&line, &summary);
    for (size_t i = 0; i < groups.count; i++)
        put_group(&line, &groups.groups[i], options->all);
    put_suppressed(&line, result, summary.suppressed);
    put_notes(&line, result, arena);
    put_total(&line, result, &summary);
    return true;
}
