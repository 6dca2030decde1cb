/* Verdicts on tags, for people and for data. */
#include "update/choose.h"

static const struct {
    const char *name, *text;
} verdicts[VERDICTS] = {
    [VERDICT_CHOSEN] = {"chosen", "the newest that policy allows"},
    [VERDICT_IN_USE] = {"in-use", "in use"},
    [VERDICT_NOT_NEWEST] = {"not-newest", "would do, and is not the newest"},
    [VERDICT_NAME] = {"name", "no version in it"},
    [VERDICT_DATE] = {"date", "a date or a build number, no version"},
    [VERDICT_HASH] = {"hash", "a hash, no version"},
    [VERDICT_PREFIX] = {"prefix", "other words in front of the version"},
    [VERDICT_V] = {"v", "its v in front, or none, is not as in use"},
    [VERDICT_SUFFIX] = {"suffix", "another variant"},
    [VERDICT_DISTRIBUTION] = {"distribution", "another release of the distribution, which moves "
                                              "with --suffix move only"},
    [VERDICT_DISTRIBUTION_OLDER] = {"distribution-older", "an older release of the distribution"},
    [VERDICT_PARTS] = {"parts", "more or fewer numbers, or written otherwise"},
    [VERDICT_PRERELEASE] = {"prerelease", "a pre-release, and the one in use is stable"},
    [VERDICT_OLDER] = {"older", "older"},
    [VERDICT_SAME] = {"same", "the same version, written differently"},
    [VERDICT_OVER_POLICY] = {"over-policy", "a longer step than policy allows"},
    [VERDICT_OTHER_LINE] = {"other-line", "another kind of line"},
};

const char *tag_verdict_name(enum tag_verdict verdict)
{
    return verdicts[verdict].name;
}

static struct slice line_text(const struct choose_request *request, struct slice name,
                              struct arena *arena)
{
    struct tag_version in_use, tag;
    if (tag_version_parse(request->tag, &in_use) != TAG_IS_VERSION ||
        tag_version_parse(name, &tag) != TAG_IS_VERSION)
        return slice_str(verdicts[VERDICT_OTHER_LINE].text);
    return arena_printf(arena, "of a line that is %s, and the one in use is %s",
                        product_line(request->repository, &tag),
                        product_line(request->repository, &in_use));
}

static struct slice variant_text(struct slice text, struct slice suffix, struct slice own,
                                 struct arena *arena)
{
    return arena_printf(arena, "%.*s: %s%.*s, in use is %s%.*s", SLICE_ARG(text),
                        suffix.len ? "-" : "no suffix", SLICE_ARG(suffix),
                        own.len ? "-" : "no suffix", SLICE_ARG(own));
}

struct slice tag_verdict_text(const struct choose_request *request, const struct choice *choice,
                              size_t index, struct arena *arena)
{
    enum tag_verdict verdict = choice->verdicts[index];
    struct slice name = request->tags[index].name, text = slice_str(verdicts[verdict].text);
    struct tag_version in_use = {0}, tag = {0};
    if (tag_version_parse(name, &tag) != TAG_IS_VERSION ||
        tag_version_parse(request->tag, &in_use) != TAG_IS_VERSION)
        return text;
    if (verdict == VERDICT_OTHER_LINE)
        return line_text(request, name, arena);
    if (verdict == VERDICT_SUFFIX)
        return variant_text(text, tag.suffix, in_use.suffix, arena);
    if (verdict == VERDICT_NOT_NEWEST && choice->chosen)
        return arena_printf(arena, "would do, and %.*s is newer", SLICE_ARG(choice->chosen->name));
    if (verdict == VERDICT_PARTS && tag.count == in_use.count)
        return slice_str("its numbers are written otherwise");
    if (verdict == VERDICT_PARTS)
        return arena_printf(arena, "%zu number%s, in use are %zu", tag.count,
                            tag.count == 1 ? "" : "s", in_use.count);
    if (verdict == VERDICT_OVER_POLICY)
        return arena_printf(arena, "a longer step than the policy \"%s\" allows",
                            update_policy_name(request->policy));
    return text;
}
