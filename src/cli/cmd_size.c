/* plimsoll size IMAGE [IMAGE] */
#include "base/log.h"
#include "base/terminal.h"
#include "base/threads.h"
#include "cli/command_rows.h"
#include "cli/format_call.h"
#include "cli/option_rows.h"
#include "ship/size/compare.h"
#include "ship/size/size_report.h"

static const struct option options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_LIST,
     .argument = "FORMAT[=FILE]",
     .standard = "table",
     .variable = "PLIMSOLL_FORMAT",
     .prose = "How to write the result: table, json, html (with a treemap), markdown; to FILE or "
              "standard output. May be given several times. Two images are compared as table, json "
              "or markdown."},
    {.name = "budget",
     .type = OPTION_STRING,
     .argument = "SIZE",
     .variable = "PLIMSOLL_SIZE_BUDGET",
     .key = "size.budget",
     .prose = "End with 1 when the layers as stored (what is pulled) are larger: 60MB, 1.5GB, "
              "64MiB. With two images it holds for the second."},
    {.name = "budget-unpacked",
     .type = OPTION_STRING,
     .argument = "SIZE",
     .variable = "PLIMSOLL_SIZE_BUDGET_UNPACKED",
     .key = "size.budget-unpacked",
     .prose = "The same for the files of all layers, unpacked."},
    {.name = "budget-waste",
     .type = OPTION_STRING,
     .argument = "SIZE",
     .variable = "PLIMSOLL_SIZE_BUDGET_WASTE",
     .key = "size.budget-waste",
     .prose = "The same for what need not be there, unpacked."},
    {.name = "top",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "10",
     .low = 1,
     .high = 100000,
     .key = "size.top",
     .prose = "Lines of each list at most."},
    {.name = "strict",
     .variable = "PLIMSOLL_STRICT",
     .prose = "End with 4 when part of the image could not be read."},
    OPTION_ROW_PLATFORM,
    OPTION_ROW_IMAGE_TAG,
    OPTION_ROWS_REGISTRY,
    OPTION_ROW_OFFLINE,
    OPTION_ROW_JOBS,
    {NULL},
};

static const char *format_at(size_t index)
{
    return size_formats[index].name;
}

static void show_progress(void *context, size_t done, size_t count)
{
    (void)context;
    progress_show("reading layers: %zu of %zu", done, count);
}

static bool read_budget(struct invocation *call, const char *name, uint64_t *bytes,
                        struct error *err)
{
    const char *text = option_text(call, name);
    if (!text || (size_parse(slice_str(text), bytes) && *bytes))
        return true;
    return error_set(err, ERROR_USAGE, "--%s: \"%s\" is not a size such as 60MB, 1.5GB or 64MiB",
                     name, text);
}

static bool weigh(struct invocation *call, const char *input, struct size_result *result,
                  struct error *err)
{
    struct size_options wanted = {.input = input,
                                  .source = {.platform = slice_str(option_text(call, "platform")),
                                             .tag = slice_str(option_text(call, "tag")),
                                             .plain_http = option_flag(call, "plain-http"),
                                             .insecure = option_flag(call, "insecure"),
                                             .offline = option_flag(call, "offline")},
                                  .broker = {.progress = show_progress}};
    bool fine =
        *input ? size_run(result, &wanted, err) : error_set(err, ERROR_USAGE, "no image is given");
    progress_clear();
    return fine;
}

/* ---- writing ---- */

struct report {
    const struct size_result *result;
    const struct size_comparison *comparison; /* NULL: one image */
    struct size_report_options options;
};

static bool write_comparison(const struct report *report, const char *format, FILE *file,
                             struct error *err)
{
    struct size_comparison_options wanted = {report->options.top, report->options.width};
    if (strcmp(format, "json") == 0)
        return size_comparison_json(report->comparison, &wanted, file, err);
    if (strcmp(format, "markdown") == 0)
        return size_comparison_markdown(report->comparison, &wanted, file, err);
    if (strcmp(format, "table") == 0)
        return size_comparison_table(report->comparison, &wanted, file, err);
    return error_set(err, ERROR_USAGE, "two images are compared as table, json or markdown");
}

static bool write_format(void *context, const char *format, FILE *file, struct error *err)
{
    const struct report *report = context;
    if (report->comparison)
        return write_comparison(report, format, file, err);
    for (const struct size_format *each = size_formats; each->name; each++)
        if (strcmp(each->name, format) == 0)
            return each->write(report->result, &report->options, file, err);
    return error_set(err, ERROR_INTERNAL, "no such format: %s", format);
}

/* Two images cannot be drawn: told before they are read. */
static bool formats_fit(const struct format_call *formats, size_t images, struct error *err)
{
    for (size_t i = 0; i < formats->count; i++)
        if (images == 2 && strcmp(formats->targets[i].format, "html") == 0)
            return error_set(err, ERROR_USAGE,
                             "two images are compared as table, json or markdown");
    return true;
}

static void judge(struct invocation *call, const struct size_result *result,
                  const struct size_budget *budget)
{
    struct size_limit limits[SIZE_LIMITS];
    bool over = false;
    size_limits(result, budget, limits);
    for (size_t i = 0; i < SIZE_LIMITS; i++) {
        if (!size_is_over(&limits[i]))
            continue;
        log_warning("%s %s is over the budget of %s", size_text(limits[i].size).at, limits[i].what,
                    size_text(limits[i].budget).at);
        over = true;
    }
    if (over)
        call->exit_code = 1;
    else if (result->partial && option_flag(call, "strict"))
        call->exit_code = 4;
}

static bool compare(struct invocation *call, const struct format_call *formats,
                    struct report *report, struct size_result *after, struct error *err)
{
    struct size_comparison comparison;
    struct arena arena CLEANUP_ARENA;
    arena_init(&arena, (size_t)1 << 30);
    if (!weigh(call, call->operands[1], after, err) ||
        !size_compare(report->result, after, &arena, &comparison, err))
        return false;
    report->comparison = &comparison;
    bool fine = format_call_write(formats, write_format, report, err);
    report->comparison = NULL;
    return fine;
}

static bool run(struct invocation *call, struct error *err)
{
    struct format_call formats;
    struct size_result first CLEANUP_SIZE = {.partial = false};
    struct size_result second CLEANUP_SIZE = {.partial = false};
    struct report report = {.result = &first, .options.top = (size_t)option_number(call, "top")};
    struct size_budget *budget = &report.options.budget;
    if (!read_budget(call, "budget", &budget->stored, err) ||
        !read_budget(call, "budget-unpacked", &budget->unpacked, err) ||
        !read_budget(call, "budget-waste", &budget->waste, err) ||
        !format_call_read(call, format_at, &formats, err) ||
        !formats_fit(&formats, call->operand_count, err))
        return false;
    if (option_number(call, "jobs"))
        threads_set_limit((unsigned)option_number(call, "jobs"));
    if (!weigh(call, call->operands[0], &first, err))
        return false;
    bool two = call->operand_count == 2;
    if (two ? !compare(call, &formats, &report, &second, err)
            : !format_call_write(&formats, write_format, &report, err))
        return false;
    judge(call, two ? &second : &first, budget);
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll size haproxy:3.3.1-alpine", "where its bytes are, what is waste, what would help"},
    {"plimsoll size app.tar --budget 60MB", "ends with 1 when more is to be pulled"},
    {"plimsoll size app.tar --format html=size.html", "a page with a treemap"},
    {"plimsoll size app:1.1 app:1.2", "what grew, by layer, package and file"},
    {NULL, NULL},
};

const struct command command_size = {
    .name = "size",
    .summary = "where an image's bytes are, and which need not be there",
    .operands = "IMAGE [IMAGE]",
    .prose =
        "Layers with the instruction that made each, the largest folders, files and packages, and "
        "what is waste: deleted or replaced in a later layer and carried nevertheless, caches of "
        "package managers, build tools, debug information, documentation, tests, the same content "
        "twice. A file counts as one kind of waste only, so savings add up. Savings in stored "
        "bytes are estimates: bytes by how well their layer compresses, and zstd against gzip by "
        "samples.\n\nIMAGE is what `plimsoll scan` takes. Each layer is read once, in the jailed "
        "process. Sizes are decimal: 1 MB is 1,000,000 bytes.\n\nEnds with 0; with 1 when a "
        "budget is exceeded; 2 for wrong usage; 3 when the image could not be read; 4 when part of "
        "it could not be read and --strict was given.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 2,
    .run = run,
};
