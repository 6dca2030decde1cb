/* What a Dockerfile copies where. Paths with variables are left out: their values are the build's.
 */
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "lint/dockerfile/dockerfile.h"
#include "lint/lint.h"
#include "ship/test/parts.h"

enum { GLOB_MAX = 1000 };

struct reading {
    struct arena *arena;
    struct ship_copies *copies;
    struct slice context; /* absolute: programs are started elsewhere */
    struct slice folder;  /* WORKDIR */
};

static struct slice base_name(struct slice path)
{
    while (path.len && path.at[path.len - 1] == '/')
        path.len--;
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_from(path, slash + 1) : path;
}

/* Without "./" in front and '/' behind. */
static struct slice clean(struct slice path)
{
    while (slice_starts(path, SLICE("./")))
        path = slice_from(path, 2);
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    return slice_equal_str(path, ".") ? SLICE("") : path;
}

static bool is_folder(struct slice path, bool *there)
{
    struct stat status;
    *there = stat(path.at, &status) == 0;
    return *there && S_ISDIR(status.st_mode);
}

static bool add(struct reading *reading, struct slice image, struct slice local, bool folder)
{
    struct ship_copy copy = {.image = image, .local = local, .folder = folder};
    return image.at && ARENA_PUSH(reading->arena, reading->copies->items, reading->copies->count,
                                  reading->copies->room, copy);
}

static struct slice under(struct reading *reading, struct slice folder, struct slice name)
{
    return !name.len ? folder
           : slice_equal_str(folder, "/")
               ? arena_printf(reading->arena, "/%.*s", SLICE_ARG(name))
               : arena_printf(reading->arena, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(name));
}

static struct slice target_of(struct reading *reading, struct slice target, struct slice name,
                              bool into)
{
    struct slice path = clean(target);
    if (!slice_starts(path, SLICE("/")))
        path = under(reading, reading->folder.len ? reading->folder : SLICE("/"), path);
    return into ? under(reading, path, name) : path;
}

/* A folder's content goes into the target; a file into it when that is a folder, else under its
   name. */
static bool add_local(struct reading *reading, struct slice local, struct slice target, bool into)
{
    bool there, folder = is_folder(local, &there);
    if (!there)
        return true;
    return add(reading, target_of(reading, target, base_name(local), into && !folder), local,
               folder);
}

static bool add_source(struct reading *reading, struct slice source, struct slice target, bool into)
{
    struct slice path = arena_printf(reading->arena, "%.*s/%.*s", SLICE_ARG(reading->context),
                                     SLICE_ARG(clean(source)));
    glob_t found = {0};
    bool fine = path.at != NULL;
    if (fine && glob(path.at, 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && i < GLOB_MAX && fine; i++)
            fine = add_local(reading, arena_copy(reading->arena, slice_str(found.gl_pathv[i])),
                             target, into);
    globfree(&found);
    return fine;
}

static bool has_variable(const struct instruction *each)
{
    for (size_t i = 0; i < each->argument_count; i++)
        if (slice_find(each->arguments[i], '$') < each->arguments[i].len)
            return true;
    return false;
}

static bool take_copy(struct reading *reading, const struct instruction *each)
{
    size_t sources = each->argument_count ? each->argument_count - 1 : 0;
    if (!sources || has_variable(each) || each->heredoc_count)
        return true;
    struct slice target = each->arguments[sources];
    bool into = sources > 1 || slice_ends(target, SLICE("/")) || slice_equal_str(target, ".");
    bool from = instruction_flag(each, "from") != NULL, fine = true;
    for (size_t i = 0; i < sources && fine; i++)
        fine = from ? add(reading, target_of(reading, target, base_name(each->arguments[i]), false),
                          (struct slice){NULL, 0}, true)
                    : add_source(reading, each->arguments[i], target, into);
    return fine;
}

static void take(struct reading *reading, const struct instruction *each, bool *fine)
{
    if (each->keyword == KEYWORD_FROM) {
        reading->copies->count = 0;
        reading->folder = SLICE("");
        reading->copies->base = each->argument_count ? each->arguments[0] : SLICE("");
    } else if (each->keyword == KEYWORD_WORKDIR && each->argument_count)
        reading->folder = clean(each->arguments[0]);
    else if (each->keyword == KEYWORD_COPY || each->keyword == KEYWORD_ADD)
        *fine = *fine && take_copy(reading, each);
}

bool ship_copies_read(const struct ship_test_image *image, struct arena *arena,
                      struct ship_copies *copies, struct error *err)
{
    struct reading reading = {.arena = arena, .copies = copies};
    struct lint_file *file = arena_new(arena, struct lint_file);
    struct dockerfile parsed;
    struct slice bytes, path = slice_str(image->dockerfile);
    unsigned line;
    bool fine = true;
    *copies = (struct ship_copies){0};
    char *context = realpath(image->context, NULL);
    if (!context)
        return error_errno(err, "the context %s", image->context);
    reading.context = arena_copy(arena, slice_str(context));
    free(context);
    if (!reading.context.at)
        return arena_error(err);
    if (!lint_read(path, arena, &bytes, err))
        return false;
    if (!file || !lint_file_init(file, path, bytes, LINT_DOCKERFILE, arena))
        return arena_error(err);
    if (!dockerfile_parse(file, arena, &parsed, &line, err))
        return error_add(err, "%s", image->dockerfile);
    for (size_t i = 0; i < parsed.count; i++)
        take(&reading, &parsed.instructions[i], &fine);
    return fine || arena_error(err);
}

struct slice ship_copies_find(const struct ship_copies *copies, struct slice path,
                              struct arena *arena)
{
    for (size_t i = copies->count; i-- > 0;) { /* what is copied later lies on top */
        const struct ship_copy *copy = &copies->items[i];
        struct slice rest = slice_from(path, copy->image.len);
        if (!copy->local.len || !slice_starts(path, copy->image))
            continue;
        if (!rest.len || slice_equal_str(rest, "/"))
            return copy->local;
        if (!copy->folder || rest.at[0] != '/')
            continue;
        struct slice local =
            arena_printf(arena, "%.*s%.*s", SLICE_ARG(copy->local), SLICE_ARG(rest));
        bool there;
        is_folder(local, &there);
        if (there)
            return local;
    }
    return (struct slice){NULL, 0};
}
