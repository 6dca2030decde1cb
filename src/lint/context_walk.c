/* The files of a build context, and the folders that have no place in one. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "lint/context_look.h"

static void tell_secret(struct context_look *look, enum context_rule place, struct slice path,
                        struct context_fate fate)
{
    const char *what = place == KEY ? "a private key" : "credentials";
    const char *instead = place == KEY
                              ? "mount it where it is used (RUN --mount=type=secret, a volume)"
                              : "give the values to the build as secrets and to the container as "
                                "environment";
    struct slice shown = context_path(look, look->options->folder, path);
    struct lint_finding *finding;
    if (fate.by.len)
        finding = lint_add_path(look->report, &context_rules[place], shown,
                                "%s: %.*s takes this into the image; name it in .dockerignore and "
                                "%s",
                                what, SLICE_ARG(fate.by), instead);
    else
        finding = lint_add_path(look->report, &context_rules[place], shown,
                                "%s in the build context; no COPY takes it, and named in "
                                ".dockerignore none ever will",
                                what);
    if (finding && (!fate.by.len || context_is_example(path)))
        finding->severity = LINT_INFO;
}

static void tell_certificate(struct context_look *look, struct slice path, struct context_fate fate)
{
    if (fate.by.len && !context_is_example(path))
        lint_add_path(look->report, &context_rules[CERTIFICATE],
                      context_path(look, look->options->folder, path),
                      "%.*s takes this certificate into the image; mount it where it runs, unless "
                      "it is an authority's",
                      SLICE_ARG(fate.by));
}

struct slice context_first_bytes(struct context_look *look, int folder, const char *name,
                                 struct slice path)
{
    CLEANUP_FD int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct error err;
    size_t got = 0;
    if (file < 0 || !file_pread(file, look->bytes, CONTEXT_FILE_MAX, 0, &got, &err)) {
        lint_note(look->report, context_path(look, look->options->folder, path), "cannot be read");
        return (struct slice){NULL, 0};
    }
    return slice_of(look->bytes, got);
}

static enum context_kind kind_of(struct context_look *look, int folder, const char *name,
                                 struct slice path)
{
    bool bytes_wanted;
    enum context_kind kind = context_kind_of_name(slice_str(name), &bytes_wanted);
    if (kind == CONTEXT_NOTHING || !bytes_wanted)
        return kind;
    return context_kind_of_bytes(kind, slice_str(name),
                                 context_first_bytes(look, folder, name, path));
}

static void look_at_file(struct context_look *look, int folder, const char *name, struct slice path)
{
    bool bytes_wanted;
    if (context_kind_of_name(slice_str(name), &bytes_wanted) == CONTEXT_NOTHING)
        return;
    struct context_fate fate = context_fate(look, path);
    if (!fate.in_context)
        return;
    switch (kind_of(look, folder, name, path)) {
    case CONTEXT_PRIVATE_KEY:
        if (look->wanted[KEY])
            tell_secret(look, KEY, path, fate);
        break;
    case CONTEXT_CREDENTIALS:
        if (look->wanted[CREDENTIALS])
            tell_secret(look, CREDENTIALS, path, fate);
        break;
    case CONTEXT_CERTIFICATE:
        if (look->wanted[CERTIFICATE])
            tell_certificate(look, path, fate);
        break;
    case CONTEXT_NOTHING:
        break;
    }
}

/* A folder that no image needs: a gap, once a name. */
static void add_gap(struct context_look *look, struct slice name, struct slice path)
{
    struct context_fate fate = context_fate(look, path);
    if (!fate.in_context || look->gap_count == GAPS_MAX)
        return;
    for (size_t i = 0; i < look->gap_count; i++)
        if (slice_equal(look->gaps[i], name))
            return;
    look->gap_by[look->gap_count] = fate.by;
    look->gaps[look->gap_count++] = arena_copy(look->arena, name);
}

static bool is_folder(int folder, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

static void walk(struct context_look *look, int folder, struct slice path, unsigned depth);

static void look_at_entry(struct context_look *look, int folder, const struct dirent *entry,
                          struct slice path, unsigned depth)
{
    struct slice name = slice_str(entry->d_name);
    bool is_dir = is_folder(folder, entry);
    if (!is_dir && entry->d_type != DT_REG && entry->d_type != DT_UNKNOWN)
        return;
    bool look_needed;
    bool clutter = context_is_clutter(name);
    if (!is_dir && context_kind_of_name(name, &look_needed) == CONTEXT_NOTHING && !clutter)
        return;
    /* The name is gone with the next one. */
    struct slice below = context_path(look, path, path.len ? name : arena_copy(look->arena, name));
    if (!below.at) {
        look->report->failed = true;
    } else if (clutter) {
        add_gap(look, name, below);
    } else if (!is_dir) {
        look_at_file(look, folder, entry->d_name, below);
    } else {
        CLEANUP_FD int inside =
            openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (inside < 0)
            lint_note(look->report, context_path(look, look->options->folder, below),
                      "cannot be read");
        else
            walk(look, inside, below, depth + 1);
    }
}

/* All Dockerfiles leave the whole folder out. */
static bool is_left_out(struct context_look *look, struct slice path)
{
    for (size_t i = 0; i < look->dockerfiles; i++)
        if (look->ignores[i].exclusions || !dockerignore_match(&look->ignores[i], path))
            return false;
    return true;
}

static void walk(struct context_look *look, int folder, struct slice path, unsigned depth)
{
    if (depth > CONTEXT_DEPTH_MAX || (path.len && is_left_out(look, path))) {
        look->cut |= depth > CONTEXT_DEPTH_MAX;
        return;
    }
    int copy = fcntl(folder, F_DUPFD_CLOEXEC, 0);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    if (!entries) {
        file_close_fd(&copy);
        return;
    }
    for (struct dirent *entry; (entry = readdir(entries)) && !look->report->failed;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (++look->entries > CONTEXT_ENTRIES_MAX) {
            look->cut = true;
            break;
        }
        look_at_entry(look, folder, entry, path, depth);
    }
    closedir(entries);
}

void context_walk(struct context_look *look, int folder)
{
    walk(look, folder, (struct slice){NULL, 0}, 0);
}

void context_tell_gaps(struct context_look *look)
{
    struct slice names = arena_join(look->arena, look->gaps, look->gap_count, ", ");
    struct slice by = {NULL, 0};
    const struct dockerignore *ignore = &look->ignores[0];
    for (size_t i = 0; i < look->gap_count; i++)
        by = by.len ? by : look->gap_by[i];
    if (!look->gap_count || !look->wanted[GAP])
        return;
    struct slice path = ignore->path.len
                            ? ignore->path
                            : context_path(look, look->options->folder, SLICE(".dockerignore"));
    struct slice end =
        by.len ? arena_printf(look->arena, "%.*s takes that into the image", SLICE_ARG(by))
               : SLICE("no COPY takes that now");
    struct lint_finding *finding;
    if (ignore->path.len)
        finding = lint_add_path(look->report, &context_rules[GAP], path,
                                "%.*s: not left out of the build, and %.*s; name it here",
                                SLICE_ARG(names), SLICE_ARG(end));
    else
        finding = lint_add_path(look->report, &context_rules[GAP], path,
                                "%.*s: no .dockerignore leaves it out of the build, and %.*s; "
                                "write one that names it",
                                SLICE_ARG(names), SLICE_ARG(end));
    /* Without the file, copy-everything is the warning. */
    bool history = slice_search(names, SLICE(".git")) < names.len;
    if (finding && by.len && history && ignore->path.len)
        finding->severity = LINT_WARNING;
}
