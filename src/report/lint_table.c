/*
 * For people at a terminal: findings by file, each with its line and a caret, then the headers of
 * proxies (lint_headers.c), then one line that counts.
 *
 *   docker/Dockerfile
 *     3:6  warning  pin-base-image DL3006
 *          The base image has no version: …
 *          FROM alpine
 *               ^^^^^^
 *          --fix: pins the tag to the digest it resolves to
 */
#include "base/utf8.h"
#include "report/lint_report.h"
#include "report/table_parts.h"

enum { INDENT = 9, EXCERPT_MAX = 400, WIDTH_TEXT = 100 };

static enum terminal_style style_of(enum lint_severity severity)
{
    return severity == LINT_ERROR     ? STYLE_RED
           : severity == LINT_WARNING ? STYLE_YELLOW
           : severity == LINT_INFO    ? STYLE_BLUE
                                      : STYLE_DIM;
}

static void put_head(struct line *line, const struct lint_finding *finding)
{
    line_print(line, "  ");
    if (finding->line)
        line_print(line, "%u:%u", finding->line, finding->column);
    line_pad(line, INDENT);
    line_styled(line, style_of(finding->severity),
                slice_str(lint_severity_name(finding->severity)));
    line_pad(line, INDENT + 9);
    line_styled(line, STYLE_BOLD, slice_str(finding->rule->id));
    if (finding->codes.len) {
        line_put(line, SLICE(" "));
        line_styled(line, STYLE_DIM, finding->codes);
    }
    line_end(line);
}

/* Tabs as they will stand on the terminal: one column each here, so that the caret stands right. */
static void put_excerpt(struct line *line, struct slice text)
{
    line_print(line, "%*s", INDENT, "");
    while (text.len) {
        size_t tab = slice_find(text, '\t');
        line_put(line, slice_upto(text, tab));
        if (tab < text.len)
            line_put(line, SLICE(" "));
        text = slice_from(text, tab + 1);
    }
    line_end(line);
}

/* The first line of what is meant, and below it what of it. */
static void put_source(struct line *line, const struct lint_finding *finding)
{
    struct slice text =
        finding->file ? lint_file_line(finding->file, finding->line) : (struct slice){NULL, 0};
    size_t start = finding->column ? finding->column - 1 : 0;
    size_t end = finding->end_line == finding->line && finding->end_column ? finding->end_column - 1
                                                                           : text.len;
    if (!text.len || start >= text.len || text.len > EXCERPT_MAX || end == start)
        return;
    if (end > text.len)
        end = text.len;
    size_t skip = 0;
    while (skip < start && (text.at[skip] == ' ' || text.at[skip] == '\t'))
        skip++;
    put_excerpt(line, slice_from(text, skip));
    struct slice marked = slice_upto(slice_from(text, start), end - start);
    while (marked.len && (marked.at[marked.len - 1] == ' ' || marked.at[marked.len - 1] == '\t'))
        marked.len--;
    unsigned before = 0, width = terminal_columns(marked);
    for (size_t i = skip; i < start; i++)
        before += text.at[i] == '\t';
    before += terminal_columns(slice_upto(slice_from(text, skip), start - skip)) -
              before * terminal_columns(SLICE("\t"));
    line_print(line, "%*s", (int)(INDENT + before), "");
    terminal_style(line->file, style_of(finding->severity));
    for (unsigned i = 0; i < (width ? width : 1); i++)
        line_put(line, SLICE("^"));
    terminal_style(line->file, STYLE_PLAIN);
    line_end(line);
}

/* Whether the line of finding `at` holds a secret: one of its own findings, which stand side by
   side, says so. */
static bool is_secret_line(const struct lint_report *report, size_t at)
{
    const struct lint_finding *this = report->findings[at];
    size_t first = at;
    while (first && report->findings[first - 1]->file == this->file &&
           report->findings[first - 1]->line == this->line)
        first--;
    for (size_t i = first; i < report->count && report->findings[i]->file == this->file &&
                           report->findings[i]->line == this->line;
         i++)
        if (report->findings[i]->secret)
            return true;
    return false;
}

static void put_finding(struct line *line, const struct lint_finding *finding, bool quoted)
{
    struct line text = {line->file,
                        line->width && line->width < WIDTH_TEXT ? line->width : WIDTH_TEXT, 0};
    put_head(line, finding);
    line_wrap(&text, INDENT, finding->message);
    if (quoted)
        put_source(line, finding);
    if (finding->edit_count) {
        line_print(line, "%*s", INDENT, "");
        line_styled(line, STYLE_GREEN, SLICE("--fix:"));
        line_put(line, SLICE(" "));
        line_put(line, finding->fix);
        line_end(line);
    }
}

static void put_count(struct line *line, size_t count, const char *word,
                      enum lint_severity severity, bool *begun)
{
    if (!count)
        return;
    line_put(line, *begun ? SLICE(", ") : SLICE(": "));
    *begun = true;
    terminal_style(line->file, style_of(severity));
    line_print(line, "%zu %s%s", count, word, count == 1 || severity < LINT_WARNING ? "" : "s");
    terminal_style(line->file, STYLE_PLAIN);
}

static void put_total(struct line *line, const struct lint_result *result)
{
    size_t total = 0, files = result->file_count;
    bool begun = false;
    for (int severity = LINT_STYLE; severity <= LINT_ERROR; severity++)
        total += result->counts[severity];
    if (!files && !result->image.len && !result->unread) {
        line_print(line, "Nothing to lint here: no Dockerfile, no configuration of HAProxy or "
                         "nginx.");
        return;
    }
    line_print(line, "%zu finding%s in ", total, total == 1 ? "" : "s");
    if (result->image.len)
        line_put(line, result->image);
    else
        line_print(line, "%zu file%s", files, files == 1 ? "" : "s");
    put_count(line, result->counts[LINT_ERROR], "error", LINT_ERROR, &begun);
    put_count(line, result->counts[LINT_WARNING], "warning", LINT_WARNING, &begun);
    put_count(line, result->counts[LINT_INFO], "info", LINT_INFO, &begun);
    put_count(line, result->counts[LINT_STYLE], "style", LINT_STYLE, &begun);
    if (result->suppressed)
        line_print(line, "; %zu suppressed", result->suppressed);
    if (result->unread)
        line_print(line, "; %zu not read", result->unread);
    if (result->fixable)
        line_print(line, "; --fix mends %zu", result->fixable);
}

/* The same words need not be quoted twice in a row: of a proxy, several headers are missing in one
   block. */
static bool is_same_place(const struct lint_finding *last, const struct lint_finding *finding)
{
    return last && last->file == finding->file && last->line == finding->line &&
           last->column == finding->column && last->end_line == finding->end_line &&
           last->end_column == finding->end_column;
}

bool lint_report_table(const struct lint_result *result, const struct lint_report_options *options,
                       struct arena *arena, FILE *file, struct error *err)
{
    (void)arena, (void)err;
    struct line line = {file, options->width ? options->width : terminal_width(file), 0};
    struct slice path = {NULL, 0};
    bool any = false;
    const struct lint_finding *last = NULL;
    for (size_t i = 0; i < result->report.count; i++) {
        const struct lint_finding *finding = result->report.findings[i];
        if (finding->suppressed)
            continue;
        if (!any || !slice_equal(path, finding->path)) {
            fputs(any ? "\n" : "", file);
            line_styled(&line, STYLE_BOLD, lint_report_path(finding));
            line_end(&line);
        }
        path = finding->path;
        any = true;
        put_finding(&line, finding,
                    !is_same_place(last, finding) && !is_secret_line(&result->report, i));
        last = finding;
    }
    fputs(any ? "\n" : "", file);
    lint_report_headers(result, line.width, file);
    if (options->fixed) {
        line_print(&line, "Mended %zu finding%s in %zu file%s.", options->fixed,
                   options->fixed == 1 ? "" : "s", options->fixed_files,
                   options->fixed_files == 1 ? "" : "s");
        line_end(&line);
    }
    line.width = 0; /* the sum is never cut */
    put_total(&line, result);
    line_end(&line);
    return true;
}
