#include "registry/ecr/scan_status.h"

const char *scan_status_word(enum inspect_status status)
{
    static const char *const words[] = {
        [INSPECT_NONE] = NULL,
        [INSPECT_PENDING] = "PENDING",
        [INSPECT_IN_PROGRESS] = "IN_PROGRESS",
        [INSPECT_COMPLETE] = "COMPLETE",
        [INSPECT_FAILED] = "FAILED",
        [INSPECT_UNSUPPORTED] = "UNSUPPORTED_IMAGE",
    };
    return words[status];
}

void put_severity_counts(json_t *object, const struct inspect_report *report)
{
    static const char *const words[] = {
        [SEVERITY_UNKNOWN] = "UNDEFINED", [SEVERITY_NEGLIGIBLE] = "INFORMATIONAL",
        [SEVERITY_LOW] = "LOW",           [SEVERITY_MEDIUM] = "MEDIUM",
        [SEVERITY_HIGH] = "HIGH",         [SEVERITY_CRITICAL] = "CRITICAL",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (report->counts[i])
            put_int(object, words[i], (int64_t)report->counts[i]);
}

bool put_scan_summary(struct ecr_call *call, json_t *detail, const struct digest *digest)
{
    struct arena arena CLEANUP_ARENA;
    struct inspect_report report;
    arena_init(&arena, SERVER_REQUEST_BUDGET);
    if (!call->node->inspect)
        return true;
    if (!inspect_report(call->node->inspect, &call->scope, digest, false, &arena, &report,
                        &call->failure))
        return false;
    const char *word = scan_status_word(report.status);
    if (!word)
        return true;
    json_t *status = put_object(detail, "imageScanStatus");
    put_text(status, "status", slice_str(word));
    put_text_if(status, "description", report.why);
    if (report.status != INSPECT_COMPLETE)
        return true;
    json_t *summary = put_object(detail, "imageScanFindingsSummary");
    put_time(summary, "imageScanCompletedAt", report.completed);
    put_time(summary, "vulnerabilitySourceUpdatedAt", report.advisories);
    put_severity_counts(put_object(summary, "findingSeverityCounts"), &report);
    return true;
}
