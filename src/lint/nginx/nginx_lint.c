/* The way of one configuration of nginx: tree, headers of every route, rules. */
#include "lint/nginx/rules.h"

struct telling {
    struct lint_report *report;
    size_t refused;
    struct table told; /* by file and byte: a file may be included many times */
};

enum { PROBLEMS_MAX = 100 }; /* after so many the file is no configuration */

static void tell(void *context, enum nginx_problem problem, const struct lint_file *file,
                 size_t start, size_t end, const char *text)
{
    static const enum nginx_rule rules[] = {[NGINX_REFUSED] = NGINX_RULE_SYNTAX,
                                            [NGINX_MISSING] = NGINX_RULE_INCLUDE,
                                            [NGINX_MODULE] = NGINX_RULE_MODULE,
                                            [NGINX_CHANGED] = NGINX_RULE_CHANGED};
    struct telling *telling = context;
    if (problem == NGINX_ELSEWHERE) {
        unsigned line, column;
        lint_file_position(file, start, &line, &column);
        lint_note(telling->report, file->path, "line %u: %s", line, text);
        return;
    }
    struct {
        const struct lint_file *file;
        size_t start;
    } key = {file, start};
    struct slice known = slice_of(&key, sizeof key);
    if (table_get(&telling->told, known) ||
        (problem == NGINX_REFUSED && ++telling->refused > PROBLEMS_MAX))
        return;
    known = arena_copy(telling->report->arena, known);
    if (known.at)
        table_put(&telling->told, known, telling);
    struct slice bytes = slice_of(file->bytes.at + start, end - start);
    end = start + slice_find(bytes, '\n');
    lint_add(telling->report, &nginx_rules[rules[problem]], file, start, end, "%s", text);
}

static bool judge(const struct nginx_parse *parse, struct lint_report *report, struct arena *arena,
                  struct proxy_result *result)
{
    struct nginx_map map = {
        .parse = parse, .options = parse->options, .headers = &result->headers, .arena = arena};
    if (!nginx_headers(&map) || !nginx_endpoints(parse, arena, result))
        return false;
    struct header_fixer fixer = {nginx_header_fix, &map};
    headers_grade(&result->headers);
    headers_judge(&result->headers, parse->options->profile, report, &fixer);
    if (map.cut)
        lint_note(report, parse->root.file->path,
                  "more locations than are looked at: headers of the last ones are not judged");
    struct nginx_check check = {.parse = parse, .map = &map, .report = report, .arena = arena};
    nginx_rules_run(&check);
    return !result->headers.failed && !report->failed;
}

bool nginx_lint(const struct lint_file *file, const struct proxy_options *options,
                struct lint_report *report, struct arena *arena, struct proxy_result *result,
                struct error *err)
{
    struct telling telling = {.report = report};
    struct nginx_parse parse = {
        .arena = arena, .options = options, .problem = tell, .context = &telling};
    *result = (struct proxy_result){.headers.arena = arena};
    table_init(&telling.told, report->arena);
    if (!nginx_version(options->target_version, &parse.version))
        return error_set(err, ERROR_USAGE, "'%.*s' is no version of nginx, such as 1.29.4",
                         SLICE_ARG(options->target_version));
    if (!nginx_parse(&parse, file, err))
        return false;
    result->parsed = !parse.refused;
    if (parse.broken)
        return !report->failed || arena_error(err);
    return judge(&parse, report, arena, result) || arena_error(err);
}
