#include "lint/dockerignore.h"

#include "base/ascii.h"
#include "base/file.h"
#include "base/utf8.h"

enum { STEPS_MAX = 20000 }; /* of matching one pattern with one path: none needs so many */

struct slice dockerignore_clean(struct slice path, struct arena *arena)
{
    char *text = arena_alloc(arena, path.len + 2);
    size_t len = 0;
    if (!text)
        return (struct slice){NULL, 0};
    while (path.len) {
        struct slice part = slice_cut(&path, '/');
        size_t last = slice_find_last(slice_of(text, len), '/');
        bool parent = len && !slice_ends(slice_of(text, len), SLICE(".."));
        if (!part.len || slice_equal_str(part, "."))
            continue;
        if (slice_equal_str(part, "..") && parent) {
            len = last < len ? last : 0;
            continue;
        }
        if (len)
            text[len++] = '/';
        memcpy(text + len, part.at, part.len);
        len += part.len;
    }
    if (!len)
        text[len++] = '.';
    return slice_of(text, len);
}

struct matcher {
    size_t steps;
};

/* One character of a class; \\ escapes it. */
static uint32_t cut_member(struct slice *rest)
{
    uint32_t code = 0;
    if (rest->len > 1 && rest->at[0] == '\\')
        *rest = slice_from(*rest, 1);
    if (rest->len)
        utf8_cut(rest, &code);
    return code;
}

/* [abc], [a-z], [^x] in front of *pattern, which is cut behind it. */
static bool match_class(struct slice *pattern, uint32_t code)
{
    struct slice rest = slice_from(*pattern, 1);
    bool found = false, negated = rest.len && rest.at[0] == '^';
    rest = slice_from(rest, negated);
    for (bool first = true; rest.len && (first || rest.at[0] != ']'); first = false) {
        uint32_t low = cut_member(&rest), high = low;
        if (rest.len > 1 && rest.at[0] == '-' && rest.at[1] != ']') {
            rest = slice_from(rest, 1);
            high = cut_member(&rest);
        }
        found |= code >= low && code <= high;
    }
    *pattern = slice_from(rest, 1);
    return found != negated;
}

static bool match(struct matcher *matcher, struct slice pattern, struct slice path);

/* ** and what is behind it: nothing, or any folders. */
static bool match_folders(struct matcher *matcher, struct slice pattern, struct slice path)
{
    pattern = slice_from(pattern, 2);
    if (pattern.len && pattern.at[0] == '/')
        pattern = slice_from(pattern, 1);
    if (!pattern.len)
        return true;
    for (;;) {
        if (match(matcher, pattern, path))
            return true;
        size_t slash = slice_find(path, '/');
        if (slash == path.len || matcher->steps > STEPS_MAX)
            return false;
        path = slice_from(path, slash + 1);
    }
}

static bool match_star(struct matcher *matcher, struct slice pattern, struct slice path)
{
    pattern = slice_from(pattern, 1);
    for (size_t i = 0; matcher->steps <= STEPS_MAX; i++) {
        if (match(matcher, pattern, slice_from(path, i)))
            return true;
        if (i == path.len || path.at[i] == '/')
            return false;
    }
    return false;
}

static bool match(struct matcher *matcher, struct slice pattern, struct slice path)
{
    while (pattern.len) {
        char c = pattern.at[0];
        if (++matcher->steps > STEPS_MAX)
            return false;
        if (c == '*')
            return pattern.len > 1 && pattern.at[1] == '*' ? match_folders(matcher, pattern, path)
                                                           : match_star(matcher, pattern, path);
        if (!path.len)
            return false;
        if (c == '[' || (c == '?' && path.at[0] != '/')) {
            uint32_t code;
            utf8_cut(&path, &code);
            if (c == '?')
                pattern = slice_from(pattern, 1);
            else if (!match_class(&pattern, code))
                return false;
            continue;
        }
        if (c == '?')
            return false;
        if (c == '\\' && pattern.len > 1) {
            pattern = slice_from(pattern, 1);
            c = pattern.at[0];
        }
        if (c != path.at[0])
            return false;
        pattern = slice_from(pattern, 1);
        path = slice_from(path, 1);
    }
    return !path.len;
}

static bool is_plain(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (ascii_among(text.at[i], "*?[]\\"))
            return false;
    return true;
}

bool dockerignore_pattern_matches(struct slice pattern, struct slice path)
{
    struct matcher matcher = {0};
    struct slice suffix = slice_from(pattern, 2);
    /* `**name` matches the end of a path, also inside a word. */
    if (slice_starts(pattern, SLICE("**")) && is_plain(suffix) && !slice_starts(suffix, SLICE("/")))
        return slice_ends(path, suffix);
    if (is_plain(pattern))
        return slice_equal(pattern, path);
    return match(&matcher, pattern, path);
}

/* The path or a folder that it is in. */
static bool matches_any_parent(struct slice pattern, struct slice path)
{
    if (dockerignore_pattern_matches(pattern, path))
        return true;
    for (size_t i = 0; i < path.len; i++)
        if (path.at[i] == '/' && dockerignore_pattern_matches(pattern, slice_upto(path, i)))
            return true;
    return false;
}

const struct dockerignore_pattern *dockerignore_match(const struct dockerignore *ignore,
                                                      struct slice path)
{
    const struct dockerignore_pattern *matched = NULL;
    for (size_t i = 0; i < ignore->count; i++) {
        const struct dockerignore_pattern *pattern = &ignore->patterns[i];
        if (pattern->exclusion == (matched != NULL) && matches_any_parent(pattern->text, path))
            matched = pattern->exclusion ? NULL : pattern;
    }
    return matched;
}

/* What Go's filepath.Match refuses: an open [ and a \ at the end. */
static bool is_broken(struct slice pattern)
{
    bool open = false;
    for (size_t i = 0; i < pattern.len; i++) {
        if (pattern.at[i] == '\\' && ++i == pattern.len)
            return true;
        if (pattern.at[i] == '[')
            open = true;
        else if (pattern.at[i] == ']')
            open = false;
    }
    return open;
}

static bool add_line(struct dockerignore *ignore, struct slice line, unsigned number,
                     struct arena *arena)
{
    struct dockerignore_pattern pattern = {.line = number};
    if (!line.len || line.at[0] == '#')
        return true;
    line = slice_trim(line);
    pattern.exclusion = line.len && line.at[0] == '!';
    line = slice_trim(slice_from(line, pattern.exclusion));
    pattern.text = dockerignore_clean(line, arena);
    if (!pattern.text.at)
        return false;
    bool root = line.len && line.at[0] == '/' && slice_equal_str(pattern.text, ".");
    if (!pattern.exclusion && slice_starts(pattern.text, SLICE("!"))) { /* "/!x" */
        pattern.exclusion = true;
        pattern.text = slice_from(pattern.text, 1);
    }
    if (pattern.exclusion && (!line.len || root || !pattern.text.len)) {
        ignore->bad_line = ignore->bad_line ? ignore->bad_line : number;
        return true;
    }
    if (!line.len)
        return true;
    if (is_broken(pattern.text)) {
        ignore->bad_line = ignore->bad_line ? ignore->bad_line : number;
        return true;
    }
    ignore->exclusions |= pattern.exclusion;
    return ignore->count < DOCKERIGNORE_PATTERNS_MAX &&
           ARENA_PUSH(arena, ignore->patterns, ignore->count, ignore->room, pattern);
}

bool dockerignore_parse(struct slice bytes, struct arena *arena, struct dockerignore *ignore)
{
    if (slice_starts(bytes, SLICE("\xEF\xBB\xBF")))
        bytes = slice_from(bytes, 3);
    for (unsigned number = 1; bytes.len; number++)
        if (!add_line(ignore, slice_cut_line(&bytes), number, arena))
            return false;
    return true;
}

/* *there false: no such file. */
static bool read(struct slice path, struct arena *arena, struct dockerignore *ignore, bool *there,
                 struct error *err)
{
    struct slice bytes;
    struct error failed = {0};
    *there = false;
    if (!path.at)
        return arena_error(err);
    if (!file_read(path.at, DOCKERIGNORE_SIZE_MAX, arena, &bytes, &failed)) {
        if (failed.kind == ERROR_NOT_FOUND)
            return true;
        *err = failed;
        return false;
    }
    *there = true;
    ignore->path = path;
    return dockerignore_parse(bytes, arena, ignore) ||
           error_set(err, ERROR_LIMIT, "%.*s: more than %d patterns", SLICE_ARG(path),
                     DOCKERIGNORE_PATTERNS_MAX);
}

bool dockerignore_open(struct slice folder, struct slice dockerfile, struct arena *arena,
                       struct dockerignore *ignore, struct error *err)
{
    bool there = false;
    *ignore = (struct dockerignore){0};
    if (dockerfile.len && !slice_equal_str(dockerfile, "-") &&
        !read(arena_printf(arena, "%.*s.dockerignore", SLICE_ARG(dockerfile)), arena, ignore,
              &there, err))
        return false;
    if (there)
        return true;
    bool here = slice_equal_str(folder, ".");
    return read(arena_printf(arena, "%.*s%s.dockerignore", SLICE_ARG(here ? SLICE("") : folder),
                             here ? "" : "/"),
                arena, ignore, &there, err);
}
