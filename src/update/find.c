#include "update/find.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lint/discover.h"
#include "scan/glob.h"

enum file_form { FORM_NONE, FORM_DOCKERFILE, FORM_COMPOSE, FORM_CONFIGURATION };

enum { DEPTH_MAX = 32, SCRATCH_MAX = 256 << 20 };

/* ---- what a file is ---- */

static struct slice name_of(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_from(path, slash + 1) : path;
}

static bool is_yaml(struct slice name)
{
    return slice_ends(name, SLICE(".yml")) || slice_ends(name, SLICE(".yaml"));
}

/* compose.yaml, docker-compose.yml, docker-compose.prod.yml, compose.override.yaml. */
static bool is_compose(struct slice name)
{
    return is_yaml(name) &&
           (slice_starts(name, SLICE("compose.")) || slice_starts(name, SLICE("compose-")) ||
            slice_starts(name, SLICE("docker-compose")));
}

static enum file_form form_by_name(struct slice name)
{
    bool sure;
    if (slice_equal_str(name, "plimsoll.yaml"))
        return FORM_CONFIGURATION;
    if (is_compose(name))
        return FORM_COMPOSE;
    return discover_by_name(name, &sure) == LINT_DOCKERFILE && sure ? FORM_DOCKERFILE : FORM_NONE;
}

/* Of a file that was given. */
static enum file_form form_of_given(struct slice path)
{
    struct slice name = name_of(path);
    enum file_form form = form_by_name(name);
    if (form)
        return form;
    return is_yaml(name) ? FORM_COMPOSE : FORM_DOCKERFILE;
}

/* ---- reading ---- */

static bool note(struct update_search *search, struct slice path, struct slice text,
                 struct error *err)
{
    struct update_note made = {path, text};
    return ARENA_PUSH(search->arena, search->notes, search->note_count, search->note_room, made) ||
           arena_error(err);
}

/* Opening a pipe waits for its writer. */
static bool is_regular(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* .env beside a compose file; without one, or when it cannot be read, nothing is set there. */
static struct slice environment_beside(struct slice path, struct arena *arena)
{
    struct error ignored;
    struct slice bytes, folder = slice_upto(path, path.len - name_of(path).len);
    const char *name = arena_printf(arena, "%.*s.env", SLICE_ARG(folder)).at;
    bool fine =
        name && is_regular(name) && file_read(name, UPDATE_FILE_MAX, arena, &bytes, &ignored);
    return fine ? bytes : (struct slice){0};
}

static bool read_places(struct update_search *search, struct slice path, enum file_form form,
                        struct slice bytes, struct error *err)
{
    if (form == FORM_DOCKERFILE) {
        search->pins.arena = search->arena;
        search->pins.scratch = search->places.scratch;
        return places_read_dockerfile(&search->places, path, bytes, err) &&
               pins_read_dockerfile(&search->pins, path, bytes, err);
    }
    if (form == FORM_COMPOSE)
        return places_read_compose(&search->places, path, bytes,
                                   environment_beside(path, search->places.scratch), err);
    return places_read_configuration(&search->places, path, bytes, err);
}

/* A file that cannot be read is a note: the others are read all the same. */
static bool read_file(struct update_search *search, struct slice path, enum file_form form,
                      struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    struct slice bytes;
    struct error why = {0};
    const char *name = arena_string(search->arena, path);
    arena_init(&scratch, SCRATCH_MAX);
    if (!name)
        return arena_error(err);
    if (search->files++ == UPDATE_FILES_MAX)
        return error_set(err, ERROR_LIMIT, "over %d files", UPDATE_FILES_MAX);
    search->places.scratch = &scratch;
    bool fine = file_read(name, UPDATE_FILE_MAX, &scratch, &bytes, &why) &&
                read_places(search, path, form, bytes, &why);
    search->places.scratch = NULL;
    if (fine)
        return true;
    struct slice said = slice_str(why.text); /* the note names the file */
    size_t named = slice_starts(said, path) ? path.len + strlen(": ") : 0;
    struct slice text = arena_copy(search->arena, slice_from(said, named));
    return text.at ? note(search, path, text, err) : arena_error(err);
}

/* ---- folders ---- */

static bool is_foreign(const char *name)
{
    static const char *const names[] = {".git",   ".hg",   ".svn",        "node_modules",
                                        "vendor", ".venv", "__pycache__", ".cache"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool matches(const struct update_search *search, struct slice below)
{
    for (size_t i = 0; i < search->pattern_count; i++) {
        struct slice pattern = search->patterns[i];
        bool anywhere = slice_starts(pattern, SLICE("**/"));
        if (glob_match(pattern, below, '/') ||
            (anywhere && glob_match(slice_from(pattern, 3), below, '/')))
            return true;
    }
    return !search->pattern_count;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool list_names(DIR *folder, struct arena *arena, char ***names, size_t *count,
                       struct error *err)
{
    size_t room = 0;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        char *name =
            is_foreign(entry->d_name) ? NULL : arena_string(arena, slice_str(entry->d_name));
        if (name && !ARENA_PUSH(arena, *names, *count, room, name))
            return arena_error(err);
        if (*count > DISCOVER_ENTRIES_MAX / 10)
            return error_set(err, ERROR_LIMIT, "a folder with too many files");
    }
    if (*count)
        qsort(*names, *count, sizeof **names, by_text);
    return true;
}

static bool walk(struct update_search *search, struct slice path, size_t root, unsigned depth,
                 struct error *err);

static bool visit(struct update_search *search, struct slice path, size_t root, unsigned depth,
                  struct error *err)
{
    struct stat info;
    if (lstat(path.at, &info) != 0)
        return true; /* gone meanwhile */
    if (S_ISDIR(info.st_mode))
        return walk(search, path, root, depth + 1, err);
    enum file_form form = form_by_name(name_of(path));
    if (!S_ISREG(info.st_mode) || !form || !matches(search, slice_from(path, root)))
        return true;
    return read_file(search, path, form, err);
}

static bool walk(struct update_search *search, struct slice path, size_t root, unsigned depth,
                 struct error *err)
{
    char **names = NULL;
    size_t count = 0;
    DIR *folder = depth < DEPTH_MAX ? opendir(path.at) : NULL;
    if (!folder)
        return note(search, path, SLICE("the folder cannot be listed"), err);
    bool fine = list_names(folder, search->arena, &names, &count, err);
    closedir(folder);
    for (size_t i = 0; fine && i < count; i++) {
        bool here = slice_equal_str(path, ".");
        struct slice below = here ? slice_str(names[i])
                                  : arena_printf(search->arena, "%.*s%s%s", SLICE_ARG(path),
                                                 slice_ends(path, SLICE("/")) ? "" : "/", names[i]);
        fine = below.at ? visit(search, below, here ? 0 : root, depth, err) : arena_error(err);
    }
    return fine;
}

bool update_find(struct update_search *search, const char *path, struct error *err)
{
    struct stat info;
    struct slice name = arena_copy(search->arena, slice_str(path));
    if (!name.at)
        return arena_error(err);
    search->places.arena = search->arena;
    if (stat(path, &info) != 0)
        return error_errno(err, "%s", path);
    /* What a shell's <(…) gives is a pipe, too, but behind a link, and somebody writes. */
    if (lstat(path, &info) != 0 || S_ISFIFO(info.st_mode) || stat(path, &info) != 0)
        return error_set(err, ERROR_USAGE, "%s: a pipe, and no file", path);
    if (S_ISDIR(info.st_mode))
        return walk(search, name, name.len + !slice_ends(name, SLICE("/")), 0, err);
    return read_file(search, name, form_of_given(name), err);
}

static bool read_build(struct update_search *search, const struct place_build *build,
                       struct error *err)
{
    CLEANUP_ARENA struct arena scratch;
    struct slice bytes;
    arena_init(&scratch, SCRATCH_MAX);
    const char *name = arena_string(&scratch, build->dockerfile);
    search->places.scratch = &scratch;
    bool fine = name
                    ? is_regular(name) && file_read(name, UPDATE_FILE_MAX, &scratch, &bytes, err) &&
                          places_read_build(&search->places, build, bytes, err)
                    : arena_error(err);
    search->places.scratch = NULL;
    return fine;
}

/* A Dockerfile that is not there is the build's own problem, and none of ours. */
bool update_find_builds(struct update_search *search, struct error *err)
{
    for (size_t i = 0; i < search->places.build_count; i++) {
        struct error why = {0};
        if (read_build(search, &search->places.builds[i], &why) || why.kind != ERROR_LIMIT)
            continue;
        *err = why;
        return false;
    }
    return true;
}
