/* What a layer keeps although a later one removes it, and what is copied although nobody made it.
 */
#include "base/table.h"
#include "lint/rules/rule_text.h"
#include "lint/rules/run.h"

enum { INSTRUCTIONS_MAX = 200 };

static const char managers[] = "apk apt-get apt aptitude yum dnf microdnf tdnf zypper";
static const char installs[] = "add install in";
static const char removes[] = "del remove purge erase rm autoremove";
static const char manager_values[] =
    "-t --virtual -X --repository -o -c --target-release --default-release --setopt --enablerepo "
    "--disablerepo --releasever --installroot";

/* "curl" of curl=8.5 or curl:amd64 or curl~8. */
static struct slice package_name(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (strchr("=<>~:", word.at[i]))
            return slice_upto(word, i);
    return word;
}

struct layers {
    struct dockerfile_check *check;
    struct table made; /* name of a package, or path → the instruction that brought it */
};

static void remember(struct layers *layers, struct slice name, const struct instruction *by)
{
    if (name.len && !table_put(&layers->made, name, (void *)(uintptr_t)by))
        layers->check->report->failed = true;
}

/* The instruction, when it is an earlier one. */
static const struct instruction *find_made(const struct layers *layers, struct slice name,
                                           const struct instruction *now)
{
    const struct instruction *by = name.len ? table_get(&layers->made, name) : NULL;
    return by == now ? NULL : by;
}

static void remember_packages(struct layers *layers, const struct instruction *by,
                              const struct shell_command *command)
{
    struct slice name;
    struct operands operands = operands_of(command, manager_values);
    operands_verb(&operands);
    for (const struct shell_word *word; (word = operands_next(&operands));)
        if (word->literal)
            remember(layers, package_name(word->value), by);
    if (shell_option_value(command, "-t", &name) || shell_option_value(command, "--virtual", &name))
        remember(layers, name, by);
}

static void look_packages(struct layers *layers, const struct run_body *body,
                          const struct shell_command *command)
{
    struct operands operands = operands_of(command, manager_values);
    operands_verb(&operands);
    for (const struct shell_word *word; (word = operands_next(&operands));) {
        const struct instruction *by =
            find_made(layers, package_name(word->value), body->instruction);
        if (!word->literal || !by)
            continue;
        struct lint_finding *finding = check_report(
            layers->check, body->instruction, run_place(body, command->raw),
            "the layer of line %u keeps %.*s, so removing it here saves nothing; install, use and "
            "remove it in one RUN",
            by->start_line, SLICE_ARG(word->value));
        if (finding)
            finding->severity = LINT_INFO;
        return;
    }
}

/* Where COPY and ADD put each file, as far as that is plain. */
static void remember_copies(struct layers *layers, const struct instruction *copy)
{
    struct arena *arena = layers->check->arena;
    bool complete;
    struct slice to = check_expand(layers->check, copy, copy_destination(copy), &complete);
    if (!complete || !slice_starts(to, SLICE("/")) || source_is_heredoc(to))
        return;
    bool folder = slice_ends(to, SLICE("/"));
    if (!folder && copy_source_count(copy) == 1)
        remember(layers, to, copy);
    for (size_t i = 0; i < copy_source_count(copy); i++) {
        struct slice name = file_name_of(copy->arguments[i]);
        if (!name.len || slice_equal_str(name, ".") || text_has_variable(name))
            continue;
        struct slice path =
            arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(to), folder ? "" : "/", SLICE_ARG(name));
        remember(layers, path, copy);
    }
}

/* curl -o /tmp/x, wget -O /tmp/x */
static void remember_download(struct layers *layers, const struct instruction *by,
                              const struct shell_command *command)
{
    struct slice path;
    bool curl = slice_equal_str(command->program, "curl");
    if ((shell_option_value(command, curl ? "-o" : "-O", &path) ||
         shell_option_value(command, curl ? "--output" : "--output-document", &path)) &&
        slice_starts(path, SLICE("/")) && !text_has_variable(path))
        remember(layers, path, by);
}

static void say_file(struct layers *layers, const struct run_body *body, struct slice place,
                     struct slice path, const struct instruction *by)
{
    bool copied =
        by->keyword != KEYWORD_RUN && by->argument_count && !source_is_url(by->arguments[0]);
    check_report(layers->check, body->instruction, place,
                 "%.*s stays in the layer of line %u, where anybody can read it; %s",
                 SLICE_ARG(path), by->start_line,
                 copied ? "do not copy it: use RUN --mount=type=bind, or type=secret"
                        : "download, use and remove it in one RUN");
}

static void look_files(struct layers *layers, const struct run_body *body,
                       const struct shell_command *command)
{
    struct operands operands = operands_of(command, "");
    for (const struct shell_word *word; (word = operands_next(&operands));) {
        const struct instruction *by = find_made(layers, word->value, body->instruction);
        if (word->literal && by && slice_starts(word->value, SLICE("/")))
            say_file(layers, body, run_place(body, word->raw.at ? word->raw : command->raw),
                     word->value, by);
    }
}

static void look_body(struct layers *layers, const struct run_body *body)
{
    for (size_t i = 0; i < body->script.count; i++) {
        const struct shell_command *command = &body->script.commands[i];
        if (run_is(command, managers, removes, manager_values))
            look_packages(layers, body, command);
        else if (run_is(command, "rm", NULL, ""))
            look_files(layers, body, command);
        else if (run_is(command, "curl wget", NULL, ""))
            remember_download(layers, body->instruction, command);
        else if (run_is(command, managers, installs, manager_values))
            remember_packages(layers, body->instruction, command);
    }
}

static void look_removed(struct dockerfile_check *check, const struct stage *stage)
{
    struct layers layers = {.check = check};
    table_init(&layers.made, check->arena);
    if (!stage_is_shipped(check, stage))
        return;
    for (size_t i = stage->first; i < stage->last; i++) {
        const struct instruction *each = check_instruction(check, i);
        if (each->keyword == KEYWORD_COPY || each->keyword == KEYWORD_ADD)
            remember_copies(&layers, each);
        for (const struct run_body *body = check->model->bodies[i]; body && body->instruction;
             body++)
            if (body->is_shell && run_is_build(body) && !body->instruction->outer)
                look_body(&layers, body);
    }
}

/* Folders that only a build makes. */
static bool is_output(struct slice path)
{
    while (slice_ends(path, SLICE("/")))
        path.len--;
    struct slice name = file_name_of(path);
    return name.len && lint_has_word(SLICE("dist build out target .next _site .output"), name);
}

/* Commands that make no output of a build: they install, or arrange files. */
static bool makes_nothing(const struct shell_command *command)
{
    return run_is(command, managers, NULL, manager_values) ||
           run_is(command, "npm", "ci install i clean-install cache config audit", "") ||
           run_is(command, "yarn", "install config cache", "") ||
           run_is(command, "pnpm", "install i fetch config", "") ||
           run_is(command,
                  "cd set export echo true mkdir chown chmod rm ls cat addgroup adduser groupadd "
                  "useradd corepack pip pip3 apt-mark",
                  NULL, "");
}

/* Whether all that the stage does is known to make nothing, and it does something. */
static bool never_builds(const struct dockerfile_check *check, const struct stage *stage)
{
    bool runs = false;
    if (stage->last - stage->first > INSTRUCTIONS_MAX)
        return false; /* asked for each copy from it */
    for (size_t i = stage->first; i < stage->last; i++) {
        const struct instruction *each = check_instruction(check, i);
        if (each->onbuild || instruction_flag(each, "from") || each->heredoc_count)
            return false;
        if (each->keyword == KEYWORD_COPY || each->keyword == KEYWORD_ADD)
            for (size_t j = 0; j < copy_source_count(each); j++) {
                struct slice name = file_name_of(each->arguments[j]);
                size_t dot = slice_find_last(name, '.');
                if (dot == 0 || dot + 1 >= name.len || text_has_variable(each->arguments[j]))
                    return false; /* may be a folder that has it */
            }
        for (const struct run_body *body = check->model->bodies[i]; body && body->instruction;
             body++) {
            if (!run_is_build(body))
                continue;
            runs = true;
            if (!body->is_shell || !body->script.complete)
                return false;
            for (size_t j = 0; j < body->script.count; j++)
                if (!makes_nothing(&body->script.commands[j]))
                    return false;
        }
    }
    return runs;
}

static void look_built(struct dockerfile_check *check, const struct instruction *copy)
{
    const struct dockerfile_flag *from = instruction_flag(copy, "from");
    const struct stage *stage = stage_around(check, copy);
    const struct stage *source =
        from && stage ? model_find_stage(check->model, from->value, stage) : NULL;
    if (!source || source->parent)
        return;
    for (size_t i = 0; i < copy_source_count(copy); i++) {
        struct slice path = copy->arguments[i];
        if (!is_output(path) || !never_builds(check, source))
            continue;
        struct slice name = source->name.len ? source->name : from->value;
        check_report(check, copy, argument_place(copy, path),
                     "nothing in stage %.*s makes %.*s, so the copy fails; copy the sources into "
                     "that stage and run the build there",
                     SLICE_ARG(name), SLICE_ARG(path));
        return;
    }
}

const struct dockerfile_rule rules_layers[] = {
    {.rule = {.id = "removed-in-later-layer",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "removed in a later layer than it came with",
              .why = "A layer only hides what the ones below it have: the image does not get "
                     "smaller, and a secret can still be read out of it.",
              .bad = "RUN apk add --no-cache curl\nRUN curl -fsSO https://example.com/app\n"
                     "RUN apk del curl",
              .good = "RUN apk add --no-cache curl \\\n && curl -fsSO https://example.com/app \\\n"
                      " && apk del curl"},
     .stage = look_removed},
    {.rule = {.id = "nothing-built",
              .codes = "",
              .severity = LINT_WARNING,
              .profiles = IN_DEFAULT,
              .title = "copied from a stage that does not build it",
              .why = "COPY --from stops the build when the path is not there; installing packages "
                     "alone makes no output folder.",
              .bad = "FROM node:22-alpine AS build\nCOPY package*.json ./\nRUN npm ci\n"
                     "FROM nginx:1.30.4-alpine\nCOPY --from=build /app/dist /srv/",
              .good = "FROM node:22-alpine AS build\nCOPY package*.json ./\nRUN npm ci\nCOPY . .\n"
                      "RUN npm run build\nFROM nginx:1.30.4-alpine\n"
                      "COPY --from=build /app/dist /srv/"},
     .keywords = KEYWORD_BIT(KEYWORD_COPY),
     .instruction = look_built},
    {.rule = {.id = NULL}},
};
