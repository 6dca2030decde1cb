#include "report/table_groups.h"

#include "report/summary.h"

/* Widths. FOLD_AFTER: lines of one package before its minor findings are folded; FOLD_LEAST: fewer
   are not worth a line that says so. */
enum {
    GAP = 2,
    ID_LEAST = 14, /* CVE-2023-12345 */
    ID_MOST = 20,
    REMEDY_LEAST = 10,
    REMEDY_MOST = 28,
    CVSS = 9, /* "CVSS 10.0" */
    EPSS = 9, /* "EPSS 100%" */
    KEV = 9,  /* "EXPLOITED" */
    TITLE_LEAST = 14,
    FOLD_AFTER = 8,
    FOLD_LEAST = 3,
};

/* Where the columns of all findings' lines begin; 0: there is none of the kind. */
struct columns {
    unsigned remedy, cvss, epss, kev, title;
};

enum terminal_style table_severity_style(enum severity severity)
{
    static const enum terminal_style styles[SEVERITIES] = {STYLE_PLAIN,  STYLE_DIM, STYLE_BLUE,
                                                           STYLE_YELLOW, STYLE_RED, STYLE_CRITICAL};
    return styles[severity];
}

static bool has_score(const struct finding *finding)
{
    const struct rating *rating = finding_best_rating(finding);
    return rating && rating->score > 0;
}

/* Less than one in a hundred is not told. */
static bool has_epss(const struct finding *finding)
{
    return finding->epss >= 0.01;
}

static bool is_minor(const struct finding *finding)
{
    return finding->severity < SEVERITY_HIGH && !finding->kev;
}

/* How many of the group's minor findings, all behind the FOLD_AFTER-th, get no line. */
static size_t count_folded(const struct report_group *group, bool all)
{
    size_t folded = 0;
    for (size_t i = FOLD_AFTER; !all && i < group->count; i++)
        folded += is_minor(&group->findings[i]->finding);
    return folded < FOLD_LEAST ? 0 : folded;
}

static bool is_folded(const struct report_group *group, size_t index, size_t folded)
{
    return folded && index >= FOLD_AFTER && is_minor(&group->findings[index]->finding);
}

struct widths {
    unsigned id, remedy;
    bool cvss, epss, kev;
};

static void widths_add(struct widths *widths, const struct finding *finding)
{
    unsigned id = terminal_columns(finding->id);
    unsigned remedy = terminal_columns(finding_remedy(finding));
    if (id <= ID_MOST && id > widths->id)
        widths->id = id;
    if (remedy <= REMEDY_MOST && remedy > widths->remedy)
        widths->remedy = remedy;
    widths->cvss |= has_score(finding);
    widths->epss |= has_epss(finding);
    widths->kev |= finding->kev;
}

static unsigned place(unsigned *at, bool present, unsigned width)
{
    if (!present)
        return 0;
    unsigned begin = *at;
    *at += width + GAP;
    return begin;
}

static struct columns columns_of(const struct widths *widths, unsigned line_width)
{
    struct columns columns = {0};
    unsigned at = TABLE_COLUMN_ID + widths->id + GAP;
    columns.remedy = place(&at, true, widths->remedy);
    columns.cvss = place(&at, widths->cvss, CVSS);
    columns.epss = place(&at, widths->epss, EPSS);
    columns.kev = place(&at, widths->kev, KEV);
    /* Where it does not fit, it stands in place of the probability: it has happened. */
    if (columns.kev && columns.epss && line_width && columns.kev + KEV > line_width)
        columns.kev = columns.epss;
    columns.title = line_width == 0 || at + TITLE_LEAST <= line_width ? at : 0;
    return columns;
}

static struct columns measure(const struct report_groups *groups, bool all, unsigned line_width)
{
    struct widths widths = {.id = ID_LEAST, .remedy = REMEDY_LEAST};
    for (size_t i = 0; i < groups->count; i++) {
        const struct report_group *group = &groups->groups[i];
        size_t folded = count_folded(group, all);
        for (size_t j = 0; j < group->count; j++)
            if (!is_folded(group, j, folded))
                widths_add(&widths, &group->findings[j]->finding);
    }
    return columns_of(&widths, line_width);
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
        line_styled(line, STYLE_GREEN, group->fix);
        char mends[80] = " fixes it";
        if (group->mended < group->count)
            snprintf(mends, sizeof mends, " fixes %zu of %zu", group->mended, group->count);
        else if (group->count > 1)
            snprintf(mends, sizeof mends, " fixes all %zu", group->count);
        line_piece(line, 2 * TABLE_INDENT, STYLE_PLAIN, slice_str(mends));
    }
    put_names(line, group);
    line_end(line);
}

static void put_finding(struct line *line, const struct columns *columns,
                        const struct finding *finding)
{
    line_print(line, "%*s", TABLE_INDENT, "");
    line_styled(line, table_severity_style(finding->severity),
                slice_str(severity_label(finding->severity)));
    line_pad(line, TABLE_COLUMN_ID);
    line_put(line, finding->id);
    line_pad(line, columns->remedy);
    line_styled(line, finding->fixed.len ? STYLE_GREEN : STYLE_PLAIN, finding_remedy(finding));
    if (has_score(finding)) {
        line_pad(line, columns->cvss);
        line_print(line, "CVSS %.1f", finding_best_rating(finding)->score);
    }
    if (has_epss(finding) && !(finding->kev && columns->kev == columns->epss)) {
        line_pad(line, columns->epss);
        line_print(line, "EPSS %3.0f%%", finding->epss * 100);
    }
    if (finding->kev) {
        line_pad(line, columns->kev);
        line_styled(line, STYLE_CRITICAL, SLICE("EXPLOITED"));
    }
    if (finding->title.len && columns->title) {
        line_pad(line, columns->title);
        line_styled(line, STYLE_DIM, finding->title);
    }
    line_end(line);
}

/* Many minor findings of one package are one line, so that the others are seen. */
static void put_group(struct line *line, const struct columns *columns,
                      const struct report_group *group, bool all)
{
    put_group_head(line, group);
    size_t folded = count_folded(group, all);
    const struct finding *worst = NULL; /* of those folded */
    for (size_t i = 0; i < group->count; i++) {
        const struct finding *finding = &group->findings[i]->finding;
        if (!is_folded(group, i, folded))
            put_finding(line, columns, finding);
        else if (!worst)
            worst = finding;
    }
    if (!worst)
        return;
    line_print(line, "%*s", TABLE_INDENT, "");
    terminal_style(line->file, STYLE_DIM);
    line_print(line, "and %zu more, %s or less (--all shows them)", folded,
               severity_name(worst->severity));
    terminal_style(line->file, STYLE_PLAIN);
    line_end(line);
}

void table_put_groups(struct line *line, const struct report_groups *groups, bool all)
{
    struct columns columns = measure(groups, all, line->width);
    for (size_t i = 0; i < groups->count; i++)
        put_group(line, &columns, &groups->groups[i], all);
}
