/* Annotations of GitHub's workflows: "::warning file=…,line=…::message", a line each. */
#include "base/utf8.h"
#include "report/lint_report.h"

/* What the workflow's runner would take for its own is written %XX; in properties also : and ,. */
static void put(FILE *file, struct slice text, bool property)
{
    while (text.len) {
        unsigned char c = (unsigned char)text.at[0];
        uint32_t code = c;
        if (c >= 0x80) { /* what is no UTF-8 as U+FFFD */
            char bytes[4];
            if (!utf8_cut(&text, &code))
                code = UTF8_REPLACEMENT;
            fwrite(bytes, 1, utf8_put(bytes, code), file);
            continue;
        }
        if (c == '%' || c < ' ' || c == 127 || (property && (c == ':' || c == ',')))
            fprintf(file, "%%%02X", c);
        else
            fputc(c, file);
        text = slice_from(text, 1);
    }
}

static const char *command_of(enum lint_severity severity)
{
    return severity == LINT_ERROR ? "error" : severity == LINT_WARNING ? "warning" : "notice";
}

static void put_finding(FILE *file, const struct lint_finding *finding)
{
    fprintf(file, "::%s ", command_of(finding->severity));
    if (finding->path.len) { /* not of an image as a whole */
        fputs("file=", file);
        put(file, finding->path, true);
    }
    if (finding->line) {
        fprintf(file, ",line=%u", finding->line);
        if (finding->end_line > finding->line)
            fprintf(file, ",endLine=%u", finding->end_line);
        else
            fprintf(file, ",col=%u,endColumn=%u", finding->column, finding->end_column);
    }
    fputs(finding->path.len ? ",title=" : "title=", file);
    put(file, slice_str(finding->rule->id), true);
    if (finding->codes.len) {
        fputs(" (", file);
        put(file, finding->codes, true);
        fputc(')', file);
    }
    fputs("::", file);
    put(file, finding->message, false);
    fputc('\n', file);
}

bool lint_report_github(const struct lint_result *result, const struct lint_report_options *options,
                        struct arena *arena, FILE *file, struct error *err)
{
    (void)options, (void)arena, (void)err;
    for (size_t i = 0; i < result->report.count; i++)
        if (!result->report.findings[i]->suppressed)
            put_finding(file, result->report.findings[i]);
    return true;
}
