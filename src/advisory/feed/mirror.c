#include "advisory/feed/mirror.h"

#include <errno.h>
#include <glob.h>
#include <sys/stat.h>

bool mirror_parse(struct mirror *mirror, struct slice text, struct arena *arena, struct error *err)
{
    struct stat about;
    bool is_url = slice_starts(text, SLICE("http://")) || slice_starts(text, SLICE("https://"));
    struct slice base = arena_copy(arena, text);
    if (!base.at)
        return arena_error(err);
    if (base.len == 0)
        return error_set(err, ERROR_USAGE, "the mirror's address is empty");
    if (!is_url && stat(base.at, &about) != 0)
        return error_errno(err, "opening the mirror %s", base.at);
    if (!is_url && !S_ISDIR(about.st_mode))
        return error_set(err, ERROR_USAGE, "the mirror %s is not a folder", base.at);
    while (base.len > 1 && base.at[base.len - 1] == '/')
        base.len--;
    *mirror = (struct mirror){.base = base, .is_url = is_url};
    return true;
}

bool mirror_join(const struct mirror *mirror, const char *path, struct arena *arena,
                 struct slice *where, struct error *err)
{
    *where = arena_printf(arena, "%.*s/%s", SLICE_ARG(mirror->base), path);
    return where->at || arena_error(err);
}

static bool take_names(const glob_t *found, size_t base_len, struct arena *arena,
                       struct mirror_name **names, size_t *count, struct error *err)
{
    size_t room = 0;
    *names = NULL;
    *count = 0;
    for (size_t i = 0; i < found->gl_pathc; i++) {
        struct stat about;
        if (stat(found->gl_pathv[i], &about) != 0 || !S_ISREG(about.st_mode))
            continue;
        struct mirror_name name = {arena_copy(arena, slice_str(found->gl_pathv[i] + base_len + 1)),
                                   (uint64_t)about.st_size};
        if (!name.path.at || !ARENA_PUSH(arena, *names, *count, room, name))
            return arena_error(err);
    }
    return true;
}

bool mirror_list(const struct mirror *mirror, const char *pattern, struct arena *arena,
                 struct mirror_name **names, size_t *count, struct error *err)
{
    /* The base is no pattern, whatever is in it. */
    char escaped[8192];
    size_t len = 0;
    for (size_t i = 0; i < mirror->base.len && len < sizeof escaped - 2; i++) {
        if (strchr("*?[\\", mirror->base.at[i]))
            escaped[len++] = '\\';
        escaped[len++] = mirror->base.at[i];
    }
    struct slice whole = arena_printf(arena, "%.*s/%s", (int)len, escaped, pattern);
    if (!whole.at)
        return arena_error(err);
    glob_t found = {0};
    int code = glob(whole.at, 0, NULL, &found);
    bool ok = code == 0 || code == GLOB_NOMATCH;
    if (!ok) {
        errno = code == GLOB_NOSPACE ? ENOMEM : EIO;
        error_errno(err, "listing %s", whole.at);
    }
    *names = NULL;
    *count = 0;
    if (code == 0)
        ok = take_names(&found, mirror->base.len, arena, names, count, err);
    globfree(&found);
    return ok;
}
