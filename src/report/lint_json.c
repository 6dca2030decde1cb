/* JSON: everything, as docs/schema/lint.json says. */
#include "base/json.h"
#include "report/lint_report.h"

static void put_number_or_null(struct json_writer *json, const char *name, unsigned number)
{
    json_name(json, name);
    if (number)
        json_put_int(json, number);
    else
        json_put_null(json);
}

static void put_codes(struct json_writer *json, struct slice codes)
{
    json_name(json, "codes");
    json_begin_array(json);
    while (codes.len) {
        struct slice code = slice_cut(&codes, ' ');
        if (code.len)
            json_put_string(json, code);
    }
    json_end_array(json);
}

static void put_edit(struct json_writer *json, const struct lint_finding *finding,
                     const struct lint_edit *edit)
{
    unsigned line, column, end_line, end_column;
    lint_file_position(finding->file, edit->start, &line, &column);
    lint_file_position(finding->file, edit->end, &end_line, &end_column);
    json_begin_object(json);
    json_field_int(json, "line", line);
    json_field_int(json, "column", column);
    json_field_int(json, "end_line", end_line);
    json_field_int(json, "end_column", end_column);
    json_field_int(json, "offset", (int64_t)edit->start);
    json_field_int(json, "length", (int64_t)(edit->end - edit->start));
    json_field(json, "text", edit->text);
    json_end_object(json);
}

static void put_fix(struct json_writer *json, const struct lint_finding *finding)
{
    json_name(json, "fix");
    if (!finding->edit_count || !finding->file) {
        json_put_null(json);
        return;
    }
    json_begin_object(json);
    json_field(json, "description", finding->fix);
    json_name(json, "edits");
    json_begin_array(json);
    for (size_t i = 0; i < finding->edit_count && !finding->secret_edits; i++)
        put_edit(json, finding, &finding->edits[i]);
    json_end_array(json);
    json_end_object(json);
}

static void put_finding(struct json_writer *json, const struct lint_finding *finding)
{
    json_begin_object(json);
    json_field(json, "file", finding->path);
    put_number_or_null(json, "line", finding->line);
    put_number_or_null(json, "column", finding->column);
    put_number_or_null(json, "end_line", finding->end_line);
    put_number_or_null(json, "end_column", finding->end_column);
    json_field(json, "rule", slice_str(finding->rule->id));
    put_codes(json, finding->codes);
    json_field(json, "severity", slice_str(lint_severity_name(finding->severity)));
    json_field(json, "message", finding->message);
    put_fix(json, finding);
    json_field_bool(json, "suppressed", finding->suppressed);
    json_field_or_null(json, "suppression", finding->suppression);
    json_field_or_null(json, "reason", finding->reason);
    json_end_object(json);
}

/* ---- headers ---- */

static const char *const outcome_names[] = {"200", "301", "404", "500", "own"};

static const char *reason_id(enum header_reason reason)
{
    static const char *const ids[] = {"sent",      "inherited", "conditional", "twice",   "dropped",
                                      "no_always", "not_own",   "deleted",     "upstream"};
    return ids[reason];
}

static void put_effect(struct json_writer *json, const struct header_effect *effect)
{
    json_begin_object(json);
    json_field(json, "name", effect->name);
    json_field(json, "value", effect->value);
    json_field(json, "reason", slice_str(reason_id(effect->reason)));
    json_field_or_null(json, "condition", effect->condition);
    json_field_or_null(json, "file", effect->file ? effect->file->path : (struct slice){NULL, 0});
    put_number_or_null(json, "line", effect->line);
    put_number_or_null(json, "reason_line", effect->reason_line);
    json_end_object(json);
}

static void put_route(struct json_writer *json, const struct header_route *route)
{
    json_begin_object(json);
    json_field_or_null(json, "file", route->file ? route->file->path : (struct slice){NULL, 0});
    put_number_or_null(json, "line", route->line);
    json_field(json, "server", route->server);
    json_field(json, "path", route->path);
    json_field_bool(json, "tls", route->tls);
    json_field_bool(json, "plain", route->plain);
    json_field_bool(json, "redirects_to_tls", route->redirects_to_tls);
    json_field_int(json, "score", route->score);
    json_field(json, "grade", slice_str(route->grade));
    json_name(json, "outcomes");
    json_begin_object(json);
    for (unsigned i = 0; i < OUTCOMES; i++) {
        if (!route->possible[i])
            continue;
        json_name(json, outcome_names[i]);
        json_begin_array(json);
        for (size_t j = 0; j < route->effect_count[i]; j++)
            put_effect(json, &route->effects[i][j]);
        json_end_array(json);
    }
    json_end_object(json);
    json_end_object(json);
}

static void put_routes(struct json_writer *json, const struct lint_result *result)
{
    json_name(json, "routes");
    json_begin_array(json);
    for (size_t i = 0; i < result->file_count; i++) {
        const struct proxy_result *proxy = result->files[i].proxy;
        for (size_t j = 0; proxy && j < proxy->headers.count; j++)
            put_route(json, &proxy->headers.routes[j]);
    }
    json_end_array(json);
}

static void put_endpoints(struct json_writer *json, const struct lint_result *result)
{
    json_name(json, "endpoints");
    json_begin_array(json);
    for (size_t i = 0; i < result->file_count; i++) {
        const struct proxy_result *proxy = result->files[i].proxy;
        for (size_t j = 0; proxy && j < proxy->endpoint_count; j++) {
            const struct proxy_endpoint *endpoint = &proxy->endpoints[j];
            json_begin_object(json);
            json_field(json, "kind", endpoint->kind);
            json_field(json, "path", endpoint->path);
            put_number_or_null(json, "port", endpoint->port);
            json_field_or_null(json, "file",
                               endpoint->file ? endpoint->file->path : (struct slice){NULL, 0});
            put_number_or_null(json, "line", endpoint->line);
            json_end_object(json);
        }
    }
    json_end_array(json);
}

/* ---- all ---- */

static const char *kind_name(enum lint_kind kind)
{
    return kind == LINT_DOCKERFILE ? "dockerfile" : kind == LINT_NGINX ? "nginx" : "haproxy";
}

static void put_files(struct json_writer *json, const struct lint_result *result)
{
    json_name(json, "files");
    json_begin_array(json);
    for (size_t i = 0; i < result->file_count; i++) {
        json_begin_object(json);
        json_field(json, "path", result->files[i].file->path);
        json_field(json, "kind", slice_str(kind_name(result->files[i].file->kind)));
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_notes(struct json_writer *json, const struct lint_report *report)
{
    json_name(json, "notes");
    json_begin_array(json);
    for (size_t i = 0; i < report->note_count; i++) {
        json_begin_object(json);
        json_field_or_null(json, "path", report->notes[i].path);
        json_field(json, "text", report->notes[i].text);
        json_end_object(json);
    }
    json_end_array(json);
}

static void put_summary(struct json_writer *json, const struct lint_result *result,
                        const struct lint_report_options *options)
{
    size_t total = 0;
    json_name(json, "summary");
    json_begin_object(json);
    for (int severity = LINT_ERROR; severity > LINT_OFF; severity--) {
        json_field_int(json, lint_severity_name((enum lint_severity)severity),
                       (int64_t)result->counts[severity]);
        total += result->counts[severity];
    }
    json_field_int(json, "total", (int64_t)total);
    json_field_int(json, "fixable", (int64_t)result->fixable);
    json_field_int(json, "fixed", (int64_t)options->fixed);
    json_field_int(json, "suppressed", (int64_t)result->suppressed);
    json_field_int(json, "failing", (int64_t)result->failing);
    json_field_int(json, "files", (int64_t)result->file_count);
    json_field_int(json, "unread", (int64_t)result->unread);
    json_end_object(json);
}

bool lint_report_json(const struct lint_result *result, const struct lint_report_options *options,
                      struct arena *arena, FILE *file, struct error *err)
{
    (void)arena, (void)err;
    struct json_writer json;
    json_writer_init(&json, file, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/lint/1"));
    json_field(&json, "version", SLICE(PLIMSOLL_VERSION));
    json_field(&json, "started", result->started);
    put_summary(&json, result, options);
    json_name(&json, "findings");
    json_begin_array(&json);
    for (size_t i = 0; i < result->report.count; i++)
        put_finding(&json, result->report.findings[i]);
    json_end_array(&json);
    put_routes(&json, result);
    put_endpoints(&json, result);
    put_files(&json, result);
    put_notes(&json, &result->report);
    json_end_object(&json);
    return true;
}
