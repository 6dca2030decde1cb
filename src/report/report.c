/* The table of formats. */
#include "report/report.h"

#include <errno.h>

#include "report/formats.h"

const struct report_format report_formats[] = {
    {"table", "text/plain", "for people at a terminal: what to do, package by package",
     report_table},
    {"markdown", "text/markdown", "for the comment of a pull request", report_markdown},
    {"json", "application/json", "everything, as docs/schema/scan-1.json says", report_json},
    {"ecr", "application/json", "as `aws ecr describe-image-scan-findings` answers", report_ecr},
    {"sarif", "application/sarif+json", "SARIF 2.1.0, for code-scanning pages", report_sarif},
    {"cyclonedx", "application/vnd.cyclonedx+json",
     "CycloneDX 1.6: packages and vulnerabilities; `scan` reads it again", report_cyclonedx},
    {NULL, NULL, NULL, NULL},
};

enum { REPORT_MEMORY = 256 << 20 };

const struct report_format *report_format_find(struct slice name)
{
    for (const struct report_format *format = report_formats; format->name; format++)
        if (slice_equal_str(name, format->name))
            return format;
    return NULL;
}

static bool unknown_format(struct slice name, struct error *err)
{
    error_set(err, ERROR_USAGE, "there is no format \"%.*s\"; there are",
              SLICE_ARG(slice_upto(name, 100)));
    for (const struct report_format *format = report_formats; format->name; format++) {
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, "%s %s",
                 format == report_formats ? "" : ",", format->name);
    }
    return false;
}

bool report_write(struct slice format, const struct scan_result *result,
                  const struct report_options *options, FILE *file, struct error *err)
{
    const struct report_format *found = report_format_find(format);
    if (!found)
        return unknown_format(format, err);
    struct arena CLEANUP_ARENA arena;
    arena_init(&arena, REPORT_MEMORY);
    if (!found->write(result, options, &arena, file, err))
        return error_add(err, "writing the %s report", found->name);
    if (fflush(file) != 0 || ferror(file))
        return error_errno(err, "writing the %s report", found->name);
    return true;
}
