#include "update/tag_word.h"

#include "base/ascii.h"
#include "base/hash.h"
#include "registry/core/scope.h"
#include "version/version.h"

enum { SHOWN_MAX = 200, RELEASE_PARTS = 3, HASH_SHORTEST = 7, HASH_LONGEST = 64, DATE_DIGITS = 8 };

static bool digest_read(struct slice text, struct slice name, struct error *err)
{
    struct digest digest;
    struct error why;
    if (digest_parse_any(&digest, text, &why))
        return true;
    return error_set(err, ERROR_USAGE,
                     "\"%.*s\" is no digest of %.*s: write sha256: and 64 hexadecimal digits, or "
                     "leave it out",
                     SLICE_ARG(slice_upto(text, SHOWN_MAX)), SLICE_ARG(name));
}

static struct slice without_v(struct slice name)
{
    return slice_from(name, slice_starts(name, SLICE("v")) ? 1 : 0);
}

bool tag_word_prerelease(struct slice version)
{
    return slice_find(version, '-') < version.len;
}

bool tag_word_covers(struct slice prefix, struct slice version)
{
    return version.len && !tag_word_prerelease(version) &&
           (!prefix.len || (version.len > prefix.len && slice_starts(version, prefix) &&
                            version.at[prefix.len] == '.'));
}

bool tag_word_existing(struct slice word, struct tag_existing *tag, struct error *err)
{
    size_t equals = slice_find(word, '=');
    struct slice name = slice_upto(word, equals), digest = slice_from(word, equals + 1);
    if (!tag_name_is_valid(name))
        return error_set(err, ERROR_USAGE,
                         "\"%.*s\" cannot be a tag: letters, digits, \".\", \"_\" and \"-\", at "
                         "most %d, the first neither \".\" nor \"-\"",
                         SLICE_ARG(slice_upto(name, SHOWN_MAX)), TAG_NAME_MAX);
    if (equals < word.len && !digest_read(digest, name, err))
        return false;
    struct slice version = without_v(name);
    if (!version_valid(&version_semver, version))
        version = (struct slice){NULL, 0};
    *tag = (struct tag_existing){name, version, digest};
    return true;
}

/* ---- refusing what is no release ---- */

static size_t count_digits(struct slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += ascii_digit(text.at[i]);
    return count;
}

bool tag_word_date(struct slice text)
{
    size_t digits = 0, at = 0;
    for (; at < text.len && digits < DATE_DIGITS; at++) {
        bool between = (at == 4 || at == 7) && (text.at[at] == '-' || text.at[at] == '.');
        if (!between && !ascii_digit(text.at[at]))
            return false;
        digits += !between;
    }
    return digits == DATE_DIGITS && (at == DATE_DIGITS || at == DATE_DIGITS + 2) &&
           (slice_starts(text, SLICE("19")) || slice_starts(text, SLICE("20"))) &&
           (at == text.len || text.at[at] == '-' || text.at[at] == '.');
}

static bool is_hash(struct slice text)
{
    if (text.len < HASH_SHORTEST || text.len > HASH_LONGEST)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!ascii_digit(text.at[i]) &&
            !(ascii_lower(text.at[i]) >= 'a' && ascii_lower(text.at[i]) <= 'f'))
            return false;
    return count_digits(text) < text.len; /* digits alone are a number */
}

static bool refuse_scheme(struct slice word, struct error *err)
{
    if (!word.len)
        return error_set(err, ERROR_USAGE, "the release is empty; write for example 1.2.0");
    if (word.len > TAG_NAME_MAX)
        return error_set(err, ERROR_USAGE, "the release is longer than the %d bytes of a tag",
                         TAG_NAME_MAX);
    if (tag_word_date(without_v(word)))
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" is a date, which does not say what changed; write a "
                         "semantic version such as 1.2.0",
                         SLICE_ARG(word));
    if (is_hash(word) || slice_find(word, ':') < word.len)
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" is a hash, and hashes have no order; write a "
                         "semantic version such as 1.2.0",
                         SLICE_ARG(word));
    if (!ascii_digit(without_v(word).len ? without_v(word).at[0] : ' '))
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" is a name; write a semantic version such as 1.2.0",
                         SLICE_ARG(word));
    return true;
}

static bool refuse_plus(struct slice version, struct error *err)
{
    size_t plus = slice_find(version, '+');
    if (plus == version.len)
        return true;
    return error_set(err, ERROR_USAGE,
                     "the release \"%.*s\" has build metadata, and a tag cannot have a \"+\"; "
                     "write %.*s",
                     SLICE_ARG(version), SLICE_ARG(slice_upto(version, plus)));
}

static bool refuse_part(struct slice version, struct slice part, struct error *err)
{
    size_t digits = 0;
    while (digits < part.len && ascii_digit(part.at[digits]))
        digits++;
    struct slice before = slice_upto(version, (size_t)(part.at - version.at) + digits);
    if (part.len && digits == part.len && (part.len == 1 || part.at[0] != '0'))
        return true;
    if (part.len && digits == part.len)
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" has a number that begins with 0: \"%.*s\"; leave "
                         "the 0 out",
                         SLICE_ARG(version), SLICE_ARG(part));
    if (digits && ascii_alpha(part.at[digits]))
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" is no semantic version; for a pre-release write "
                         "%.*s-%.*s",
                         SLICE_ARG(version), SLICE_ARG(before),
                         SLICE_ARG(slice_from(version, before.len)));
    return error_set(err, ERROR_USAGE,
                     "the release \"%.*s\" is no semantic version: \"%.*s\" is no number; write "
                     "for example 1.2.0",
                     SLICE_ARG(version), SLICE_ARG(part));
}

/* Three numbers; `ends` becomes where each ends. */
static bool refuse_parts(struct slice version, size_t ends[RELEASE_PARTS], struct error *err)
{
    static const char *const zeros[RELEASE_PARTS] = {"", ".0.0", ".0"};
    size_t dash = slice_find(version, '-'), at = 0, count = 0;
    struct slice numbers = slice_upto(version, dash), tail = slice_from(version, dash);
    for (; at <= numbers.len; count++) {
        struct slice rest = slice_from(numbers, at), part = slice_upto(rest, slice_find(rest, '.'));
        part.at = version.at + at; /* also when empty at the end */
        if (!refuse_part(version, part, err))
            return false;
        if (count < RELEASE_PARTS)
            ends[count] = at + part.len;
        at += part.len + 1;
    }
    if (count < RELEASE_PARTS)
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" has %zu part%s, and a release has three; write "
                         "%.*s%s%.*s",
                         SLICE_ARG(version), count, count == 1 ? "" : "s", SLICE_ARG(numbers),
                         zeros[count], SLICE_ARG(tail));
    if (count > RELEASE_PARTS)
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" has %zu parts, and a release has three; write "
                         "%.*s%.*s or a higher one",
                         SLICE_ARG(version), count,
                         SLICE_ARG(slice_upto(version, ends[RELEASE_PARTS - 1])), SLICE_ARG(tail));
    return true;
}

bool tag_word_release(struct slice word, struct tag_release *release, struct error *err)
{
    size_t equals = slice_find(word, '='), ends[RELEASE_PARTS] = {0};
    struct slice digest = slice_from(word, equals + 1), name = slice_upto(word, equals);
    struct slice version = without_v(name);
    if (!refuse_scheme(name, err) || !refuse_plus(version, err) ||
        !refuse_parts(version, ends, err) || (equals < word.len && !digest_read(digest, name, err)))
        return false;
    if (!version_valid(&version_semver, version) || !tag_name_is_valid(version))
        return error_set(err, ERROR_USAGE,
                         "the release \"%.*s\" is no semantic version: behind \"-\" stand letters, "
                         "digits and \"-\" between dots, none empty, no number beginning with 0; "
                         "write for example %.*s-rc.1",
                         SLICE_ARG(version), SLICE_ARG(slice_upto(version, ends[2])));
    if (version.len >= TAG_NAME_MAX)
        return error_set(err, ERROR_USAGE, "the release is too long: with a v over %d bytes",
                         TAG_NAME_MAX);
    *release = (struct tag_release){.version = version,
                                    .minor = slice_upto(version, ends[1]),
                                    .major = slice_upto(version, ends[0]),
                                    .digest = digest,
                                    .prerelease = tag_word_prerelease(version)};
    return true;
}
