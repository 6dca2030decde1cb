/*
 * What lint makes of HAProxy configurations, for scenarios that compare it with the real HAProxy:
 *
 *   haproxy-judge verdict VERSION FILE…   "FILE<TAB>accepted" or "FILE<TAB>refused<TAB>LINE: why"
 *   haproxy-judge routes VERSION FILE     the predicted headers as JSON
 *   haproxy-judge fix VERSION FILE        the file with all edits of all findings
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/json.h"
#include "lint/haproxy/haproxy.h"

enum { BUDGET = 512 << 20 };

static bool load(const char *path, struct arena *arena, struct lint_file *file, struct error *err)
{
    struct slice bytes;
    return file_read(path, HAPROXY_FILE_MAX, arena, &bytes, err) &&
           (lint_file_init(file, slice_str(path), bytes, LINT_HAPROXY, arena) || arena_error(err));
}

static int verdict(const char *version_text, const char *path)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, BUDGET);
    struct lint_file file, *files[] = {&file};
    struct error err = {0};
    struct haproxy_config config;
    unsigned version;
    if (!haproxy_version(slice_str(version_text), &version) || !load(path, &arena, &file, &err) ||
        !haproxy_parse(&config, files, 1, version, &arena, &err)) {
        printf("%s\trefused\t%s\n", path, err.text);
        return 0;
    }
    haproxy_check(&config);
    const struct haproxy_problem *first = NULL;
    for (size_t i = 0; i < config.problem_count; i++)
        if (config.problems[i].refused && (!first || config.problems[i].line < first->line))
            first = &config.problems[i];
    if (first)
        printf("%s\trefused\t%u: %.*s\n", path, first->line, SLICE_ARG(first->text));
    else
        printf("%s\taccepted\n", path);
    return 0;
}

static void put_effect(struct json_writer *json, const struct header_effect *effect)
{
    json_begin_object(json);
    json_field(json, "name", effect->name);
    json_field(json, "value", effect->value);
    json_field(json, "reason", slice_str(header_reason_text(effect->reason)));
    json_field_text(json, "condition", effect->condition);
    json_field_int(json, "line", effect->line);
    json_end_object(json);
}

static void put_route(struct json_writer *json, const struct header_route *route)
{
    static const char *const names[] = {"200", "301", "404", "500", "own"};
    json_begin_object(json);
    json_field(json, "server", route->server);
    json_field(json, "path", route->path);
    json_field_bool(json, "tls", route->tls);
    json_field_bool(json, "plain", route->plain);
    json_field_bool(json, "redirects", route->redirects_to_tls);
    json_field_bool(json, "own_only", route->own_only);
    json_field(json, "grade", slice_str(route->grade));
    for (int outcome = 0; outcome < OUTCOMES; outcome++) {
        if (!route->possible[outcome])
            continue;
        json_name(json, names[outcome]);
        json_begin_array(json);
        for (size_t i = 0; i < route->effect_count[outcome]; i++)
            put_effect(json, &route->effects[outcome][i]);
        json_end_array(json);
    }
    json_end_object(json);
}

static void put_routes(const struct proxy_result *result)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 1);
    json_begin_object(&json);
    json_name(&json, "routes");
    json_begin_array(&json);
    for (size_t i = 0; i < result->headers.count; i++)
        put_route(&json, &result->headers.routes[i]);
    json_end_array(&json);
    json_name(&json, "endpoints");
    json_begin_array(&json);
    for (size_t i = 0; i < result->endpoint_count; i++) {
        json_begin_object(&json);
        json_field(&json, "kind", result->endpoints[i].kind);
        json_field(&json, "path", result->endpoints[i].path);
        json_field_int(&json, "port", result->endpoints[i].port);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_end_object(&json);
    putchar('\n');
}

/* All edits, from the front; one that overlaps an earlier one waits for the next run. */
static int by_place(const void *a, const void *b)
{
    const struct lint_edit *x = a, *y = b;
    return x->start < y->start ? -1 : x->start > y->start;
}

static void put_fixed(const struct lint_file *file, const struct lint_report *report,
                      struct arena *arena)
{
    size_t count = 0;
    for (size_t i = 0; i < report->count; i++)
        count += report->findings[i]->edit_count;
    struct lint_edit *edits = arena_array(arena, count + 1, sizeof *edits);
    count = 0;
    for (size_t i = 0; edits && i < report->count; i++)
        for (size_t j = 0; j < report->findings[i]->edit_count; j++)
            edits[count++] = report->findings[i]->edits[j];
    if (!edits)
        return;
    qsort(edits, count, sizeof *edits, by_place);
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (edits[i].start < at)
            continue;
        fwrite(file->bytes.at + at, 1, edits[i].start - at, stdout);
        fwrite(edits[i].text.at, 1, edits[i].text.len, stdout);
        at = edits[i].end;
    }
    fwrite(file->bytes.at + at, 1, file->bytes.len - at, stdout);
}

static int lint_one(const char *what, const char *version, const char *path)
{
    CLEANUP_ARENA struct arena arena;
    arena_init(&arena, BUDGET);
    struct lint_file file;
    struct error err = {0};
    struct proxy_options options = {.profile = HEADERS_OWASP, .target_version = slice_str(version)};
    struct lint_report report = {.arena = &arena};
    struct proxy_result result;
    if (getenv("CLASSIC"))
        options.profile = HEADERS_CLASSIC;
    if (!load(path, &arena, &file, &err) ||
        !haproxy_lint(&file, &options, &report, &arena, &result, &err)) {
        fprintf(stderr, "%s: %s\n", path, err.text);
        return 3;
    }
    if (strcmp(what, "routes") == 0)
        put_routes(&result);
    else if (strcmp(what, "fix") == 0)
        put_fixed(&file, &report, &arena);
    else
        for (size_t i = 0; i < report.count; i++)
            printf("%u:%u %s %s: %.*s\n", report.findings[i]->line, report.findings[i]->column,
                   lint_severity_name(report.findings[i]->severity), report.findings[i]->rule->id,
                   SLICE_ARG(report.findings[i]->message));
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 4) {
        fprintf(stderr, "usage: haproxy-judge verdict|routes|fix|lint VERSION FILE…\n");
        return 2;
    }
    int status = 0;
    for (int i = 3; i < count; i++)
        status |= strcmp(arguments[1], "verdict") == 0
                      ? verdict(arguments[2], arguments[i])
                      : lint_one(arguments[1], arguments[2], arguments[i]);
    return status;
}
