/* plimsoll scan IMAGE */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/option_rows.h"
#include "cli/report_call.h"
#include "cli/scan_call.h"
#include "scan/policy.h"

#define BASELINE_SIZE_MAX ((size_t)256 << 20)

static const struct option options[] = {
    REPORT_FORMAT_OPTION("table"),
    {.name = "fail-on",
     .type = OPTION_LIST,
     .argument = "CONDITIONS",
     .variable = "PLIMSOLL_FAIL_ON",
     .key = "scan.fail-on",
     .prose = "End with 1 when a finding meets one of these, separated by commas: a severity "
              "(critical, high, medium, low, negligible: that or worse), any, kev (known to be "
              "exploited), epss>=0.5."},
    {.name = "severity",
     .type = OPTION_CHOICE,
     .argument = "LEVEL",
     .variable = "PLIMSOLL_SEVERITY",
     .key = "scan.severity",
     .choices = "unknown negligible low medium high critical",
     .prose = "Show only findings of this severity or worse."},
    {.name = "ignore-unfixed",
     .variable = "PLIMSOLL_IGNORE_UNFIXED",
     .key = "scan.ignore-unfixed",
     .prose = "Leave out findings for which there is no fixed version yet."},
    {.name = "baseline",
     .type = OPTION_STRING,
     .argument = "REPORT",
     .variable = "PLIMSOLL_BASELINE",
     .key = "scan.baseline",
     .prose = "A former report (--format json): only what is new since counts and is shown."},
    OPTION_ROW_STRICT,
    {.name = "secrets",
     .variable = "PLIMSOLL_SECRETS",
     .key = "scan.secrets",
     .prose = "Look for secrets, too: keys, tokens and passwords in the files of every layer, also "
              "deleted ones, in the environment and in the history. Their values are never shown."},
    {.name = "all", .prose = "In table and markdown a line for each finding, however many."},
    SCAN_EXCEPTIONS_OPTION,
    SCAN_ALL_PLATFORMS_OPTION,
    SCAN_INPUT_OPTIONS,
    {NULL},
};

/* Other scanners' ignore files are not read silently: what they except might be meant otherwise. */
static void tell_foreign_files(const char *exceptions)
{
    static const char *const names[] = {".trivyignore", ".trivyignore.yaml", ".grype.yaml"};
    for (size_t i = 0; !exceptions && i < sizeof names / sizeof *names; i++)
        if (access(names[i], R_OK) == 0)
            log_warning("%s is not read; `plimsoll exceptions import %s` takes it over", names[i],
                        names[i]);
}

static bool read_policy(struct invocation *call, struct policy *policy, struct error *err)
{
    const struct option_value *gate = option_value(call, "fail-on");
    *policy = (struct policy){.term_count = 0};
    for (size_t i = 0; i < gate->count; i++)
        if (!policy_parse(policy, slice_str(gate->items[i]), err))
            return false;
    return true;
}

static bool apply_baseline(struct invocation *call, struct scan *scan, struct error *err)
{
    const char *path = option_text(call, "baseline");
    struct slice report;
    if (!path)
        return true;
    if (!file_read(path, BASELINE_SIZE_MAX, call->arena, &report, err))
        return error_add(err, "--baseline");
    if (!policy_baseline(&scan->result, report, call->arena, err))
        return error_add(err, "--baseline: %s", path);
    policy_hide_baseline(&scan->result);
    return true;
}

static bool show_less(struct invocation *call, struct scan *scan, struct error *err)
{
    enum severity severity = SEVERITY_UNKNOWN;
    const char *least = option_text(call, "severity");
    if (least && !severity_parse(slice_str(least), &severity))
        return error_set(err, ERROR_USAGE, "--severity: no such level: %s", least);
    policy_filter(&scan->result, severity, option_flag(call, "ignore-unfixed"));
    return apply_baseline(call, scan, err);
}

static bool run(struct invocation *call, struct error *err)
{
    struct scan_options scan_options;
    struct policy policy;
    struct report_call reports;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    /* What stands in the options first: `--format app.tar` lacks no image, but a format. */
    if (!read_policy(call, &policy, err) || !report_call_read(call, &reports, err) ||
        !scan_call_options(call, call->operands, call->operand_count, &scan_options, err))
        return false;
    scan_options.source.all_platforms = option_flag(call, "all-platforms");
    scan_options.secrets = option_flag(call, "secrets");
    scan_options.exceptions = scan_call_exceptions(call);
    tell_foreign_files(scan_options.exceptions);
    bool fine = scan_run(&scan, &scan_options, call->arena, err);
    progress_clear();
    if (!fine || !show_less(call, &scan, err) ||
        !report_call_write(&reports, &scan.result, option_flag(call, "all"), err))
        return false;
    if (policy_violations(&policy, &scan.result))
        call->exit_code = 1;
    else if (scan.result.partial && option_flag(call, "strict"))
        call->exit_code = 4;
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll scan haproxy:3.3.1-alpine", "an image of a registry, or of the engine here"},
    {"plimsoll scan app.tar --fail-on high --format json=scan.json --format table",
     "an archive, with a gate and two reports"},
    {"plimsoll scan --all-platforms registry.example/app:1", "every platform of an index"},
    {"plimsoll scan 'pkg:apk/alpine/openssl@1.1.1s-r0?distro=3.16'", "a package without an image"},
    {"plimsoll scan app.cdx.json", "a CycloneDX SBOM"},
    {NULL, NULL},
};

const struct command command_scan = {
    .name = "scan",
    .summary = "find known vulnerabilities in an image, folder, SBOM or package",
    .operands = "IMAGE",
    .prose =
        "IMAGE is a name (asked of the engine's socket, then of the registry), a docker or OCI "
        "archive, an OCI layout, a folder that is a root, a layer tarball, a CycloneDX SBOM, or "
        "package URLs. A prefix decides where it is not clear: docker-archive:, oci:, "
        "oci-archive:, dir:, registry:, daemon:, docker:, podman:.\n\nEnds with 0, also when "
        "there are findings; with 1 when one meets --fail-on; 2 for wrong usage; 3 when the image "
        "could not be read; 4 when part of it could not be read and --strict was given.",
    .options = options,
    .examples = examples,
    .least = 0,
    .most = 1000,
    .run = run,
};
