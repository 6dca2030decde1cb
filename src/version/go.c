/*
 * Versions in the Go world: modules (golang.org/x/mod/semver: "v1.2.3", short "v1.2", pseudo-
 * versions and +incompatible are plain Semantic Versioning; the vulnerability database leaves the
 * "v" out) and toolchains (package go/version: "go1.21rc1", "go1.21.3").
 *
 * A toolchain's "go1.21" names the language and comes before its release candidates; until go1.20
 * it was the first release (go1.20 = go1.20.0). What follows a dash in it is a vendor's mark.
 */
#include "version/part.h"
#include "version/version.h"

enum stage { LANGUAGE, PRERELEASE, RELEASE };

struct go_version {
    struct slice numbers[3];
    enum stage stage;
    struct slice identifiers; /* dotted, of a pre-release */
    struct slice last;        /* "1" of a toolchain's "rc1", whose "rc" is in identifiers */
};

static bool cut_number(struct slice *rest, struct slice *digits)
{
    *digits = part_cut_digits(rest);
    return digits->len == 1 || (digits->len && digits->at[0] != '0');
}

static bool parse_module(struct slice text, struct go_version *version)
{
    *version = (struct go_version){.stage = RELEASE};
    size_t plus = slice_find(text, '+');
    if (plus < text.len && !part_valid_identifiers(slice_from(text, plus + 1), false))
        return false;
    text = slice_upto(text, plus);
    size_t count = 0;
    do {
        if (!cut_number(&text, &version->numbers[count]))
            return false;
        count++;
    } while (count < 3 && part_drop(&text, '.'));
    if (text.len == 0)
        return true;
    version->stage = PRERELEASE;
    version->identifiers = slice_from(text, 1);
    return count == 3 && text.at[0] == '-' && part_valid_identifiers(version->identifiers, true);
}

/* go1.20 and older: no language versions. */
static bool has_language_version(const struct go_version *version)
{
    return part_compare_digits(version->numbers[0], SLICE("1")) > 0 ||
           part_compare_digits(version->numbers[1], SLICE("21")) >= 0;
}

static bool parse_toolchain(struct slice text, struct go_version *version)
{
    *version = (struct go_version){.stage = RELEASE};
    text = slice_upto(text, slice_find(text, '-'));
    if (!cut_number(&text, &version->numbers[0]))
        return false;
    if (text.len == 0)
        return true;
    if (!part_drop(&text, '.') || !cut_number(&text, &version->numbers[1]))
        return false;
    if (part_drop(&text, '.'))
        return cut_number(&text, &version->numbers[2]) && text.len == 0;
    if (text.len == 0) {
        version->stage = has_language_version(version) ? LANGUAGE : RELEASE;
        return true;
    }
    version->stage = PRERELEASE;
    version->identifiers = part_cut_letters(&text);
    return version->identifiers.len && cut_number(&text, &version->last) && text.len == 0;
}

static bool parse(struct slice text, struct go_version *version)
{
    if (slice_starts(text, SLICE("go")))
        return parse_toolchain(slice_from(text, 2), version);
    part_drop(&text, 'v');
    return parse_module(text, version);
}

static bool go_valid(struct slice text)
{
    struct go_version version;
    return parse(text, &version);
}

static struct slice next_identifier(struct go_version *version)
{
    struct slice identifier = version->identifiers;
    if (identifier.len)
        return slice_cut(&version->identifiers, '.');
    identifier = version->last;
    version->last = (struct slice){0};
    return identifier;
}

static int compare_prereleases(struct go_version *a, struct go_version *b)
{
    for (;;) {
        struct slice x = next_identifier(a), y = next_identifier(b);
        if (x.len == 0 || y.len == 0)
            return (x.len != 0) - (y.len != 0);
        int order = part_compare_prerelease(x, y, false);
        if (order)
            return order;
    }
}

static int go_compare(struct slice a, struct slice b)
{
    struct go_version x, y;
    parse(a, &x);
    parse(b, &y);
    int order = part_compare_numbers(x.numbers, y.numbers, 3);
    if (order)
        return order;
    if (x.stage != y.stage)
        return x.stage < y.stage ? -1 : 1;
    return x.stage == PRERELEASE ? compare_prereleases(&x, &y) : 0;
}

const struct version_scheme version_go = {"go", "Go modules and toolchains", go_valid, go_compare};
