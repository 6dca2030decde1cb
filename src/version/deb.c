/*
 * Versions of Debian packages: [epoch:]upstream[-revision], Debian Policy §5.6.12; deb-version(7).
 *
 * Non-digit runs compare character by character: ~ before the end, the end before letters, letters
 * before the rest; digit runs by value. That the upstream version starts with a digit is a "should"
 * of the policy and not asked for here, as dpkg does not.
 */
#include "version/part.h"
#include "version/version.h"

struct deb_version {
    struct slice epoch, upstream, revision;
};

static struct deb_version split(struct slice version)
{
    struct deb_version parts = {0};
    size_t colon = slice_find(version, ':');
    if (colon < version.len) {
        parts.epoch = slice_upto(version, colon);
        version = slice_from(version, colon + 1);
    }
    size_t dash = slice_find_last(version, '-');
    parts.upstream = slice_upto(version, dash);
    parts.revision = slice_from(version, dash + 1);
    return parts;
}

static bool all_of(struct slice s, const char *marks)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_alnum(s.at[i]) && (s.at[i] == '\0' || !strchr(marks, s.at[i])))
            return false;
    return true;
}

static bool deb_valid(struct slice version)
{
    struct deb_version parts = split(version);
    if (slice_find(version, ':') < version.len && !part_is_digits(parts.epoch))
        return false;
    return parts.upstream.len && all_of(parts.upstream, ".+-~:") &&
           version.at[version.len - 1] != '-' && all_of(parts.revision, ".+~");
}

/* Of the first character of a non-digit run; 0 at its end. */
static int character_order(struct slice s)
{
    char c = part_front(s);
    if (c == '~')
        return -1;
    if (s.len == 0 || ascii_digit(c))
        return 0;
    return ascii_alpha(c) ? c : c + 256;
}

static int compare_part(struct slice a, struct slice b)
{
    while (a.len || b.len) {
        int x, y;
        while ((x = character_order(a)) == (y = character_order(b)) && x != 0) {
            a = slice_from(a, 1);
            b = slice_from(b, 1);
        }
        if (x != y)
            return x < y ? -1 : 1;
        struct slice n = part_cut_digits(&a), m = part_cut_digits(&b);
        int order = part_compare_digits(n, m);
        if (order)
            return order;
    }
    return 0;
}

static int deb_compare(struct slice a, struct slice b)
{
    struct deb_version x = split(a), y = split(b);
    int order = part_compare_digits(x.epoch, y.epoch);
    if (order == 0)
        order = compare_part(x.upstream, y.upstream);
    return order ? order : compare_part(x.revision, y.revision);
}

const struct version_scheme version_deb = {"deb", "Debian and Ubuntu packages", deb_valid,
                                           deb_compare};
