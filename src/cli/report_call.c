/* See report_call.h. */
#include "cli/report_call.h"

static const char *name_of(size_t index)
{
    return report_formats[index].name;
}

bool report_call_read(struct invocation *call, struct report_call *reports, struct error *err)
{
    return format_call_read(call, name_of, &reports->formats, err);
}

struct context {
    const struct scan_result *result;
    struct report_options options;
};

static bool write_report(void *context, const char *format, FILE *file, struct error *err)
{
    const struct context *what = context;
    return report_write(slice_str(format), what->result, &what->options, file, err);
}

bool report_call_write(const struct report_call *reports, const struct scan_result *result,
                       bool all, struct error *err)
{
    struct context context = {result, {.all = all}};
    return format_call_write(&reports->formats, write_report, &context, err);
}
