#include "update/tag_version.h"

#include "base/ascii.h"
#include "lint/base_image.h"

enum {
    HASH_SHORTEST = 7,
    HASH_LONGEST = 64,
    DATE_DIGITS = 6,  /* 210804, and all build numbers that are as long */
    BUILD_DIGITS = 5, /* of "-1123" behind a version */
    YEAR_DIGITS = 4,
    COUNTER_DIGITS = 5, /* a number as long is a count only where there was one nearly as long */
};

/* ---- what is none ---- */

static bool is_hash(struct slice text)
{
    size_t digits = 0;
    if (text.len < HASH_SHORTEST || text.len > HASH_LONGEST)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char c = ascii_lower(text.at[i]);
        digits += ascii_digit(c);
        if (!ascii_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return digits > 0 && digits < text.len;
}

static size_t count_digits(struct slice text)
{
    size_t count = 0;
    while (count < text.len && ascii_digit(text.at[count]))
        count++;
    return count;
}

static bool is_digits(struct slice text)
{
    return text.len && count_digits(text) == text.len;
}

static bool is_year(struct slice digits)
{
    return digits.len == 4 &&
           (slice_starts(digits, SLICE("19")) || slice_starts(digits, SLICE("20")));
}

static bool is_padded(struct slice digits)
{
    return digits.len == 2 && (digits.at[0] == '0' || digits.at[0] == '1' || digits.at[0] == '2' ||
                               digits.at[0] == '3');
}

/* 20210804, 210804, 2021.08.04; but 2021.8.4 may be a version, and 22.04 is one. */
static bool is_date(struct slice part)
{
    struct slice rest = part, year = slice_cut(&rest, '.'), month = slice_cut(&rest, '.');
    if (is_digits(part))
        return part.len >= DATE_DIGITS;
    return is_year(year) && is_digits(month) && is_padded(month) &&
           is_padded(slice_upto(rest, count_digits(rest))) && rest.len == 2;
}

/* 2021-08-04, 2021-08-04T12-00-00Z. */
static bool is_dashed_date(struct slice tag)
{
    struct slice rest = tag, year = slice_cut(&rest, '-'), month = slice_cut(&rest, '-');
    return is_year(year) && is_digits(year) && is_digits(month) && is_padded(month) &&
           is_padded(slice_upto(rest, count_digits(rest)));
}

/* RELEASE.2021-08-04T12-00-00Z: the part at `start` ends with the year of a date. */
static bool ends_with_date(struct slice tag, size_t start, struct slice part)
{
    size_t year = part.len - YEAR_DIGITS;
    return part.len > YEAR_DIGITS && !ascii_digit(part.at[year - 1]) &&
           is_dashed_date(slice_from(tag, start + year));
}

/* sha-1a2345, main-git-9: of a commit, however short and however few letters. */
static bool is_commit_word(struct slice part)
{
    static const char *const words[] = {"sha", "sha1", "sha256", "git", "commit", "rev", "hash"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (slice_equal_nocase(part, slice_str(words[i])))
            return true;
    return false;
}

/* ---- pre-releases ---- */

static const struct {
    const char *word;
    unsigned rank;
    bool attached; /* also without a "-" in front: 3.8.0b1 */
} prerelease_words[] = {
    {"dev", 1, true},       {"snapshot", 1, false}, {"nightly", 1, false},  {"canary", 1, false},
    {"edge", 1, false},     {"next", 1, false},     {"unstable", 1, false}, {"alpha", 2, true},
    {"a", 2, true},         {"ea", 2, false},       {"beta", 3, true},      {"b", 3, true},
    {"milestone", 3, true}, {"m", 3, true},         {"preview", 4, true},   {"pre", 4, true},
    {"test", 4, false},     {"testing", 4, false},  {"rc", 5, true},
};

/* Words of one letter mean too many other things behind a "-", and without a number: 3.3a comes
   after 3.3 where its makers count so. */
static bool is_word(struct slice word, size_t i, bool attached, bool numbered)
{
    struct slice known = slice_str(prerelease_words[i].word);
    return slice_equal_nocase(word, known) &&
           (attached ? prerelease_words[i].attached && (numbered || known.len > 1) : known.len > 1);
}

/* "rc1", "rc.2", "preview.7.24405.7", "dev". */
static bool cut_prerelease(struct slice part, bool attached, unsigned *rank, struct slice *numbers)
{
    size_t letters = 0;
    while (letters < part.len && ascii_alpha(part.at[letters]))
        letters++;
    *numbers = slice_from(part, letters);
    for (size_t i = 0; i < numbers->len; i++)
        if (!ascii_digit(numbers->at[i]) && numbers->at[i] != '.')
            return false;
    for (size_t i = 0; i < sizeof prerelease_words / sizeof *prerelease_words; i++)
        if (is_word(slice_upto(part, letters), i, attached, numbers->len > 0)) {
            *rank = prerelease_words[i].rank;
            return true;
        }
    return false;
}

/* ---- heads ---- */

static bool add_number(struct tag_version *version, struct slice digits, char separator)
{
    if (!digits.len || digits.len > TAG_NUMBER_DIGITS_MAX || version->count == TAG_NUMBERS_MAX)
        return false;
    version->separators[version->count] = separator;
    version->numbers[version->count++] = digits;
    return true;
}

/* Numbers, and what may be attached to them; all of `part`. */
static bool cut_head(struct slice part, struct tag_version *version)
{
    char separator = 0;
    struct slice rest = part;
    for (;;) {
        size_t digits = count_digits(rest);
        if (!add_number(version, slice_upto(rest, digits), separator))
            return false;
        rest = slice_from(rest, digits);
        bool more = rest.len > 1 && (rest.at[0] == '.' || rest.at[0] == '_') &&
                    ascii_digit(rest.at[1]) && separator != '_';
        if (!more)
            break;
        separator = rest.at[0];
        rest = slice_from(rest, 1);
    }
    return !rest.len || cut_prerelease(rest, true, &version->rank, &version->prerelease);
}

/* What belongs to the head of the parts behind it: a build's number, a pre-release. */
static void take_behind(struct slice rest, struct tag_version *version)
{
    struct slice part = slice_upto(rest, slice_find(rest, '-')), numbers;
    unsigned rank;
    if (is_digits(part) && part.len <= BUILD_DIGITS && !version->rank &&
        add_number(version, part, '-')) {
        version->head.len += part.len + 1;
        rest = slice_from(rest, part.len + 1);
        part = slice_upto(rest, slice_find(rest, '-'));
    }
    if (!version->rank && part.len && cut_prerelease(part, false, &rank, &numbers)) {
        version->rank = rank;
        version->prerelease = numbers;
        version->head.len += part.len + 1;
        rest = slice_from(rest, part.len + 1);
    }
    version->suffix = rest;
}

static struct slice without_v(struct slice part)
{
    bool v = part.len > 1 && (part.at[0] == 'v' || part.at[0] == 'V') && ascii_digit(part.at[1]);
    return slice_from(part, v);
}

/* The part at `start` begins with a number: it is the head, or there is none. */
static enum tag_kind take_head(struct slice tag, size_t start, struct tag_version *version)
{
    struct slice rest = slice_from(tag, start), part = slice_cut(&rest, '-');
    struct slice head = without_v(part);
    struct tag_version made = {.tag = tag,
                               .prefix = slice_upto(tag, start ? start - 1 : 0),
                               .v = head.len < part.len ? part.at[0] : 0,
                               .head = head};
    if (is_hash(part))
        return TAG_IS_HASH;
    if (is_date(head) || is_dashed_date(slice_from(tag, start)))
        return TAG_IS_DATE;
    if (!cut_head(head, &made))
        return TAG_IS_NAME;
    take_behind(rest, &made);
    *version = made;
    return TAG_IS_VERSION;
}

enum tag_kind tag_version_parse(struct slice tag, struct tag_version *version)
{
    size_t start = 0;
    if (tag.len && (tag.at[0] == '-' || tag.at[tag.len - 1] == '-'))
        return TAG_IS_NAME; /* "1.2.4-": a slip, not 1.2.4 */
    while (start < tag.len) {
        struct slice rest = slice_from(tag, start), part = slice_upto(rest, slice_find(rest, '-'));
        if (is_hash(part) || (is_commit_word(part) && part.len < rest.len))
            return TAG_IS_HASH;
        if (ends_with_date(tag, start, part))
            return TAG_IS_DATE;
        struct slice head = without_v(part);
        if (head.len && ascii_digit(head.at[0]))
            return take_head(tag, start, version);
        start += part.len + 1;
    }
    return TAG_IS_NAME;
}

/* ---- orders ---- */

static struct slice without_zeros(struct slice digits)
{
    size_t zeros = 0;
    while (zeros < digits.len && digits.at[zeros] == '0')
        zeros++;
    return slice_from(digits, zeros);
}

static int compare_digits(struct slice a, struct slice b)
{
    a = without_zeros(a);
    b = without_zeros(b);
    return a.len != b.len ? (a.len < b.len ? -1 : 1) : slice_compare(a, b);
}

/* ".7.24405.7" number by number. */
static int compare_dotted(struct slice a, struct slice b)
{
    while (a.len || b.len) {
        int order = compare_digits(slice_cut(&a, '.'), slice_cut(&b, '.'));
        if (order)
            return order;
    }
    return 0;
}

static int compare_sizes(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_prereleases(const struct tag_version *a, const struct tag_version *b)
{
    if (!a->rank || !b->rank)
        return !a->rank - !b->rank;
    int order = compare_sizes(a->rank, b->rank);
    return order ? order : compare_dotted(a->prerelease, b->prerelease);
}

size_t tag_version_differs_at(const struct tag_version *a, const struct tag_version *b)
{
    size_t at = 0;
    while (at < a->count && at < b->count && compare_digits(a->numbers[at], b->numbers[at]) == 0)
        at++;
    return at;
}

int tag_version_compare(const struct tag_version *a, const struct tag_version *b)
{
    size_t at = tag_version_differs_at(a, b);
    if (at < a->count && at < b->count)
        return compare_digits(a->numbers[at], b->numbers[at]);
    int order = compare_sizes(a->count, b->count);
    return order ? order : compare_prereleases(a, b);
}

/* Of one digit, or without a 0 in front. */
static bool is_plain(struct slice digits)
{
    return digits.len == 1 || digits.at[0] != '0';
}

static bool is_padded_anew(const struct tag_version *from, const struct tag_version *to)
{
    for (size_t i = 0; i < from->count && i < to->count; i++)
        if (!is_plain(to->numbers[i]) && from->numbers[i].len < to->numbers[i].len)
            return true;
    return false;
}

bool tag_version_same_shape(const struct tag_version *a, const struct tag_version *b)
{
    return a->count == b->count && memcmp(a->separators, b->separators, a->count) == 0 &&
           !is_padded_anew(a, b);
}

bool tag_version_begins_with_year(const struct tag_version *version)
{
    return is_year(version->numbers[0]);
}

/* A short number that becomes a year, or a long one out of a short one: 2 → 20240101. */
static bool is_leap(struct slice from, struct slice to)
{
    return (to.len >= COUNTER_DIGITS && to.len > from.len + 1) || (is_year(to) && from.len < 3);
}

bool tag_version_holds_date(const struct tag_version *from, const struct tag_version *to)
{
    for (size_t i = 0; i < from->count && i < to->count; i++)
        if (is_leap(from->numbers[i], to->numbers[i]))
            return true;
    return false;
}

/* ---- suffixes ---- */

/* The release a word names, as numbers: bookworm → 12, jammy → 22.04, alpine3.18 → 3.18. */
struct release {
    struct slice family, number;
};

static bool of_codename(struct slice word, const char *distribution, struct release *release)
{
    CLEANUP_ARENA struct arena arena = {.limit = 4096};
    struct slice product, cycle;
    struct slice name = arena_printf(&arena, "%s:%.*s", distribution, SLICE_ARG(word));
    if (!word.len || !ascii_alpha(word.at[0]) || word.len > 40 || !name.at ||
        !base_end_of_life(name, &product, &cycle).len)
        return false;
    *release = (struct release){slice_str(distribution), cycle};
    return true;
}

static bool of_numbered(struct slice word, struct release *release)
{
    static const char *const names[] = {"alpine", "debian", "ubuntu", "fedora",     "ubi",
                                        "el",     "rhel",   "ltsc",   "oraclelinux"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct slice number = slice_from(word, strlen(names[i]));
        if (slice_starts(word, slice_str(names[i])) && number.len && ascii_digit(number.at[0])) {
            for (size_t j = 0; j < number.len; j++)
                if (!ascii_digit(number.at[j]) && number.at[j] != '.')
                    return false;
            *release = (struct release){slice_str(names[i]), number};
            return true;
        }
    }
    return false;
}

static bool release_of(struct slice word, struct release *release)
{
    return of_numbered(word, release) || of_codename(word, "debian", release) ||
           of_codename(word, "ubuntu", release);
}

static bool compare_words(struct slice a, struct slice b, int *order)
{
    struct release one, other;
    if (!release_of(a, &one) || !release_of(b, &other) || !slice_equal(one.family, other.family))
        return false;
    *order = compare_dotted(one.number, other.number);
    return true;
}

bool tag_suffix_compare(struct slice a, struct slice b, int *order)
{
    int found = 0;
    while (a.len && b.len) {
        struct slice one = slice_cut(&a, '-'), other = slice_cut(&b, '-');
        if (slice_equal(one, other))
            continue;
        if (found || !compare_words(one, other, &found))
            return false;
    }
    if (a.len || b.len)
        return false;
    *order = found;
    return true;
}
