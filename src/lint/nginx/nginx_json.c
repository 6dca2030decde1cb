/* `plimsoll config parse --as nginx`: the tree as JSON (docs/schema/nginx.json). */
#include "base/json.h"
#include "lint/nginx/nginx.h"

struct first_problem {
    bool failed;
    struct error *err;
    struct arena *arena;
    struct lint_report report;
};

static void keep_first(void *context, enum nginx_problem problem, const struct lint_file *file,
                       size_t start, size_t end, const char *text)
{
    struct first_problem *first = context;
    unsigned line, column;
    (void)end;
    if (first->failed || (problem != NGINX_REFUSED && problem != NGINX_MISSING))
        return;
    lint_file_position(file, start, &line, &column);
    first->failed = true;
    error_set(first->err, ERROR_FORMAT, "%.*s:%u: %s", SLICE_ARG(file->path), line, text);
}

static void put_nodes(struct json_writer *json, const struct nginx_node *node, bool included,
                      const struct lint_file *file);

/* A node, and what an include brought behind it. */
static void put_node(struct json_writer *json, const struct nginx_node *node,
                     const struct lint_file *file)
{
    json_begin_object(json);
    json_field(json, "directive", node->name);
    json_name(json, "args");
    json_begin_array(json);
    for (size_t i = 0; i < node->count; i++)
        json_put_string(json, node->words[i].text);
    json_end_array(json);
    json_field_int(json, "line", node->line);
    if (node->file != file)
        json_field(json, "file", node->file->path);
    if (node->code.at)
        json_field(json, "code", node->code);
    if (node->block && !node->code.at) {
        json_name(json, "block");
        json_begin_array(json);
        put_nodes(json, node->first, false, node->file);
        json_end_array(json);
    }
    if (slice_equal_str(node->name, "include") && node->next && node->next->included) {
        json_name(json, "included");
        json_begin_array(json);
        put_nodes(json, node->next, true, node->file);
        json_end_array(json);
    }
    json_end_object(json);
}

static void put_nodes(struct json_writer *json, const struct nginx_node *node, bool included,
                      const struct lint_file *file)
{
    for (; node && (!included || node->included); node = node->next)
        if (node->included == included)
            put_node(json, node, file);
}

bool nginx_parse_json(const struct lint_file *file, const struct proxy_options *options,
                      struct arena *arena, FILE *out, struct error *err)
{
    struct first_problem first = {.err = err, .arena = arena};
    struct nginx_parse parse = {
        .arena = arena, .options = options, .problem = keep_first, .context = &first};
    if (!nginx_version(options->target_version, &parse.version))
        return error_set(err, ERROR_USAGE, "'%.*s' is no version of nginx, such as 1.29.4",
                         SLICE_ARG(options->target_version));
    if (!nginx_parse(&parse, file, err) || first.failed)
        return false;
    struct json_writer json;
    json_writer_init(&json, out, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/nginx/1"));
    json_field(&json, "file", file->path);
    json_name(&json, "config");
    json_begin_array(&json);
    put_nodes(&json, parse.root.first, false, file);
    json_end_array(&json);
    json_end_object(&json);
    fputc('\n', out);
    return true;
}
