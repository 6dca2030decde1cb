#include "image/path.h"

#include "base/hash.h"

/* True for the parts that path_clean drops or resolves. */
static bool part_is_odd(struct slice part)
{
    return part.len == 0 || slice_equal(part, SLICE(".")) || slice_equal(part, SLICE(".."));
}

static bool path_is_clean(struct slice path)
{
    if (path.len && path.at[path.len - 1] == '/')
        return false;
    while (path.len)
        if (part_is_odd(slice_cut(&path, '/')))
            return false;
    return true;
}

struct slice path_clean(struct arena *arena, struct slice path)
{
    while (slice_starts(path, SLICE("./")) || slice_starts(path, SLICE("/")))
        path = slice_from(path, path.at[0] == '/' ? 1 : 2);
    while (path.len > 1 && path.at[path.len - 1] == '/')
        path.len--;
    if (path_is_clean(path))
        return path;
    char *clean = arena_alloc(arena, path.len + 1);
    if (!clean)
        return (struct slice){NULL, 0};
    size_t len = 0;
    while (path.len) {
        struct slice part = slice_cut(&path, '/');
        if (slice_equal(part, SLICE(".."))) {
            len = path_folder(slice_of(clean, len)).len;
        } else if (!part_is_odd(part)) {
            if (len)
                clean[len++] = '/';
            memcpy(clean + len, part.at, part.len);
            len += part.len;
        }
    }
    return slice_of(clean, len);
}

uint64_t path_key(struct slice clean_path)
{
    static const char *const merged[] = {"bin", "sbin", "lib", "lib32", "lib64", "libx32"};
    if (!slice_starts(clean_path, SLICE("usr/")))
        return hash64(clean_path);
    struct slice rest = slice_from(clean_path, 4);
    struct slice first = slice_upto(rest, slice_find(rest, '/'));
    for (size_t i = 0; i < sizeof merged / sizeof *merged; i++)
        if (first.len < rest.len && slice_equal_str(first, merged[i]))
            return hash64(rest);
    return hash64(clean_path);
}

struct slice path_base(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash == path.len ? path : slice_from(path, slash + 1);
}

struct slice path_folder(struct slice path)
{
    size_t slash = slice_find_last(path, '/');
    return slash == path.len ? slice_upto(path, 0) : slice_upto(path, slash);
}
