#include "update/forge/branch_name.h"

#include "base/ascii.h"

enum { NAME_MAX_LENGTH = 200 };

/* "3.3" of "3.3.1-alpine", "20" of "20-slim", "bookworm" of "bookworm"; empty of a digest. */
static struct slice series_of(struct slice tag)
{
    size_t end = 0, dots = 0;
    struct slice text = tag;
    if (slice_find(tag, ':') < tag.len)
        return slice_upto(tag, 0);
    if (text.len > 1 && text.at[0] == 'v' && ascii_digit(text.at[1]))
        text = slice_from(text, 1);
    if (!text.len || !ascii_digit(text.at[0]))
        return slice_upto(text, slice_find(text, '-'));
    for (; end < text.len; end++) {
        if (text.at[end] == '.' && (++dots == 2 || end + 1 == text.len))
            break;
        if (text.at[end] != '.' && !ascii_digit(text.at[end]))
            break;
    }
    return slice_upto(text, end);
}

static bool is_plain(char c)
{
    return ascii_alnum(c) || c == '-' || c == '_' || c == '.' || c == '/';
}

/* No "..", "/.", "//", nor ".lock" behind a part: any of these would be no branch. */
static size_t clean(char *text, size_t length)
{
    size_t to = 0;
    for (size_t i = 0; i < length && to < NAME_MAX_LENGTH; i++) {
        char c = is_plain(text[i]) ? text[i] : '-';
        char last = to ? text[to - 1] : '/';
        if ((c == '.' || c == '/') && (last == '.' || last == '/'))
            c = '-';
        text[to++] = ascii_lower(c);
    }
    while (to && (text[to - 1] == '.' || text[to - 1] == '/' || text[to - 1] == '-'))
        to--;
    for (size_t i = 0; i + 5 <= to; i++)
        if (memcmp(text + i, ".lock", 5) == 0 && (i + 5 == to || text[i + 5] == '/'))
            text[i] = '-';
    return to;
}

struct slice branch_of_change(const struct update_change *change, struct arena *arena)
{
    struct slice series = series_of(change->from);
    struct slice name = arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(change->name),
                                     series.len ? "-" : "", SLICE_ARG(series));
    if (!name.at)
        return name;
    name.len = clean((char *)name.at, name.len);
    return arena_printf(arena, BRANCH_PREFIX "%.*s", SLICE_ARG(name));
}

bool branch_is_ours(struct slice branch)
{
    return slice_starts(branch, SLICE(BRANCH_PREFIX));
}

/* The word behind `mark` in `text`, up to a blank. */
static struct slice word_behind(struct slice text, const char *mark)
{
    size_t at = slice_search(text, slice_str(mark));
    if (at == text.len)
        return (struct slice){0};
    struct slice rest = slice_from(text, at + strlen(mark));
    struct slice word = slice_cut(&rest, ' ');
    while (slice_ends(word, SLICE(",")) || slice_ends(word, SLICE("`")))
        word = slice_upto(word, word.len - 1);
    return slice_starts(word, SLICE("`")) ? slice_from(word, 1) : word;
}

static struct slice skip_prefix(struct slice title)
{
    size_t colon = slice_search(title, SLICE(": ")); /* "build(deps): bump …" */
    return colon < title.len ? slice_from(title, colon + 2) : title;
}

/* "Bump haproxy from 3.3.1 to 3.3.2 in /docker". */
static void read_dependabot(struct slice title, struct foreign_update *made)
{
    struct slice rest = skip_prefix(title);
    if (!slice_equal_nocase(slice_cut(&rest, ' '), SLICE("bump")))
        return;
    made->image = slice_cut(&rest, ' ');
    made->to = word_behind(title, " to ");
}

/* "Update haproxy Docker tag to v3.3.2", "chore(deps): update dependency haproxy to v3.3.2". */
static void read_renovate(struct slice title, struct foreign_update *made)
{
    struct slice rest = skip_prefix(title);
    if (!slice_equal_nocase(slice_cut(&rest, ' '), SLICE("update")))
        return;
    made->image = slice_cut(&rest, ' ');
    if (slice_equal_str(made->image, "dependency"))
        made->image = slice_cut(&rest, ' ');
    made->to = word_behind(title, " to ");
    if (slice_starts(made->to, SLICE("v")))
        made->to = slice_from(made->to, 1);
}

/* "dependabot/docker/docker/haproxy-3.3.2-alpine" → "haproxy": the last part up to a version. */
static struct slice image_of_branch(struct slice branch)
{
    size_t slash = slice_find_last(branch, '/');
    struct slice last = slash < branch.len ? slice_from(branch, slash + 1) : branch;
    for (size_t i = 0; i + 1 < last.len; i++)
        if (last.at[i] == '-' && ascii_digit(last.at[i + 1]))
            return slice_upto(last, i);
    return last;
}

struct foreign_update foreign_read(struct slice branch, struct slice title)
{
    struct foreign_update made = {0};
    struct slice rest = skip_prefix(title);
    if (slice_starts(branch, SLICE("dependabot/docker")))
        made.tool = "Dependabot";
    else if (slice_starts(branch, SLICE("renovate/")))
        made.tool = "Renovate";
    if (!made.tool && !slice_starts(branch, SLICE("dependabot/")) && !branch_is_ours(branch) &&
        slice_equal_nocase(slice_upto(rest, 5), SLICE("bump ")) &&
        slice_search(rest, SLICE(" from ")) < rest.len &&
        slice_search(rest, SLICE(" to ")) < rest.len)
        made.tool = "Dependabot";
    if (!made.tool)
        return made;
    if (made.tool[0] == 'D')
        read_dependabot(title, &made);
    else
        read_renovate(title, &made);
    if (!made.image.len)
        made.image = image_of_branch(branch);
    return made;
}

/* Renovate writes "docker.io/library/haproxy" or "haproxy"; its branches have no slashes in them:
   "renovate/ghcr.io-acme-base-1.x". */
bool foreign_is_of(const struct foreign_update *foreign, struct slice name)
{
    static const char *const fronts[] = {"docker.io/", "index.docker.io/", "library/"};
    struct slice image = foreign->image;
    if (!foreign->tool || !image.len)
        return false;
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        if (slice_starts(image, slice_str(fronts[i])))
            image = slice_from(image, strlen(fronts[i]));
    if (slice_equal_nocase(image, name))
        return true;
    /* Dependabot leaves the registry out, a branch all but the last part. */
    return image.len < name.len && name.at[name.len - image.len - 1] == '/' &&
           slice_equal_nocase(slice_from(name, name.len - image.len), image);
}
