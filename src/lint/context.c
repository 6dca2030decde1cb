/*
 * The way around a Dockerfile: .dockerignore, then the folder's files, then git. What a file is:
 * context_files.c; git: context_git.c; patterns: dockerignore.c.
 */
#include "lint/context.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/table.h"
#include "lint/context_files.h"
#include "lint/dockerignore.h"

enum rule_place { KEY, CREDENTIALS, CERTIFICATE, GAP, SYNTAX, IN_GIT, IN_HISTORY, RULES };
enum { DOCKERFILES_MAX = 64, GAPS_MAX = 12 };

struct look {
    const struct context_options *options;
    struct lint_report *report;
    struct arena *arena;
    struct dockerignore ignores[DOCKERFILES_MAX]; /* beside options->dockerfiles */
    size_t dockerfiles;
    bool wanted[RULES];
    size_t entries;
    bool cut;                      /* there is more than was looked at */
    struct slice gaps[GAPS_MAX];   /* names that should be ignored */
    struct slice gap_by[GAPS_MAX]; /* which COPY takes it; empty: none does */
    size_t gap_count;
    char *bytes; /* of the file being looked at: CONTEXT_FILE_MAX */
    struct git_call tracked, removed;
    struct table told; /* paths that git has been told of */
};

static struct slice join(struct look *look, struct slice folder, struct slice name)
{
    if (!folder.len || slice_equal_str(folder, "."))
        return name;
    const char *between = slice_ends(folder, SLICE("/")) ? "" : "/";
    return arena_printf(look->arena, "%.*s%s%.*s", SLICE_ARG(folder), between, SLICE_ARG(name));
}

/* Whether a COPY's source takes a path of the context. */
static bool source_takes(struct look *look, struct slice source, struct slice path)
{
    struct slice clean = dockerignore_clean(source, look->arena);
    if (!clean.at || slice_find(source, '$') < source.len)
        return false;
    if (slice_equal_str(clean, "."))
        return true;
    for (size_t i = 0; i <= path.len; i++)
        if ((i == path.len || path.at[i] == '/') &&
            dockerignore_pattern_matches(clean, slice_upto(path, i)))
            return true;
    return false;
}

static bool instruction_takes(struct look *look, const struct instruction *instruction,
                              struct slice path)
{
    if ((instruction->keyword != KEYWORD_COPY && instruction->keyword != KEYWORD_ADD) ||
        instruction_flag(instruction, "from"))
        return false;
    for (size_t i = 0; i + 1 < instruction->argument_count; i++)
        if (source_takes(look, instruction->arguments[i], path))
            return true;
    return false;
}

/* Where a file of the context goes. */
struct fate {
    bool in_context;
    struct slice by; /* "COPY in Dockerfile:7"; empty: none takes it */
};

static struct slice taken_by(struct look *look, const struct context_dockerfile *file,
                             struct slice path)
{
    for (size_t i = 0; file->dockerfile && i < file->dockerfile->count; i++) {
        const struct instruction *instruction = &file->dockerfile->instructions[i];
        if (instruction_takes(look, instruction, path))
            return arena_printf(look->arena, "%s in %.*s:%u",
                                dockerfile_keyword_name(instruction->keyword),
                                SLICE_ARG(file->path), instruction->start_line);
    }
    return (struct slice){NULL, 0};
}

static struct fate fate_of(struct look *look, struct slice path)
{
    struct fate fate = {false, {NULL, 0}};
    for (size_t i = 0; i < look->dockerfiles && !fate.by.len; i++) {
        if (dockerignore_match(&look->ignores[i], path))
            continue;
        fate.in_context = true;
        fate.by = taken_by(look, &look->options->dockerfiles[i], path);
    }
    return fate;
}

static void tell_secret(struct look *look, enum rule_place place, struct slice path,
                        struct fate fate)
{
    const char *what = place == KEY ? "a private key" : "credentials";
    const char *instead = place == KEY
                              ? "mount it where it is used (RUN --mount=type=secret, a volume)"
                              : "give the values to the build as secrets and to the container as "
                                "environment";
    struct slice shown = join(look, look->options->folder, path);
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

static void tell_certificate(struct look *look, struct slice path, struct fate fate)
{
    if (fate.by.len && !context_is_example(path))
        lint_add_path(look->report, &context_rules[CERTIFICATE],
                      join(look, look->options->folder, path),
                      "%.*s takes this certificate into the image; mount it where it runs, unless "
                      "it is an authority's",
                      SLICE_ARG(fate.by));
}

/* The first bytes of a file; empty when it cannot be read, which is noted. */
static struct slice first_bytes(struct look *look, int folder, const char *name, struct slice path)
{
    CLEANUP_FD int file = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct error err;
    size_t got = 0;
    if (file < 0 || !file_pread(file, look->bytes, CONTEXT_FILE_MAX, 0, &got, &err)) {
        lint_note(look->report, join(look, look->options->folder, path), "cannot be read");
        return (struct slice){NULL, 0};
    }
    return slice_of(look->bytes, got);
}

static enum context_kind kind_of(struct look *look, int folder, const char *name, struct slice path)
{
    bool bytes_wanted;
    enum context_kind kind = context_kind_of_name(slice_str(name), &bytes_wanted);
    if (kind == CONTEXT_NOTHING || !bytes_wanted)
        return kind;
    return context_kind_of_bytes(kind, slice_str(name), first_bytes(look, folder, name, path));
}

static void look_at_file(struct look *look, int folder, const char *name, struct slice path)
{
    bool bytes_wanted;
    if (context_kind_of_name(slice_str(name), &bytes_wanted) == CONTEXT_NOTHING)
        return;
    struct fate fate = fate_of(look, path);
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
static void add_gap(struct look *look, struct slice name, struct slice path)
{
    struct fate fate = fate_of(look, path);
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

static void walk(struct look *look, int folder, struct slice path, unsigned depth);

static void look_at_entry(struct look *look, int folder, const struct dirent *entry,
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
    struct slice below = join(look, path, path.len ? name : arena_copy(look->arena, name));
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
            lint_note(look->report, join(look, look->options->folder, below), "cannot be read");
        else
            walk(look, inside, below, depth + 1);
    }
}

/* All Dockerfiles leave the whole folder out. */
static bool is_left_out(struct look *look, struct slice path)
{
    for (size_t i = 0; i < look->dockerfiles; i++)
        if (look->ignores[i].exclusions || !dockerignore_match(&look->ignores[i], path))
            return false;
    return true;
}

static void walk(struct look *look, int folder, struct slice path, unsigned depth)
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

static void tell_gaps(struct look *look)
{
    struct slice names = {NULL, 0}, by = {NULL, 0};
    const struct dockerignore *ignore = &look->ignores[0];
    for (size_t i = 0; i < look->gap_count; i++) {
        names = arena_printf(look->arena, "%.*s%s%.*s", SLICE_ARG(names), i ? ", " : "",
                             SLICE_ARG(look->gaps[i]));
        by = by.len ? by : look->gap_by[i];
    }
    if (!look->gap_count || !look->wanted[GAP])
        return;
    struct slice path =
        ignore->path.len ? ignore->path : join(look, look->options->folder, SLICE(".dockerignore"));
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

static bool open_ignores(struct look *look)
{
    for (size_t i = 0; i < look->dockerfiles; i++) {
        struct dockerignore *ignore = &look->ignores[i];
        struct error err = {0};
        struct slice folder = look->options->folder;
        if (!dockerignore_open(folder, look->options->dockerfiles[i].path, look->arena, ignore,
                               &err)) {
            lint_note(look->report, join(look, folder, SLICE(".dockerignore")), "%s", err.text);
            *ignore = (struct dockerignore){0};
        }
        bool again = i && slice_equal(ignore->path, look->ignores[0].path);
        if (ignore->bad_line && look->wanted[SYNTAX] && !again) {
            struct lint_finding *finding =
                lint_add_path(look->report, &context_rules[SYNTAX], ignore->path,
                              "the pattern in line %u is none: a [ without ], a \\ at the end, or "
                              "! alone; the build ends with that",
                              ignore->bad_line);
            if (finding)
                finding->line = ignore->bad_line;
        }
    }
    return !look->report->failed;
}

static struct slice base_name(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash < path.len ? slice_from(path, slash + 1) : path;
}

static bool is_secret(enum context_kind kind)
{
    return kind == CONTEXT_PRIVATE_KEY || kind == CONTEXT_CREDENTIALS;
}

/* Of what is tracked, the bytes as they are now tell. */
static void look_at_tracked(struct look *look, int folder, const struct git_file *file)
{
    char name[4096];
    bool bytes_wanted;
    struct slice base = base_name(file->path);
    enum context_kind kind = context_kind_of_name(base, &bytes_wanted);
    look->report->failed |= !table_put(&look->told, file->path, look);
    if (!is_secret(kind) || file->path.len >= sizeof name)
        return;
    memcpy(name, file->path.at, file->path.len);
    name[file->path.len] = 0;
    if (bytes_wanted && faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        kind = context_kind_of_bytes(kind, base, first_bytes(look, folder, name, file->path));
    if (!is_secret(kind))
        return;
    struct lint_finding *finding = lint_add_path(
        look->report, &context_rules[IN_GIT], join(look, look->options->folder, file->path),
        "git tracks this %s; replace what it gives access to, then git rm --cached and a line in "
        ".gitignore",
        kind == CONTEXT_PRIVATE_KEY ? "private key" : "file with credentials");
    if (finding && context_is_example(file->path))
        finding->severity = LINT_INFO;
}

/* Of what is gone only the name is known: those that alone say enough. */
static void look_at_removed(struct look *look, const struct git_file *file)
{
    bool bytes_wanted;
    struct slice base = base_name(file->path);
    enum context_kind kind = context_kind_of_name(base, &bytes_wanted);
    bool sure = !bytes_wanted || slice_equal_str(base, ".env") || slice_ends(base, SLICE(".key"));
    if (!is_secret(kind) || !sure || context_is_example(file->path) ||
        table_get(&look->told, file->path))
        return;
    look->report->failed |= !table_put(&look->told, file->path, look);
    lint_add_path(look->report, &context_rules[IN_HISTORY],
                  join(look, look->options->folder, file->path),
                  "commit %.*s removed it, and the commits before still hold it: replace what it "
                  "gives access to (git filter-repo takes it out)",
                  SLICE_ARG(file->commit));
}

/* git runs while the folder is looked through. */
static void ask_git(struct look *look)
{
    struct slice name = look->options->folder;
    struct error err = {0};
    bool history = look->wanted[IN_HISTORY], wanted = history || look->wanted[IN_GIT];
    if (look->options->without_git || !wanted || !git_is_there(name, look->arena))
        return;
    if ((history && !git_ask_removed(name, look->arena, &look->removed, &err)) ||
        !git_ask_tracked(name, look->arena, &look->tracked, &err))
        lint_note(look->report, name, "what git tracks here was not looked at: %s", err.text);
}

static void look_at_git(struct look *look, int folder)
{
    struct slice name = look->options->folder;
    struct git_list tracked = {0}, removed = {0};
    struct error err = {0};
    if (look->tracked.output < 0)
        return;
    if (!git_read_tracked(&look->tracked, look->arena, &tracked, &err)) {
        lint_note(look->report, name, "what git tracks here was not looked at: %s", err.text);
        return;
    }
    bool wanted = look->wanted[IN_GIT];
    for (size_t i = 0; i < tracked.count && !look->report->failed; i++)
        if (wanted)
            look_at_tracked(look, folder, &tracked.files[i]);
        else
            look->report->failed |= !table_put(&look->told, tracked.files[i].path, look);
    if (look->removed.output < 0)
        return;
    if (!git_read_removed(&look->removed, look->arena, &removed, &err))
        lint_note(look->report, name, "git's history was not looked at: %s", err.text);
    for (size_t i = 0; i < removed.count && !look->report->failed; i++)
        look_at_removed(look, &removed.files[i]);
}

static void look_done(struct look **look)
{
    if (*look) {
        git_call_drop(&(*look)->tracked);
        git_call_drop(&(*look)->removed);
    }
}

bool context_lint(const struct context_options *options,
                  bool (*enabled)(void *context, const struct lint_rule *rule), void *context,
                  struct lint_report *report, struct arena *arena, struct error *err)
{
    __attribute__((cleanup(look_done))) struct look *look = NULL;
    char *path = arena_string(arena, options->folder);
    struct look *made = arena_new(arena, struct look);
    if (!made || !path)
        return arena_error(err);
    *made = (struct look){.options = options,
                          .report = report,
                          .arena = arena,
                          .tracked = GIT_CALL_NONE,
                          .removed = GIT_CALL_NONE};
    look = made;
    table_init(&look->told, arena);
    look->bytes = arena_alloc(arena, CONTEXT_FILE_MAX);
    if (!look->bytes)
        return arena_error(err);
    look->dockerfiles =
        options->dockerfile_count < DOCKERFILES_MAX ? options->dockerfile_count : DOCKERFILES_MAX;
    for (size_t i = 0; i < RULES; i++)
        look->wanted[i] = !enabled || enabled(context, &context_rules[i]);
    CLEANUP_FD int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        lint_note(report, options->folder, "the build context cannot be read: %m");
        return !report->failed || arena_error(err);
    }
    ask_git(look);
    if (open_ignores(look)) {
        walk(look, folder, (struct slice){NULL, 0}, 0);
        tell_gaps(look);
    }
    if (look->cut)
        lint_note(report, options->folder,
                  "the build context holds more than was looked at (%d files, %d folders deep)",
                  CONTEXT_ENTRIES_MAX, CONTEXT_DEPTH_MAX);
    look_at_git(look, folder);
    return !report->failed || arena_error(err);
}
