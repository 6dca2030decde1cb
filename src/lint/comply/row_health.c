/*
 * The health check, traced to the endpoint that answers it: HEALTHCHECK CMD wget -qO-
 * http://127.0.0.1:8404/health → haproxy.cfg: monitor-uri /health on port 8404.
 */
#include "lint/comply/comply.h"
#include "lint/dockerfile/expand.h"

struct check_command {
    struct slice text;         /* as a shell would read it */
    const struct slice *words; /* of the JSON form: no shell reads them */
    size_t word_count;
    struct slice url;  /* empty: it calls none */
    struct slice path; /* "/health" */
    struct slice host; /* "127.0.0.1" */
    uint64_t port;
    bool only_configuration; /* haproxy -c, nginx -t: says nothing of what runs */
    bool never_fails;        /* `|| true`: healthy whatever the answer */
    bool takes_errors;       /* curl without --fail: content with a 500 */
};

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

static void take_words(struct comply *comply, struct check_command *command,
                       const struct slice *words, size_t count, bool json)
{
    command->text = arena_join(comply->arena, words, count, " ");
    command->words = json ? words : NULL;
    command->word_count = count;
}

/* The words behind "CMD"; false when there is no health check, or NONE. */
static bool find_command(struct comply *comply, struct check_command *command)
{
    const struct image *image = comply->image;
    const struct instruction *found = NULL;
    if (image && image->healthcheck_count > 1) {
        take_words(comply, command, image->healthcheck + 1, image->healthcheck_count - 1,
                   slice_equal(image->healthcheck[0], SLICE("CMD")));
        return true;
    }
    if (!image && comply->model.stage_count)
        found = dockerfile_check_of(&comply->model);
    if (!found || found->argument_count < 2)
        return false;
    take_words(comply, command, found->arguments + 1, found->argument_count - 1, found->json);
    return true;
}

static bool lookup_env(void *context, struct slice name, struct slice *value)
{
    const struct comply *comply = context;
    const struct image *image = comply->image;
    for (size_t i = 0; image && i < image->env_count; i++) {
        *value = image->env[i];
        if (slice_equal(slice_cut(value, '='), name))
            return true;
    }
    if (image || !comply->model.stage_count)
        return false;
    const struct stage *last = &comply->model.stages[comply->model.stage_count - 1];
    const struct variable *variable = stage_variable(&last->end, name);
    if (!variable || !variable->has_value || variable->is_arg)
        return false;
    *value = variable->value;
    return true;
}

/* With the variables that the container will have; those that nobody knows stay. */
static struct slice expand(struct comply *comply, struct slice word)
{
    struct expansion expansion = {.text = word};
    struct error err;
    if (!expand_has_variables(word, '\\') ||
        !expand_word(word, '\\', lookup_env, comply, comply->arena, &expansion, &err) ||
        expansion.unset_count)
        return word;
    return expansion.text;
}

static void read_url(struct comply *comply, struct slice written, struct check_command *command)
{
    struct slice url = expand(comply, written);
    bool tls = slice_starts(url, SLICE("https://"));
    struct slice rest = slice_from(url, slice_search(url, SLICE("://")) + 3);
    size_t slash = slice_find(rest, '/');
    struct slice host = slice_upto(rest, slash), path = slice_from(rest, slash);
    path = slice_upto(path, slice_find(path, '#'));
    path = slice_upto(path, slice_find(path, '?'));
    host = slice_from(host,
                      slice_find_last(host, '@') < host.len ? slice_find_last(host, '@') + 1 : 0);
    size_t colon = slice_find_last(host, ':');
    struct slice whole = host;
    command->port = tls ? 443 : 80;
    command->host = host;
    if (colon < host.len && !slice_ends(host, SLICE("]"))) {
        (void)slice_u64(slice_from(host, colon + 1), &command->port);
        command->host = slice_upto(host, colon);
    }
    command->path = path.len ? path : SLICE("/");
    /* Without what may be secret in it. */
    command->url = arena_printf(comply->arena, "%s://%.*s%.*s", tls ? "https" : "http",
                                SLICE_ARG(whole), SLICE_ARG(path));
}

static bool is_loopback(struct slice host)
{
    return slice_equal_nocase(host, SLICE("localhost")) || slice_starts(host, SLICE("127.")) ||
           slice_equal(host, SLICE("[::1]")) || slice_equal(host, SLICE("0.0.0.0"));
}

/* `localhost:8080/health`: curl and wget put http:// in front. */
static bool is_short_url(struct slice word)
{
    struct slice host = slice_upto(word, slice_find(word, '/'));
    if (!slice_starts(host, SLICE("[")))
        host = slice_upto(host, slice_find(host, ':'));
    return is_loopback(host);
}

static bool is_ever_content(const struct shell_command *command)
{
    return slice_equal(command->program, SLICE("true")) ||
           slice_equal(command->program, SLICE(":")) ||
           (slice_equal(command->program, SLICE("exit")) &&
            slice_equal(shell_argument(command, 0)->value, SLICE("0")));
}

/* How deep `sh -c '…'` of the JSON form puts what it runs. */
static unsigned depth_of(const struct shell_script *script)
{
    return script->commands[0].nested + shell_is_posix(script->commands[0].program);
}

/* Whether nothing but its exit code tells what was answered: no pipe, no $( … ), no && behind. */
static bool is_judged_by_its_end(const struct shell_script *script, size_t index)
{
    const struct shell_command *request = &script->commands[index];
    return request->pipe_length < 2 && request->nested <= depth_of(script) &&
           !request->conditional &&
           (index + 1 == script->count || script->commands[index + 1].joint == JOINT_OR ||
            is_ever_content(&script->commands[index + 1]));
}

static bool has_one_of(const struct shell_command *command, const char *const *options)
{
    for (; *options; options++)
        if (shell_has_option(command, *options))
            return true;
    return false;
}

static void read_request(struct comply *comply, const struct shell_script *script, size_t index,
                         struct check_command *command)
{
    static const char *const judging[] = {"-f", "--fail", "--fail-with-body", NULL};
    const struct shell_command *request = &script->commands[index];
    bool curl = slice_equal(request->program, SLICE("curl"));
    bool tool = curl || slice_equal(request->program, SLICE("wget"));
    for (size_t i = 0; i < shell_argument_count(request); i++) {
        struct slice word = shell_argument(request, i)->value;
        if (slice_starts(word, SLICE("http://")) || slice_starts(word, SLICE("https://")))
            read_url(comply, word, command);
        else if (tool && !command->url.len && is_short_url(word))
            read_url(comply, arena_printf(comply->arena, "http://%.*s", SLICE_ARG(word)), command);
        else
            continue;
        command->takes_errors =
            curl && !has_one_of(request, judging) && is_judged_by_its_end(script, index);
    }
}

/* What bash opens itself, as `lint --fix` writes it for images without curl and wget:
   exec 3<>/dev/tcp/127.0.0.1/8080; printf "GET /health HTTP/1.0…" >&3 */
static void read_bash_request(struct comply *comply, struct check_command *command)
{
    struct slice text = command->text;
    size_t opened = slice_search(text, SLICE("/dev/tcp/")),
           asked = slice_search(text, SLICE("GET /"));
    if (command->url.len || opened >= text.len || asked >= text.len)
        return;
    struct slice rest = slice_from(text, opened + strlen("/dev/tcp/"));
    struct slice host = slice_cut(&rest, '/'), path = slice_from(text, asked + strlen("GET "));
    size_t digits = 0;
    while (digits < rest.len && rest.at[digits] >= '0' && rest.at[digits] <= '9')
        digits++;
    read_url(comply,
             arena_printf(comply->arena, "http://%.*s:%.*s%.*s", SLICE_ARG(host),
                          SLICE_ARG(slice_upto(rest, digits)),
                          SLICE_ARG(slice_upto(path, slice_find(path, ' ')))),
             command);
}

static void read_command(struct comply *comply, struct check_command *command)
{
    struct shell_script script;
    struct error err;
    bool parsed = command->words ? shell_parse_words(command->words, command->word_count,
                                                     comply->arena, &script, &err)
                                 : shell_parse(command->text, comply->arena, &script, &err);
    if (!parsed) {
        comply->failed = true;
        return;
    }
    for (size_t i = 0; i < script.count; i++) {
        const struct shell_command *each = &script.commands[i];
        command->only_configuration |=
            (slice_equal(each->program, SLICE("haproxy")) && shell_has_option(each, "-c")) ||
            (slice_equal(each->program, SLICE("nginx")) && shell_has_option(each, "-t"));
        read_request(comply, &script, i, command);
    }
    read_bash_request(comply, command);
    const struct shell_command *last = script.count ? &script.commands[script.count - 1] : NULL;
    command->never_fails = last && is_ever_content(last) && !last->conditional && !last->negated &&
                           !last->subshell && last->nested <= depth_of(&script) &&
                           last->joint != JOINT_AND && last->joint != JOINT_PIPE;
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
    bool known = slice_find(command->url, '$') == command->url.len;
    if (known && !is_loopback(command->host)) {
        comply_say(comply, row, COMPLY_FAIL, "HEALTHCHECK asks %.*s, which is another machine",
                   SLICE_ARG(command->url));
        comply_todo(comply, row, "ask the container itself: http://127.0.0.1:PORT%.*s",
                    SLICE_ARG(command->path));
        return;
    }
    const struct proxy_endpoint *found = find_endpoint(comply->options->lint, command, &files);
    if (found && known) {
        comply_say(comply, row, COMPLY_PASS, "HEALTHCHECK asks %.*s, which %.*s:%u answers (%.*s)",
                   SLICE_ARG(command->url), SLICE_ARG(found->file->path), found->line,
                   SLICE_ARG(found->kind));
        return;
    }
    if (files && known) {
        comply_say(
            comply, row, COMPLY_FAIL,
            "HEALTHCHECK asks %.*s, and no configuration that was given has a health endpoint "
            "%.*s",
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
    if (!find_command(comply, &command)) {
        comply_say(comply, row, COMPLY_FAIL, "there is no HEALTHCHECK");
        comply_todo(comply, row,
                    "add one that asks the program: HEALTHCHECK CMD wget -qO- "
                    "http://127.0.0.1:PORT/health || exit 1");
        return;
    }
    read_command(comply, &command);
    if (command.never_fails) {
        comply_say(comply, row, COMPLY_FAIL, "HEALTHCHECK never fails");
        comply_todo(comply, row, "end it with || exit 1, or with nothing");
    } else if (command.takes_errors) {
        comply_say(comply, row, COMPLY_FAIL,
                   "HEALTHCHECK asks %.*s with curl, which is content with an answer of 500",
                   SLICE_ARG(command.url));
        comply_todo(comply, row, "curl --fail is not");
    } else if (command.url.len)
        judge_url(comply, row, &command);
    else if (command.only_configuration) {
        comply_say(comply, row, COMPLY_FAIL, "HEALTHCHECK %.*s checks a file, not what runs",
                   SLICE_ARG(command.text));
        comply_todo(comply, row, "ask an endpoint of the running program");
    } else
        comply_ask(comply, row);
}
