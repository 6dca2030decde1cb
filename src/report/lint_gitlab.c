/* GitLab's code quality report (docs.gitlab.com, "Code Quality", report format): a list of
   findings with a fingerprint that stays while the line does. */
#include "base/hash.h"
#include "base/json.h"
#include "report/lint_report.h"

static const char *severity_of(enum lint_severity severity)
{
    static const char *const names[] = {"info", "info", "minor", "major", "critical"};
    return names[severity];
}

static void put_finding(struct json_writer *json, const struct lint_result *result, size_t index,
                        struct arena *arena)
{
    const struct lint_finding *finding = result->report.findings[index];
    struct digest digest;
    lint_report_fingerprint(result, index, arena, &digest);
    json_begin_object(json);
    json_field(json, "description", finding->message);
    json_field(json, "check_name", slice_str(finding->rule->id));
    json_field(json, "fingerprint", slice_from(digest_slice(&digest), sizeof "sha256:" - 1));
    json_field(json, "severity", slice_str(severity_of(finding->severity)));
    json_name(json, "location");
    json_begin_object(json);
    struct slice path = lint_report_path(finding);
    while (slice_starts(path, SLICE("./")))
        path = slice_from(path, 2);
    json_field(json, "path", path);
    json_name(json, "lines");
    json_begin_object(json);
    json_field_int(json, "begin", finding->line ? finding->line : 1);
    if (finding->end_line)
        json_field_int(json, "end", finding->end_line);
    json_end_object(json);
    json_end_object(json);
    json_end_object(json);
}

bool lint_report_gitlab(const struct lint_result *result, const struct lint_report_options *options,
                        struct arena *arena, FILE *file, struct error *err)
{
    (void)options, (void)err;
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_array(&json);
    for (size_t i = 0; i < result->report.count; i++)
        if (!result->report.findings[i]->suppressed)
            put_finding(&json, result, i, arena);
    json_end_array(&json);
    return true;
}
