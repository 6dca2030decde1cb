/* One page without a script or anything from elsewhere: it is mailed, archived and printed. */
#include "base/clock.h"
#include "report/html_text.h"
#include "report/summary.h"
#include "ship/audit/write.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
    "'unsafe-inline';img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n"
    "<title>Image audit</title>\n<style>\n"
    ":root{color-scheme:light dark;--ink:#1b1f24;--dim:#57606a;--paper:#fff;--rule:#d0d7de;"
    "--zone:#b4231814;--critical:#a4133c;--high:#d9480f;--medium:#c99700;--low:#2f7bbf;"
    "--negligible:#8a94a0;--unknown:#b3bac2;--overdue:#5a189a;--good:#116329;--high-text:#b93a08;--"
    "medium-text:#8a6500;--low-text:#2567a3}\n"
    "@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--dim:#9198a1;--paper:#0d1117;"
    "--rule:#30363d;--zone:#ff818226;--critical:#ff6b8b;--high:#ff9248;--medium:#e3b341;"
    "--low:#58a6ff;--negligible:#7d8590;--unknown:#57606a;--overdue:#d2a8ff;--good:#4ac26b;--high-"
    "text:#ff9248;--medium-text:#e3b341;"
    "--low-text:#58a6ff}}\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;"
    "color:var(--ink);background:var(--paper)}\n"
    "h1,h2{line-height:1.2}table{border-collapse:collapse;width:100%;margin:0 0 1rem}"
    "td,th{text-align:left;vertical-align:top;padding:.35rem .6rem;"
    "border-bottom:1px solid var(--rule)}th{white-space:nowrap}"
    "td.n,th.n{text-align:right;white-space:nowrap}"
    ".name,.id,.package,.image,.due{overflow-wrap:anywhere}.name{min-width:11rem}"
    ".id{min-width:9.5rem}.package{min-width:13rem}.image{min-width:8rem}.due{min-width:11rem}\n"
    ".wide,figure{overflow-x:auto}figure{margin:1.5rem 0}figcaption{font-weight:600}"
    "svg{width:100%;height:auto;min-width:34rem;max-width:56rem;font:12px system-ui,sans-serif}"
    "svg text{fill:var(--ink)}\n"
    ".critical{fill:var(--critical);color:var(--critical)}.high{fill:var(--high);color:var(--high)}"
    ".medium{fill:var(--medium);color:var(--medium)}.low{fill:var(--low);color:var(--low)}"
    ".negligible{fill:var(--negligible);color:var(--negligible)}"
    ".unknown{fill:var(--unknown);color:var(--dim)}.overdue{fill:var(--overdue);"
    "color:var(--overdue)}\n"
    ".line{fill:none;stroke-width:2}.line.critical{stroke:var(--critical)}"
    ".line.high{stroke:var(--high)}.line.medium{stroke:var(--medium)}.line.low{stroke:var(--low)}"
    ".line.overdue{stroke:var(--overdue);stroke-dasharray:5 4}\n"
    ".axis{fill:none;stroke:var(--rule)}.zone{fill:var(--zone)}"
    ".late{stroke:var(--ink);stroke-width:1.5}.level{font-weight:600;white-space:nowrap}"
    ".level.high{color:var(--high-text)}.level.medium{color:var(--medium-text)}"
    ".level.low{color:var(--low-text)}.level.negligible{color:var(--dim)}"
    ".note,.legend,small{color:var(--dim)}.legend span{margin-right:1rem;white-space:nowrap}"
    ".legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;"
    "background:currentColor}.legend "
    "i.unknown{color:var(--unknown)}.sum{font-size:1.15rem}.error,.kev{color:var(--critical)}\n"
    "@media print{:root{--ink:#000;--dim:#444;--paper:#fff;--rule:#999}body{margin:0;"
    "max-width:none;font-size:11pt}figure,tr{break-inside:avoid}h2{break-after:avoid}"
    ".wide,figure{overflow:visible}svg{min-width:0}*{print-color-adjust:exact;-webkit-print-color-"
    "adjust:exact}}\n"
    "</style></head><body>\n";

struct page {
    FILE *file;
    struct arena *arena;
    const struct audit *audit;
    size_t most; /* rows of a list; 0: all */
};

static void put_head(struct page *page)
{
    const struct audit *audit = page->audit;
    struct slice when = clock_format(audit->when, page->arena);
    struct slice counts = audit_counts_text(audit->by_severity, page->arena);
    fputs(head, page->file);
    fprintf(page->file, "<h1>Image audit</h1>\n<p><time>%.*s</time>", SLICE_ARG(when));
    if (audit->previous)
        fprintf(page->file, ", the last one <time>%.*s</time>",
                SLICE_ARG(audit_date(audit->previous, page->arena)));
    if (audit->database.len) {
        fputs(", advisories of ", page->file);
        html_put(page->file, slice_upto(audit->database, sizeof "2026-11-23" - 1));
    }
    fprintf(page->file,
            "</p>\n<p class=\"sum\"><strong>%.*s</strong> in %zu %s<br>%zu overdue, %zu new, %zu "
            "gone, %zu excepted, %zu to rebuild",
            SLICE_ARG(counts), audit->count, audit->count == 1 ? "repository" : "repositories",
            audit->overdue, audit->new_count, audit->gone_count, audit->excepted, audit->rebuilds);
    if (audit->exploited)
        fprintf(page->file, ", <strong>%zu known to be exploited</strong>", audit->exploited);
    if (audit->failed)
        fprintf(page->file, ", <span class=\"error\">%zu could not be audited</span>",
                audit->failed);
    fputs("</p>\n", page->file);
}

static void put_repository(struct page *page, const struct audit_repository *repository)
{
    FILE *file = page->file;
    struct slice rebuild = audit_rebuild_text(repository);
    fputs("<tr><td class=\"name\">", file);
    html_put(file, repository->name);
    fputs("</td><td class=\"image\">", file);
    html_put(file, repository->tag);
    fputs(repository->tag.len ? "<br>" : "", file);
    fputs("<small>", file);
    html_put(file, audit_short_digest(repository->digest));
    fputs("</small></td>", file);
    if (repository->error.len) {
        fputs("<td class=\"error\" colspan=\"8\">could not be audited: ", file);
        html_put(file, repository->error);
        fputs("</td></tr>\n", file);
        return;
    }
    for (int severity = SEVERITY_CRITICAL; severity >= SEVERITY_LOW; severity--)
        fprintf(file, "<td class=\"n\">%zu</td>", repository->by_severity[severity]);
    fprintf(file,
            "<td class=\"n\">%zu</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td><td>%.*s",
            repository->new_count, repository->gone_count, repository->overdue, SLICE_ARG(rebuild));
    fputs("</td></tr>\n", file);
}

/* "n": a column of numbers. */
static void put_columns(FILE *file, const char *const *names, const char *classes)
{
    fputs("<div class=\"wide\"><table>\n<tr>", file);
    for (; *names; names++, classes++)
        fprintf(file, "<th scope=\"col\"%s>%s</th>", *classes == 'n' ? " class=\"n\"" : "", *names);
    fputs("</tr>\n", file);
}

static void put_repositories(struct page *page)
{
    static const char *const names[] = {"Repository", "Image",   "Critical", "High",
                                        "Medium",     "Low",     "New",      "Gone",
                                        "Overdue",    "Rebuild", NULL};
    fputs("<h2>Repositories</h2>\n", page->file);
    put_columns(page->file, names, "--nnnnnnn-");
    for (size_t i = 0; i < page->audit->count; i++)
        put_repository(page, &page->audit->repositories[i]);
    fputs("</table></div>\n", page->file);
}

static void put_finding(struct page *page, const struct audit_row *row)
{
    FILE *file = page->file;
    const struct audit_finding *finding = row->finding;
    fprintf(file, "<tr><td class=\"level %s\">%s</td><td class=\"id\">",
            severity_name(finding->severity), severity_label(finding->severity));
    html_put_link(file, finding->url, finding->id);
    if (finding->kev)
        fputs("<br><small class=\"kev\">known to be exploited</small>", file);
    fputs("</td><td class=\"package\">", file);
    html_put(file, finding->package);
    fputs("<br><small>", file);
    html_put(file, finding->version);
    fputs(finding->fixed.len ? " → " : "", file);
    html_put(file, finding->fixed);
    fputs("</small></td><td class=\"name\">", file);
    html_put(file, row->repository->shown);
    fputs("</td><td class=\"due\">", file);
    html_put(file, audit_due_text(page->audit, finding, page->arena));
    fprintf(file, "<br><small>first seen %.*s</small></td></tr>\n",
            SLICE_ARG(audit_date(finding->first_seen, page->arena)));
}

static bool is_other(const struct audit_finding *finding)
{
    return !finding->overdue && !finding->is_new && !finding->excepted &&
           finding->severity >= SEVERITY_HIGH;
}

static bool put_findings(struct page *page, const char *title,
                         bool (*wanted)(const struct audit_finding *finding), struct error *err)
{
    static const char *const names[] = {"Severity",   "Finding",  "Package",
                                        "Repository", "Deadline", NULL};
    struct audit_rows rows;
    if (!audit_rows(page->audit, wanted, page->arena, &rows, err))
        return false;
    if (!rows.count)
        return true;
    size_t shown = page->most && page->most < rows.count ? page->most : rows.count;
    fprintf(page->file, "<h2>%s</h2>\n", title);
    put_columns(page->file, names, "-----");
    for (size_t i = 0; i < shown; i++)
        put_finding(page, &rows.list[i]);
    fputs("</table></div>\n", page->file);
    if (shown < rows.count)
        fprintf(page->file,
                "<p class=\"note\">and %zu more, which --format html and --format json have</p>\n",
                rows.count - shown);
    return true;
}

static void put_gone(struct page *page)
{
    size_t put = 0;
    if (page->audit->gone_count)
        fputs("<h2>Gone</h2>\n<ul>\n", page->file);
    for (size_t i = 0; i < page->audit->count; i++) {
        const struct audit_repository *repository = &page->audit->repositories[i];
        for (size_t j = 0; j < repository->gone_count; j++) {
            if (page->most && put++ >= page->most)
                continue;
            fprintf(page->file, "<li>%s ", severity_label(repository->gone[j].severity));
            html_put(page->file, repository->gone[j].id);
            fputs(" in ", page->file);
            html_put(page->file, repository->gone[j].package);
            fputs(", ", page->file);
            html_put(page->file, repository->shown);
            fputs("</li>\n", page->file);
        }
    }
    if (page->most && put > page->most)
        fprintf(page->file, "<li>and %zu more</li>\n", put - page->most);
    fputs(page->audit->gone_count ? "</ul>\n" : "", page->file);
}

static void put_rebuilds(struct page *page)
{
    if (page->audit->rebuilds)
        fputs("<h2>Rebuild</h2>\n<ul>\n", page->file);
    for (size_t i = 0; i < page->audit->count; i++) {
        const struct audit_repository *repository = &page->audit->repositories[i];
        if (!audit_rebuild(repository))
            continue;
        struct slice base = audit_base_text(repository, page->arena);
        fputs("<li><strong>", page->file);
        html_put(page->file, repository->shown);
        fputs(base.len ? "</strong>: " : "</strong>", page->file);
        html_put(page->file, base);
        fputs("<ul>\n", page->file);
        for (size_t j = 0; j < repository->update_count && !(page->most && j >= page->most); j++) {
            fputs("<li>", page->file);
            html_put(page->file, audit_update_text(&repository->updates[j], page->arena));
            fputs("</li>\n", page->file);
        }
        fputs("</ul></li>\n", page->file);
    }
    fputs(page->audit->rebuilds ? "</ul>\n" : "", page->file);
}

static void put_exceptions(struct page *page)
{
    if (page->audit->exception_count)
        fputs("<h2>Exceptions that end</h2>\n<ul>\n", page->file);
    for (size_t i = 0; i < page->audit->exception_count; i++) {
        const struct audit_exception *exception = &page->audit->exceptions[i];
        fputs("<li>", page->file);
        html_put(page->file, audit_exception_text(exception, page->arena));
        fputs(": ", page->file);
        html_put(page->file, audit_expiry_text(exception, page->arena));
        fputs(exception->owner.len ? ", " : "", page->file);
        html_put(page->file, exception->owner);
        fputs("<br><small>", page->file);
        html_put(page->file, exception->reason);
        fputs("</small></li>\n", page->file);
    }
    fputs(page->audit->exception_count ? "</ul>\n" : "", page->file);
}

static bool put_notes(struct page *page, struct error *err)
{
    struct audit_notes notes;
    if (!audit_notes(page->audit, page->arena, &notes, err))
        return false;
    for (size_t i = 0; i < notes.count; i++) {
        fputs("<p class=\"note\">", page->file);
        html_put(page->file, notes.list[i]);
        fputs("</p>\n", page->file);
    }
    return true;
}

bool audit_write_html(const struct audit *audit, const struct audit_write_options *options,
                      struct arena *arena, FILE *file, struct error *err)
{
    struct page page = {file, arena, audit, options->rows};
    put_head(&page);
    audit_put_charts(audit, arena, file);
    put_repositories(&page);
    if (!put_findings(&page, "Overdue", audit_is_overdue, err) ||
        !put_findings(&page, "New", audit_is_new, err) ||
        !put_findings(&page, "Other critical and high findings", is_other, err))
        return false;
    put_gone(&page);
    put_rebuilds(&page);
    put_exceptions(&page);
    if (!put_notes(&page, err))
        return false;
    fputs("</body></html>\n", file);
    return true;
}
