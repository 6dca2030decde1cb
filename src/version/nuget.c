/*
 * Versions of NuGet packages: one to four numbers (missing ones are 0, leading zeros are dropped),
 * then a pre-release as in Semantic Versioning, compared without regard to case; metadata after +
 * is ignored ("Package versioning" in the NuGet documentation).
 */
#include "version/part.h"
#include "version/version.h"

struct nuget_version {
    struct slice numbers[4];
    struct slice prerelease;
};

static bool parse(struct slice text, struct nuget_version *version)
{
    *version = (struct nuget_version){0};
    text = slice_trim(text);
    size_t count = 0;
    do {
        version->numbers[count] = part_cut_digits(&text);
        if (version->numbers[count].len == 0)
            return false;
        count++;
    } while (count < 4 && part_drop(&text, '.'));
    size_t plus = slice_find(text, '+');
    struct slice build = slice_from(text, plus + 1);
    bool has_build = plus < text.len;
    text = slice_upto(text, plus);
    bool has_prerelease = part_drop(&text, '-');
    version->prerelease = text;
    return (has_prerelease ? part_valid_identifiers(text, false) : text.len == 0) &&
           (!has_build || part_valid_identifiers(build, false));
}

static bool nuget_valid(struct slice text)
{
    struct nuget_version version;
    return parse(text, &version);
}

static int nuget_compare(struct slice a, struct slice b)
{
    struct nuget_version x, y;
    parse(a, &x);
    parse(b, &y);
    for (size_t i = 0; i < 4; i++) {
        int order = part_compare_digits(x.numbers[i], y.numbers[i]);
        if (order)
            return order;
    }
    return part_compare_prerelease(x.prerelease, y.prerelease, true);
}

const struct version_scheme version_nuget = {"nuget", "NuGet packages", nuget_valid, nuget_compare};
