#include "cli/configuration.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { CONFIGURATION_SIZE_MAX = 1024 * 1024 };

static const char *search(struct arena *arena)
{
    char folder[4096];
    if (!getcwd(folder, sizeof folder))
        return NULL;
    for (;;) {
        const char *path = arena_printf(arena, "%s/plimsoll.yaml", folder).at;
        struct stat status;
        if (!path || lstat(path, &status) == 0) /* also a link that leads nowhere */
            return path;
        char *slash = strrchr(folder, '/');
        if (!slash)
            return NULL;
        *slash = '\0';
    }
}

bool configuration_read(const char *path, struct arena *arena, const char **found,
                        struct yaml_node **tree, struct error *err)
{
    bool given = path != NULL;
    if (!given)
        path = search(arena);
    if (!path)
        return true;
    /* What lies about may be a pipe, and nobody would ever write into it. */
    struct stat status;
    if (!given && stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode))
        return error_set(err, ERROR_USAGE, "%s is no file; move it away", path);
    if (!given && stat(path, &status) != 0)
        return error_errno(err, "the link %s leads nowhere; mend or remove it", path);
    struct slice bytes;
    if (!file_read(path, CONFIGURATION_SIZE_MAX, arena, &bytes, err))
        return false;
    if (!yaml_read(bytes, arena, tree, err)) {
        err->kind = ERROR_USAGE;
        return error_add(err, "%s", path);
    }
    *found = path;
    return true;
}
