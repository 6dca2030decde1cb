/* The way of one HAProxy configuration through lint. */
#include "lint/haproxy/haproxy.h"

static void report_problems(const struct haproxy_config *config, struct lint_report *report,
                            struct proxy_result *result)
{
    for (size_t i = 0; i < config->problem_count && i < HAPROXY_PROBLEMS_MAX; i++) {
        const struct haproxy_problem *problem = &config->problems[i];
        struct lint_finding *finding =
            lint_add(report, &haproxy_rules[problem->rule], problem->file, problem->start,
                     problem->end, "%.*s", SLICE_ARG(problem->text));
        if (finding && !problem->refused && finding->severity == LINT_ERROR)
            finding->severity = LINT_WARNING;
        if (finding && problem->rule == RULE_UNDEFINED && config->part)
            finding->severity = LINT_INFO; /* a file of a conf.d: another may have it */
        if (problem->refused)
            result->parsed = false;
    }
}

bool haproxy_lint(const struct lint_file *file, const struct proxy_options *options,
                  struct lint_report *report, struct arena *arena, struct proxy_result *result,
                  struct error *err)
{
    struct haproxy_config *config = arena_new(arena, struct haproxy_config);
    struct lint_file *files[] = {(struct lint_file *)file};
    unsigned version;
    *result = (struct proxy_result){.headers.arena = arena, .parsed = true};
    if (!config)
        return arena_error(err);
    if (!haproxy_version(options->target_version, &version))
        return error_set(err, ERROR_USAGE, "'%.*s' is no version of HAProxy from 2.0 on",
                         SLICE_ARG(options->target_version));
    if (!haproxy_parse(config, files, 1, version, arena, err))
        return false;
    haproxy_check(config);
    report_problems(config, report, result);
    if (!haproxy_headers(config, options, &result->headers))
        lint_note(report, file->path, "too many routes or headers: not all headers were looked at");
    haproxy_endpoints(config, arena, result);
    struct haproxy_lint lint = {config, options, &result->headers, report};
    haproxy_rules_run(&lint);
    headers_grade(&result->headers);
    struct header_fixer fixer = haproxy_fixer(config);
    headers_judge(&result->headers, options->profile, report, &fixer);
    return config->failed || result->headers.failed ? arena_error(err) : true;
}
