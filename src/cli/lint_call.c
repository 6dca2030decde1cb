/* See lint_call.h. */
#include "cli/lint_call.h"

#include "base/ascii.h"
#include "cli/scan_call.h"
#include "lint/settings.h"
#include "lint/shellcheck.h"

/* Of --only and --ignore: known rules, codes, or ShellCheck's. */
static bool take_names(struct invocation *call, const char *option, struct slice **names,
                       size_t *count, struct error *err)
{
    const struct option_value *value = option_value(call, option);
    size_t room = 0;
    for (size_t i = 0; i < value->count; i++) {
        struct slice name = slice_str(value->items[i]);
        if (!lint_rule_find(name) && !shellcheck_is_code(name)) {
            struct slice near = lint_rule_suggest(name, call->arena);
            return error_set(
                err, ERROR_USAGE,
                "--%s: there is no rule \"%s\"%s%.*s%s `plimsoll lint rules` lists them", option,
                value->items[i], near.len ? "; did you mean " : ";", SLICE_ARG(near),
                near.len ? "?" : "");
        }
        if (!ARENA_PUSH(call->arena, *names, *count, room, name))
            return arena_error(err);
    }
    return true;
}

static unsigned kind_of(const char *name)
{
    if (!name)
        return 0;
    return strcmp(name, "dockerfile") == 0 ? LINT_DOCKERFILE
           : strcmp(name, "nginx") == 0    ? LINT_NGINX
                                           : LINT_HAPROXY;
}

/* Configuration is read by lint/settings.c folder by folder; only what was said for this one call
   stands above it. */
static const char *said(struct invocation *call, const char *name)
{
    const struct option_value *value = option_value(call, name);
    return value->source >= SOURCE_ENVIRONMENT ? value->text : NULL;
}

static bool check_target_version(const char *text, struct error *err)
{
    for (const char *at = text; at && *at; at++)
        if (!ascii_digit(*at) && *at != '.')
            return error_set(err, ERROR_USAGE, "--target-version: \"%s\" is no version such as 3.3",
                             text);
    return true;
}

bool lint_call_common(struct invocation *call, struct lint_options *options, struct error *err)
{
    const char *profile = said(call, "profile"), *fail_on = said(call, "fail-on");
    const struct option_value *config = option_value(call, "config");
    *options =
        (struct lint_options){.config = config->source >= SOURCE_ENVIRONMENT ? config->text : NULL,
                              .offline = option_flag(call, "offline"),
                              .exceptions = scan_call_exceptions(call),
                              .fail_on_given = fail_on != NULL};
    if (profile)
        lint_profile_parse(slice_str(profile), &options->profile);
    if (fail_on)
        lint_severity_parse(slice_str(fail_on), &options->fail_on);
    return take_names(call, "ignore", &options->ignore, &options->ignore_count, err) &&
           take_names(call, "only", &options->only, &options->only_count, err);
}

bool lint_call_options(struct invocation *call, struct lint_options *options, struct error *err)
{
    const char *headers = said(call, "headers"), *version = said(call, "target-version");
    if (!lint_call_common(call, options, err))
        return false;
    options->paths = call->operands;
    options->path_count = call->operand_count;
    options->as = kind_of(option_text(call, "as"));
    options->headers = headers && strcmp(headers, "classic") == 0 ? HEADERS_CLASSIC : HEADERS_OWASP;
    options->headers_given = headers != NULL;
    options->without_shellcheck = option_flag(call, "no-shellcheck");
    options->without_context = option_flag(call, "no-context");
    options->context = option_text(call, "context");
    options->bases = arena_printf(call->arena, "%s/bases", option_text(call, "cache")).at;
    options->behind_tls = option_flag(call, "behind-tls");
    options->target_version = slice_str(version);
    return check_target_version(version, err);
}

const char *lint_call_format(size_t index)
{
    return lint_report_formats[index].name;
}

struct context {
    const struct lint_result *result;
    const struct lint_report_options *options;
};

static bool write_report(void *context, const char *format, FILE *file, struct error *err)
{
    const struct context *what = context;
    return lint_report_write(format, what->result, what->options, file, err);
}

bool lint_call_write(const struct format_call *formats, const struct lint_result *result,
                     const struct lint_report_options *options, struct error *err)
{
    struct context context = {result, options};
    return format_call_write(formats, write_report, &context, err);
}
