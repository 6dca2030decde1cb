/* plimsoll registry set|get|unset|settings */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/terminal.h"
#include "cli/registry_call.h"
#include "registry/core/repository.h"
#include "registry/settings.h"
#include "report/table_parts.h"

enum { SETTING_SIZE_MAX = 1 << 20 };

static const struct option on_options[] = {
    {.name = "repository",
     .letter = 'r',
     .type = OPTION_STRING,
     .argument = "NAME",
     .prose = "Of this repository; without it, of the account: what holds where a repository says "
              "nothing."},
    REGISTRY_CALL_OPTIONS,
    {NULL},
};

static bool check_place(const struct setting_kind *kind, const char *repository, struct error *err)
{
    if (repository && !kind->repository)
        return error_set(err, ERROR_USAGE, "%s is set for an account, not for a repository",
                         kind->name);
    if (!repository && !kind->account)
        return error_set(err, ERROR_USAGE, "%s is set for a repository: --repository NAME",
                         kind->name);
    return true;
}

static bool read_value(const char *path, struct arena *arena, struct slice *value,
                       struct error *err)
{
    if (strcmp(path, "-") == 0)
        return file_read_fd(STDIN_FILENO, SETTING_SIZE_MAX, arena, value, err) ||
               error_add(err, "standard input");
    return file_read(path, SETTING_SIZE_MAX, arena, value, err);
}

static bool put(struct invocation *call, struct slice value, const char *what, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct repository repository;
    struct failure failure = {0};
    const char *name = option_text(call, "repository");
    if (!registry_call_open(&registry, call, name, err))
        return false;
    if (name && !repository_get(&registry.folder.registry, &registry.scope, call->arena,
                                &repository, &failure))
        return registry_call_error(&failure, err);
    struct slice before;
    bool exists;
    if (!value.len && !setting_get(&registry.folder.registry, &registry.scope, call->operands[0],
                                   call->arena, &before, &exists, &failure))
        return registry_call_error(&failure, err);
    if (!value.len && !exists)
        return error_set(err, ERROR_NOT_FOUND, "%s is not set here", call->operands[0]);
    return setting_put(&registry.folder.registry, &registry.scope, call->operands[0], value, what,
                       &registry.who, &failure) ||
           registry_call_error(&failure, err);
}

static bool run_set(struct invocation *call, struct error *err)
{
    const struct setting_kind *kind = setting_kind_find(call->operands[0], err);
    struct slice value;
    if (!kind || !check_place(kind, option_text(call, "repository"), err) ||
        !read_value(call->operands[1], call->arena, &value, err))
        return false;
    if (!slice_trim(value).len)
        return error_set(err, ERROR_USAGE, "%s is empty; plimsoll registry unset %s takes it away",
                         call->operands[1], call->operands[0]);
    if (!kind->check(value, call->arena, err))
        return error_add(err, "%s", call->operands[1]);
    return put(call, value, "PutSetting", err);
}

static bool run_unset(struct invocation *call, struct error *err)
{
    const struct setting_kind *kind = setting_kind_find(call->operands[0], err);
    return kind && check_place(kind, option_text(call, "repository"), err) &&
           put(call, (struct slice){NULL, 0}, "DeleteSetting", err);
}

static bool run_get(struct invocation *call, struct error *err)
{
    struct registry_call CLEANUP_REGISTRY_CALL registry = {.folder.lock = -1};
    struct failure failure = {0};
    struct slice value;
    bool exists;
    if (!setting_kind_find(call->operands[0], err) ||
        !registry_call_look(&registry, call, option_text(call, "repository"), err))
        return false;
    if (!setting_get(&registry.folder.registry, &registry.scope, call->operands[0], call->arena,
                     &value, &exists, &failure))
        return registry_call_error(&failure, err);
    if (!exists)
        return error_set(err, ERROR_NOT_FOUND, "%s is not set here", call->operands[0]);
    while (value.len) { /* as `set` takes it again */
        terminal_put(stdout, slice_cut_line(&value));
        putchar('\n');
    }
    return true;
}

static bool run_settings(struct invocation *call, struct error *err)
{
    (void)call;
    (void)err;
    for (const struct setting_kind *kind = setting_kinds; kind->name; kind++) {
        struct line line = {.file = stdout, .width = terminal_width(stdout)};
        line_styled(&line, STYLE_BOLD, slice_str(kind->name));
        line_styled(&line, STYLE_BOLD, slice_str(strchr(kind->name, '/') ? "NAME" : ""));
        line_print(&line, "  (%s)",
                   kind->account && kind->repository ? "account, repository"
                   : kind->account                   ? "account"
                                                     : "repository");
        line_end(&line);
        line_wrap(&line, 2, slice_str(kind->prose));
    }
    return true;
}

static const struct command_example set_examples[] = {
    {"plimsoll registry set pull-policy policy.json",
     "policy.json: {\"mode\": \"block\", \"failOn\": \"critical,kev\", \"unscanned\": \"block\"}"},
    {"plimsoll registry set exceptions plimsoll.exceptions.yaml --repository react-app-haproxy",
     "the team's exceptions count for what the registry finds, too"},
    {NULL, NULL},
};

const struct command registry_set = {
    .name = "set",
    .summary = "set what the registry's own settings say",
    .operands = "SETTING FILE",
    .prose = "Reads the setting from FILE (- for standard input), refuses it when it cannot be "
             "understood, and keeps it. A running server follows within a second. `plimsoll "
             "registry settings` says what there is.",
    .options = on_options,
    .examples = set_examples,
    .least = 2,
    .most = 2,
    .run = run_set,
};

const struct command registry_get = {
    .name = "get",
    .summary = "show a setting",
    .operands = "SETTING",
    .options = on_options,
    .least = 1,
    .most = 1,
    .run = run_get,
};

const struct command registry_unset = {
    .name = "unset",
    .summary = "take a setting away",
    .operands = "SETTING",
    .options = on_options,
    .least = 1,
    .most = 1,
    .run = run_unset,
};

static const struct option no_options[] = {{NULL}};

const struct command registry_settings = {
    .name = "settings",
    .summary = "which settings there are, and what they do",
    .options = no_options,
    .run = run_settings,
};
