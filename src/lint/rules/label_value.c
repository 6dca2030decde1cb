#include "lint/rules/label_value.h"

#include "base/ascii.h"
#include "base/clock.h"
#include "lint/rules/spdx.h"
#include "version/version.h"

/* RFC 3986, an absolute one: scheme ":" and something without blanks. */
static bool is_url(struct slice value)
{
    size_t colon = slice_find(value, ':');
    if (!colon || colon + 1 >= value.len || !ascii_alpha(value.at[0]))
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (i < colon && !ascii_alnum(c) && c != '+' && c != '-' && c != '.')
            return false;
        if ((unsigned char)c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' ||
            c == '`' || c == '{' || c == '|' || c == '}')
            return false;
    }
    return true;
}

/* RFC 3339 section 5.6: a whole time with its zone. */
static bool is_time(struct slice value)
{
    int64_t epoch;
    char upper[40];
    if (value.len < 20 || value.len > sizeof upper)
        return false;
    for (size_t i = 0; i < value.len; i++)
        upper[i] = ascii_upper(value.at[i]);
    struct slice zone = slice_of(upper + value.len - 6, 6);
    bool zoned =
        zone.at[5] == 'Z' || ((zone.at[0] == '+' || zone.at[0] == '-') && zone.at[3] == ':');
    return upper[10] == 'T' && zoned && clock_parse(slice_of(upper, value.len), &epoch);
}

/* SPDX licence expressions (SPDX 2.3, annex D): identifiers, "+", WITH, AND, OR, parentheses. */
static bool is_licence(struct slice value)
{
    unsigned depth = 0;
    bool want_name = true, want_exception = false;
    while (value.len) {
        char c = value.at[0];
        size_t len = 0;
        if (ascii_space(c)) {
            len = 1;
        } else if (c == '(' && want_name && !want_exception) {
            depth++, len = 1;
        } else if (c == ')' && !want_name && depth) {
            depth--, len = 1;
        } else {
            while (len < value.len && !ascii_space(value.at[len]) && value.at[len] != '(' &&
                   value.at[len] != ')')
                len++;
            struct slice word = slice_upto(value, len);
            bool with = slice_equal_nocase(word, SLICE("WITH"));
            bool joint = with || slice_equal_nocase(word, SLICE("AND")) ||
                         slice_equal_nocase(word, SLICE("OR"));
            if (joint == want_name ||
                (want_name && !(want_exception ? spdx_is_exception : spdx_is_licence)(word)))
                return false;
            want_name = joint;
            want_exception = with;
        }
        value = slice_from(value, len);
    }
    return !want_name && !depth;
}

/* A commit of git, whole (SHA-1 or SHA-256) or shortened to at least 7. */
static bool is_hash(struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (!ascii_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return value.len >= 7 && (value.len <= 40 || value.len == 64);
}

static bool is_semver(struct slice value)
{
    return value.len && ascii_digit(value.at[0]) && version_valid(&version_semver, value);
}

static bool is_email(struct slice value)
{
    size_t at = slice_find_last(value, '@');
    if (!at || at + 1 >= value.len)
        return false;
    struct slice local = slice_upto(value, at), domain = slice_from(value, at + 1);
    bool quoted = local.len > 2 && local.at[0] == '"' && local.at[local.len - 1] == '"';
    for (size_t i = 0; !quoted && i < local.len; i++)
        if ((unsigned char)local.at[i] <= ' ' || strchr(",<>@()[]:;\"\\", local.at[i]))
            return false;
    for (size_t i = 0; i < domain.len; i++)
        if (!ascii_alnum(domain.at[i]) && domain.at[i] != '.' && domain.at[i] != '-')
            return false;
    return domain.at[0] != '.' && domain.at[domain.len - 1] != '.' &&
           slice_search(value, SLICE("..")) == value.len;
}

static const struct label_value_kind kinds[] = {
    {"url", "DL3052", "an address, such as https://example.com/app", is_url},
    {"rfc3339", "DL3053", "a time, such as 2026-08-22T10:11:12Z", is_time},
    {"spdx", "DL3054", "an SPDX licence, such as Apache-2.0 or MIT", is_licence},
    {"hash", "DL3055", "a commit of git, such as 1fe0725 or all 40 letters", is_hash},
    {"semver", "DL3056", "a semantic version, such as 1.2.3", is_semver},
    {"email", "DL3058", "an e-mail address, such as team@example.com", is_email},
};

const struct label_value_kind *label_value_kind(struct slice name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (slice_equal_nocase(name, slice_str(kinds[i].name)))
            return &kinds[i];
    return NULL;
}
