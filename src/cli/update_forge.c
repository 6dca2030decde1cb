#include "cli/update_forge.h"

#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/terminal.h"
#include "update/forge/propose.h"

bool update_forge_wanted(const struct invocation *call)
{
    return option_flag(call, "pr") || option_flag(call, "issue");
}

/* All of the repository was looked at as plimsoll.yaml says, and every image could be asked: then
   what is open and has no change any more is done. */
static bool is_complete(const struct invocation *call, const struct bases_result *result,
                        const struct pins_result *pins)
{
    return pins->count == result->pins.count && pins->unasked == 0 && call->operand_count == 0 &&
           !option_text(call, "policy") && !option_text(call, "suffix") &&
           !option_flag(call, "offline") && result->unknown == 0 && result->note_count == 0 &&
           access(".git", F_OK) == 0;
}

static struct propose_options options_of(const struct invocation *call,
                                         const struct bases_result *result,
                                         const struct pins_result *pins)
{
    return (struct propose_options){
        .folder = ".",
        .remote = option_text(call, "remote"),
        .base = option_text(call, "base"),
        .forge = option_text(call, "forge"),
        .forge_url = option_text(call, "forge-url"),
        .ca_file = option_text(call, "forge-ca"),
        .wait_max = (unsigned)option_number(call, "wait"),
        .group = option_flag(call, "group"),
        .dry_run = option_flag(call, "dry-run"),
        .complete = is_complete(call, result, pins),
    };
}

/* ---- findings without a fix ---- */

static bool is_wanted(const struct invocation *call, const struct scan_finding *found)
{
    const struct option_value *levels = option_value(call, "issue-severity");
    if (found->suppressed || found->finding.fixed.len || found->finding.state == FIX_FIXED)
        return false;
    for (size_t i = 0; i < levels->count; i++)
        if (strcmp(levels->items[i], severity_name(found->finding.severity)) == 0)
            return true;
    return false;
}

/* Out of the scan, which ends: all is copied. */
static bool take_finding(const struct finding *finding, struct arena *arena,
                         struct unfixed_finding *to, struct error *err)
{
    *to = (struct unfixed_finding){
        .id = arena_copy(arena, finding->id),
        .severity = slice_str(severity_name(finding->severity)),
        .package = arena_copy(arena, finding->package->name),
        .version = arena_copy(arena, finding->package->version),
        .url = arena_copy(arena, finding->url),
    };
    return (to->id.at && to->package.at && to->version.at && to->url.at) || arena_error(err);
}

static bool take_findings(const struct invocation *call, const struct scan_result *result,
                          struct unfixed_image *image, struct error *err)
{
    struct unfixed_finding *findings =
        arena_array(call->arena, result->finding_count + 1, sizeof *findings);
    if (!findings)
        return arena_error(err);
    for (size_t i = 0; i < result->finding_count; i++)
        if (is_wanted(call, &result->findings[i]) &&
            !take_finding(&result->findings[i].finding, call->arena, &findings[image->count++],
                          err))
            return false;
    image->findings = findings;
    return true;
}

static bool scan_image(struct invocation *call, const struct bases_row *row,
                       struct unfixed_image *image, struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    CLEANUP_SCAN struct scan scan = {0};
    struct reference reference = row->image->reference;
    reference.tag = row->place->reference.digest.len ? (struct slice){0} : row->now;
    reference.digest = row->place->reference.digest;
    const char *name = reference_short(&reference, call->arena).at;
    struct scan_options options = {
        .input = name,
        .source = {.platform = slice_str(option_text(call, "platform")),
                   .plain_http = option_flag(call, "plain-http"),
                   .insecure = option_flag(call, "insecure"),
                   .offline = option_flag(call, "offline")},
        .store = option_text(call, "db"),
        .cache = option_text(call, "cache"),
        .exceptions = scan_call_exceptions(call),
    };
    if (!name)
        return arena_error(err);
    arena_init(&scratch, (size_t)1 << 30);
    progress_show("scanning %s", name);
    return (scan_run(&scan, &options, &scratch, err) &&
            take_findings(call, &scan.result, image, err)) ||
           error_add(err, "%s", name);
}

static bool is_known(const struct unfixed_image *images, size_t count,
                     const struct unfixed_image *image)
{
    for (size_t i = 0; i < count; i++)
        if (slice_equal(images[i].name, image->name) && slice_equal(images[i].tag, image->tag))
            return true;
    return false;
}

/* One that cannot be scanned is said, and the others go on. */
static bool scan_images(struct invocation *call, const struct bases_result *result,
                        struct unfixed_image **images, size_t *count, size_t *failed,
                        struct error *err)
{
    struct unfixed_image *made = arena_array(call->arena, result->row_count + 1, sizeof *made);
    *count = *failed = 0;
    *images = made;
    if (!made)
        return arena_error(err);
    for (size_t i = 0; i < result->row_count; i++) {
        const struct bases_row *row = &result->rows[i];
        struct unfixed_image image = {0};
        if (!row->image || row->state == BASES_UNKNOWN || !row->now.len)
            continue;
        image.name = row->image->name;
        image.tag = row->now;
        if (is_known(made, *count, &image))
            continue;
        if (scan_image(call, row, &image, err)) {
            made[(*count)++] = image;
        } else {
            ++*failed;
            log_warning("%s", err->text);
        }
    }
    return true;
}

/* ---- writing ---- */

static void write_row(const struct propose_row *row, bool dry, enum terminal_style style)
{
    terminal_style(stdout, style);
    printf("%-12s", propose_action_name(row->action, dry));
    terminal_style(stdout, STYLE_PLAIN);
    if (row->number)
        printf("#%-6llu", (unsigned long long)row->number);
    else
        printf("%-7s", "");
    terminal_put(stdout, row->title);
    if (row->url.len) {
        fputs("  ", stdout);
        terminal_put(stdout, row->url);
    }
    putchar('\n');
    if (row->reason.len) {
        printf("%19s", "");
        terminal_put(stdout, row->reason);
        putchar('\n');
    }
}

static void write_table(const struct propose_result *result, const char *things, bool dry)
{
    static const enum terminal_style styles[] = {
        [PROPOSE_OPENED] = STYLE_GREEN,  [PROPOSE_UPDATED] = STYLE_GREEN,
        [PROPOSE_UNCHANGED] = STYLE_DIM, [PROPOSE_CLOSED] = STYLE_BLUE,
        [PROPOSE_DONE] = STYLE_DIM,      [PROPOSE_LEFT] = STYLE_YELLOW,
        [PROPOSE_FAILED] = STYLE_RED,
    };
    printf("\n%s of ", things);
    terminal_put(stdout, result->repository);
    fputs(" on ", stdout);
    terminal_put(stdout, result->forge);
    if (result->base.len) {
        fputs(", into ", stdout);
        terminal_put(stdout, result->base);
    }
    puts(result->unasked ? " (no token: not asked what is open)" : "");
    for (size_t i = 0; i < result->count; i++)
        write_row(&result->rows[i], dry, styles[result->rows[i].action]);
    if (!result->count)
        puts("nothing to do");
}

static void write_json_rows(struct json_writer *json, const char *name,
                            const struct propose_result *result)
{
    json_name(json, name);
    json_begin_array(json);
    for (size_t i = 0; i < result->count; i++) {
        const struct propose_row *row = &result->rows[i];
        json_begin_object(json);
        json_field(json, "action", slice_str(propose_action_name(row->action, false)));
        json_field(json, "title", row->title);
        json_field_text(json, "branch", row->branch);
        if (row->number)
            json_field_int(json, "number", (int64_t)row->number);
        json_field_text(json, "url", row->url);
        json_field_text(json, "reason", row->reason);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_json(const struct propose_result *pulls, const struct propose_result *issues,
                       bool dry)
{
    const struct propose_result *any = pulls ? pulls : issues;
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/update-pulls/1"));
    json_field(&json, "forge", any->forge);
    json_field(&json, "repository", any->repository);
    json_field_text(&json, "base", any->base);
    json_field_bool(&json, "dryRun", dry);
    if (pulls)
        write_json_rows(&json, "pulls", pulls);
    if (issues)
        write_json_rows(&json, "issues", issues);
    json_end_object(&json);
}

static void write_all(const struct invocation *call, const struct propose_result *pulls,
                      const struct propose_result *issues)
{
    bool dry = option_flag(call, "dry-run");
    progress_clear();
    if (strcmp(option_text(call, "format"), "json") == 0) {
        write_json(pulls, issues, dry);
        return;
    }
    if (pulls && pulls->repository.len) /* else there was nobody to ask: the error says why */
        write_table(pulls, "Pull requests", dry);
    if (issues && issues->repository.len)
        write_table(issues, "Issues", dry);
}

/* ---- all of it ---- */

static bool run_issues(struct invocation *call, const struct bases_result *result,
                       struct propose_options options, struct propose_result *issues,
                       struct error *err)
{
    struct unfixed_image *images;
    size_t count, failed;
    if (!scan_images(call, result, &images, &count, &failed, err))
        return false;
    options.complete = options.complete && failed == 0;
    if (!propose_issues(images, count, &options, call->arena, issues, err))
        return false;
    return failed == 0 || error_set(err, ERROR_IO, "%zu image%s could not be scanned", failed,
                                    failed == 1 ? "" : "s");
}

bool update_forge_run(struct invocation *call, const struct bases_result *result,
                      const struct pins_result *pins, struct error *err)
{
    struct propose_options options = options_of(call, result, pins);
    struct propose_result pulls = {0}, issues = {0};
    bool pr = option_flag(call, "pr"), issue = option_flag(call, "issue"), fine = true;
    if (pr) {
        progress_show("pull requests");
        fine = propose_pulls(result->changes, result->change_count, &options, call->arena, &pulls,
                             err);
    }
    if (fine && issue)
        fine = run_issues(call, result, options, &issues, err);
    write_all(call, pr ? &pulls : NULL, issue ? &issues : NULL);
    if (fine && (pulls.failed || issues.failed))
        fine = error_set(err, ERROR_IO, "some could not be opened or changed: see above");
    return fine;
}
