/*
 * The charts of the html page, as inline SVG: findings by severity and repository, how they went
 * over past audits, and how old each is against its deadline. Colours are classes of the page's
 * style sheet, so that light, dark and paper have their own. Numbers are ours; names are escaped.
 */
#include "base/clock.h"
#include "report/html_text.h"
#include "ship/audit/write.h"

enum {
    WIDTH = 720,
    LABELS = 230, /* where bars begin */
    ROW = 26,
    BAR = 16,
    BARS_MOST = 40,
    LABEL_LETTERS = 30,
    TREND_HEIGHT = 220,
    TREND_MOST = 60, /* points */
    MARGIN = 36,
    AGE_ROW = 44,
    DAY = 86400,
};

static const char *const class_names[AUDIT_SEVERITIES] = {"unknown", "negligible", "low",
                                                          "medium",  "high",       "critical"};

static void begin(FILE *file, const char *id, const char *title, int height)
{
    fprintf(file,
            "<figure><figcaption>%s</figcaption>\n<svg id=\"%s\" role=\"img\" aria-label=\"%s\" "
            "viewBox=\"0 0 %d %d\" xmlns=\"http://www.w3.org/2000/svg\">\n",
            title, id, title, WIDTH, height);
}

static void end(FILE *file)
{
    fputs("</svg></figure>\n", file);
}

/* ---- severities per repository ---- */

static void put_label(FILE *file, struct slice name, int y)
{
    bool cut = name.len > LABEL_LETTERS;
    /* Where letters are of several bytes, a cut one becomes U+FFFD. */
    fprintf(file, "<text class=\"label\" x=\"%d\" y=\"%d\" text-anchor=\"end\">", LABELS - 8,
            y + BAR - 3);
    fputs(cut ? "…" : "", file);
    html_put(file, cut ? slice_from(name, name.len - LABEL_LETTERS) : name);
    fputs("</text>\n", file);
}

static void put_bar(FILE *file, const struct audit_repository *repository, int y, size_t most)
{
    double x = LABELS, scale = (double)(WIDTH - LABELS - 50) / (double)(most ? most : 1);
    for (size_t i = AUDIT_SEVERITIES; i-- > 0;) {
        if (!repository->by_severity[i])
            continue;
        double width = (double)repository->by_severity[i] * scale;
        fprintf(file,
                "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"><title>%zu "
                "%s</title></rect>\n",
                class_names[i], x, y, width < 1 ? 1 : width, BAR, repository->by_severity[i],
                class_names[i]);
        x += width < 1 ? 1 : width;
    }
    fprintf(file, "<text x=\"%.1f\" y=\"%d\">%zu</text>\n", x + 6, y + BAR - 3, repository->total);
}

static void put_severities(const struct audit *audit, FILE *file)
{
    size_t most = 0, shown = 0;
    for (size_t i = 0; i < audit->count; i++) {
        shown += !audit->repositories[i].error.len;
        most = audit->repositories[i].total > most ? audit->repositories[i].total : most;
    }
    size_t rows = shown > BARS_MOST ? BARS_MOST : shown;
    begin(file, "chart-severities", "Findings by repository", (int)rows * ROW + 10);
    size_t put = 0;
    for (size_t i = 0; i < audit->count && put < rows; i++) {
        if (audit->repositories[i].error.len)
            continue;
        put_label(file, audit->repositories[i].shown, (int)put * ROW + 6);
        put_bar(file, &audit->repositories[i], (int)put * ROW + 6, most);
        put++;
    }
    end(file);
    if (shown > rows)
        fprintf(file, "<p class=\"note\">The first %zu of %zu repositories are drawn.</p>\n", rows,
                shown);
}

/* ---- over past audits ---- */

struct plot {
    const struct audit_point *points;
    size_t count, most;
    int64_t from, to;
};

static double plot_x(const struct plot *plot, int64_t when)
{
    double width = WIDTH - 2 * MARGIN;
    return plot->to > plot->from
               ? MARGIN + width * (double)(when - plot->from) / (double)(plot->to - plot->from)
               : MARGIN;
}

static double plot_y(const struct plot *plot, size_t number)
{
    double height = TREND_HEIGHT - 2 * MARGIN;
    return TREND_HEIGHT - MARGIN - height * (double)number / (double)plot->most;
}

static size_t value_of(const struct audit_point *point, int severity)
{
    return severity < 0 ? point->overdue : point->by_severity[severity];
}

/* `severity` -1: what is overdue. */
static void put_line(const struct plot *plot, int severity, struct arena *arena, FILE *file)
{
    const char *name = severity < 0 ? "overdue" : class_names[severity];
    fprintf(file, "<polyline class=\"line %s\" points=\"", name);
    for (size_t i = 0; i < plot->count; i++)
        fprintf(file, "%.1f,%.1f ", plot_x(plot, plot->points[i].when),
                plot_y(plot, value_of(&plot->points[i], severity)));
    fputs("\"/>\n", file);
    for (size_t i = 0; i < plot->count; i++) {
        struct slice date = audit_date(plot->points[i].when, arena);
        fprintf(file,
                "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>%.*s: %zu "
                "%s</title></circle>\n",
                name, plot_x(plot, plot->points[i].when),
                plot_y(plot, value_of(&plot->points[i], severity)), SLICE_ARG(date),
                value_of(&plot->points[i], severity), name);
    }
}

static void put_axes(const struct plot *plot, struct arena *arena, FILE *file)
{
    struct slice from = audit_date(plot->from, arena), to = audit_date(plot->to, arena);
    int bottom = TREND_HEIGHT - MARGIN, right = WIDTH - MARGIN;
    fprintf(file, "<path class=\"axis\" d=\"M%d %dH%dM%d %dV%d\"/>\n", MARGIN, bottom, right,
            MARGIN, MARGIN, bottom);
    fprintf(file, "<text x=\"%d\" y=\"%d\">%.*s</text>\n", MARGIN, bottom + 18, SLICE_ARG(from));
    fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%.*s</text>\n", right, bottom + 18,
            SLICE_ARG(to));
    fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%zu</text>\n", MARGIN - 6,
            MARGIN + 4, plot->most);
    fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">0</text>\n", MARGIN - 6, bottom);
}

static void put_trend(const struct audit *audit, struct arena *arena, FILE *file)
{
    size_t skip = audit->trend_count > TREND_MOST ? audit->trend_count - TREND_MOST : 0;
    struct plot plot = {audit->trend + skip, audit->trend_count - skip, 1, 0, 0};
    if (plot.count < 2) {
        fputs(
            "<p class=\"note\">How findings go over time is drawn from the second audit on.</p>\n",
            file);
        return;
    }
    plot.from = plot.points[0].when;
    plot.to = plot.points[plot.count - 1].when;
    for (size_t i = 0; i < plot.count; i++)
        for (int severity = -1; severity <= SEVERITY_CRITICAL; severity++)
            if (severity < 0 || severity >= SEVERITY_LOW)
                plot.most = value_of(&plot.points[i], severity) > plot.most
                                ? value_of(&plot.points[i], severity)
                                : plot.most;
    begin(file, "chart-trend", "Findings over past audits", TREND_HEIGHT);
    put_axes(&plot, arena, file);
    for (int severity = SEVERITY_LOW; severity <= SEVERITY_CRITICAL; severity++)
        put_line(&plot, severity, arena, file);
    put_line(&plot, -1, arena, file);
    end(file);
}

/* ---- age against deadline ---- */

static int64_t age_of(const struct audit *audit, const struct audit_finding *finding)
{
    return clock_days(finding->first_seen, audit->when);
}

static int64_t oldest(const struct audit *audit)
{
    int64_t most = 14;
    for (size_t i = SEVERITY_LOW; i < AUDIT_SEVERITIES; i++)
        most = audit->deadlines[i] > most ? audit->deadlines[i] : most;
    for (size_t i = 0; i < audit->count; i++)
        for (size_t j = 0; j < audit->repositories[i].finding_count; j++) {
            int64_t age = age_of(audit, &audit->repositories[i].findings[j]);
            most = age > most ? age : most;
        }
    return most;
}

static double age_x(int64_t days, int64_t most)
{
    return 90 + (double)(WIDTH - 90 - MARGIN) * (double)days / (double)most;
}

/* One circle for all of an age; its area is their number. */
static void put_ages(const struct audit *audit, enum severity severity, int y, int64_t most,
                     struct arena *arena, FILE *file)
{
    size_t *counts = arena_array(arena, (size_t)most + 1, sizeof *counts);
    for (size_t i = 0; counts && i < audit->count; i++)
        for (size_t j = 0; j < audit->repositories[i].finding_count; j++) {
            const struct audit_finding *finding = &audit->repositories[i].findings[j];
            int64_t age = age_of(audit, finding);
            if (finding->severity == severity && !finding->excepted && age >= 0 && age <= most)
                counts[age]++;
        }
    for (int64_t age = 0; counts && age <= most; age++) {
        if (!counts[age])
            continue;
        double radius = 4 + (double)(counts[age] > 64 ? 64 : counts[age]) / 8;
        bool late = audit->deadlines[severity] >= 0 && age >= audit->deadlines[severity];
        fprintf(file,
                "<circle class=\"%s%s\" cx=\"%.1f\" cy=\"%d\" r=\"%.1f\"><title>%zu %s, %lld "
                "days</title></circle>\n",
                class_names[severity], late ? " late" : "", age_x(age, most), y, radius,
                counts[age], class_names[severity], (long long)age);
    }
}

static void put_age(const struct audit *audit, struct arena *arena, FILE *file)
{
    enum { DAYS_MOST = 100000 };
    int64_t most = oldest(audit);
    int y = 24, height = 4 * AGE_ROW + 30;
    if (most > DAYS_MOST)
        return;
    begin(file, "chart-age", "Age of findings in days, against the deadline", height);
    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_LOW; severity--, y += AGE_ROW) {
        int64_t deadline = audit->deadlines[severity];
        fprintf(file, "<text x=\"0\" y=\"%d\">%s</text>\n", y + 4, class_names[severity]);
        if (deadline >= 0)
            fprintf(file,
                    "<rect class=\"zone\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\">"
                    "<title>deadline: %lld days</title></rect>\n",
                    age_x(deadline, most), y - 18, WIDTH - MARGIN - age_x(deadline, most) + 14, 36,
                    (long long)deadline);
        fprintf(file, "<path class=\"axis\" d=\"M%.1f %dH%d\"/>\n", age_x(0, most), y,
                WIDTH - MARGIN);
        put_ages(audit, (enum severity)severity, y, most, arena, file);
    }
    fprintf(file, "<text x=\"%.1f\" y=\"%d\">0</text>\n", age_x(0, most), height - 8);
    fprintf(file, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%lld days</text>\n", WIDTH - MARGIN,
            height - 8, (long long)most);
    end(file);
}

static void put_legend(FILE *file)
{
    fputs("<p class=\"legend\">", file);
    for (size_t i = AUDIT_SEVERITIES; i-- > 0;)
        fprintf(file, "<span><i class=\"%s\"></i> %s</span> ", class_names[i], class_names[i]);
    fputs("<span><i class=\"overdue\"></i> overdue</span></p>\n", file);
}

void audit_put_charts(const struct audit *audit, struct arena *arena, FILE *file)
{
    put_legend(file);
    put_severities(audit, file);
    put_trend(audit, arena, file);
    put_age(audit, arena, file);
}
