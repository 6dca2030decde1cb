/* SARIF 2.1.0 of a lint (OASIS; sections are quoted as §): rules with their words, results with
   their region, what suppresses them, and the edits that mend them. */
#include "base/utf8.h"
#include "report/lint_report.h"
#include "report/sarif_frame.h"
#include "report/sarif_text.h"

#define ROOT "%SRCROOT%"

static const char *level_of(enum lint_severity severity)
{
    return severity == LINT_ERROR ? "error" : severity == LINT_WARNING ? "warning" : "note";
}

/* ---- rules ---- */

static void put_tags(struct json_writer *json, const struct lint_rule *rule)
{
    json_name(json, "properties");
    json_begin_object(json);
    json_name(json, "tags");
    json_begin_array(json);
    for (struct slice codes = slice_str(rule->codes); codes.len;) {
        struct slice code = slice_cut(&codes, ' ');
        if (code.len)
            json_put_string(json, code);
    }
    json_end_array(json);
    json_field(json, "problem.severity",
               slice_str(rule->severity == LINT_ERROR     ? "error"
                         : rule->severity == LINT_WARNING ? "warning"
                                                          : "recommendation"));
    json_end_object(json);
}

static void put_help(struct json_writer *json, const struct lint_rule *rule, struct arena *arena)
{
    const char *bad = rule->bad ? rule->bad : "", *good = rule->good ? rule->good : "";
    json_name(json, "help");
    json_begin_object(json);
    json_field(json, "text",
               arena_printf(arena, "%s\n\nBad:\n%s\n\nGood:\n%s", rule->why, bad, good));
    json_field(json, "markdown",
               arena_printf(arena, "%.*s\n\nBad:\n\n```\n%s\n```\n\nGood:\n\n```\n%s\n```",
                            SLICE_ARG(sarif_markdown(slice_str(rule->why), arena)), bad, good));
    json_end_object(json);
}

static void put_rule(struct json_writer *json, const struct lint_rule *rule, struct arena *arena)
{
    json_begin_object(json);
    json_field(json, "id", slice_str(rule->id));
    sarif_put_text(json, "shortDescription", sarif_plain(slice_str(rule->title), arena));
    sarif_put_text(json, "fullDescription", sarif_plain(slice_str(rule->why), arena));
    sarif_put_default_level(json, level_of(rule->severity));
    put_help(json, rule, arena);
    put_tags(json, rule);
    json_end_object(json);
}

static bool put_rules(struct json_writer *json, const struct lint_result *result,
                      struct table *rules, struct arena *arena)
{
    json_name(json, "rules");
    json_begin_array(json);
    for (size_t i = 0; i < result->report.count; i++) {
        const struct lint_rule *rule = result->report.findings[i]->rule;
        bool is_new;
        if (!sarif_rule_enter(rules, slice_str(rule->id), &is_new))
            return false;
        if (is_new)
            put_rule(json, rule, arena);
    }
    json_end_array(json);
    return true;
}

/* ---- places ---- */

/* Our columns count bytes; SARIF's here code points (§3.14.17). */
static unsigned points(const struct lint_file *file, unsigned line, unsigned column)
{
    struct slice before = slice_upto(lint_file_line(file, line), column ? column - 1 : 0);
    unsigned count = 1;
    while (before.len) {
        uint32_t code;
        utf8_cut(&before, &code);
        count++;
    }
    return count;
}

static void put_region(struct json_writer *json, const char *name, const struct lint_file *file,
                       unsigned line, unsigned column, unsigned end_line, unsigned end_column)
{
    json_name(json, name);
    json_begin_object(json);
    json_field_int(json, "startLine", line ? line : 1);
    if (file && line) {
        json_field_int(json, "startColumn", points(file, line, column));
        if (end_line) {
            json_field_int(json, "endLine", end_line);
            json_field_int(json, "endColumn", points(file, end_line, end_column));
        }
    }
    json_end_object(json);
}

static void put_artifact(struct json_writer *json, struct slice path, struct arena *arena)
{
    json_name(json, "artifactLocation");
    json_begin_object(json);
    if (slice_starts(path, SLICE("/"))) {
        struct slice uri = sarif_uri(path, arena);
        json_field(json, "uri", arena_printf(arena, "file://%.*s", SLICE_ARG(uri)));
    } else {
        while (slice_starts(path, SLICE("./")))
            path = slice_from(path, 2);
        json_field(json, "uri", sarif_uri(path.len ? path : SLICE("image"), arena));
        json_field(json, "uriBaseId", SLICE(ROOT));
    }
    json_end_object(json);
}

static void put_location(struct json_writer *json, const struct lint_finding *finding,
                         struct arena *arena)
{
    json_name(json, "locations");
    json_begin_array(json);
    json_begin_object(json);
    json_name(json, "physicalLocation");
    json_begin_object(json);
    put_artifact(json, finding->path, arena);
    put_region(json, "region", finding->file, finding->line, finding->column, finding->end_line,
               finding->end_column);
    json_end_object(json);
    json_end_object(json);
    json_end_array(json);
}

/* ---- results ---- */

static void put_fix(struct json_writer *json, const struct lint_finding *finding,
                    struct arena *arena)
{
    if (!finding->edit_count || !finding->file || finding->secret_edits)
        return;
    json_name(json, "fixes");
    json_begin_array(json);
    json_begin_object(json);
    sarif_put_text(json, "description", sarif_plain(finding->fix, arena));
    json_name(json, "artifactChanges");
    json_begin_array(json);
    json_begin_object(json);
    put_artifact(json, finding->path, arena);
    json_name(json, "replacements");
    json_begin_array(json);
    for (size_t i = 0; i < finding->edit_count; i++) {
        const struct lint_edit *edit = &finding->edits[i];
        unsigned line, column, end_line, end_column;
        lint_file_position(finding->file, edit->start, &line, &column);
        lint_file_position(finding->file, edit->end, &end_line, &end_column);
        json_begin_object(json);
        put_region(json, "deletedRegion", finding->file, line, column, end_line, end_column);
        sarif_put_text(json, "insertedContent", edit->text);
        json_end_object(json);
    }
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
    json_end_object(json);
    json_end_array(json);
}

static void put_suppression(struct json_writer *json, const struct lint_finding *finding)
{
    if (!finding->suppressed)
        return;
    bool comment = slice_starts(finding->suppression, SLICE("comment"));
    json_name(json, "suppressions");
    json_begin_array(json);
    json_begin_object(json);
    json_field(json, "kind", comment ? SLICE("inSource") : SLICE("external"));
    json_field(json, "status", SLICE("accepted"));
    json_field_text(json, "justification", finding->reason);
    json_name(json, "properties");
    json_begin_object(json);
    json_field(json, "source", finding->suppression);
    json_end_object(json);
    json_end_object(json);
    json_end_array(json);
}

static void put_result(struct json_writer *json, const struct lint_result *result, size_t index,
                       const struct table *rules, struct arena *arena)
{
    const struct lint_finding *finding = result->report.findings[index];
    struct slice id = slice_str(finding->rule->id);
    struct digest digest;
    lint_report_fingerprint(result, index, arena, &digest);
    json_begin_object(json);
    sarif_put_rule_of(json, rules, id, level_of(finding->severity));
    sarif_put_text(json, "message", sarif_plain(finding->message, arena));
    put_location(json, finding, arena);
    sarif_put_fingerprint(json, &digest);
    put_suppression(json, finding);
    put_fix(json, finding, arena);
    json_end_object(json);
}

/* ---- the run ---- */

static void put_notes(struct json_writer *json, const struct lint_result *result,
                      struct arena *arena)
{
    const struct lint_report *report = &result->report;
    sarif_begin_notes(json, result->started);
    for (size_t i = 0; i < report->note_count; i++)
        sarif_put_note(json, result->unread, report->notes[i].path, report->notes[i].text, arena);
    sarif_end_notes(json);
}

bool lint_report_sarif(const struct lint_result *result, const struct lint_report_options *options,
                       struct arena *arena, FILE *file, struct error *err)
{
    (void)options;
    struct json_writer json;
    struct table rules;
    table_init(&rules, arena);
    sarif_begin(&json, file);
    sarif_begin_driver(&json);
    if (!put_rules(&json, result, &rules, arena))
        return arena_error(err);
    sarif_end_driver(&json);
    put_notes(&json, result, arena);
    json_name(&json, "results");
    json_begin_array(&json);
    for (size_t i = 0; i < result->report.count; i++)
        put_result(&json, result, i, &rules, arena);
    json_end_array(&json);
    json_field(&json, "columnKind", SLICE("unicodeCodePoints"));
    sarif_end(&json);
    return true;
}
