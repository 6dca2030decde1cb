/*
 * Versions of Alpine packages: digits{.digits}[letter]{_suffix[digits]}[~hash][-rdigits], as
 * apk-tools 3 orders them (src/version.c there; the APKBUILD manual gives the grammar).
 *
 * Tokens are compared one by one while both versions have the same kind of token. When the kinds
 * differ, a pre-release suffix loses; otherwise the kind that may stand earlier in the grammar
 * wins, so 1.0.1 > 1.0a > 1.0_p > 1.0-r1 > 1.0. A part with a leading zero is a decimal fraction
 * (8.2.0015 < 8.2.002); the first part never is.
 */
#include "version/part.h"
#include "version/version.h"

enum token_kind { /* in order of the grammar */
                  FIRST_NUMBER,
                  NUMBER,
                  LETTER,
                  SUFFIX,
                  SUFFIX_NUMBER,
                  HASH,
                  REVISION,
                  END,
                  INVALID,
};

struct token {
    enum token_kind kind;
    struct slice text;
    int rank; /* of a suffix; below 0: before the release */
};

static int suffix_rank(struct slice word)
{
    static const struct {
        const char *word;
        int rank;
    } suffixes[] = {{"alpha", -4}, {"beta", -3}, {"pre", -2}, {"rc", -1}, {"cvs", 1},
                    {"svn", 2},    {"git", 3},   {"hg", 4},   {"p", 5}};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (slice_equal_str(word, suffixes[i].word))
            return suffixes[i].rank;
    return 0;
}

static struct slice cut_lower(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len && rest->at[end] >= 'a' && rest->at[end] <= 'z')
        end++;
    struct slice run = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return run;
}

static struct slice cut_hex(struct slice *rest)
{
    size_t end = 0;
    while (end < rest->len &&
           (ascii_digit(rest->at[end]) || (rest->at[end] >= 'a' && rest->at[end] <= 'f')))
        end++;
    struct slice run = slice_upto(*rest, end);
    *rest = slice_from(*rest, end);
    return run;
}

static struct token number_token(enum token_kind kind, struct slice *rest)
{
    struct slice digits = part_cut_digits(rest);
    return (struct token){digits.len ? kind : INVALID, digits, 0};
}

static struct token suffix_token(struct slice *rest)
{
    struct slice word = cut_lower(rest);
    int rank = suffix_rank(word);
    return (struct token){rank ? SUFFIX : INVALID, word, rank};
}

static struct token letter_token(struct slice *rest)
{
    struct token token = {LETTER, slice_upto(*rest, 1), 0};
    *rest = slice_from(*rest, 1);
    return token;
}

static struct token hash_token(struct slice *rest)
{
    struct slice hash = cut_hex(rest);
    return (struct token){hash.len ? HASH : INVALID, hash, 0};
}

static struct token next_token(enum token_kind before, struct slice *rest)
{
    char c = part_front(*rest);
    if (rest->len == 0)
        return (struct token){END, {0}, 0};
    if (before <= NUMBER && c == '.' && part_drop(rest, c))
        return number_token(NUMBER, rest);
    if (before <= NUMBER && c >= 'a' && c <= 'z')
        return letter_token(rest);
    if (before <= SUFFIX_NUMBER && part_drop(rest, '_'))
        return suffix_token(rest);
    if (before == SUFFIX && ascii_digit(c))
        return number_token(SUFFIX_NUMBER, rest);
    if (before < HASH && part_drop(rest, '~'))
        return hash_token(rest);
    if (before < REVISION && part_drop(rest, '-') && part_drop(rest, 'r'))
        return number_token(REVISION, rest);
    return (struct token){INVALID, {0}, 0};
}

static bool apk_valid(struct slice rest)
{
    struct token token = number_token(FIRST_NUMBER, &rest);
    while (token.kind < END)
        token = next_token(token.kind, &rest);
    return token.kind == END;
}

static int compare_tokens(const struct token *a, const struct token *b)
{
    switch (a->kind) {
    case NUMBER:
        if (part_front(a->text) == '0' || part_front(b->text) == '0')
            return slice_compare(a->text, b->text);
        return part_compare_digits(a->text, b->text);
    case SUFFIX:
        return a->rank - b->rank;
    case LETTER:
    case HASH:
        return slice_compare(a->text, b->text);
    default:
        return part_compare_digits(a->text, b->text);
    }
}

static int apk_compare(struct slice a, struct slice b)
{
    struct token x = number_token(FIRST_NUMBER, &a), y = number_token(FIRST_NUMBER, &b);
    while (x.kind == y.kind && x.kind < END) {
        int order = compare_tokens(&x, &y);
        if (order)
            return order;
        x = next_token(x.kind, &a);
        y = next_token(y.kind, &b);
    }
    if (x.kind == y.kind)
        return 0;
    if (x.kind == SUFFIX && x.rank < 0)
        return -1;
    if (y.kind == SUFFIX && y.rank < 0)
        return 1;
    return x.kind > y.kind ? -1 : 1;
}

const struct version_scheme version_apk = {"apk", "Alpine, Wolfi and Chainguard packages",
                                           apk_valid, apk_compare};
