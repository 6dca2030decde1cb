/* See discover.h. */
#include "project/discover.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/ascii.h"
#include "lint/discover.h"
#include "lint/dockerfile/dockerfile.h"
#include "lint/lint.h"

struct finder {
    const char *folder;   /* as given: "." */
    struct slice project; /* its name */
    struct project *to;
    struct project_hint *hints;
    struct arena *arena;
};

/* ---- names ---- */

static struct slice last_part(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_from(path, slash + 1) : path;
}

/* What repositories may be called: lower case, and one of - _ . between words. */
static struct slice clean_name(struct slice text, struct arena *arena)
{
    char *name = arena_alloc(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; name && i < text.len; i++) {
        char c = ascii_lower(text.at[i]);
        bool mark = !ascii_alnum(c);
        if (mark && (!len || !ascii_alnum(name[len - 1])))
            continue;
        name[len++] = mark && !strchr("._-", c) ? '-' : c;
    }
    while (len && !ascii_alnum(name[len - 1]))
        name[--len] = '\0';
    return (struct slice){name, name ? len : 0};
}

/* "haproxy" of Dockerfile.haproxy and haproxy.Dockerfile; empty for a plain one. */
static struct slice variant_of(struct slice file)
{
    static const char *const words[] = {"Dockerfile", "dockerfile", "Containerfile"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct slice word = slice_str(words[i]);
        if (slice_starts(file, word))
            return file.len > word.len ? slice_from(file, word.len + 1) : SLICE("");
        if (slice_ends(file, word) && file.len > word.len + 1)
            return slice_upto(file, file.len - word.len - 1);
    }
    return SLICE("");
}

struct slice project_name_of(struct slice path, struct slice project, struct arena *arena)
{
    struct slice variant = variant_of(last_part(path));
    size_t slash = slice_find_last(path, '/');
    struct slice folder = slash < path.len ? last_part(slice_upto(path, slash)) : SLICE("");
    bool plain = !folder.len || slice_equal_str(folder, "docker") ||
                 slice_equal_str(folder, "build") || slice_equal_str(folder, ".docker");
    struct slice whole = plain ? project : folder;
    struct slice name = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(whole), variant.len ? "-" : "",
                                     SLICE_ARG(variant));
    name = name.at ? clean_name(name, arena) : name;
    return name.at && !name.len ? SLICE("app") : name;
}

static bool is_taken(const struct project *project, struct slice name)
{
    for (size_t i = 0; i < project->image_count; i++)
        if (slice_equal(project->images[i].name, name))
            return true;
    return false;
}

static struct slice free_name(struct finder *finder, struct slice path)
{
    struct slice name = project_name_of(path, finder->project, finder->arena), first = name;
    for (unsigned number = 2; name.at && is_taken(finder->to, name); number++)
        name = arena_printf(finder->arena, "%.*s-%u", SLICE_ARG(first), number);
    return name;
}

/* ---- what a Dockerfile says ---- */

struct slice project_url_in(struct slice text)
{
    size_t plain = slice_search(text, SLICE("http://"));
    size_t secure = slice_search(text, SLICE("https://"));
    size_t start = plain < secure ? plain : secure, end = start;
    while (end < text.len && !ascii_space(text.at[end]) && !strchr("'\"`;|&)>,\\", text.at[end]))
        end++;
    struct slice url = slice_upto(slice_from(text, start), end - start);
    return slice_search(url, SLICE("$")) < url.len ? SLICE("") : url;
}

static bool is_there(const char *folder, struct slice source, struct arena *scratch)
{
    struct slice path = arena_printf(scratch, "%s/%.*s", folder, SLICE_ARG(source));
    return path.at && access(path.at, F_OK) == 0;
}

/* How many of its sources are in the project's folder, less those in its own. */
static int lean(const struct dockerfile *parsed, const char *folder, const char *own,
                struct arena *scratch)
{
    int leaning = 0;
    for (size_t i = 0; i < parsed->count; i++) {
        const struct instruction *one = &parsed->instructions[i];
        if ((one->keyword != KEYWORD_COPY && one->keyword != KEYWORD_ADD) ||
            instruction_flag(one, "from"))
            continue;
        for (size_t j = 0; j + 1 < one->argument_count; j++)
            leaning += (int)is_there(folder, one->arguments[j], scratch) -
                       (int)is_there(own, one->arguments[j], scratch);
    }
    return leaning;
}

static bool read_hints(const struct dockerfile *parsed, struct arena *arena,
                       struct project_hint *hint)
{
    for (size_t i = 0; i < parsed->count; i++) {
        const struct instruction *one = &parsed->instructions[i];
        struct slice url = project_url_in(one->rest);
        if (one->keyword == KEYWORD_HEALTHCHECK && url.len)
            hint->health = arena_copy(arena, url);
        if (one->keyword == KEYWORD_EXPOSE && one->argument_count && !hint->port.len)
            hint->port = arena_copy(
                arena, slice_upto(one->arguments[0], slice_find(one->arguments[0], '/')));
        if (one->keyword == KEYWORD_FROM) /* only the last stage's count */
            *hint = (struct project_hint){.health = SLICE("")};
    }
    return true;
}

/* A Dockerfile that cannot be parsed is an image all the same: lint says what is wrong with it. */
static bool look(struct finder *finder, struct slice path, struct project_image *image,
                 struct project_hint *hint, struct error *err)
{
    struct arena scratch CLEANUP_ARENA;
    struct slice bytes;
    struct lint_file file;
    struct dockerfile parsed;
    struct error unparsed;
    unsigned line;
    arena_init(&scratch, (size_t)256 << 20);
    size_t slash = slice_find_last(path, '/');
    const char *own = slash < path.len ? arena_string(finder->arena, slice_upto(path, slash)) : ".";
    image->context = finder->folder;
    if (!own)
        return arena_error(err);
    if (!lint_read(path, &scratch, &bytes, err))
        return false;
    if (!lint_file_init(&file, path, bytes, LINT_DOCKERFILE, &scratch))
        return arena_error(err);
    if (!dockerfile_parse(&file, &scratch, &parsed, &line, &unparsed))
        return true;
    if (lean(&parsed, finder->folder, own, &scratch) < 0)
        image->context = own;
    return read_hints(&parsed, finder->arena, hint);
}

static bool add_image(struct finder *finder, struct slice path, struct error *err)
{
    struct project_image *image = &finder->to->images[finder->to->image_count];
    struct slice below = path, folder = slice_str(finder->folder);
    if (slice_starts(below, folder) && below.len > folder.len)
        below = slice_from(below, folder.len + 1);
    bool here = slice_equal_str(folder, ".");
    for (size_t i = 0; i < path.len; i++) /* plimsoll.yaml could not name it */
        if ((unsigned char)path.at[i] < ' ')
            return error_set(err, ERROR_USAGE,
                             "%.*s: a control character in the name of a Dockerfile; rename it",
                             SLICE_ARG(path));
    *image = (struct project_image){.name = free_name(finder, below),
                                    .dockerfile = arena_string(finder->arena, here ? below : path),
                                    .test = {.seconds = 60},
                                    .base = {finder->to->update.policy, finder->to->update.suffix}};
    image->repository = image->name;
    if (!image->name.at || !image->dockerfile)
        return arena_error(err);
    if (!look(finder, slice_str(image->dockerfile), image, &finder->hints[finder->to->image_count],
              err))
        return false;
    finder->to->image_count++;
    return true;
}

static struct slice project_name(const char *folder, struct arena *arena)
{
    char room[4096];
    const char *whole = realpath(folder, room);
    return arena_copy(arena, whole ? last_part(slice_str(whole)) : SLICE("app"));
}

bool project_discover(const char *folder, struct arena *arena, struct project *project,
                      struct project_hint **hints, struct error *err)
{
    struct lint_report report = {.arena = arena};
    struct discovery discovery = {.arena = arena, .report = &report, .as = LINT_DOCKERFILE};
    if (!project_read(NULL, NULL, arena, project, err))
        return false;
    table_init(&discovery.seen, arena);
    if (!discover_path(&discovery, folder, err))
        return false;
    if (discovery.count > PROJECT_DOCKERFILES_MAX)
        return error_set(err, ERROR_LIMIT,
                         "%s: more than %u Dockerfiles; name those that are "
                         "images in plimsoll.yaml",
                         folder, PROJECT_DOCKERFILES_MAX);
    struct finder finder = {folder, project_name(folder, arena), project, NULL, arena};
    project->folder = folder;
    project->images = arena_array(arena, discovery.count + 1, sizeof *project->images);
    finder.hints = arena_array(arena, discovery.count + 1, sizeof *finder.hints);
    if (!finder.project.at || !project->images || !finder.hints)
        return arena_error(err);
    for (size_t i = 0; i < discovery.count; i++)
        if (!add_image(&finder, discovery.items[i].path, err))
            return false;
    if (hints)
        *hints = finder.hints;
    return true;
}
