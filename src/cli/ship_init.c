/* plimsoll ship init */
#include "cli/ship_init.h"

#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/terminal.h"
#include "cli/configuration.h"
#include "cli/option_rows.h"
#include "ship/init/init.h"

static const struct option options[] = {
    {.name = "registry",
     .type = OPTION_STRING,
     .argument = "HOST",
     .variable = "PLIMSOLL_REGISTRY",
     .prose = "The registry that a new plimsoll.yaml names, such as "
              "123456789.dkr.ecr.us-east-1.amazonaws.com."},
    {.name = "keep",
     .type = OPTION_INT,
     .argument = "IMAGES",
     .standard = "10",
     .low = 1,
     .high = 100000,
     .prose = "How many images the lifecycle policy of a repository keeps that has none yet."},
    {.name = "immutable-tags",
     .prose = "New repositories let no tag be moved; then latest, 1 and 1.2 cannot be moved "
              "either: for those who want version tags alone."},
    {.name = "fix",
     .prose = "Also set right what is there: turn scan on push on where a repository has it off."},
    {.name = "dry-run", .prose = "Say what is missing, and make nothing."},
    OPTION_ROW_TABLE_OR_JSON,
    {NULL},
};

static const char *const state_names[] = {
    [INIT_THERE] = "there", [INIT_MADE] = "made", [INIT_MISSING] = "missing", [INIT_LEFT] = "left"};

/* O_EXCL: a file that came since we looked is not ours to write over. */
static bool write_new(const char *path, struct slice text, struct error *err)
{
    FILE *file CLEANUP_FILE = fopen(path, "wxe");
    if (!file)
        return error_errno(err, "writing %s", path);
    if (fwrite(text.at, 1, text.len, file) == text.len && fflush(file) == 0)
        return true;
    error_errno(err, "writing %s", path);
    unlink(path); /* half a file would be taken for a person's own */
    return false;
}

/* It is left as it is, also where --registry says something else. */
static bool add_there(struct invocation *call, const char *path, const struct project *project,
                      struct slice registry, struct init_things *things, struct error *err)
{
    struct slice said = arena_printf(call->arena, "%zu image%s", project->image_count,
                                     project->image_count == 1 ? "" : "s");
    if (registry.len && !slice_equal(registry, project->registry))
        said = arena_printf(call->arena, "%.*s; for that registry write `registry: %.*s` into it",
                            SLICE_ARG(said), SLICE_ARG(registry));
    return init_add(things, call->arena, INIT_THERE, slice_str(path), said, err);
}

/* The project, and when there is no plimsoll.yaml one that is made of what lies here. */
static bool take_project(struct invocation *call, struct project *project,
                         struct init_things *things, struct slice *text, struct error *err)
{
    struct yaml_node *tree = NULL;
    struct project_hint *hints;
    const char *path = NULL;
    struct slice registry = slice_str(option_text(call, "registry"));
    if (!configuration_read(call->configuration, call->arena, &path, &tree, err))
        return false;
    if (path && !project_read(path, tree, call->arena, project, err))
        return false;
    if (path && project->image_count)
        return add_there(call, path, project, registry, things, err);
    if (path && !registry.len)
        registry = project->registry;
    if (!project_discover(".", call->arena, project, &hints, err))
        return false;
    if (!project->image_count)
        return error_set(err, ERROR_USAGE, "no Dockerfile is here that an image could be made of");
    if (!init_yaml(project, hints, registry, call->arena, text, err) ||
        !yaml_read(*text, call->arena, &tree, err) ||
        !project_read(PROJECT_FILE, tree, call->arena, project, err))
        return error_add(err, "a plimsoll.yaml for what lies here");
    if (path)
        return init_add(things, call->arena, INIT_LEFT, slice_str(path),
                        SLICE("it has no images, and is yours: these lines would name them"), err);
    bool dry = option_flag(call, "dry-run");
    return (dry || write_new(PROJECT_FILE, *text, err)) &&
           init_add(things, call->arena, dry ? INIT_MISSING : INIT_MADE, SLICE(PROJECT_FILE),
                    arena_printf(call->arena, "%zu image%s, from the Dockerfiles here",
                                 project->image_count, project->image_count == 1 ? "" : "s"),
                    err);
}

static void write_table(const struct init_things *things)
{
    size_t width = 0;
    for (size_t i = 0; i < things->count; i++)
        width = things->items[i].what.len > width ? things->items[i].what.len : width;
    for (size_t i = 0; i < things->count; i++) {
        const struct init_thing *thing = &things->items[i];
        terminal_put(stdout, thing->what);
        printf("%*s", (int)(width - thing->what.len) + 2, "");
        terminal_style(stdout, thing->state == INIT_MADE ? STYLE_GREEN : STYLE_PLAIN);
        printf("%-9s", state_names[thing->state]);
        terminal_style(stdout, STYLE_PLAIN);
        terminal_put(stdout, thing->said);
        putchar('\n');
    }
}

static void write_json(const struct init_things *things, struct slice text, bool dry)
{
    struct json_writer json;
    json_writer_init(&json, stdout, 2);
    json_begin_object(&json);
    json_field(&json, "schema", SLICE("plimsoll/ship-init/1"));
    json_field_bool(&json, "dry_run", dry);
    json_name(&json, "things");
    json_begin_array(&json);
    for (size_t i = 0; i < things->count; i++) {
        json_begin_object(&json);
        json_field(&json, "what", things->items[i].what);
        json_field(&json, "state", slice_str(state_names[things->items[i].state]));
        json_field(&json, "said", things->items[i].said);
        json_end_object(&json);
    }
    json_end_array(&json);
    json_name(&json, "text");
    if (text.len)
        json_put_string(&json, text);
    else
        json_put_null(&json);
    json_end_object(&json);
}

static void show(struct invocation *call, const struct init_things *things, struct slice text)
{
    bool dry = option_flag(call, "dry-run");
    if (strcmp(option_text(call, "format"), "json") == 0) {
        write_json(things, text, dry);
        return;
    }
    write_table(things);
    bool shown = dry || (things->count && things->items[0].state == INIT_LEFT);
    while (shown && text.len) {
        fputs("    ", stdout);
        terminal_put(stdout, slice_cut_line(&text));
        putchar('\n');
    }
}

/* What was made before something failed is said all the same. */
static bool run(struct invocation *call, struct error *err)
{
    struct project project;
    struct init_things things = {.count = 0};
    struct slice text = SLICE("");
    struct init_options how = {.keep = (unsigned)option_number(call, "keep"),
                               .immutable = option_flag(call, "immutable-tags"),
                               .fix = option_flag(call, "fix"),
                               .dry_run = option_flag(call, "dry-run")};
    bool fine = take_project(call, &project, &things, &text, err);
    for (size_t i = 0; fine && i < project.image_count; i++)
        fine = init_repository(&project.images[i], &how, call->arena, &things, err);
    show(call, &things, text);
    return fine;
}

static const struct command_example examples[] = {
    {"plimsoll ship init --dry-run", "what is missing"},
    {"plimsoll ship init --registry 123456789.dkr.ecr.us-east-1.amazonaws.com",
     "plimsoll.yaml from the Dockerfiles, and their repositories"},
    {"plimsoll ship init --fix", "and scan on push where it was off"},
    {NULL, NULL},
};

const struct command command_ship_init = {
    .name = "init",
    .summary = "make what is missing: plimsoll.yaml, repositories, lifecycle policies",
    .prose = "Says of each thing whether it is there or was made, and changes nothing that is "
             "there, unless --fix says so. Images are named after the Dockerfiles: "
             "docker/Dockerfile.haproxy in the "
             "folder react-app is react-app-haproxy. A test is written where a compose file "
             "publishes the port of the Dockerfile's HEALTHCHECK.\n\nAt an ECR (found by its name, "
             "or by AWS_ENDPOINT_URL) repositories are made with scan on push and a lifecycle "
             "policy that keeps the last images. Other registries make a repository with its first "
             "push.",
    .options = options,
    .examples = examples,
    .run = run,
};
