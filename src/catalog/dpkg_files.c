/*
 * Which files are a Debian package's: var/lib/dpkg/info/NAME.list ("/usr/bin/foo" a line, folders
 * too), and in distroless images var/lib/dpkg/status.d/NAME.md5sums ("<md5>  usr/bin/foo" a line).
 */
#include "catalog/finder.h"
#include "image/path.h"

static bool wants(struct slice path)
{
    if (!slice_starts(path, SLICE("var/lib/dpkg/")))
        return false;
    struct slice below = slice_from(path, sizeof "var/lib/dpkg/" - 1);
    return (slice_starts(below, SLICE("info/")) && slice_ends(below, SLICE(".list"))) ||
           (slice_starts(below, SLICE("status.d/")) && slice_ends(below, SLICE(".md5sums")));
}

/* Behind the sum and the white space (text) or " *" (binary) of md5sum(1); a bad line gives none.
 */
static struct slice behind_sum(struct slice line)
{
    enum { SUM = 32 };
    if (line.len < SUM + 3 || line.at[SUM] != ' ')
        return (struct slice){0};
    return slice_from(line, SUM + 2);
}

static void read_list(struct slice path, struct slice bytes, struct collector *collector)
{
    bool sums = slice_ends(path, SLICE(".md5sums"));
    size_t number = 0;
    while (bytes.len && !collector->failed) {
        struct slice line = slice_cut_line(&bytes);
        struct slice file = sums ? behind_sum(line) : line;
        number++;
        if (line.len == 0)
            continue;
        if (file.len == 0 || memchr(file.at, 0, file.len)) {
            collector_add_line_note(collector, path, number, "not a line of a file list");
            continue;
        }
        struct slice clean = path_clean(collector->scratch, file);
        if (!clean.at)
            collector->failed = true;
        else if (clean.len)
            collector_add_owned(collector, clean);
    }
}

const struct finder finder_dpkg_files = {
    .name = "dpkg file lists",
    .limit = 64 * 1024 * 1024,
    .only_owns = true,
    .wants = wants,
    .read = read_list,
};
