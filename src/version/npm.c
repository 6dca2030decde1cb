/*
 * Versions of npm packages: Semantic Versioning as node-semver reads it in its loose mode: leading
 * "v", "=" and blanks, leading zeros, and a pre-release without its dash ("1.2.3beta") are taken.
 */
#include "version/part.h"
#include "version/version.h"

struct npm_version {
    struct slice numbers[3];
    struct slice prerelease;
};

static bool parse(struct slice text, struct npm_version *version)
{
    *version = (struct npm_version){0};
    text = slice_trim(text);
    while (part_drop(&text, 'v') || part_drop(&text, '=') || part_drop(&text, ' '))
        ;
    for (size_t i = 0; i < 3; i++) {
        version->numbers[i] = part_cut_digits(&text);
        if (version->numbers[i].len == 0 || (i < 2 && !part_drop(&text, '.')))
            return false;
    }
    size_t plus = slice_find(text, '+');
    struct slice build = slice_from(text, plus + 1);
    bool has_build = plus < text.len;
    version->prerelease = slice_upto(text, plus);
    if (version->prerelease.len > 1) /* of "1.2.3-" the dash itself is the identifier */
        part_drop(&version->prerelease, '-');
    return (version->prerelease.len == 0 || part_valid_identifiers(version->prerelease, false)) &&
           (!has_build || part_valid_identifiers(build, false));
}

static bool npm_valid(struct slice text)
{
    struct npm_version version;
    return parse(text, &version);
}

static int npm_compare(struct slice a, struct slice b)
{
    struct npm_version x, y;
    parse(a, &x);
    parse(b, &y);
    int order = part_compare_numbers(x.numbers, y.numbers, 3);
    if (order)
        return order;
    return part_compare_prerelease(x.prerelease, y.prerelease, false);
}

const struct version_scheme version_npm = {"npm", "npm packages", npm_valid, npm_compare};
