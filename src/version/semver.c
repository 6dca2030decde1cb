/*
 * Semantic Versioning 2.0.0 (semver.org), strictly: MAJOR.MINOR.PATCH[-pre.release][+build], no
 * leading zeros; §11 gives the order, build metadata is ignored by it.
 */
#include "version/part.h"
#include "version/version.h"

struct semver {
    struct slice numbers[3];
    struct slice prerelease, build;
    bool has_prerelease, has_build;
};

static bool parse(struct slice text, struct semver *version)
{
    *version = (struct semver){0};
    size_t plus = slice_find(text, '+');
    version->has_build = plus < text.len;
    version->build = slice_from(text, plus + 1);
    text = slice_upto(text, plus);
    size_t dash = slice_find(text, '-');
    version->has_prerelease = dash < text.len;
    version->prerelease = slice_from(text, dash + 1);
    text = slice_upto(text, dash);
    for (size_t i = 0; i < 3; i++) {
        version->numbers[i] = part_cut_digits(&text);
        if (i < 2 && !part_drop(&text, '.'))
            return false;
    }
    return text.len == 0;
}

static bool valid_number(struct slice digits)
{
    return digits.len == 1 || (digits.len && digits.at[0] != '0');
}

static bool semver_valid(struct slice text)
{
    struct semver version;
    return parse(text, &version) && valid_number(version.numbers[0]) &&
           valid_number(version.numbers[1]) && valid_number(version.numbers[2]) &&
           (!version.has_prerelease || part_valid_identifiers(version.prerelease, true)) &&
           (!version.has_build || part_valid_identifiers(version.build, false));
}

static int semver_compare(struct slice a, struct slice b)
{
    struct semver x, y;
    parse(a, &x);
    parse(b, &y);
    int order = part_compare_numbers(x.numbers, y.numbers, 3);
    if (order)
        return order;
    return part_compare_prerelease(x.prerelease, y.prerelease, false);
}

const struct version_scheme version_semver = {"semver", "Semantic Versioning 2.0 (crates, Hex, …)",
                                              semver_valid, semver_compare};
