/* plimsoll explain ID IMAGE */
#include "base/ascii.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/explain_report.h"
#include "cli/operand.h"
#include "cli/scan_call.h"

static const struct option options[] = {
    {.name = "format",
     .letter = 'f',
     .type = OPTION_CHOICE,
     .argument = "FORMAT",
     .standard = "text",
     .choices = "text json",
     .prose = "How to write the reasons."},
    SCAN_EXCEPTIONS_OPTION,
    SCAN_ALL_PLATFORMS_OPTION,
    SCAN_INPUT_OPTIONS,
    {NULL},
};

struct gathering {
    struct scan *scan;
    struct explained_reason *reasons;
    size_t count, room;
    bool reported;
};

/* "cve-2023-0286" is typed often; ids are written in capitals. */
static struct slice written_id(const char *word, struct arena *arena)
{
    struct slice id = arena_copy(arena, slice_str(word));
    for (size_t i = 0; i < id.len && slice_equal_nocase(slice_upto(id, 4), SLICE("CVE-")); i++)
        ((char *)(uintptr_t)id.at)[i] = ascii_upper(id.at[i]);
    return id;
}

static bool same_package(const struct package *a, const struct package *b)
{
    return a == b || (a->type == b->type && slice_equal(a->name, b->name) &&
                      slice_equal(a->version, b->version) && slice_equal(a->path, b->path));
}

static const struct scan_finding *find_finding(const struct scan_result *result,
                                               const struct package *package, struct slice id)
{
    for (size_t i = 0; package && i < result->finding_count; i++)
        if (slice_equal(result->findings[i].finding.id, id) &&
            same_package(result->findings[i].finding.package, package))
            return &result->findings[i];
    return NULL;
}

static bool add_reason(struct gathering *gathering, const struct scan_image *image,
                       const struct match_reason *reason, struct error *err)
{
    struct scan *scan = gathering->scan;
    struct explained_reason item = {
        .reason = *reason, .finding = find_finding(&scan->result, reason->package, reason->id)};
    if (reason->package) {
        item.layer_index = image->layers[reason->package - image->packages];
        if (item.layer_index < image->image->layer_count)
            item.layer = &image->image->layers[item.layer_index];
    }
    if (scan->image_count > 1)
        item.platform = image_platform(image->image, scan->arena);
    gathering->reported |= item.finding != NULL;
    return ARENA_PUSH(scan->arena, gathering->reasons, gathering->count, gathering->room, item) ||
           arena_error(err);
}

static bool gather(struct gathering *gathering, struct slice id, struct error *err)
{
    struct scan *scan = gathering->scan;
    for (size_t i = 0; i < scan->image_count; i++) {
        const struct scan_image *image = &scan->images[i];
        struct match_reason *reasons;
        size_t count;
        if (!match_explain(scan->store, &image->distribution, image->packages, image->package_count,
                           id, scan->arena, &reasons, &count, err))
            return false;
        for (size_t j = 0; j < count; j++)
            if (!add_reason(gathering, image, &reasons[j], err))
                return false;
    }
    return true;
}

static bool check_order(const struct invocation *call, struct error *err)
{
    return call->operand_count != 2 || operand_is_vulnerability(call->operands[0]) ||
           !operand_is_vulnerability(call->operands[1]) ||
           error_set(err, ERROR_USAGE, "the vulnerability stands first: plimsoll explain %s %s",
                     call->operands[1], call->operands[0]);
}

static bool run(struct invocation *call, struct error *err)
{
    struct scan_options scan_options;
    struct scan scan CLEANUP_SCAN = {.store = NULL};
    struct gathering gathering = {.scan = &scan};
    struct slice id = written_id(call->operands[0], call->arena);
    if (!id.at)
        return arena_error(err);
    if (!check_order(call, err) ||
        !scan_call_options(call, call->operands + 1, call->operand_count - 1, &scan_options, err))
        return false;
    scan_options.source.all_platforms = option_flag(call, "all-platforms");
    scan_options.exceptions = scan_call_exceptions(call);
    bool fine = scan_run(&scan, &scan_options, call->arena, err);
    progress_clear();
    if (!fine || !gather(&gathering, id, err))
        return false;
    struct explanation explanation = {id, &scan.result, gathering.reasons, gathering.count,
                                      gathering.reported};
    if (slice_equal_str(slice_str(option_text(call, "format")), "json"))
        explain_write_json(stdout, &explanation);
    else
        explain_write_text(stdout, &explanation);
    return true;
}

static const struct command_example examples[] = {
    {"plimsoll explain CVE-2023-0286 app.tar", "why it is, or is not, reported"},
    {"plimsoll explain CVE-2023-0286 'pkg:apk/alpine/openssl@1.1.1s-r0?distro=3.16'",
     "of a package without an image"},
    {NULL, NULL},
};

const struct command command_explain = {
    .name = "explain",
    .summary = "why a vulnerability is, or is not, reported for an image",
    .operands = "ID IMAGE",
    .prose = "Names the package, where it lies, the layer and the instruction that made it, the "
             "versions that were compared and by which order, the feed and its date, every "
             "severity with its source, and the exception that holds. For what is not reported: "
             "that it is not installed, not in range, mended by a back-port, or not covered by "
             "any feed. IMAGE is all that scan takes.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 1000,
    .run = run,
};
