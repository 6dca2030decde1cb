/*
 * Plain dotted versions, as programs print them and the NVD's ranges name them. There is no
 * specification; the rules are those that order the releases of the programs we recognise
 * (OpenSSL 1.1.1s, OpenSSH 9.3p1, Python 3.9.0rc2, HAProxy 2.9-dev5, Java 1.8.0_292):
 *
 * - A version is runs of numbers with words between them; case and the kind of separator are of no
 *   account. Zeros at the end of a run are of none either: 1.2 = 1.2.0, 1.2-rc1 = 1.2.0-rc1.
 * - Words for pre-releases sort before the end, all other words after it and before any number:
 *   1.0-rc1 < 1.0 < 1.0-1 < 1.0a < 1.0zh < 1.0.1. A single a, b or c directly between digits is a
 *   pre-release as in Python (3.9.0a1), m before digits a milestone; otherwise a letter is a patch
 * level (1.0.2a).
 * - What follows "~" sorts before the end, as in Debian.
 */
#include "base/ascii.h"
#include "version/part.h"
#include "version/version.h"

enum rank { TILDE, DEVELOPMENT, ALPHA, BETA, PREVIEW, CANDIDATE, END, BUILD, OTHER };

struct word {
    enum rank rank;
    struct slice text;
};

static enum rank word_rank(struct slice word, bool before_digit, bool attached)
{
    static const struct {
        const char *word;
        enum rank rank;
    } known[] = {
        {"dev", DEVELOPMENT},
        {"snapshot", DEVELOPMENT},
        {"nightly", DEVELOPMENT},
        {"alpha", ALPHA},
        {"beta", BETA},
        {"milestone", BETA},
        {"pre", PREVIEW},
        {"preview", PREVIEW},
        {"prerelease", PREVIEW},
        {"rc", CANDIDATE},
        {"cr", CANDIDATE},
        {"final", END},
        {"ga", END},
        {"release", END},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (slice_equal_nocase(word, slice_str(known[i].word)))
            return known[i].rank;
    if (before_digit && word.len == 1) {
        char c = ascii_lower(word.at[0]);
        if (c == 'm')
            return BETA;
        if (attached && c >= 'a' && c <= 'c')
            return c == 'a' ? ALPHA : c == 'b' ? BETA : CANDIDATE;
    }
    return OTHER;
}

/* The backslash and the parentheses stand in CPE names: "11.0.2\\+9", "12.2\\(33\\)sxi". */
static bool is_separator(char c)
{
    return ascii_among(c, ".-_+:/\\()");
}

/* The word at the front, BUILD when numbers follow a separator that is no dot, END at the end.
   Words that say "this is the release" are passed over. */
static struct word next_word(struct slice *rest)
{
    bool separated = false;
    for (;;) {
        while (rest->len && is_separator(rest->at[0])) {
            *rest = slice_from(*rest, 1);
            separated = true;
        }
        if (part_drop(rest, '~'))
            return (struct word){TILDE, {0}};
        if (rest->len == 0)
            return (struct word){END, {0}};
        if (ascii_digit(rest->at[0]))
            return (struct word){BUILD, {0}};
        struct slice text = part_cut_letters(rest);
        enum rank rank = word_rank(text, ascii_digit(part_front(*rest)), !separated);
        if (rank == OTHER)
            return (struct word){rank, text};
        if (rank < END) {
            if (rest->len && is_separator(rest->at[0])) /* rc.1 = rc1 */
                *rest = slice_from(*rest, 1);
            return (struct word){rank, {0}};
        }
    }
}

/* The next number of a run that dots hold together; false at its end. */
static bool next_number(struct slice *rest, bool first, struct slice *digits)
{
    struct slice ahead = *rest;
    if (!first && !part_drop(&ahead, '.'))
        return false;
    *digits = part_cut_digits(&ahead);
    if (digits->len == 0)
        return false;
    *rest = ahead;
    return true;
}

static int compare_runs(struct slice *a, struct slice *b)
{
    bool first = true, more;
    do {
        struct slice x = {0}, y = {0};
        more = next_number(a, first, &x);
        more |= next_number(b, first, &y);
        int order = part_compare_digits(x, y);
        if (order)
            return order;
        first = false;
    } while (more);
    return 0;
}

static struct slice without_mark(struct slice text)
{
    text = slice_trim(text);
    if (!part_drop(&text, 'v'))
        part_drop(&text, 'V');
    return text;
}

static bool generic_valid(struct slice text)
{
    text = without_mark(text);
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_alnum(text.at[i]) && !is_separator(text.at[i]) && text.at[i] != '~')
            return false;
    return ascii_digit(part_front(text));
}

static int generic_compare(struct slice a, struct slice b)
{
    a = without_mark(a);
    b = without_mark(b);
    for (;;) {
        int order = compare_runs(&a, &b);
        if (order)
            return order;
        struct word x = next_word(&a), y = next_word(&b);
        if (x.rank != y.rank)
            return x.rank < y.rank ? -1 : 1;
        order = part_compare_nocase(x.text, y.text);
        if (order || x.rank == END)
            return order;
    }
}

const struct version_scheme version_generic = {
    "generic", "plain dotted versions (programs, the NVD)", generic_valid, generic_compare};
