/* See input.h: the build context. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "lint/dockerignore.h"
#include "ship/voyage/input.h"

struct source_walk {
    struct sha256 hash;
    struct dockerignore ignore;
    const char *const *own;
    struct arena *arena; /* of one walk */
    const char *context;
    size_t entries;
    struct error *err;
};

enum { READ_SIZE = 1 << 16 };

/* Lengths stand in front of texts, so that no two inputs give the same bytes. */
static void add_text(struct sha256 *hash, struct slice text)
{
    uint64_t len = text.len;
    sha256_add(hash, &len, sizeof len);
    sha256_add(hash, text.at ? text.at : "", text.len);
}

static void add_number(struct sha256 *hash, uint64_t number)
{
    sha256_add(hash, &number, sizeof number);
}

static bool is_own(const struct source_walk *walk, const struct stat *status)
{
    struct stat own;
    for (const char *const *path = walk->own; path && *path; path++)
        if (stat(*path, &own) == 0 && own.st_dev == status->st_dev && own.st_ino == status->st_ino)
            return true;
    return false;
}

/* At the top of the context: what steers plimsoll and git, and does not go into an image. */
static bool is_steering(struct slice path)
{
    return slice_equal_str(path, ".git") || slice_equal_str(path, PROJECT_FILE) ||
           slice_equal_str(path, "plimsoll.exceptions.yaml") ||
           slice_equal_str(path, "plimsoll.compliance.yaml");
}

static bool add_file(struct source_walk *walk, int folder, const char *name, struct slice path)
{
    char bytes[READ_SIZE];
    int fd CLEANUP_FD = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return error_errno(walk->err, "reading %s/%.*s", walk->context, SLICE_ARG(path));
    for (ssize_t got; (got = read(fd, bytes, sizeof bytes)) != 0;) {
        if (got < 0)
            return error_errno(walk->err, "reading %s/%.*s", walk->context, SLICE_ARG(path));
        sha256_add(&walk->hash, bytes, (size_t)got);
    }
    return true;
}

static bool add_link(struct source_walk *walk, int folder, const char *name, struct slice path)
{
    char target[4096];
    ssize_t len = readlinkat(folder, name, target, sizeof target);
    if (len < 0)
        return error_errno(walk->err, "reading %s/%.*s", walk->context, SLICE_ARG(path));
    add_text(&walk->hash, slice_of(target, (size_t)len));
    return true;
}

static bool add_folder(struct source_walk *walk, int folder, struct slice path, unsigned depth);

static bool add_entry(struct source_walk *walk, int folder, const char *name, struct slice path,
                      unsigned depth)
{
    struct stat status;
    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return error_errno(walk->err, "reading %s/%.*s", walk->context, SLICE_ARG(path));
    bool ignored = dockerignore_match(&walk->ignore, path) != NULL;
    bool is_folder = S_ISDIR(status.st_mode);
    /* What is in an ignored folder may be taken back by an !pattern. */
    if ((ignored && !(is_folder && walk->ignore.exclusions)) || is_own(walk, &status))
        return true;
    if (!ignored) {
        add_text(&walk->hash, path);
        add_number(&walk->hash, status.st_mode);
        add_number(&walk->hash, S_ISREG(status.st_mode) ? (uint64_t)status.st_size : 0);
    }
    if (S_ISREG(status.st_mode))
        return add_file(walk, folder, name, path);
    if (S_ISLNK(status.st_mode))
        return add_link(walk, folder, name, path);
    if (!is_folder)
        return true; /* sockets and pipes are in no context */
    int inner CLEANUP_FD = openat(folder, name, O_RDONLY | O_CLOEXEC | O_DIRECTORY | O_NOFOLLOW);
    if (inner < 0)
        return error_errno(walk->err, "reading %s/%.*s", walk->context, SLICE_ARG(path));
    return add_folder(walk, inner, path, depth + 1);
}

static int skip_dots(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool add_name(struct source_walk *walk, int folder, struct slice path, const char *name,
                     unsigned depth)
{
    struct slice whole =
        arena_printf(walk->arena, "%.*s%s%s", SLICE_ARG(path), path.len ? "/" : "", name);
    if (!whole.at)
        return arena_error(walk->err);
    if (!depth && is_steering(whole))
        return true;
    if (++walk->entries > INPUT_ENTRIES_MAX)
        return error_set(walk->err, ERROR_LIMIT,
                         "%s: more than %u files in the build context; a .dockerignore keeps out "
                         "what is not needed",
                         walk->context, INPUT_ENTRIES_MAX);
    return add_entry(walk, folder, name, whole, depth);
}

static bool add_folder(struct source_walk *walk, int folder, struct slice path, unsigned depth)
{
    struct dirent **names;
    if (depth > INPUT_DEPTH_MAX)
        return error_set(walk->err, ERROR_LIMIT, "%s/%.*s: folders nested too deep", walk->context,
                         SLICE_ARG(path));
    int count = scandirat(folder, ".", &names, skip_dots, by_bytes);
    if (count < 0)
        return error_errno(walk->err, "reading %s/%.*s", walk->context, SLICE_ARG(path));
    bool fine = true;
    for (int i = 0; i < count; i++) {
        fine = fine && add_name(walk, folder, path, names[i]->d_name, depth);
        free(names[i]);
    }
    free(names);
    return fine;
}

static void add_settings(struct sha256 *hash, const struct project_image *image)
{
    add_text(hash, image->target);
    add_number(hash, image->argument_count);
    for (size_t i = 0; i < image->argument_count; i++) {
        add_text(hash, image->arguments[i].name);
        add_text(hash, image->arguments[i].value);
    }
    add_number(hash, image->platforms.count);
    for (size_t i = 0; i < image->platforms.count; i++)
        add_text(hash, image->platforms.items[i]);
}

static bool walk_context(struct source_walk *walk, const struct project_image *image,
                         struct digest *digest)
{
    struct slice dockerfile;
    if (!file_read(image->dockerfile, 16 << 20, walk->arena, &dockerfile, walk->err) ||
        !dockerignore_open(slice_str(image->context), slice_str(image->dockerfile), walk->arena,
                           &walk->ignore, walk->err))
        return false;
    int folder CLEANUP_FD = open(image->context, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
    if (folder < 0)
        return error_errno(walk->err, "build context %s", image->context);
    add_text(&walk->hash, dockerfile);
    add_settings(&walk->hash, image);
    if (!add_folder(walk, folder, SLICE(""), 0))
        return false;
    sha256_finish(&walk->hash, digest);
    return true;
}

bool voyage_source(const struct project_image *image, const char *const *own, struct digest *digest,
                   struct error *err)
{
    struct arena scratch;
    arena_init(&scratch, (size_t)1 << 30);
    struct source_walk walk = {
        .own = own, .arena = &scratch, .context = image->context, .err = err};
    sha256_init(&walk.hash);
    bool fine = walk_context(&walk, image, digest);
    sha256_done(&walk.hash);
    arena_done(&scratch);
    return fine;
}
