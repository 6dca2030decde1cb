/*
 * Versions of PHP packages: what Composer takes (composer/semver: VersionParser::normalize) in the
 * order of PHP's version_compare(), which Composer asks.
 *
 * One to four numbers, missing ones 0; or a date, its groups as numbers; then a stability (dev <
 * alpha < beta < RC < nothing < patch) with numbers of its own; then "-dev". Branches of numbers
 * ("2.1.x-dev") have 9999999 for what is open. Named branches ("dev-main") have no order to
 * releases in Composer; here they come before all, by name, and are invalid nowhere.
 */
#include "version/part.h"
#include "version/version.h"

enum rank { DEV, ALPHA, BETA, CANDIDATE, VALUE, PATCH };

struct token {
    enum rank rank;
    struct slice digits; /* of a VALUE */
    bool end;
};

struct php_version {
    struct slice branch;  /* of "dev-main"; else empty */
    struct slice numbers; /* digit runs (or x, *), not yet read */
    size_t padding;       /* numbers that must still come */
    bool open;            /* padded with 9999999 */
    enum rank stability;  /* VALUE: none */
    struct slice suffix;  /* digit runs behind the stability */
    bool dev;
};

static bool drop_one_of(struct slice *rest, const char *marks)
{
    if (rest->len == 0 || rest->at[0] == '\0' || !strchr(marks, rest->at[0]))
        return false;
    *rest = slice_from(*rest, 1);
    return true;
}

static bool drop_word(struct slice *rest, const char *text)
{
    struct slice word = slice_str(text);
    if (!slice_equal_nocase(slice_upto(*rest, word.len), word))
        return false;
    *rest = slice_from(*rest, word.len);
    return true;
}

/* (sep? digits)* */
static struct slice cut_suffix(struct slice *rest)
{
    struct slice s = *rest;
    size_t end = 0;
    for (;;) {
        struct slice ahead = slice_from(s, end);
        drop_one_of(&ahead, ".-");
        if (part_cut_digits(&ahead).len == 0)
            break;
        end = s.len - ahead.len;
    }
    *rest = slice_from(s, end);
    return slice_upto(s, end);
}

static const struct {
    const char *word;
    enum rank rank;
} stabilities[] = {{"stable", VALUE}, {"beta", BETA},   {"b", BETA},
                   {"RC", CANDIDATE}, {"alpha", ALPHA}, {"a", ALPHA},
                   {"patch", PATCH},  {"pl", PATCH},    {"p", PATCH}};

/* What may stand behind the numbers; all of `rest` must be it. */
static bool parse_modifier(struct slice rest, struct php_version *version)
{
    bool stable = false;
    struct slice s = rest;
    drop_one_of(&s, "._-");
    for (size_t i = 0; i < sizeof stabilities / sizeof *stabilities; i++) {
        if (!drop_word(&s, stabilities[i].word))
            continue;
        version->stability = stabilities[i].rank;
        stable = i == 0;
        version->suffix = cut_suffix(&s);
        break;
    }
    struct slice before_dev = s;
    drop_one_of(&s, ".-");
    version->dev = drop_word(&s, "dev");
    if (!version->dev)
        s = before_dev;
    if (stable) {
        version->suffix = (struct slice){0};
        version->dev = false;
    }
    return s.len == 0;
}

/* v? N(.N){0,3}, the first of at most five digits */
static bool parse_plain(struct slice text, struct php_version *version)
{
    struct slice rest = text;
    size_t first = part_cut_digits(&rest).len;
    if (first == 0 || first > 5)
        return false;
    for (size_t i = 1; i < 4; i++) {
        struct slice ahead = rest;
        if (!part_drop(&ahead, '.') || part_cut_digits(&ahead).len == 0)
            break;
        rest = ahead;
    }
    *version = (struct php_version){
        .numbers = slice_upto(text, text.len - rest.len), .padding = 4, .stability = VALUE};
    return parse_modifier(rest, version);
}

/* Up to `most` times: sep? and between `low` and `high` digits. */
static size_t cut_groups(struct slice *rest, size_t most, size_t low, size_t high)
{
    size_t count = 0;
    for (; count < most; count++) {
        struct slice ahead = *rest;
        drop_one_of(&ahead, ".:-");
        struct slice after = ahead;
        size_t digits = part_cut_digits(&after).len;
        if (digits < low)
            break;
        *rest = slice_from(ahead, digits < high ? digits : high);
    }
    return count;
}

/* A year, groups of two digits, and then up to two of one to three */
static bool parse_date(struct slice text, struct php_version *version)
{
    struct slice rest = text;
    if (part_cut_digits(&rest).len < 4)
        return false;
    rest = slice_from(text, 4);
    if (cut_groups(&rest, 6, 2, 2) == 0)
        return false;
    cut_groups(&rest, 2, 1, 3);
    *version =
        (struct php_version){.numbers = slice_upto(text, text.len - rest.len), .stability = VALUE};
    return parse_modifier(rest, version);
}

/* N(.N|.x){0,3} and -dev behind it, at least one open */
static bool parse_numbered_branch(struct slice text, struct php_version *version)
{
    struct slice rest = text;
    if (part_cut_digits(&rest).len == 0)
        return false;
    for (size_t i = 1; i < 4; i++) {
        struct slice ahead = rest;
        if (!part_drop(&ahead, '.') || !(part_cut_digits(&ahead).len || drop_one_of(&ahead, "xX*")))
            break;
        rest = ahead;
    }
    *version = (struct php_version){.numbers = slice_upto(text, text.len - rest.len),
                                    .padding = 4,
                                    .open = true,
                                    .stability = VALUE,
                                    .dev = true};
    drop_one_of(&rest, ".-");
    return drop_word(&rest, "dev") && rest.len == 0;
}

static bool parse_branch(struct slice text, struct php_version *version)
{
    static const char *const main_branches[] = {"master", "trunk", "default"};
    *version = (struct php_version){0};
    for (size_t i = 0; i < sizeof main_branches / sizeof *main_branches; i++)
        if (slice_equal_str(text, main_branches[i]))
            version->branch = text;
    if (drop_word(&text, "dev-"))
        version->branch = text;
    return version->branch.len > 0;
}

static struct slice without_flags(struct slice text)
{
    text = slice_trim(text);
    size_t end = slice_find(text, '@');
    if (end > 0)
        text = slice_upto(text, end);
    end = slice_find(text, '+');
    return end + 1 < text.len && end > 0 ? slice_upto(text, end) : text;
}

static bool parse(struct slice text, struct php_version *version)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.at[i] < ' ')
            return false;
    if (parse_branch(slice_trim(text), version))
        return true;
    text = without_flags(text);
    drop_one_of(&text, "vV");
    return parse_plain(text, version) || parse_date(text, version) ||
           parse_numbered_branch(text, version);
}

static bool packagist_valid(struct slice text)
{
    struct php_version version;
    return parse(text, &version);
}

static struct slice cut_number(struct slice *rest)
{
    while (rest->len && !ascii_digit(rest->at[0])) {
        bool any = strchr("xX*", rest->at[0]) != NULL;
        *rest = slice_from(*rest, 1);
        if (any)
            return SLICE("9999999");
    }
    return part_cut_digits(rest);
}

static struct token next_token(struct php_version *version)
{
    struct slice digits = cut_number(&version->numbers);
    if (digits.len == 0 && version->padding)
        digits = version->open ? SLICE("9999999") : SLICE("0");
    version->padding -= version->padding > 0;
    if (digits.len)
        return (struct token){.rank = VALUE, .digits = digits};
    struct token token = {.rank = version->stability};
    version->stability = VALUE;
    if (token.rank != VALUE)
        return token;
    token.digits = cut_number(&version->suffix);
    if (token.digits.len)
        return token;
    token.rank = version->dev ? DEV : VALUE;
    token.end = !version->dev;
    version->dev = false;
    return token;
}

static int packagist_compare(struct slice a, struct slice b)
{
    struct php_version x, y;
    parse(a, &x);
    parse(b, &y);
    if (x.branch.len || y.branch.len)
        return !x.branch.len ? 1 : !y.branch.len ? -1 : slice_compare(x.branch, y.branch);
    for (;;) {
        struct token n = next_token(&x), m = next_token(&y);
        if (n.rank != m.rank)
            return n.rank < m.rank ? -1 : 1;
        if (n.end || m.end)
            return (m.end) - (n.end);
        int order = n.rank == VALUE ? part_compare_digits(n.digits, m.digits) : 0;
        if (order)
            return order;
    }
}

const struct version_scheme version_packagist = {"packagist", "PHP packages (Composer)",
                                                 packagist_valid, packagist_compare};
