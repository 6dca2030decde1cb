/* One page without anything from elsewhere: it is mailed, archived and printed. */
#include "base/clock.h"
#include "report/comply_report.h"
#include "report/html_text.h"

static const char head[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';style-src "
    "'unsafe-inline';img-src data:\">\n<link rel=\"icon\" href=\"data:,\">\n"
    "<title>Image compliance</title>\n<style>\n"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1f24;background:#fff}\n"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;"
    "padding:.5rem;border-bottom:1px solid #d0d7de}td{overflow-wrap:anywhere}code{overflow-wrap:"
    "anywhere}\n"
    ".state{font-weight:600;white-space:nowrap}.pass{color:#116329}.fail{color:#b42318}"
    ".open{color:#8a5300}.todo{color:#57606a}\n"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}"
    "td,th{border-color:#30363d}.pass{color:#4ac26b}.fail{color:#ff8182}.open{color:#d4a72c}"
    ".todo{color:#9198a1}}\n"
    "@media print{body{margin:0}}\n</style></head><body>\n";

static void put_row(FILE *file, const struct comply_row *row)
{
    const char *state = comply_state_name(row->state);
    fprintf(file, "<tr><td class=\"state %s\">%s</td><td><strong>%s%s", state, state,
            row->rule->section, *row->rule->section ? " " : "");
    html_put(file, slice_str(row->rule->title));
    fputs("</strong><br>", file);
    html_put(file, row->how);
    if (row->todo.len) {
        fputs("<br><span class=\"todo\">To do: ", file);
        html_put(file, row->todo);
        fputs("</span>", file);
    }
    fputs("</td></tr>\n", file);
}

void comply_write_html(const struct comply *comply, FILE *file)
{
    size_t missing, all;
    fputs(head, file);
    fputs("<h1>Image compliance</h1>\n<p>", file);
    if (comply->image) {
        html_put(file, comply->image->tag.len ? comply->image->tag : comply->image->name);
        fputs("<br><code>", file);
        html_put(file, comply->image_digest);
        fputs("</code><br>", file);
    }
    html_put(file, clock_format(comply->options->now, comply->arena));
    fputs("</p>\n", file);
    for (const char *const *list = comply_lists; *list; list++) {
        comply_count(comply, *list, &missing, &all);
        if (!all)
            continue;
        fprintf(file, "<h2>%s: %zu of %zu</h2>\n<table>\n<tr><th>State</th><th>Row</th></tr>\n",
                comply_list_title(*list), all - missing, all);
        for (size_t i = 0; i < comply->count; i++)
            if (strcmp(comply->rows[i].rule->list, *list) == 0)
                put_row(file, &comply->rows[i]);
        fputs("</table>\n", file);
    }
    for (size_t i = 0; i < comply->note_count; i++) {
        fputs("<p>", file);
        html_put(file, comply->notes[i]);
        fputs("</p>\n", file);
    }
    fputs("</body></html>\n", file);
}
