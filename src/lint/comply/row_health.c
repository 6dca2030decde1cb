/*
 * The health check, traced to the endpoint that answers it: HEALTHCHECK CMD wget -qO-
 * http://127.0.0.1:8404/health → haproxy.cfg: monitor-uri /health on port 8404.
 */
#include "lint/comply/comply.h"

struct check_command {
    struct slice text; /* as a shell would read it */
    struct slice url;  /* empty: it calls none */
    struct slice path; /* "/health" */
    uint64_t port;
    bool only_configuration; /* haproxy -c, nginx -t: says nothing of what runs */
};

static struct slice join(struct arena *arena, const struct slice *words, size_t count)
{
    struct slice text = {"", 0};
    for (size_t i = 0; i < count; i++)
        text =
            arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(text), i ? " " : "", SLICE_ARG(words[i]));
    return text;
}

/* The last HEALTHCHECK of the stage that is built, or of those it builds on. */
static const struct instruction *dockerfile_check_of(const struct dockerfile_model *model)
{
    const struct stage *stage = &model->stages[model->stage_count - 1];
    for (; stage; stage = stage->parent)
        for (size_t i = stage->last; i > stage->first; i--)
            if (model->dockerfile->instructions[i - 1].keyword == KEYWORD_HEALTHCHECK)
                return &model->dockerfile->instructions[i - 1];
    return NULL;
}

/* The words behind "CMD"; false when there is no health check, or NONE. */
static bool find_command(struct comply *comply, struct slice *text)
{
    const struct image *image = comply->image;
    const struct instruction *found = NULL;
    if (image && image->healthcheck_count > 1) {
        *text = join(comply->arena, image->healthcheck + 1, image->healthcheck_count - 1);
        return true;
    }
    if (!image && comply->model.stage_count)
        found = dockerfile_check_of(&comply->model);
    if (!found || found->argument_count < 2)
        return false;
    *text = join(comply->arena, found->arguments + 1, found->argument_count - 1);
    return true;
}

static void read_url(struct slice url, struct check_command *command)
{
    bool tls = slice_starts(url, SLICE("https://"));
    struct slice rest = slice_from(url, slice_search(url, SLICE("://")) + 3);
    size_t slash = slice_find(rest, '/');
    struct slice host = slice_upto(rest, slash), path = slice_from(rest, slash);
    path = slice_upto(path, slice_find(path, '?'));
    size_t colon = slice_find_last(host, ':');
    command->port = tls ? 443 : 80;
    if (colon < host.len)
        (void)slice_u64(slice_from(host, colon + 1), &command->port);
    command->path = path.len ? path : SLICE("/");
    command->url = url;
}

static void read_command(struct comply *comply, struct check_command *command)
{
    struct shell_script script;
    struct error err;
    if (!shell_parse(command->text, comply->arena, &script, &err)) {
        comply->failed = true;
        return;
    }
    for (size_t i = 0; i < script.count; i++) {
        const struct shell_command *each = &script.commands[i];
        command->only_configuration |=
            (slice_equal(each->program, SLICE("haproxy")) && shell_has_option(each, "-c")) ||
            (slice_equal(each->program, SLICE("nginx")) && shell_has_option(each, "-t"));
        for (size_t j = 0; j < shell_argument_count(each); j++) {
            struct slice word = shell_argument(each, j)->value;
            bool tool = slice_equal(each->program, SLICE("curl")) ||
                        slice_equal(each->program, SLICE("wget"));
            if (slice_starts(word, SLICE("http://")) || slice_starts(word, SLICE("https://")))
                read_url(word, command);
            else if (tool && !command->url.len && slice_starts(word, SLICE("localhost")))
                read_url(arena_printf(comply->arena, "http://%.*s", SLICE_ARG(word)), command);
        }
    }
}

static const struct proxy_endpoint *
find_endpoint(const struct lint_result *lint, const struct check_command *command, size_t *files)
{
    *files = 0;
    for (size_t i = 0; lint && i < lint->file_count; i++) {
        const struct proxy_result *proxy = lint->files[i].proxy;
        *files += proxy != NULL;
        for (size_t j = 0; proxy && j < proxy->endpoint_count; j++) {
            const struct proxy_endpoint *endpoint = &proxy->endpoints[j];
            bool stats = slice_equal(endpoint->kind, SLICE("stats"));
            bool fits = slice_equal(endpoint->path, command->path) ||
                        (stats && slice_starts(command->path, endpoint->path));
            if (fits && (!endpoint->port || endpoint->port == command->port))
                return endpoint;
        }
    }
    return NULL;
}

static void judge_url(struct comply *comply, struct comply_row *row,
                      const struct check_command *command)
{
    size_t files;
    const struct proxy_endpoint *found = find_endpoint(comply->options->lint, command, &files);
    if (found) {
        comply_say(comply, row, COMPLY_PASS, "HEALTHCHECK asks %.*s, which %.*s:%u answers (%.*s)",
                   SLICE_ARG(command->url), SLICE_ARG(found->file->path), found->line,
                   SLICE_ARG(found->kind));
        return;
    }
    if (files) {
        comply_say(comply, row, COMPLY_FAIL,
                   "HEALTHCHECK asks %.*s, and no configuration that was given answers %.*s",
                   SLICE_ARG(command->url), SLICE_ARG(command->path));
        comply_todo(comply, row,
                    "add the endpoint: HAProxy monitor-uri %.*s; nginx location = %.*s "
                    "{ return 200; }",
                    SLICE_ARG(command->path), SLICE_ARG(command->path));
        return;
    }
    comply_ask(comply, row);
    if (row->state == COMPLY_OPEN)
        comply_todo(comply, row,
                    "HEALTHCHECK asks %.*s; name the configuration that answers it "
                    "(docker/haproxy.cfg), or: --answer %s=yes --by NAME",
                    SLICE_ARG(command->url), row->rule->id);
}

void comply_judge_health(struct comply *comply, struct comply_row *row)
{
    struct check_command command = {.port = 0};
    if (!find_command(comply, &command.text)) {
        comply_say(comply, row, COMPLY_FAIL, "there is no HEALTHCHECK");
        comply_todo(comply, row,
                    "add one that asks the program: HEALTHCHECK CMD wget -qO- "
                    "http://127.0.0.1:PORT/health || exit 1");
        return;
    }
    read_command(comply, &command);
    if (command.url.len)
        judge_url(comply, row, &command);
    else if (command.only_configuration) {
        comply_say(comply, row, COMPLY_FAIL, "HEALTHCHECK %.*s checks a file, not what runs",
                   SLICE_ARG(command.text));
        comply_todo(comply, row, "ask an endpoint of the running program");
    } else
        comply_ask(comply, row);
}
