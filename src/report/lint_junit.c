/* JUnit's XML: a suite a file; a test that failed a finding, or one that passed. */
#include "report/lint_report.h"
#include "report/xml_text.h"

static bool is_of(const struct lint_finding *finding, const struct lint_file *file)
{
    return finding->file == file && !finding->suppressed;
}

static void put_finding(FILE *file, const struct lint_finding *finding, struct slice path)
{
    fputs("    <testcase", file);
    xml_put_attribute(file, "classname", path);
    fputs(" name=\"", file);
    xml_put(file, slice_str(finding->rule->id));
    if (finding->line)
        fprintf(file, " line %u", finding->line);
    fprintf(file, "\">\n      <failure type=\"%s\"", lint_severity_name(finding->severity));
    xml_put_attribute(file, "message", finding->message);
    fputc('>', file);
    xml_put(file, path);
    if (finding->line)
        fprintf(file, ":%u:%u", finding->line, finding->column);
    fputc(' ', file);
    xml_put(file, finding->codes);
    fputs("</failure>\n    </testcase>\n", file);
}

static void put_suite(const struct lint_result *result, const struct lint_file *looked, FILE *file)
{
    size_t failures = 0;
    for (size_t i = 0; i < result->report.count; i++)
        failures += is_of(result->report.findings[i], looked);
    fputs("  <testsuite", file);
    xml_put_attribute(file, "name", looked ? looked->path : SLICE("plimsoll"));
    fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\">\n",
            failures ? failures : 1, failures);
    for (size_t i = 0; i < result->report.count; i++)
        if (is_of(result->report.findings[i], looked))
            put_finding(file, result->report.findings[i],
                        lint_report_path(result->report.findings[i]));
    if (!failures) {
        fputs("    <testcase", file);
        xml_put_attribute(file, "classname", looked ? looked->path : SLICE("plimsoll"));
        fputs(" name=\"lint\"/>\n", file);
    }
    fputs("  </testsuite>\n", file);
}

bool lint_report_junit(const struct lint_result *result, const struct lint_report_options *options,
                       struct arena *arena, FILE *file, struct error *err)
{
    (void)options, (void)arena, (void)err;
    size_t failures = 0, clean = 0, elsewhere = 0;
    for (size_t i = 0; i < result->report.count; i++) {
        failures += !result->report.findings[i]->suppressed;
        elsewhere += is_of(result->report.findings[i], NULL);
    }
    for (size_t i = 0; i < result->file_count; i++) {
        size_t own = 0;
        for (size_t j = 0; j < result->report.count; j++)
            own += is_of(result->report.findings[j], result->files[i].file);
        clean += own == 0;
    }
    fprintf(file,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"plimsoll lint\" "
            "tests=\"%zu\" failures=\"%zu\" errors=\"0\" time=\"%.3f\">\n",
            failures + clean, failures, result->seconds);
    for (size_t i = 0; i < result->file_count; i++)
        put_suite(result, result->files[i].file, file);
    if (elsewhere)
        put_suite(result, NULL, file);
    fputs("</testsuites>\n", file);
    return true;
}
