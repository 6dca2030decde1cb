/* What npm needs to have been copied. */
#include <fnmatch.h>

#include "lint/rules/rule_text.h"
#include "lint/rules/run.h"

enum { INSTRUCTIONS_MAX = 200 };

static const char *const lock_files[] = {"package-lock.json", "npm-shrinkwrap.json", NULL};

enum source { SOURCE_OTHER, SOURCE_PACKAGE, SOURCE_LOCK };

/* What a source of COPY brings; whatever may be a folder may bring the lock file. */
static enum source source_kind(struct dockerfile_check *check, struct slice source)
{
    struct slice name = file_name_of(text_unquoted(source));
    const char *pattern = arena_string(check->arena, name);
    if (slice_equal_str(name, "package.json"))
        return SOURCE_PACKAGE;
    if (!pattern || text_has_variable(source) || source_is_heredoc(source) ||
        source_is_url(source) || !name.len || name.len > 200 ||
        slice_find_last(name, '.') + 1 >= name.len)
        return SOURCE_LOCK;
    for (size_t i = 0; lock_files[i]; i++)
        if (fnmatch(pattern, lock_files[i], 0) == 0)
            return SOURCE_LOCK;
    return SOURCE_OTHER;
}

static bool brings_sources(const struct run_body *body)
{
    for (; body && body->instruction; body++) {
        if (body->instruction->keyword == KEYWORD_RUN && !body->is_shell)
            return true;
        for (size_t i = 0; i < body->script.count; i++) {
            const struct shell_command *command = &body->script.commands[i];
            if (run_is(command, "git curl wget tar unzip cp mv ln pnpm yarn npx make sh bash", NULL,
                       "") ||
                run_is(command, "npm", "install i init shrinkwrap pack", "") ||
                command->redirect_count)
                return true;
        }
    }
    return false;
}

/* The COPY of package.json, when nothing that may be the lock file came before `end`. */
static const struct instruction *find_package(struct dockerfile_check *check,
                                              const struct stage *stage, size_t end)
{
    const struct instruction *found = NULL;
    if (end - stage->first > INSTRUCTIONS_MAX)
        return NULL; /* asked for each npm ci */
    for (size_t i = stage->first; i < end && i < stage->last; i++) {
        const struct instruction *each = check_instruction(check, i);
        if (brings_sources(check->model->bodies[i]))
            return NULL;
        if (each->keyword != KEYWORD_COPY && each->keyword != KEYWORD_ADD)
            continue;
        if (instruction_flag(each, "from") || each->heredoc_count)
            return NULL;
        for (size_t j = 0; j < copy_source_count(each); j++) {
            enum source kind = source_kind(check, each->arguments[j]);
            if (kind == SOURCE_LOCK)
                return NULL;
            if (kind == SOURCE_PACKAGE)
                found = each;
        }
    }
    return found;
}

static void fix_copy(struct dockerfile_check *check, struct lint_finding *finding,
                     const struct instruction *copy)
{
    struct slice to = copy_destination(copy);
    bool here = slice_equal_str(to, ".");
    if (copy->json || (!here && !slice_ends(to, SLICE("/"))))
        return;
    for (size_t i = 0; i < copy_source_count(copy); i++) {
        struct slice source = copy->arguments[i];
        if (!slice_ends(source, SLICE("package.json")))
            continue;
        lint_fix(check->report, finding, "copy package*.json");
        check_fix_replace(check, finding, copy, slice_from(source, source.len - strlen(".json")),
                          SLICE("*.json"));
        if (here)
            check_fix_replace(check, finding, copy, to, SLICE("./"));
        return;
    }
}

static void look_lock(struct dockerfile_check *check, const struct run_body *body,
                      const struct shell_command *command)
{
    const struct stage *stage = stage_around(check, body->instruction);
    if (!run_is(command, "npm", "ci clean-install cit", "--prefix -C --cache --registry") ||
        !stage || stage->parent || run_has_mount_type(body, "bind"))
        return;
    const struct instruction *copy =
        find_package(check, stage, model_index(check->model, body->instruction));
    const struct shell_command *first = body->script.commands;
    for (; copy && first < command; first++)
        if (!run_is(first, "cd node corepack set export echo mkdir apk apt-get", NULL, "") &&
            !run_is(first, "npm", "config set cache", ""))
            copy = NULL;
    if (!copy)
        return;
    struct lint_finding *finding = check_report(
        check, body->instruction, run_place(body, command->raw),
        "npm ci installs what package-lock.json says, and only package.json was copied in line %u, "
        "so it fails; copy package*.json",
        copy->start_line);
    if (finding)
        fix_copy(check, finding, copy);
}

const struct dockerfile_rule rules_npm[] = {
    {.rule = {.id = "npm-ci-lock-file",
              .codes = "",
              .severity = LINT_ERROR,
              .profiles = IN_DEFAULT,
              .title = "npm ci without the lock file",
              .why = "npm ci refuses to work without package-lock.json or npm-shrinkwrap.json: the "
                     "build stops there.",
              .bad = "COPY package.json .\nRUN npm ci",
              .good = "COPY package.json package-lock.json ./\nRUN npm ci",
              .fix = "copies package*.json"},
     .programs = "npm",
     .command = look_lock},
    {.rule = {.id = NULL}},
};
