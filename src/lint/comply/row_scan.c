/* Rows about what a scan found. */
#include "lint/comply/comply.h"

static bool needs_image(struct comply *comply, struct comply_row *row)
{
    if (comply->image)
        return false;
    comply_say(comply, row, COMPLY_OPEN, "no image was given to look into");
    comply_todo(comply, row, "give it: --image app.tar");
    return true;
}

/* What only a look into the layers can tell. */
void comply_judge_image_findings(struct comply *comply, struct comply_row *row)
{
    if (needs_image(comply, row))
        return;
    comply_judge_findings(comply, row);
    if (row->state == COMPLY_PASS && comply->options->scan->result.partial) {
        comply_say(comply, row, COMPLY_FAIL, "part of the image could not be read");
        comply_todo(comply, row, "plimsoll scan says what");
    }
}

void comply_judge_secrets(struct comply *comply, struct comply_row *row)
{
    comply_judge_image_findings(comply, row);
    if (row->state == COMPLY_PASS)
        comply_say(comply, row, COMPLY_PASS,
                   "%zu layer%s, the environment and the history were searched; nothing was found",
                   comply->image->layer_count, comply->image->layer_count == 1 ? "" : "s");
}

static size_t severe(const struct scan_result *result, const struct scan_finding **first)
{
    size_t count = 0;
    for (size_t i = 0; i < result->finding_count; i++)
        if (!result->findings[i].suppressed &&
            result->findings[i].finding.severity >= SEVERITY_HIGH && !count++)
            *first = &result->findings[i];
    return count;
}

void comply_judge_severities(struct comply *comply, struct comply_row *row)
{
    const struct scan_finding *first = NULL;
    if (needs_image(comply, row))
        return;
    const struct scan_result *result = &comply->options->scan->result;
    size_t count = severe(result, &first), mitigated = 0;
    for (size_t i = 0; i < result->finding_count; i++)
        mitigated += result->findings[i].suppressed;
    if (count) {
        comply_say(comply, row, COMPLY_FAIL, "%zu critical or high, the first %.*s in %.*s %.*s",
                   count, SLICE_ARG(first->finding.id), SLICE_ARG(first->finding.package->name),
                   SLICE_ARG(first->finding.package->version));
        comply_todo(comply, row, "update, or write the mitigation into %s", EXCEPTIONS_FILE);
    } else if (result->starter_database || result->partial) {
        comply_say(comply, row, COMPLY_FAIL,
                   result->partial ? "part of the image could not be read"
                                   : "only the starter database was there to compare with");
        comply_todo(comply, row,
                    result->partial ? "plimsoll scan says what" : "plimsoll db update");
    } else if (result->distribution.id.len && !result->coverage.covered) {
        comply_say(comply, row, COMPLY_FAIL, "the database has no advisories for %.*s",
                   SLICE_ARG(result->coverage.scope.len ? result->coverage.scope
                                                        : result->distribution.id));
        comply_todo(comply, row, "plimsoll db update");
    } else
        comply_say(comply, row, COMPLY_PASS,
                   "%zu packages compared on %.*s: none critical or high%s", result->package_count,
                   SLICE_ARG(slice_upto(result->started, 10)),
                   mitigated ? " that is not mitigated" : "");
}

/* Every finding was judged by somebody who stands in the exceptions file; *by says who. */
static bool all_judged(struct comply *comply, const struct scan_result *result, struct slice *by)
{
    *by = (struct slice){"", 0};
    for (size_t i = 0; i < result->finding_count; i++) {
        const struct scan_finding *finding = &result->findings[i];
        if (!finding->suppressed || !finding->owner.len || !finding->reviewed.len)
            return false;
        struct slice who = arena_printf(comply->arena, "%.*s on %.*s", SLICE_ARG(finding->owner),
                                        SLICE_ARG(finding->reviewed));
        if (slice_search(*by, who) == by->len && by->len < 500)
            arena_list(comply->arena, by, ", ", "%.*s", SLICE_ARG(who));
    }
    return true;
}

void comply_judge_review(struct comply *comply, struct comply_row *row)
{
    struct slice by;
    if (needs_image(comply, row))
        return;
    const struct scan_result *result = &comply->options->scan->result;
    if (result->finding_count && all_judged(comply, result, &by)) {
        row->by = by;
        comply_say(comply, row, COMPLY_PASS, "%zu findings, each judged by %.*s (%s)",
                   result->finding_count, SLICE_ARG(by), EXCEPTIONS_FILE);
        return;
    }
    comply_ask(comply, row);
    if (row->state == COMPLY_OPEN)
        comply_todo(
            comply, row,
            "read `plimsoll scan`, then: --answer %s=yes --by NAME; or give each finding an "
            "exception with owner and reviewed",
            row->rule->id);
}

void comply_judge_tested(struct comply *comply, struct comply_row *row)
{
    if (needs_image(comply, row))
        return;
    if (comply->tested_count)
        comply_say(comply, row, COMPLY_PASS,
                   "%.*s attests it (its signature was not verified here)",
                   SLICE_ARG(comply->tested[0].file));
    else
        comply_ask(comply, row);
}

void comply_judge_trust(struct comply *comply, struct comply_row *row)
{
    if (!needs_image(comply, row))
        comply_ask(comply, row);
}
