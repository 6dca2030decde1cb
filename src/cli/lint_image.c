/* plimsoll lint image IMAGE: what is wrong with a built image. */
#include "cli/lint_image.h"

#include "base/log.h"
#include "base/terminal.h"
#include "cli/lint_call.h"
#include "cli/scan_call.h"

static const struct option options[] = {
    LINT_REPORT_OPTIONS,
    SCAN_EXCEPTIONS_OPTION,
    SCAN_ALL_PLATFORMS_OPTION,
    SCAN_INPUT_OPTIONS,
    {NULL},
};

static bool run(struct invocation *call, struct error *err)
{
    struct scan_options scan_options;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    struct lint_options lint;
    struct format_call formats;
    struct lint_result result;
    struct lint_report_options how = {.width = 0};
    if (!format_call_read(call, lint_call_format, &formats, err) ||
        !lint_call_common(call, &lint, err) ||
        !scan_call_options(call, call->operands, call->operand_count, &scan_options, err))
        return false;
    scan_options.source.all_platforms = option_flag(call, "all-platforms");
    scan_options.without_match = true;
    scan_options.secrets = true;
    bool fine = scan_run(&scan, &scan_options, call->arena, err);
    progress_clear();
    if (!fine || !lint_run_image(&lint, &scan, call->arena, &result, err))
        return false;
    for (size_t i = 0; i < result.report.note_count; i++)
        log_warning("%.*s%s%.*s", SLICE_ARG(result.report.notes[i].path),
                    result.report.notes[i].path.len ? ": " : "",
                    SLICE_ARG(result.report.notes[i].text));
    if (!lint_call_write(&formats, &result, &how, err))
        return false;
    if (result.failing)
        call->exit_code = 1;
    else if (result.unread && option_flag(call, "strict"))
        call->exit_code = 4;
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll lint image app.tar", "users, set-id files, caches, keys, health check"},
    {"plimsoll lint image haproxy:3.3.1-alpine --profile strict", "an image of a registry"},
    {NULL, NULL},
};

const struct command command_lint_image = {
    .name = "image",
    .summary = "find what is wrong with a built image",
    .operands = "IMAGE",
    .prose =
        "Looks at the configuration (user, health check, ports, volumes, environment), the files "
        "of every layer (set-id and world-writable ones, package caches, keys, credentials, .git, "
        "empty passwords, ids that stand twice) and the history. What a later layer removes is "
        "still in the image, and is told. IMAGE is all that scan takes.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 1,
    .run = run,
};
