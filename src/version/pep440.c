/*
 * Versions of Python packages: PEP 440 (packaging.python.org, "Version specifiers", with its
 * appendix on parsing): [N!]N(.N)*[{a|b|rc}N][.postN][.devN][+local], in any of the spellings that
 * the normalisation rules take. Order: 1.dev1 < 1a1.dev1 < 1a1 < 1rc1 < 1 < 1+local < 1.post1.dev1
 * < 1.post1 < 1.1.
 */
#include "version/part.h"
#include "version/version.h"

enum { NO_PRERELEASE = 9, DEV_ALONE = 0 }; /* around the ranks of a, b, rc */

struct python_version {
    struct slice epoch, release;
    int stage; /* DEV_ALONE, 1 a, 2 b, 3 rc, NO_PRERELEASE */
    struct slice stage_number;
    bool has_post, has_dev;
    struct slice post, dev;
    struct slice local;
    bool has_local;
};

struct word {
    const char *text;
    int value;
};

static const struct word stages[] = {{"alpha", 1},   {"a", 1},   {"beta", 2}, {"b", 2},
                                     {"preview", 3}, {"pre", 3}, {"c", 3},    {"rc", 3}};
static const struct word posts[] = {{"post", 1}, {"rev", 1}, {"r", 1}};
static const struct word devs[] = {{"dev", 1}};
#define WORDS(list) (list), sizeof(list) / sizeof *(list)

static void drop_separator(struct slice *rest)
{
    if (rest->len && strchr("-_.", rest->at[0]) && rest->at[0] != '\0')
        *rest = slice_from(*rest, 1);
}

/* [sep]word[sep][number]: the value of the word, or 0 with *rest untouched. */
static int cut_segment(struct slice *rest, const struct word *words, size_t count,
                       struct slice *number)
{
    struct slice s = *rest;
    drop_separator(&s);
    for (size_t i = 0; i < count; i++) {
        struct slice word = slice_str(words[i].text);
        if (!slice_equal_nocase(slice_upto(s, word.len), word))
            continue;
        s = slice_from(s, word.len);
        drop_separator(&s);
        *number = part_cut_digits(&s);
        *rest = s;
        return words[i].value;
    }
    return 0;
}

static bool cut_release(struct slice *rest, struct slice *release)
{
    size_t end = 0;
    for (;;) {
        size_t start = end;
        while (end < rest->len && ascii_digit(rest->at[end]))
            end++;
        if (end == start)
            return false;
        if (end + 1 >= rest->len || rest->at[end] != '.' || !ascii_digit(rest->at[end + 1]))
            break;
        end++;
    }
    *release = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return true;
}

/* -N */
static bool cut_implicit_post(struct slice *rest, struct slice *number)
{
    struct slice s = *rest;
    if (!part_drop(&s, '-') || !ascii_digit(part_front(s)))
        return false;
    *number = part_cut_digits(&s);
    *rest = s;
    return true;
}

static bool valid_local(struct slice s)
{
    do {
        if (part_cut_alnum(&s).len == 0)
            return false;
        if (s.len == 0)
            return true;
    } while (part_drop(&s, '.') || part_drop(&s, '-') || part_drop(&s, '_'));
    return false;
}

static bool parse(struct slice s, struct python_version *version)
{
    *version = (struct python_version){0};
    s = slice_trim(s);
    if (!part_drop(&s, 'v'))
        part_drop(&s, 'V');
    struct slice after = s, epoch = part_cut_digits(&after);
    if (epoch.len && part_drop(&after, '!')) {
        version->epoch = epoch;
        s = after;
    }
    if (!cut_release(&s, &version->release))
        return false;
    version->stage = cut_segment(&s, WORDS(stages), &version->stage_number);
    version->has_post =
        cut_implicit_post(&s, &version->post) || cut_segment(&s, WORDS(posts), &version->post);
    version->has_dev = cut_segment(&s, WORDS(devs), &version->dev);
    version->has_local = part_drop(&s, '+');
    version->local = s;
    if (version->stage == 0)
        version->stage = version->has_dev && !version->has_post ? DEV_ALONE : NO_PRERELEASE;
    return version->has_local ? valid_local(s) : s.len == 0;
}

static bool pep440_valid(struct slice text)
{
    struct python_version version;
    return parse(text, &version);
}

static int compare_releases(struct slice a, struct slice b)
{
    while (a.len || b.len) {
        struct slice x = slice_cut(&a, '.'), y = slice_cut(&b, '.');
        int order = part_compare_digits(x, y);
        if (order)
            return order;
    }
    return 0;
}

static struct slice cut_local(struct slice *rest)
{
    struct slice segment = part_cut_alnum(rest);
    *rest = slice_from(*rest, 1);
    return segment;
}

static int compare_locals(struct slice a, struct slice b)
{
    while (a.len && b.len) {
        struct slice x = cut_local(&a), y = cut_local(&b);
        bool x_number = part_is_digits(x), y_number = part_is_digits(y);
        if (x_number != y_number)
            return x_number ? 1 : -1;
        int order = x_number ? part_compare_digits(x, y) : part_compare_nocase(x, y);
        if (order)
            return order;
    }
    return (a.len != 0) - (b.len != 0);
}

static int compare_suffixes(const struct python_version *a, const struct python_version *b)
{
    if (a->stage != b->stage)
        return a->stage - b->stage;
    int order = part_compare_digits(a->stage_number, b->stage_number);
    if (order)
        return order;
    if (a->has_post != b->has_post)
        return a->has_post ? 1 : -1;
    order = part_compare_digits(a->post, b->post);
    if (order)
        return order;
    if (a->has_dev != b->has_dev)
        return a->has_dev ? -1 : 1;
    return part_compare_digits(a->dev, b->dev);
}

static int pep440_compare(struct slice a, struct slice b)
{
    struct python_version x, y;
    parse(a, &x);
    parse(b, &y);
    int order = part_compare_digits(x.epoch, y.epoch);
    if (order == 0)
        order = compare_releases(x.release, y.release);
    if (order == 0)
        order = compare_suffixes(&x, &y);
    return order ? order : compare_locals(x.local, y.local);
}

const struct version_scheme version_pep440 = {"pep440", "Python packages (PEP 440)", pep440_valid,
                                              pep440_compare};
