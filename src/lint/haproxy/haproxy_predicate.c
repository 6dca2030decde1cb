/*
 * The expression of `.if` and `.elif` (configuration manual, 2.4 "Conditional blocks"):
 *
 *   expression = term { ("&&" | "||") term }      && binds tighter
 *   term       = { "!" } ( number | "(" expression ")" | predicate "(" arguments ")" )
 *
 * What depends on the machine (variables, how HAProxy was built, which OpenSSL) is not known here:
 * three truths, and INVALID for what HAProxy refuses.
 */
#include "base/ascii.h"
#include "base/table.h"
#include "lint/haproxy/haproxy.h"

enum { DEPTH_MAX = 32 };

struct asker {
    struct slice rest;
    unsigned version, depth;
    const struct haproxy_environment *environment;
};

enum haproxy_truth haproxy_not(enum haproxy_truth truth)
{
    if (truth == HAPROXY_TRUE || truth == HAPROXY_FALSE)
        return truth == HAPROXY_TRUE ? HAPROXY_FALSE : HAPROXY_TRUE;
    return truth;
}

enum haproxy_truth haproxy_and(enum haproxy_truth a, enum haproxy_truth b)
{
    if (a == HAPROXY_INVALID || b == HAPROXY_INVALID)
        return HAPROXY_INVALID;
    if (a == HAPROXY_FALSE || b == HAPROXY_FALSE)
        return HAPROXY_FALSE;
    return a == HAPROXY_TRUE && b == HAPROXY_TRUE ? HAPROXY_TRUE : HAPROXY_UNKNOWN;
}

enum haproxy_truth haproxy_or(enum haproxy_truth a, enum haproxy_truth b)
{
    return haproxy_not(haproxy_and(haproxy_not(a), haproxy_not(b)));
}

static void skip_blanks(struct asker *asker)
{
    while (asker->rest.len && ascii_space(*asker->rest.at))
        asker->rest = slice_from(asker->rest, 1);
}

static bool take(struct asker *asker, const char *text)
{
    skip_blanks(asker);
    if (!slice_starts(asker->rest, slice_str(text)))
        return false;
    asker->rest = slice_from(asker->rest, strlen(text));
    skip_blanks(asker);
    return true;
}

static enum haproxy_truth truth_of(bool value)
{
    return value ? HAPROXY_TRUE : HAPROXY_FALSE;
}

static enum haproxy_truth version_atleast(struct slice text, unsigned version)
{
    unsigned asked;
    struct slice trimmed = slice_trim(text);
    if (!trimmed.len || !ascii_digit(*trimmed.at))
        return HAPROXY_UNKNOWN;
    if (!haproxy_version(trimmed, &asked))
        return HAPROXY_TRUE; /* before the oldest we know */
    return truth_of(version >= asked);
}

enum { ARGUMENTS_MAX = 2 };

static enum haproxy_truth decide(const struct asker *asker, struct slice name,
                                 const struct slice *arguments)
{
    if (slice_equal_str(name, "version_atleast"))
        return version_atleast(arguments[0], asker->version);
    if (slice_equal_str(name, "version_before"))
        return haproxy_not(version_atleast(arguments[0], asker->version));
    bool both = memchr(arguments[0].at ? arguments[0].at : "", '$', arguments[0].len) ||
                memchr(arguments[1].at ? arguments[1].at : "", '$', arguments[1].len);
    if (slice_equal_str(name, "streq") && !both)
        return truth_of(slice_equal(arguments[0], arguments[1]));
    if (slice_equal_str(name, "strneq") && !both)
        return truth_of(!slice_equal(arguments[0], arguments[1]));
    if (slice_equal_str(name, "defined") && asker->environment && asker->environment->set &&
        table_get(asker->environment->set, arguments[0]))
        return HAPROXY_TRUE;
    return HAPROXY_UNKNOWN;
}

static enum haproxy_truth predicate(struct asker *asker)
{
    static const struct {
        const char *name;
        unsigned arguments, since;
    } known[] = {{"defined", 1, 0},
                 {"feature", 1, 0},
                 {"streq", 2, 0},
                 {"strneq", 2, 0},
                 {"strstr", 2, 208},
                 {"version_atleast", 1, 0},
                 {"version_before", 1, 0},
                 {"openssl_version_atleast", 1, 0},
                 {"openssl_version_before", 1, 0},
                 {"ssllib_name_startswith", 1, 0},
                 {"awslc_api_atleast", 1, 303},
                 {"awslc_api_before", 1, 303},
                 {"enabled", 1, 208}};
    size_t length = 0;
    while (length < asker->rest.len &&
           (ascii_alnum(asker->rest.at[length]) || asker->rest.at[length] == '_'))
        length++;
    struct slice name = slice_upto(asker->rest, length);
    size_t i = 0, count = sizeof known / sizeof *known;
    while (i < count && !slice_equal_str(name, known[i].name))
        i++;
    if (i == count || asker->version < known[i].since)
        return HAPROXY_INVALID;
    asker->rest = slice_from(asker->rest, length);
    if (!take(asker, "("))
        return HAPROXY_INVALID;
    size_t end = slice_find(asker->rest, ')');
    if (end == asker->rest.len)
        return HAPROXY_INVALID;
    struct slice inside = slice_upto(asker->rest, end), arguments[ARGUMENTS_MAX] = {{NULL, 0}};
    asker->rest = slice_from(asker->rest, end + 1);
    size_t got = 0;
    while (inside.len) {
        if (got == known[i].arguments)
            return HAPROXY_INVALID;
        arguments[got++] = slice_trim(slice_cut(&inside, ','));
    }
    if (!got) /* streq(A,) compares with nothing; defined() is refused */
        return HAPROXY_INVALID;
    return decide(asker, name, arguments);
}

static enum haproxy_truth either(struct asker *asker);

static enum haproxy_truth term(struct asker *asker)
{
    skip_blanks(asker);
    bool negated = false;
    while (take(asker, "!"))
        negated = !negated;
    enum haproxy_truth truth;
    if (!asker->rest.len)
        return HAPROXY_INVALID;
    if (ascii_digit(*asker->rest.at)) {
        bool zero = true;
        while (asker->rest.len && ascii_digit(*asker->rest.at)) {
            zero &= *asker->rest.at == '0';
            asker->rest = slice_from(asker->rest, 1);
        }
        truth = truth_of(!zero);
    } else if (take(asker, "(")) {
        if (++asker->depth > DEPTH_MAX)
            return HAPROXY_INVALID;
        truth = either(asker);
        asker->depth--;
        if (!take(asker, ")"))
            return HAPROXY_INVALID;
    } else
        truth = predicate(asker);
    return negated ? haproxy_not(truth) : truth;
}

static enum haproxy_truth all(struct asker *asker)
{
    enum haproxy_truth truth = term(asker);
    while (truth != HAPROXY_INVALID && take(asker, "&&"))
        truth = haproxy_and(truth, term(asker));
    return truth;
}

static enum haproxy_truth either(struct asker *asker)
{
    enum haproxy_truth truth = all(asker);
    while (truth != HAPROXY_INVALID && take(asker, "||"))
        truth = haproxy_or(truth, all(asker));
    return truth;
}

enum haproxy_truth haproxy_predicate(struct slice text, unsigned version,
                                     const struct haproxy_environment *environment)
{
    struct asker asker = {slice_trim(text), version, 0, environment};
    if (!asker.rest.len)
        return HAPROXY_FALSE; /* an empty condition is false */
    enum haproxy_truth truth = either(&asker);
    skip_blanks(&asker);
    return asker.rest.len ? HAPROXY_INVALID : truth;
}
