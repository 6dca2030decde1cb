#include "update/choose.h"

#include <stdlib.h>

static const char *const policy_names[] = {"patch", "minor", "major", "digest", "none"};

bool update_policy_parse(struct slice text, enum update_policy *policy)
{
    for (size_t i = 0; i < sizeof policy_names / sizeof *policy_names; i++)
        if (slice_equal_str(text, policy_names[i])) {
            *policy = (enum update_policy)i;
            return true;
        }
    return false;
}

const char *update_policy_name(enum update_policy policy)
{
    return policy_names[policy];
}

/* ---- lines ---- */

/* Sources: nginx.org/en/CHANGES (odd minors are mainline), nodejs.org/en/about/previous-releases
   (even majors become LTS), ubuntu.com/about/release-cycle (LTS in April of even years). */
enum line_kind { LINES_NGINX, LINES_NODE, LINES_UBUNTU };

static const struct {
    const char *repository;
    enum line_kind kind;
} products[] = {
    {"nginx", LINES_NGINX},
    {"nginxinc/nginx-unprivileged", LINES_NGINX},
    {"node", LINES_NODE},
    {"ubuntu", LINES_UBUNTU},
};

static struct slice product_of(struct slice repository)
{
    size_t at = slice_search(repository, SLICE("library/"));
    return at < repository.len ? slice_from(repository, at + strlen("library/")) : repository;
}

static bool is_odd(struct slice digits)
{
    return digits.len && (digits.at[digits.len - 1] - '0') % 2;
}

static bool is_lts_ubuntu(const struct tag_version *version)
{
    return !is_odd(version->numbers[0]) && slice_equal_str(version->numbers[1], "04");
}

const char *product_line(struct slice repository, const struct tag_version *version)
{
    struct slice product = product_of(repository);
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        if (!slice_equal_str(product, products[i].repository))
            continue;
        if (products[i].kind == LINES_NODE)
            return is_odd(version->numbers[0]) ? "short-lived (odd major)" : "LTS (even major)";
        if (version->count < 2)
            return NULL;
        if (products[i].kind == LINES_UBUNTU)
            return is_lts_ubuntu(version) ? "LTS" : "interim";
        return is_odd(version->numbers[1]) ? "mainline (odd minor)" : "stable (even minor)";
    }
    return NULL;
}

/* From a line that is short-lived anyhow every way is free, but nginx's mainline is a choice. */
static bool same_line(struct slice repository, const struct tag_version *from,
                      const struct tag_version *to)
{
    const char *one = product_line(repository, from), *other = product_line(repository, to);
    if (!one || !other || strcmp(one, other) == 0)
        return true;
    return strcmp(one, "interim") == 0 || strncmp(one, "short", 5) == 0;
}

/* ---- judging ---- */

/* A request with what is worth parsing once. */
struct judging {
    const struct choose_request *request;
    struct tag_version in_use;
    struct slice goes_to; /* a suffix; empty: it stays what it is */
};

static enum change_level level_between(const struct tag_version *from, const struct tag_version *to)
{
    size_t at = tag_version_differs_at(from, to);
    if (at == from->count)
        return slice_equal(from->suffix, to->suffix) ? CHANGE_PATCH : CHANGE_MINOR;
    return at == 0 ? CHANGE_MAJOR : at == 1 ? CHANGE_MINOR : CHANGE_PATCH;
}

static bool allows(enum update_policy policy, enum change_level level)
{
    return policy <= POLICY_MAJOR && (unsigned)level <= (unsigned)policy;
}

static enum tag_verdict judge_suffix(const struct judging *judging, const struct tag_version *tag)
{
    int order;
    bool move = slice_equal_str(judging->request->suffix, "move");
    if (judging->goes_to.len)
        return slice_equal(tag->suffix, judging->goes_to) ? VERDICT_CHOSEN : VERDICT_SUFFIX;
    if (slice_equal(tag->suffix, judging->in_use.suffix))
        return VERDICT_CHOSEN;
    if (!tag_suffix_compare(judging->in_use.suffix, tag->suffix, &order))
        return VERDICT_SUFFIX;
    if (order > 0)
        return VERDICT_DISTRIBUTION_OLDER;
    return move ? VERDICT_CHOSEN : VERDICT_DISTRIBUTION;
}

static enum tag_verdict judge_version(const struct judging *judging, const struct tag_version *tag)
{
    const struct tag_version *in_use = &judging->in_use;
    if ((tag_version_begins_with_year(tag) && !tag_version_begins_with_year(in_use)) ||
        tag_version_holds_date(in_use, tag))
        return VERDICT_DATE;
    if (tag->rank && !in_use->rank)
        return VERDICT_PRERELEASE;
    if (!tag_version_same_shape(in_use, tag))
        return VERDICT_PARTS;
    int order = tag_version_compare(in_use, tag);
    if (order > 0)
        return VERDICT_OLDER;
    if (order == 0 && slice_equal(in_use->suffix, tag->suffix))
        return VERDICT_SAME;
    if (!same_line(judging->request->repository, in_use, tag))
        return VERDICT_OTHER_LINE;
    return allows(judging->request->policy, level_between(in_use, tag)) ? VERDICT_CHOSEN
                                                                        : VERDICT_OVER_POLICY;
}

/* VERDICT_CHOSEN: it would do. The distribution is asked last, so that "only the distribution
   forbids it" is what that verdict means. */
static enum tag_verdict judge(const struct judging *judging, struct slice name,
                              struct tag_version *tag)
{
    static const enum tag_verdict kinds[] = {VERDICT_CHOSEN, VERDICT_NAME, VERDICT_DATE,
                                             VERDICT_HASH};
    enum tag_kind kind = tag_version_parse(name, tag);
    if (slice_equal(name, judging->request->tag))
        return VERDICT_IN_USE;
    if (kind != TAG_IS_VERSION)
        return kinds[kind];
    if (!slice_equal(tag->prefix, judging->in_use.prefix))
        return VERDICT_PREFIX;
    if (tag->v != judging->in_use.v)
        return VERDICT_V;
    enum tag_verdict suffix = judge_suffix(judging, tag);
    if (suffix == VERDICT_SUFFIX || suffix == VERDICT_DISTRIBUTION_OLDER)
        return suffix;
    enum tag_verdict version = judge_version(judging, tag);
    return version == VERDICT_CHOSEN ? suffix : version;
}

/* ---- choosing ---- */

/* A stable one before a pre-release, then the newer, then the newer distribution. */
static bool is_better(const struct tag_version *tag, const struct tag_version *than)
{
    int order = 0;
    if (!tag->rank != !than->rank)
        return !tag->rank;
    int versions = tag_version_compare(tag, than);
    if (versions)
        return versions > 0;
    return tag_suffix_compare(tag->suffix, than->suffix, &order) && order > 0;
}

static void offer(const struct listed_tag *tag, const struct listed_tag **best)
{
    struct tag_version one = {0}, other = {0};
    if (*best &&
        (tag_version_parse(tag->name, &one) != TAG_IS_VERSION ||
         tag_version_parse((*best)->name, &other) != TAG_IS_VERSION || !is_better(&one, &other)))
        return;
    *best = tag;
}

static void judge_all(const struct judging *judging, struct choice *choice)
{
    const struct choose_request *request = judging->request;
    for (size_t i = 0; i < request->count; i++) {
        struct tag_version tag = {0};
        const struct listed_tag *listed = &request->tags[i];
        enum tag_verdict verdict = judge(judging, listed->name, &tag);
        choice->verdicts[i] = verdict == VERDICT_CHOSEN ? VERDICT_NOT_NEWEST : verdict;
        if (verdict == VERDICT_CHOSEN)
            offer(listed, &choice->chosen);
        else if (verdict == VERDICT_OVER_POLICY && judge_suffix(judging, &tag) == VERDICT_CHOSEN)
            offer(listed, &choice->beyond);
        else if (verdict == VERDICT_DISTRIBUTION)
            offer(listed, &choice->distribution);
        else if (verdict == VERDICT_IN_USE)
            choice->in_use = listed;
    }
}

/* What is kept from us counts only when it is newer than what we get. */
static void drop_older(const struct choice *choice, const struct listed_tag **kept)
{
    struct tag_version one, other;
    if (*kept && choice->chosen && tag_version_parse((*kept)->name, &one) == TAG_IS_VERSION &&
        tag_version_parse(choice->chosen->name, &other) == TAG_IS_VERSION &&
        tag_version_compare(&one, &other) <= 0)
        *kept = NULL;
}

bool choose_tag(const struct choose_request *request, struct arena *arena, struct choice *choice,
                struct error *err)
{
    struct judging judging = {.request = request};
    struct choice made = {.kind = tag_version_parse(request->tag, &judging.in_use)};
    struct tag_version chosen;
    if (!slice_equal_str(request->suffix, "keep") && !slice_equal_str(request->suffix, "move"))
        judging.goes_to = request->suffix;
    made.verdicts = arena_array(arena, request->count + 1, sizeof *made.verdicts);
    if (!made.verdicts)
        return arena_error(err);
    if (made.kind == TAG_IS_VERSION) {
        judge_all(&judging, &made);
        drop_older(&made, &made.distribution);
        if (made.chosen && tag_version_parse(made.chosen->name, &chosen) == TAG_IS_VERSION) {
            made.level = level_between(&judging.in_use, &chosen);
            made.verdicts[made.chosen - request->tags] = VERDICT_CHOSEN;
        }
    } else {
        for (size_t i = 0; i < request->count; i++) {
            bool same = slice_equal(request->tags[i].name, request->tag);
            made.verdicts[i] = same ? VERDICT_IN_USE : VERDICT_NAME;
            if (same)
                made.in_use = &request->tags[i];
        }
    }
    *choice = made;
    return true;
}
