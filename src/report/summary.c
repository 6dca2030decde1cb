#include "report/summary.h"

bool finding_counts(const struct scan_finding *finding)
{
    return !finding->suppressed && !finding->in_baseline;
}

static void count_finding(struct report_summary *summary, const struct scan_finding *finding)
{
    if (finding->suppressed) {
        summary->suppressed++;
    } else if (finding->in_baseline) {
        summary->in_baseline++;
    } else {
        summary->by_severity[finding->finding.severity]++;
        summary->total++;
        summary->fixable += finding->finding.fixed.len > 0;
    }
}

struct report_summary report_summarise(const struct scan_result *result)
{
    struct report_summary summary = {0};
    for (size_t i = 0; i < result->finding_count; i++)
        count_finding(&summary, &result->findings[i]);
    for (size_t i = 0; i < result->package_count; i++)
        summary.programs += result->packages[i].package.type == PACKAGE_PROGRAM;
    return summary;
}

const char *severity_label(enum severity severity)
{
    static const char *const labels[SEVERITIES] = {"UNKNOWN", "NEGLIGIBLE", "LOW",
                                                   "MEDIUM",  "HIGH",       "CRITICAL"};
    return labels[severity];
}

const char *severity_advice(enum severity severity)
{
    static const char *const advice[SEVERITIES] = {"look at it", "ignore", "watch",
                                                   "plan",       "soon",   "act now"};
    return advice[severity];
}

struct slice finding_remedy(const struct finding *finding)
{
    static const char *const words[] = {
        [FIX_UNKNOWN] = "no fix known",       [FIX_FIXED] = "fixed",
        [FIX_AFFECTED] = "no fix yet",        [FIX_WILL_NOT_FIX] = "will not be fixed",
        [FIX_DEFERRED] = "fix deferred",      [FIX_END_OF_LIFE] = "end of life",
        [FIX_INVESTIGATING] = "investigated", [FIX_NOT_AFFECTED] = "not affected",
    };
    return finding->fixed.len ? finding->fixed : slice_str(words[finding->state]);
}

const struct rating *finding_best_rating(const struct finding *finding)
{
    const struct rating *best = NULL;
    for (size_t i = 0; i < finding->rating_count; i++) {
        const struct rating *rating = &finding->ratings[i];
        if (rating->vector.len == 0 && rating->score <= 0)
            continue;
        if (!best || slice_compare(rating->version, best->version) > 0)
            best = rating;
    }
    return best;
}

struct slice result_platforms(const struct scan_result *result, struct arena *arena)
{
    if (result->platform_count == 0)
        return image_platform(&result->image, arena);
    return arena_join(arena, result->platforms, result->platform_count, ", ");
}

struct slice result_distribution(const struct scan_result *result, struct arena *arena)
{
    const struct distribution *distribution = &result->distribution;
    if (distribution->pretty.len || distribution->id.len == 0)
        return distribution->pretty;
    return arena_printf(arena, "%.*s %.*s", SLICE_ARG(distribution->id),
                        SLICE_ARG(distribution->version_id));
}

bool result_not_covered(const struct scan_result *result)
{
    return result->distribution.id.len && !result->coverage.covered;
}

bool result_unknown_distribution(const struct scan_result *result)
{
    for (size_t i = 0; result->distribution.id.len == 0 && i < result->package_count; i++) {
        enum package_type type = result->packages[i].package.type;
        if (type == PACKAGE_APK || type == PACKAGE_DEB || type == PACKAGE_RPM)
            return true;
    }
    return false;
}

struct slice result_scope(const struct scan_result *result, struct arena *arena)
{
    if (result->coverage.scope.len)
        return result->coverage.scope;
    return result_distribution(result, arena);
}

struct slice result_newest_feed(const struct scan_result *result)
{
    struct slice newest = {0};
    for (size_t i = 0; i < result->feed_count; i++)
        if (slice_compare(result->feeds[i].date, newest) > 0)
            newest = result->feeds[i].date;
    return newest;
}
