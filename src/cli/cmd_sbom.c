/* plimsoll sbom IMAGE */
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/option_rows.h"
#include "cli/report_call.h"
#include "cli/scan_call.h"

static const struct option options[] = {
    REPORT_FORMAT_OPTION("cyclonedx"),
    OPTION_ROW_STRICT,
    SCAN_ALL_PLATFORMS_OPTION,
    SCAN_INPUT_OPTIONS,
    {NULL},
};

static bool run(struct invocation *call, struct error *err)
{
    struct scan_options scan_options;
    struct report_call reports;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    if (!scan_call_options(call, call->operands, call->operand_count, &scan_options, err) ||
        !report_call_read(call, &reports, err))
        return false;
    scan_options.source.all_platforms = option_flag(call, "all-platforms");
    scan_options.without_match = true;
    bool fine = scan_run(&scan, &scan_options, call->arena, err);
    progress_clear();
    if (!fine || !report_call_write(&reports, &scan.result, false, err))
        return false;
    for (size_t i = 0; i < scan.result.note_count; i++)
        log_warning("%.*s%s%.*s", SLICE_ARG(scan.result.notes[i].path),
                    scan.result.notes[i].path.len ? ": " : "",
                    SLICE_ARG(scan.result.notes[i].text));
    if (scan.result.partial && option_flag(call, "strict"))
        call->exit_code = 4;
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll sbom app.tar > app.cdx.json", "what is in an image, as CycloneDX 1.6"},
    {"plimsoll sbom --all-platforms app:1 --format cyclonedx=app.cdx.json", "of every platform"},
    {NULL, NULL},
};

const struct command command_sbom = {
    .name = "sbom",
    .summary = "write what is in an image as a CycloneDX SBOM",
    .operands = "IMAGE",
    .prose = "Takes what scan takes, and reads it in the same way, but asks no advisories. A scan "
             "of the SBOM later gives what a scan of the image would.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = 1000,
    .run = run,
};
