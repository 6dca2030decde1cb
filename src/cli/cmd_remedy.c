/* plimsoll remedy IMAGE */
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/terminal.h"
#include "cli/command_rows.h"
#include "cli/configuration.h"
#include "cli/exceptions_append.h"
#include "cli/format_call.h"
#include "cli/scan_call.h"
#include "project/project.h"
#include "ship/remedy/remedy.h"

static const struct option options[] = {
    {.name = "format",
     .type = OPTION_LIST,
     .argument = "FORMAT[=FILE]",
     .standard = "table",
     .key = "remedy.format",
     .prose = "How to write it: table, json, markdown; to FILE or standard output. May be given "
              "several times."},
    {.name = "severity",
     .type = OPTION_CHOICE,
     .argument = "LEVEL",
     .standard = "high",
     .variable = "PLIMSOLL_REMEDY_SEVERITY",
     .key = "remedy.severity",
     .choices = "unknown negligible low medium high critical",
     .prose = "Findings of this severity or worse."},
    {.name = "file",
     .letter = 'f',
     .type = OPTION_STRING,
     .argument = "DOCKERFILE",
     .prose = "The Dockerfile that the image is built from; without it that of the image in "
              "plimsoll.yaml, or the base that the image's label names and no edit."},
    {.name = "target",
     .type = OPTION_STRING,
     .argument = "STAGE",
     .prose = "The stage of the Dockerfile that is built; without it the last."},
    {.name = "policy",
     .type = OPTION_CHOICE,
     .argument = "POLICY",
     .variable = "PLIMSOLL_REMEDY_POLICY",
     .key = "remedy.policy",
     .choices = "patch minor major",
     .prose = "How far the base may move; without it what plimsoll.yaml says of updates, else "
              "minor."},
    {.name = "no-bases", .prose = "Look for no other base: packages alone."},
    {.name = "write", .prose = "Write the edit into the Dockerfile."},
    {.name = "draft-exceptions",
     .type = OPTION_STRING,
     .argument = "FILE",
     .prose = "Append a drafted exception for each finding that nothing mends, such as to "
              "plimsoll.exceptions.yaml. Needs --owner."},
    {.name = "owner",
     .type = OPTION_STRING,
     .argument = "NAME",
     .variable = "PLIMSOLL_OWNER",
     .key = "remedy.owner",
     .prose = "Who answers for drafted exceptions."},
    {.name = "expires-days",
     .type = OPTION_INT,
     .argument = "N",
     .standard = "30",
     .low = 1,
     .high = 3650,
     .key = "remedy.expires-days",
     .prose = "When drafted exceptions end: so many days from now."},
    {.name = "hub-url",
     .type = OPTION_STRING,
     .argument = "URL",
     .variable = "PLIMSOLL_HUB_URL",
     .prose = "Docker Hub's API, or what stands in for it."},
    SCAN_EXCEPTIONS_OPTION,
    SCAN_INPUT_OPTIONS,
    {NULL},
};

static const char *format_at(size_t index)
{
    static const char *const names[] = {"table", "json", "markdown", NULL};
    return names[index];
}

static bool write_format(void *context, const char *format, FILE *file, struct error *err)
{
    return remedy_write(format, context, file == stdout ? terminal_width(stdout) : 0, file, err);
}

static void show_progress(void *context, struct slice what)
{
    (void)context;
    progress_show("looking into %.*s", SLICE_ARG(slice_upto(what, 60)));
}

/* ---- what plimsoll.yaml says of the image ---- */

static enum update_policy policy_of(enum project_policy policy)
{
    static const enum update_policy policies[] = {
        [PROJECT_UNSAID] = POLICY_MINOR,  [PROJECT_NONE] = POLICY_NONE,
        [PROJECT_DIGEST] = POLICY_DIGEST, [PROJECT_PATCH] = POLICY_PATCH,
        [PROJECT_MINOR] = POLICY_MINOR,   [PROJECT_MAJOR] = POLICY_MAJOR,
    };
    return policies[policy];
}

/* "registry/app:v1" and "app:v1" are both of the image whose repository is registry/app. */
static const struct project_image *image_of(const struct project *project, struct slice name)
{
    size_t at = slice_find(name, '@');
    name = slice_upto(name, at);
    size_t slash = slice_find_last(name, '/');
    size_t from = slash < name.len ? slash : 0;
    size_t colon = slice_find(slice_from(name, from), ':');
    return project_image_find(project, slice_upto(name, from + colon));
}

/* As a person in the working folder would write it. */
static const char *from_here(const char *path)
{
    char folder[4096];
    size_t len = getcwd(folder, sizeof folder) ? strlen(folder) : 0;
    if (!path || !len || strncmp(path, folder, len) != 0)
        return path;
    if (!path[len])
        return ".";
    return path[len] == '/' && path[len + 1] ? path + len + 1 : path;
}

static bool read_project(struct invocation *call, struct remedy_options *remedy, struct error *err)
{
    struct project project;
    const char *path = NULL;
    struct yaml_node *tree = NULL;
    if (call->configuration &&
        !configuration_read(call->configuration, call->arena, &path, &tree, err))
        return false;
    if (!project_read(path, tree, call->arena, &project, err))
        return false;
    remedy->policy = policy_of(project.update.policy);
    remedy->suffix = project.update.suffix;
    const struct project_image *image =
        remedy->scan.input ? image_of(&project, slice_str(remedy->scan.input)) : NULL;
    if (!image)
        return true;
    remedy->policy = policy_of(image->base.policy);
    remedy->suffix = image->base.suffix;
    remedy->dockerfile = from_here(image->dockerfile);
    remedy->context = from_here(image->context);
    remedy->target = image->target;
    return true;
}

static bool read_options(struct invocation *call, struct remedy_options *remedy, struct error *err)
{
    *remedy = (struct remedy_options){.severity = SEVERITY_HIGH};
    if (!scan_call_options(call, call->operands, call->operand_count, &remedy->scan, err) ||
        !read_project(call, remedy, err))
        return false;
    const char *policy = option_text(call, "policy"), *file = option_text(call, "file");
    remedy->scan.exceptions = scan_call_exceptions(call);
    if (policy)
        update_policy_parse(slice_str(policy), &remedy->policy);
    if (file)
        remedy->dockerfile = file;
    if (option_text(call, "target"))
        remedy->target = slice_str(option_text(call, "target"));
    severity_parse(slice_str(option_text(call, "severity")), &remedy->severity);
    remedy->bases = !option_flag(call, "no-bases") && !option_flag(call, "offline");
    remedy->hub = option_text(call, "hub-url");
    remedy->owner = slice_str(option_text(call, "owner"));
    remedy->expires_days = (unsigned)option_number(call, "expires-days");
    remedy->now = clock_now();
    remedy->progress = show_progress;
    if (option_text(call, "draft-exceptions") && !slice_trim(remedy->owner).len)
        return error_set(err, ERROR_USAGE,
                         "--draft-exceptions: who answers for them? --owner 'web team'");
    return !option_flag(call, "write") || remedy->dockerfile ||
           error_set(err, ERROR_USAGE, "--write: which Dockerfile? Name it by -f");
}

/* ---- what is written ---- */

static bool write_dockerfile(const struct remedy *remedy, struct error *err)
{
    if (remedy->edit_problem.len)
        return error_set(err, ERROR_UNSUPPORTED, "%s is left alone: %.*s", remedy->dockerfile,
                         SLICE_ARG(remedy->edit_problem));
    if (slice_equal(remedy->before, remedy->after))
        return true;
    return file_rewrite(remedy->dockerfile, remedy->after, err) ||
           error_add(err, "writing %s", remedy->dockerfile);
}

static bool write_drafts(struct invocation *call, const struct remedy *remedy, struct error *err)
{
    const char *path = option_text(call, "draft-exceptions");
    if (!path || !remedy->drafts.count)
        return true;
    if (!exceptions_append(path, &remedy->drafts, call->arena, err))
        return error_add(err, "--draft-exceptions");
    log_warning("%zu exception%s drafted into %s: judge each, and say why it does no harm",
                remedy->drafts.count, remedy->drafts.count == 1 ? "" : "s", path);
    return true;
}

static bool run(struct invocation *call, struct error *err)
{
    struct remedy_options asked;
    struct format_call formats;
    struct remedy remedy;
    if (!format_call_read(call, format_at, &formats, err) || !read_options(call, &asked, err))
        return false;
    bool fine = remedy_run(&asked, call->arena, &remedy, err);
    progress_clear();
    if (!fine || !format_call_write(&formats, write_format, &remedy, err))
        return false;
    if (option_flag(call, "write") && !write_dockerfile(&remedy, err))
        return false;
    call->exit_code = remedy.count ? 1 : 0;
    return write_drafts(call, &remedy, err);
}

static const struct command_example examples[] = {
    {"plimsoll remedy react-app-haproxy:v1.0.0 -f docker/Dockerfile.haproxy",
     "what mends its critical and high findings, and the edit"},
    {"plimsoll remedy app:v1 -f Dockerfile --write && docker build --pull -t app:v1 .",
     "make the edit, and build"},
    {"plimsoll remedy app:v1 --draft-exceptions plimsoll.exceptions.yaml --owner 'web team'",
     "exceptions for what nothing mends, to be judged"},
    {NULL, NULL},
};

const struct command command_remedy = {
    .name = "remedy",
    .summary = "what mends an image's findings: a base, packages, or nothing yet",
    .operands = "IMAGE",
    .prose = "Scans the image, its base as it is now, the newest base that policy allows and the "
             "newest beyond; says which change mends how many of the critical and high findings, "
             "makes a plan of those that mend most, and shows it as an edit of the Dockerfile with "
             "the commands to build and scan again. What nothing mends can be drafted as "
             "exceptions, with owner and end. IMAGE is all that scan takes.\n\nEnds with 1 when "
             "there are such findings, 0 when there are none.",
    .options = options,
    .examples = examples,
    .least = 1,
    .most = 1000,
    .run = run,
};
