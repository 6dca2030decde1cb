/* Checkstyle's XML: <checkstyle><file name><error line column severity message source/></file>. */
#include "report/lint_report.h"
#include "report/xml_text.h"

/* Checkstyle knows no "style". */
static const char *severity_of(enum lint_severity severity)
{
    return severity == LINT_STYLE ? "info" : lint_severity_name(severity);
}

static void put_finding(FILE *file, const struct lint_finding *finding)
{
    fprintf(file, "    <error line=\"%u\" column=\"%u\" severity=\"%s\"",
            finding->line ? finding->line : 1, finding->column ? finding->column : 1,
            severity_of(finding->severity));
    xml_put_attribute(file, "message", finding->message);
    xml_put_attribute(file, "source", slice_str(finding->rule->id));
    fputs("/>\n", file);
}

bool lint_report_checkstyle(const struct lint_result *result,
                            const struct lint_report_options *options, struct arena *arena,
                            FILE *file, struct error *err)
{
    (void)options, (void)arena, (void)err;
    struct slice path = {NULL, 0};
    bool open = false;
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n", file);
    for (size_t i = 0; i < result->report.count; i++) {
        const struct lint_finding *finding = result->report.findings[i];
        if (finding->suppressed)
            continue;
        if (!open || !slice_equal(path, lint_report_path(finding))) {
            fputs(open ? "  </file>\n  <file" : "  <file", file);
            xml_put_attribute(file, "name", lint_report_path(finding));
            fputs(">\n", file);
            path = lint_report_path(finding);
            open = true;
        }
        put_finding(file, finding);
    }
    fputs(open ? "  </file>\n</checkstyle>\n" : "</checkstyle>\n", file);
    return true;
}
