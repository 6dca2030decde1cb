/*
 * Versions of RPM packages: [epoch:]version[-release], compared part by part as rpm 4.18 does
 * (rpm-version(7); docs/manual/dependencies.md of rpm: "Versioning").
 *
 * A part is cut into runs of digits and runs of letters; all else only separates. Numbers win over
 * words, ~ sorts before the end, ^ after the end and before anything else. A version without a
 * release comes before the same with one.
 */
#include "version/part.h"
#include "version/version.h"

struct rpm_version {
    struct slice epoch, version, release;
    bool has_release;
};

static struct rpm_version split(struct slice text)
{
    struct rpm_version parts = {0};
    struct slice rest = text, digits = part_cut_digits(&rest);
    if (part_drop(&rest, ':')) {
        parts.epoch = digits;
        text = rest;
    }
    size_t dash = slice_find_last(text, '-');
    parts.version = slice_upto(text, dash);
    parts.release = slice_from(text, dash + 1);
    parts.has_release = dash < text.len;
    return parts;
}

static bool valid_part(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_alnum(s.at[i]) && (s.at[i] == '\0' || !strchr("._+~^", s.at[i])))
            return false;
    return s.len > 0;
}

static bool rpm_valid(struct slice version)
{
    struct rpm_version parts = split(version);
    return valid_part(parts.version) && (!parts.has_release || valid_part(parts.release));
}

static void skip_separators(struct slice *s)
{
    while (s->len && !ascii_alnum(s->at[0]) && s->at[0] != '~' && s->at[0] != '^')
        *s = slice_from(*s, 1);
}

/* Both begin with a letter or a digit; cuts the run that a begins with from each. */
static int compare_runs(struct slice *a, struct slice *b)
{
    bool number = ascii_digit(a->at[0]);
    if (number != ascii_digit(b->at[0]))
        return number ? 1 : -1;
    struct slice x = number ? part_cut_digits(a) : part_cut_letters(a);
    struct slice y = number ? part_cut_digits(b) : part_cut_letters(b);
    return number ? part_compare_digits(x, y) : slice_compare(x, y);
}

/* The rank of what stands here, when it is not a run: ~ < end < ^ < run. */
static int mark_rank(struct slice s)
{
    char c = part_front(s);
    return s.len == 0 ? 1 : c == '~' ? 0 : c == '^' ? 2 : 3;
}

static int compare_part(struct slice a, struct slice b)
{
    for (;;) {
        skip_separators(&a);
        skip_separators(&b);
        int x = mark_rank(a), y = mark_rank(b);
        if (x != y)
            return x < y ? -1 : 1;
        if (x == 1)
            return 0;
        if (x == 3) {
            int order = compare_runs(&a, &b);
            if (order)
                return order;
        } else {
            a = slice_from(a, 1);
            b = slice_from(b, 1);
        }
    }
}

static int rpm_compare(struct slice a, struct slice b)
{
    struct rpm_version x = split(a), y = split(b);
    int order = part_compare_digits(x.epoch, y.epoch);
    if (order == 0)
        order = compare_part(x.version, y.version);
    if (order == 0 && x.has_release != y.has_release)
        order = x.has_release ? 1 : -1;
    return order ? order : compare_part(x.release, y.release);
}

const struct version_scheme version_rpm = {"rpm", "RPM packages (Red Hat, SUSE, Amazon, …)",
                                           rpm_valid, rpm_compare};
