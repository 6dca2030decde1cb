/* See ship_call.h. */
#include "cli/ship_call.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/shell_word.h"
#include "cli/configuration.h"
#include "cli/ship_report.h"
#include "cli/ship_watch.h"
#include "cli/user_folder.h"
#include "project/discover.h"
#include "update/tag_word.h"

const char *ship_state_folder(struct arena *arena)
{
    return user_folder(arena, "XDG_STATE_HOME", ".local/state", "plimsoll/ship");
}

/* Of the working folder itself: paths are then as a person would type them. */
static const char *shortened(const char *path)
{
    char folder[4096];
    if (!path || !getcwd(folder, sizeof folder))
        return path;
    size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 && path[len] == '/' && !strchr(path + len + 1, '/')
               ? path + len + 1
               : path;
}

/* plimsoll.yaml, or the Dockerfiles of the working folder where there is none. */
static bool read_project(struct invocation *call, struct project *project, struct error *err)
{
    struct yaml_node *tree = NULL;
    const char *path = NULL;
    if (!configuration_read(call->configuration, call->arena, &path, &tree, err) ||
        !project_read(shortened(path), tree, call->arena, project, err))
        return false;
    if (project->image_count)
        return true;
    if (path)
        return error_set(err, ERROR_USAGE,
                         "%s has no images: write them, or move it and let `plimsoll ship init` "
                         "write one from the Dockerfiles here",
                         path);
    if (!project_discover(".", call->arena, project, NULL, err))
        return false;
    return project->image_count ||
           error_set(err, ERROR_USAGE,
                     "there is neither a plimsoll.yaml nor a Dockerfile here; `plimsoll help ship` "
                     "says what is expected");
}

static bool choose_images(struct invocation *call, struct ship_call *to, struct error *err)
{
    size_t count = call->operand_count ? call->operand_count : to->project.image_count;
    const struct project_image **images = arena_array(call->arena, count + 1, sizeof *images);
    if (!images)
        return arena_error(err);
    for (size_t i = 0; i < count; i++) {
        if (!call->operand_count)
            images[i] = &to->project.images[i];
        else if (!project_image_get(&to->project, slice_str(call->operands[i]), &images[i], err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (images[j] == images[i])
                return error_set(err, ERROR_USAGE, "%s is named twice", images[i]->name.at);
    }
    to->options.images = images;
    to->options.image_count = count;
    return true;
}

static bool check_release(struct invocation *call, bool needed, struct slice *release,
                          struct error *err)
{
    struct tag_release parsed;
    *release = slice_str(option_text(call, "release"));
    if (!release->len)
        return !needed ||
               error_set(err, ERROR_USAGE, "which release? Say --release, such as v1.0.0");
    if (slice_equal_str(*release, VOYAGE_FROM_BASE))
        return true;
    if (!tag_word_release(*release, &parsed, err))
        return error_add(err, "--release");
    return !parsed.digest.len ||
           error_set(err, ERROR_USAGE,
                     "--release %.*s: without a digest, which is that of the image that is built; "
                     "write %.*s",
                     SLICE_ARG(*release), SLICE_ARG(parsed.version));
}

/* ---- what was typed, for advice ---- */

static bool type_option(const struct option *row, const struct option_value *value,
                        struct slice *typed, struct arena *arena)
{
    size_t count = value->items ? value->count : 1;
    for (size_t i = 0; i < count && typed->at; i++) {
        bool is_flag = row->type == OPTION_FLAG;
        struct slice word = slice_str(value->items ? value->items[i] : value->text);
        word = is_flag ? word : shell_word(word, arena);
        *typed = arena_printf(arena, "%.*s --%s%s%s%.*s", SLICE_ARG(*typed),
                              is_flag && !value->on ? "no-" : "", row->name, is_flag ? "" : " ",
                              is_flag ? 0 : (int)word.len, word.at ? word.at : "");
    }
    return typed->at != NULL;
}

/* Options of the command line that the next command needs as well. */
static bool type_options(const struct invocation *call, struct slice *typed)
{
    static const char others[] = "release from dry-run format log color quiet verbose";
    *typed = SLICE("");
    for (size_t i = 0; i < sizeof call->sets / sizeof *call->sets; i++)
        for (size_t j = 0; j < call->sets[i].count; j++) {
            const struct option *row = &call->sets[i].rows[j];
            const struct option_value *value = &call->sets[i].values[j];
            if (value->source == SOURCE_COMMAND_LINE &&
                !option_has_choice(others, slice_str(row->name)) &&
                !type_option(row, value, typed, call->arena))
                return false;
        }
    return true;
}

static bool keep_typed(const struct invocation *call, struct voyage_options *options)
{
    options->verb = call->command->name;
    options->named = SLICE("");
    for (size_t i = 0; i < call->operand_count && options->named.at; i++) {
        struct slice word = shell_word(slice_str(call->operands[i]), call->arena);
        options->named =
            arena_printf(call->arena, "%.*s %.*s", SLICE_ARG(options->named), SLICE_ARG(word));
    }
    return options->named.at && type_options(call, &options->typed);
}

/* ---- what plimsoll.yaml says must be there ---- */

static bool check_file(const struct ship_call *ship, const struct project_image *image,
                       const char *key, const char *path, bool is_folder, struct error *err)
{
    struct stat status;
    bool there = stat(path, &status) == 0;
    if (there && (is_folder ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode)))
        return true;
    const char *file = ship->project.path ? ship->project.path : PROJECT_FILE;
    return error_set(err, ERROR_USAGE,
                     "%s line %u: %s: %s %s is %s; write `%s:` as seen from the folder of %s", file,
                     image->line, image->name.at, is_folder ? "the folder" : "the Dockerfile", path,
                     !there      ? "not here"
                     : is_folder ? "no folder"
                                 : "no file",
                     key, file);
}

static bool check_images(const struct ship_call *ship, struct error *err)
{
    const struct project_image *const *images = ship->options.images;
    for (size_t i = 0; i < ship->options.image_count; i++) {
        if (!check_file(ship, images[i], "dockerfile", images[i]->dockerfile, false, err) ||
            !check_file(ship, images[i], "context", images[i]->context, true, err))
            return false;
        for (size_t j = 0; j < i; j++)
            if (slice_equal(images[i]->repository, images[j]->repository))
                return error_set(err, ERROR_USAGE,
                                 "%s and %s have one repository, %s, and would take each other's "
                                 "tags; give each its own in %s, or ship one of them",
                                 images[j]->name.at, images[i]->name.at, images[i]->repository.at,
                                 ship->project.path ? ship->project.path : PROJECT_FILE);
    }
    return true;
}

static bool check_registries(const struct ship_call *ship, struct error *err)
{
    for (size_t i = 0; i < ship->options.image_count; i++)
        if (!ship->options.images[i]->has_registry)
            return error_set(err, ERROR_USAGE,
                             "%s: to which registry? Write `registry: registry.example` into %s, "
                             "or the registry in front of the image's repository",
                             ship->options.images[i]->name.at,
                             ship->project.path ? ship->project.path : PROJECT_FILE);
    return true;
}

/* What plimsoll's own commands are given when a step runs them: what was said on the command line;
   all else they find for themselves as we did. */
static const char *const *program_words(struct invocation *call)
{
    static const char *const names[][2] = {
        {"config", "--config"}, {"db", "--db"}, {"cache", "--cache"}};
    const char **words = arena_array(call->arena, 8, sizeof *words);
    size_t count = 0;
    for (size_t i = 0; words && i < sizeof names / sizeof *names; i++)
        if (option_value(call, names[i][0])->source == SOURCE_COMMAND_LINE) {
            words[count++] = names[i][1];
            words[count++] = option_text(call, names[i][0]);
        }
    return words;
}

static const char *const *own_files(struct invocation *call)
{
    const char **files = arena_array(call->arena, 2, sizeof *files);
    if (files)
        files[0] = option_text(call, "log");
    return files;
}

bool ship_call_read(struct invocation *call, bool release_needed, struct ship_call *to,
                    struct error *err)
{
    *to = (struct ship_call){.options = {.steps = VOYAGE_ALL}};
    struct voyage_options *options = &to->options;
    if (!check_release(call, release_needed, &options->release, err) ||
        !read_project(call, &to->project, err) || !choose_images(call, to, err) ||
        !check_images(to, err) || (release_needed && !check_registries(to, err)))
        return false;
    options->project = &to->project;
    options->state = option_text(call, "state");
    options->program = "/proc/self/exe";
    options->program_words = program_words(call);
    options->own = own_files(call);
    options->engine = option_text(call, "engine");
    options->plain_http = option_flag(call, "plain-http");
    options->insecure = option_flag(call, "insecure");
    return (options->program_words && options->own && keep_typed(call, options)) ||
           arena_error(err);
}

void ship_call_attach(struct invocation *call, struct ship_call *to)
{
    to->options.without_attach = option_flag(call, "no-attach");
    to->options.without_sign = option_flag(call, "no-sign");
}

static bool show_plan(struct invocation *call, const struct voyage_options *options,
                      struct error *err)
{
    struct voyage voyage CLEANUP_VOYAGE = {.count = 0};
    bool json = strcmp(option_text(call, "format"), "json") == 0;
    return voyage_plan(options, voyage_steps, call->arena, &voyage, err) &&
           ship_report_plan(&voyage, options, json, err);
}

/* A no is exit code 1; what could not be done is the error, which main prints: 3. */
static bool judge(struct invocation *call, const struct voyage *voyage, struct error *err)
{
    if (process_signal_caught()) {
        log_error("ended by a signal; what was done so far is taken up the next time");
        call->exit_code = 128 + process_signal_caught();
        return true;
    }
    if (voyage->stopped_at == voyage->count)
        return true;
    const struct voyage_job *job = &voyage->jobs[voyage->stopped_at];
    const struct voyage_mark *mark = &job->record.steps[voyage->stopped_in];
    if (mark->outcome == VOYAGE_FAILED)
        return error_add(err, "%.*s: %s", SLICE_ARG(job->image->name),
                         voyage_step_name(voyage->stopped_in));
    call->exit_code = 1;
    return true;
}

bool ship_call_run(struct invocation *call, struct ship_call *ship, struct error *err)
{
    struct voyage_options *options = &ship->options;
    struct voyage voyage CLEANUP_VOYAGE = {.count = 0};
    if (option_flag(call, "dry-run"))
        return show_plan(call, options, err);
    process_catch_signals();
    struct ship_watch *watch;
    if (!ship_watch_new(call, &watch, options, err))
        return false;
    bool begun = voyage_run(options, voyage_steps, call->arena, &voyage, err);
    struct error unwritten;
    if (!ship_watch_free(watch, begun ? &voyage : NULL, &unwritten)) {
        if (begun)
            *err = unwritten;
        return false;
    }
    return begun && ship_report_end(call, &voyage, options, err) && judge(call, &voyage, err);
}
