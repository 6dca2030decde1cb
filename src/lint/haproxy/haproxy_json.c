/* `plimsoll config parse` of HAProxy's configuration: docs/schema/haproxy.json. */
#include "base/json.h"
#include "lint/haproxy/haproxy.h"

/* Passwords stay in the file: "admin:***", "***". */
static void put_argument(struct json_writer *json, const struct haproxy_line *line, size_t index)
{
    struct slice text = line->words[index].text;
    if (line->words[index].unknown)
        json_put_string(json, text);
    else if (index == 2 && haproxy_is(line, "stats", "auth")) {
        char masked[100];
        snprintf(masked, sizeof masked, "%.*s:***",
                 SLICE_ARG(slice_upto(slice_upto(text, slice_find(text, ':')), 80)));
        json_put_string(json, slice_str(masked));
    } else if (haproxy_is(line, "user", NULL) &&
               slice_equal_str(line->words[index - 1].text, "insecure-password"))
        json_put_string(json, SLICE("***"));
    else
        json_put_string(json, text);
}

static void put_line(struct json_writer *json, const struct haproxy_line *line)
{
    json_begin_object(json);
    json_field(json, "keyword", line->words[0].text);
    json_name(json, "args");
    json_begin_array(json);
    for (size_t i = 1; i < line->condition; i++)
        put_argument(json, line, i);
    json_end_array(json);
    json_field_int(json, "line", line->number);
    if (line->negated || line->reset)
        json_field(json, "prefix", line->negated ? SLICE("no") : SLICE("default"));
    if (line->condition < line->count)
        json_field(json, "condition", haproxy_condition_text(line));
    json_field_text(json, "when", line->maybe);
    json_end_object(json);
}

static void put_section(struct json_writer *json, const struct haproxy_section *section)
{
    json_begin_object(json);
    json_field(json, "type", section->type);
    json_field(json, "name", section->name);
    json_field_int(json, "line", section->head ? section->head->number : 0);
    if (section->defaults && section->defaults->head) {
        json_name(json, "defaults");
        json_begin_object(json);
        json_field(json, "name", section->defaults->name);
        json_field_int(json, "line", section->defaults->head->number);
        json_end_object(json);
    }
    json_name(json, "lines");
    json_begin_array(json);
    for (size_t i = 0; i < section->count; i++)
        put_line(json, section->lines[i]);
    json_end_array(json);
    json_end_object(json);
}

static bool first_refusal(const struct haproxy_config *config, struct error *err)
{
    const struct haproxy_problem *first = NULL;
    for (size_t i = 0; i < config->problem_count; i++)
        if (config->problems[i].refused && (!first || config->problems[i].line < first->line))
            first = &config->problems[i];
    return !first || error_set(err, ERROR_FORMAT, "%.*s:%u: %.*s", SLICE_ARG(first->file->path),
                               first->line, SLICE_ARG(first->text));
}

bool haproxy_parse_json(const struct lint_file *file, const struct proxy_options *options,
                        struct arena *arena, FILE *out, struct error *err)
{
    struct haproxy_config config;
    struct lint_file copy = *file, *files[] = {&copy};
    unsigned version;
    if (!haproxy_version(options->target_version, &version))
        return error_set(err, ERROR_USAGE, "'%.*s' is no version of HAProxy from 2.0 on",
                         SLICE_ARG(options->target_version));
    if (!haproxy_parse(&config, files, 1, version, arena, err))
        return false;
    haproxy_check(&config);
    if (config.failed)
        return arena_error(err);
    if (!first_refusal(&config, err))
        return false;
    struct json_writer json;
    json_writer_init(&json, out, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/haproxy/1"));
    json_field(&json, "file", file->path);
    json_name(&json, "sections");
    json_begin_array(&json);
    for (size_t i = 0; i < config.section_count; i++)
        put_section(&json, config.sections[i]);
    json_end_array(&json);
    json_end_object(&json);
    return true;
}
