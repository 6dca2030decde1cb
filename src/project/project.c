/* See project.h: the rows of plimsoll.yaml, and what follows from what they say. */
#include "project/project.h"

#include <stdio.h>

#include "base/suggest.h"
#include "image/manifest.h"
#include "image/reference.h"
#include "project/keys.h"

/* ---- maps of an image ---- */

enum { SECONDS_STANDARD = 60, SECONDS_MAX = 24 * 60 * 60, DAYS_MAX = 36600 };

static const struct project_key base_keys[] = {
    {"policy", project_take_policy, offsetof(struct project_base, policy), NULL, 0, 0},
    {"suffix", project_take_text, offsetof(struct project_base, suffix), NULL, 0, 0},
    {NULL},
};

/* `base: minor`, or a map. */
static bool take_base(struct project_reader *reader, const struct project_key *key,
                      const struct yaml_node *node, void *to)
{
    if (node->kind == YAML_TEXT)
        return project_take_policy(reader, key, node, &((struct project_base *)to)->policy);
    return project_read_map(reader, node, base_keys, false, to);
}

static const struct project_key test_keys[] = {
    {"command", project_take_command, offsetof(struct project_test, command), NULL, 0, 0},
    {"compose", project_take_path, offsetof(struct project_test, compose), NULL, 0, 0},
    {"health", project_take_text, offsetof(struct project_test, health), NULL, 0, 0},
    {"seconds", project_take_number, offsetof(struct project_test, seconds), NULL, 1, SECONDS_MAX},
    {NULL},
};

static bool take_test(struct project_reader *reader, const struct project_key *key,
                      const struct yaml_node *node, void *to)
{
    struct project_test *test = to;
    if (node->kind == YAML_TEXT || node->kind == YAML_LIST)
        return project_take_command(reader, key, node, &test->command);
    if (!project_read_map(reader, node, test_keys, false, test))
        return false;
    if (test->command.argv && test->compose)
        return project_fail(reader, node->line, "test: a command or a compose file, not both");
    if (test->health.len && !slice_starts(test->health, SLICE("http://")) &&
        !slice_starts(test->health, SLICE("https://")))
        return project_fail(reader, node->line,
                            "test: health: an http:// or https:// URL is "
                            "expected");
    if (test->compose && !test->health.len)
        return project_fail(reader, node->line,
                            "test: a compose file needs health: the URL that has to answer");
    if (!test->command.argv && !test->compose && !test->health.len)
        return project_fail(reader, node->line, "test: needs a command, or compose and health");
    return true;
}

static bool take_fail_on(struct project_reader *reader, const struct project_key *key,
                         const struct yaml_node *node, void *to)
{
    struct project_gate *gate = to;
    gate->said = true;
    return project_take_words(reader, key, node, &gate->fail_on);
}

static const struct project_key gate_keys[] = {
    {"fail-on", take_fail_on, 0, NULL, 0, 0},
    {"ignore-unfixed", project_take_bool, offsetof(struct project_gate, ignore_unfixed), NULL, 0,
     0},
    {NULL},
};

static bool take_arguments(struct project_reader *reader, const struct project_key *key,
                           const struct yaml_node *node, void *to)
{
    struct project_image *image = to;
    if (node->kind != YAML_MAP || node->count > PROJECT_WORDS_MAX)
        return project_fail(reader, node->line, "%s: names and values are expected", key->name);
    image->arguments = arena_array(reader->arena, node->count + 1, sizeof *image->arguments);
    if (!image->arguments)
        return arena_error(reader->err);
    for (size_t i = 0; i < node->count; i++) {
        struct project_argument *argument = &image->arguments[image->argument_count++];
        struct project_key name = {.name = key->name};
        struct yaml_node word = {.kind = YAML_TEXT, .text = node->pairs[i].key};
        word.line = node->pairs[i].line;
        if (!project_take_name(reader, &name, &word, &argument->name) ||
            !project_take_text(reader, &name, node->pairs[i].value, &argument->value))
            return false;
    }
    return true;
}

static bool take_platforms(struct project_reader *reader, const struct project_key *key,
                           const struct yaml_node *node, void *to)
{
    struct project_image *image = to;
    struct platform platform;
    struct error why;
    if (!project_take_words(reader, key, node, &image->platforms))
        return false;
    for (size_t i = 0; i < image->platforms.count; i++)
        if (!platform_parse(image->platforms.items[i], &platform, &why))
            return project_fail(reader, node->line, "platforms: %s", why.text);
    return true;
}

#define IMAGE(member) offsetof(struct project_image, member)
static const struct project_key image_keys[] = {
    {"name", project_take_name, IMAGE(name), NULL, 0, 0},
    {"dockerfile", project_take_path, IMAGE(dockerfile), NULL, 0, 0},
    {"context", project_take_path, IMAGE(context), NULL, 0, 0},
    {"repository", project_take_text, IMAGE(repository), NULL, 0, 0},
    {"target", project_take_text, IMAGE(target), NULL, 0, 0},
    {"build-args", take_arguments, 0, NULL, 0, 0},
    {"platforms", take_platforms, 0, NULL, 0, 0},
    {"base", take_base, IMAGE(base), NULL, 0, 0},
    {"test", take_test, IMAGE(test), NULL, 0, 0},
    {"deploy", project_take_command, IMAGE(deploy), NULL, 0, 0},
    {"gate", project_take_map, IMAGE(gate), gate_keys, 0, 0},
    {NULL},
};
#undef IMAGE

static bool check_bare(struct project_reader *reader, const struct project_image *image)
{
    struct slice last = image->repository;
    size_t slash = slice_find_last(last, '/');
    last = slash < last.len ? slice_from(last, slash + 1) : last;
    if (last.len && (memchr(last.at, ':', last.len) || memchr(last.at, '@', last.len)))
        return project_fail(reader, image->line,
                            "repository %.*s: without a tag or digest; tags come from --release",
                            SLICE_ARG(image->repository));
    return true;
}

/* The last part of "registry.example/team/app" is what the image is called when nobody says. */
static bool image_name(struct project_reader *reader, struct project_image *image)
{
    if (image->name.len)
        return true;
    if (!image->repository.len)
        return project_fail(reader, image->line, "an image needs a name or a repository");
    size_t slash = slice_find_last(image->repository, '/');
    struct yaml_node node = {.kind = YAML_TEXT, .text = image->repository, .line = image->line};
    struct project_key key = {.name = "name, from repository"};
    if (slash < image->repository.len)
        node.text = slice_from(image->repository, slash + 1);
    return project_take_name(reader, &key, &node, &image->name);
}

static bool has_host(struct slice repository)
{
    struct slice first = slice_upto(repository, slice_find(repository, '/'));
    return first.len < repository.len &&
           (memchr(first.at, '.', first.len) || memchr(first.at, ':', first.len) ||
            slice_equal_str(first, "localhost"));
}

static bool image_repository(struct project_reader *reader, struct slice registry,
                             struct project_image *image)
{
    struct reference reference;
    if (!image->repository.len)
        image->repository = image->name;
    image->has_registry = has_host(image->repository) || registry.len;
    if (!has_host(image->repository) && registry.len)
        image->repository = arena_printf(reader->arena, "%.*s/%.*s", SLICE_ARG(registry),
                                         SLICE_ARG(image->repository));
    if (!image->repository.at)
        return arena_error(reader->err);
    if (!reference_parse(image->repository, reader->arena, &reference, reader->err)) {
        reader->err->kind = ERROR_USAGE;
        return error_add(reader->err, "%s line %u: repository", reader->path, image->line);
    }
    return true;
}

static bool read_image(struct project_reader *reader, const struct yaml_node *node,
                       struct project *project, struct project_image *image)
{
    *image = (struct project_image){
        .line = node->line, .test = {.seconds = SECONDS_STANDARD}, .context = project->folder};
    if (!project_read_map(reader, node, image_keys, false, image) || !check_bare(reader, image) ||
        !image_name(reader, image) || !image_repository(reader, project->registry, image))
        return false;
    struct yaml_node file = {.kind = YAML_TEXT, .text = SLICE(PROJECT_DOCKERFILE)};
    if (!image->dockerfile && !project_take_path(reader, image_keys, &file, &image->dockerfile))
        return false;
    if (image->base.policy == PROJECT_UNSAID)
        image->base.policy = project->update.policy;
    if (!image->base.suffix.len)
        image->base.suffix = project->update.suffix;
    for (const struct project_image *other = project->images; other < image; other++)
        if (slice_equal(other->name, image->name))
            return project_fail(reader, image->line, "a second image of the name %.*s (line %u)",
                                SLICE_ARG(image->name), other->line);
    return true;
}

static bool read_images(struct project_reader *reader, const struct yaml_node *list,
                        struct project *project)
{
    if (!list || yaml_is_null(list))
        return true;
    if (list->kind != YAML_LIST)
        return project_fail(reader, list->line, "images: a list is expected (- name: …)");
    if (list->count > PROJECT_IMAGES_MAX)
        return project_fail(reader, list->line, "images: more than %u", PROJECT_IMAGES_MAX);
    project->images = arena_array(reader->arena, list->count + 1, sizeof *project->images);
    if (!project->images)
        return arena_error(reader->err);
    for (; project->image_count < list->count; project->image_count++)
        if (!read_image(reader, list->items[project->image_count], project,
                        &project->images[project->image_count]))
            return false;
    return true;
}

/* ---- what holds for all ---- */

static const struct project_key deadline_keys[] = {
    {"critical", project_take_number, 0, NULL, 0, DAYS_MAX},
    {"high", project_take_number, sizeof(unsigned), NULL, 0, DAYS_MAX},
    {"medium", project_take_number, 2 * sizeof(unsigned), NULL, 0, DAYS_MAX},
    {"low", project_take_number, 3 * sizeof(unsigned), NULL, 0, DAYS_MAX},
    {NULL},
};
static const struct project_key audit_keys[] = {
    {"repositories", project_take_words, offsetof(struct project_audit, repositories), NULL, 0, 0},
    {"deadlines", project_take_map, offsetof(struct project_audit, deadlines), deadline_keys, 0, 0},
    {"history", project_take_path, offsetof(struct project_audit, history), NULL, 0, 0},
    {NULL},
};
static const struct project_key tag_keys[] = {
    {"keep-v", project_take_bool, offsetof(struct project_tags, keep_v), NULL, 0, 0},
    {"keep_v", project_take_bool, offsetof(struct project_tags, keep_v), NULL, 0, 0},
    {"latest", project_take_bool, offsetof(struct project_tags, latest), NULL, 0, 0},
    {"immutable", project_take_words, offsetof(struct project_tags, immutable), NULL, 0, 0},
    {NULL},
};
static const struct project_key update_keys[] = {
    {"policy", project_take_policy, offsetof(struct project_update, policy), NULL, 0, 0},
    {"suffix", project_take_text, offsetof(struct project_update, suffix), NULL, 0, 0},
    {"files", project_take_words, offsetof(struct project_update, files), NULL, 0, 0},
    {"group", project_take_bool, offsetof(struct project_update, group), NULL, 0, 0},
    {NULL},
};
static const struct project_key registry_keys[] = {
    {"host", project_take_text, 0, NULL, 0, 0},
    {NULL},
};

/* `registry: HOST`, or a map in which options of other commands stand too. */
static bool take_registry(struct project_reader *reader, const struct project_key *key,
                          const struct yaml_node *node, void *to)
{
    struct slice *registry = to;
    if (!(node->kind == YAML_TEXT ? project_take_text(reader, key, node, registry)
                                  : project_read_map(reader, node, registry_keys, true, registry)))
        return false;
    while (registry->len && registry->at[registry->len - 1] == '/')
        registry->len--;
    if (slice_search(*registry, SLICE("://")) < registry->len)
        return project_fail(reader, node->line,
                            "registry: a name such as registry.example:5000 "
                            "is expected, without a scheme");
    *registry = arena_copy(reader->arena, *registry);
    return registry->at || arena_error(reader->err);
}

/* Keys of options (cli) stand in these, too: what no row has is theirs. */
static bool take_shared(struct project_reader *reader, const struct project_key *key,
                        const struct yaml_node *node, void *to)
{
    return project_read_map(reader, node, key->keys, true, to);
}

static const struct project_key project_keys[] = {
    {"registry", take_registry, offsetof(struct project, registry), NULL, 0, 0},
    {"tags", project_take_map, offsetof(struct project, tags), tag_keys, 0, 0},
    {"audit", take_shared, offsetof(struct project, audit), audit_keys, 0, 0},
    {"update", take_shared, offsetof(struct project, update), update_keys, 0, 0},
    {NULL},
};

static const char *folder_of(const char *path, struct arena *arena)
{
    struct slice text = slice_str(path);
    size_t slash = slice_find_last(text, '/');
    return slash == text.len ? "." : arena_string(arena, slice_upto(text, slash ? slash : 1));
}

bool project_read(const char *path, const struct yaml_node *tree, struct arena *arena,
                  struct project *project, struct error *err)
{
    struct project made = {
        .path = path,
        .folder = path ? folder_of(path, arena) : ".",
        .tags = {.latest = true},
        .audit = {.deadlines = {0, 7, 30, 90}},
        .update = {.policy = PROJECT_MINOR, .suffix = SLICE("keep")},
    };
    if (!made.folder)
        return arena_error(err);
    struct project_reader reader = {path ? path : PROJECT_FILE, made.folder, arena, err};
    if (tree && (!project_read_map(&reader, tree, project_keys, true, &made) ||
                 !read_images(&reader, yaml_get(tree, "images"), &made)))
        return false;
    *project = made;
    return true;
}

/* ---- by name ---- */

static bool is_called(const struct project_image *image, struct slice name)
{
    struct slice rest = image->repository;
    return slice_equal(image->name, name) || slice_equal(rest, name) ||
           (has_host(rest) && slice_equal(slice_from(rest, slice_find(rest, '/') + 1), name));
}

const struct project_image *project_image_find(const struct project *project, struct slice name)
{
    for (size_t i = 0; i < project->image_count; i++)
        if (slice_equal(project->images[i].name, name))
            return &project->images[i];
    for (size_t i = 0; i < project->image_count; i++)
        if (is_called(&project->images[i], name))
            return &project->images[i];
    return NULL;
}

bool project_image_get(const struct project *project, struct slice name,
                       const struct project_image **image, struct error *err)
{
    char word[130], known[500] = "";
    *image = project_image_find(project, name);
    if (*image)
        return true;
    snprintf(word, sizeof word, "%.*s", SLICE_ARG(name));
    struct suggestion suggestion = {.word = word};
    for (size_t i = 0; i < project->image_count; i++) {
        size_t used = strlen(known);
        suggest_offer(&suggestion, project->images[i].name.at);
        snprintf(known + used, sizeof known - used, "%s%s", used ? ", " : "",
                 project->images[i].name.at);
    }
    if (suggestion.best)
        return error_set(err, ERROR_USAGE, "no image %s in %s; did you mean %s?", word,
                         project->path ? project->path : PROJECT_FILE, suggestion.best);
    return error_set(err, ERROR_USAGE, "no image %s in %s; it has %s", word,
                     project->path ? project->path : PROJECT_FILE, *known ? known : "none");
}
