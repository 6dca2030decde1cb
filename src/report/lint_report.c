/* The table of formats. */
#include "report/lint_report.h"

#include <errno.h>

#include "base/hash.h"

const struct lint_report_format lint_report_formats[] = {
    {"table", "text/plain", "for people at a terminal", lint_report_table},
    {"json", "application/json", "everything, as docs/schema/lint.json says", lint_report_json},
    {"sarif", "application/sarif+json", "SARIF 2.1.0, for code-scanning pages", lint_report_sarif},
    {"gitlab", "application/json", "GitLab's code quality report", lint_report_gitlab},
    {"checkstyle", "application/xml", "Checkstyle's XML, which most build servers read",
     lint_report_checkstyle},
    {"junit", "application/xml", "JUnit's XML: a test a file", lint_report_junit},
    {"github", "text/plain", "annotations of GitHub's workflows", lint_report_github},
    {NULL, NULL, NULL, NULL},
};

enum { ALIKE_MAX = 2000 }; /* looked back at, for fingerprints */
#define REPORT_MEMORY ((size_t)256 << 20)

bool lint_report_write(const char *format, const struct lint_result *result,
                       const struct lint_report_options *options, FILE *file, struct error *err)
{
    const struct lint_report_format *found = lint_report_formats;
    while (found->name && strcmp(found->name, format) != 0)
        found++;
    if (!found->name)
        return error_set(err, ERROR_USAGE, "there is no format \"%s\"", format);
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, REPORT_MEMORY);
    if (!found->write(result, options, &arena, file, err))
        return error_add(err, "writing the %s report", found->name);
    errno = 0;
    if (fflush(file) != 0 || ferror(file))
        return error_errno(err, "writing the %s report", found->name);
    return true;
}

void lint_report_fingerprint(const struct lint_result *result, size_t index, struct arena *arena,
                             struct digest *digest)
{
    const struct lint_finding *finding = result->report.findings[index];
    struct slice line = finding->file ? slice_trim(lint_file_line(finding->file, finding->line))
                                      : (struct slice){NULL, 0};
    size_t same = 0;
    for (size_t i = index; i-- > 0 && index - i < ALIKE_MAX;) { /* of a file, they are neighbours */
        const struct lint_finding *other = result->report.findings[i];
        if (!slice_equal(other->path, finding->path))
            break;
        same += other->rule == finding->rule && other->file && finding->file &&
                slice_equal(slice_trim(lint_file_line(other->file, other->line)), line);
    }
    sha256_of(arena_printf(arena, "%s\n%.*s\n%.*s\n%.*s\n%zu", finding->rule->id,
                           SLICE_ARG(finding->codes), SLICE_ARG(finding->path), SLICE_ARG(line),
                           same),
              digest);
}

struct slice lint_report_path(const struct lint_finding *finding)
{
    return finding->path.len ? finding->path : SLICE("image");
}
