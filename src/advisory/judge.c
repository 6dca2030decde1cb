/* Deciding: what the claims about one vulnerability say of one version. */
#include "advisory/claim.h"
#include "advisory/range.h"

enum { FIX_CANDIDATES_MAX = 64 }; /* hostile entries have many ranges; each is tried against all */

/* Programs are looked for in Linux images: what only concerns another system, or a plug-in of the
   same name, does not count. */
static bool is_foreign(struct slice platform)
{
    static const char *const ours[] = {"", "*", "-", "linux", "linux_kernel", "unix", "docker"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (slice_equal_str(platform, ours[i]))
            return false;
    return true;
}

static struct judgement never(const struct claim *claim)
{
    bool stated = claim->entry.state == FIX_NOT_AFFECTED;
    return (struct judgement){.verdict = stated ? MATCH_NOT_AFFECTED : MATCH_NOT_IN_RANGE};
}

struct judgement claim_judge(const struct claim *claim, struct slice version)
{
    struct judgement result = never(claim);
    if (is_foreign(claim->entry.platform))
        return result;
    for (size_t i = 0; i < claim->entry.range_count; i++) {
        const struct version_range *range = &claim->entry.ranges[i];
        switch (range_place(range, claim->order, version)) {
        case RANGE_INSIDE:
            result.verdict =
                result.verdict == MATCH_NOT_AFFECTED ? MATCH_NOT_AFFECTED : MATCH_AFFECTED;
            result.range = range;
            result.mended = false;
            return result;
        case RANGE_AFTER:
            if (result.verdict == MATCH_NOT_IN_RANGE || result.verdict == MATCH_FIXED) {
                result.verdict = range->exact ? result.verdict : MATCH_FIXED;
                result.range = range;
            }
            /* Who states that it was never affected has mended nothing. */
            result.mended |= result.verdict != MATCH_NOT_AFFECTED && range->fixed.len &&
                             range_mends_branch(range, claim->order, version);
            break;
        case RANGE_BEFORE:
            if (!result.range)
                result.range = range;
            break;
        default:
            result.invalid = true;
        }
    }
    return result;
}

static bool free_of_all(const struct claim_group *group, enum claim_rank rank, struct slice version)
{
    for (size_t i = 0; i < group->claim_count; i++)
        if (group->claims[i].rank == rank &&
            claim_judge(&group->claims[i], version).verdict == MATCH_AFFECTED)
            return false;
    return true;
}

/* Ends of ranges past the version are what a fix can be; the lowest that no claim of the deciding
   rank calls affected is it. */
static void try_fixes(const struct claim_group *group, const struct claim *claim,
                      struct slice version, size_t *tried, struct decision *decision)
{
    int compared;
    for (size_t i = 0; i < claim->entry.range_count; i++) {
        struct slice fixed = claim->entry.ranges[i].fixed, best = decision->fixed;
        if (fixed.len == 0 || claim->entry.ranges[i].exact ||
            !version_compare(claim->order, version, fixed, &compared) || compared >= 0)
            continue;
        if (best.len && (!version_compare(claim->order, fixed, best, &compared) || compared >= 0))
            continue;
        if ((*tried)++ < FIX_CANDIDATES_MAX && free_of_all(group, decision->claim->rank, fixed))
            decision->fixed = fixed;
    }
}

/* The deciding rank is asked first: the NVD at times only knows the last affected version, and a
   collection the fix. */
static void find_fix(const struct claim_group *group, const struct targets *targets,
                     struct decision *decision)
{
    size_t tried = 0;
    for (int own = 1; own >= 0 && decision->fixed.len == 0; own--) {
        if (!own && decision->claim->entry.fixed.len) {
            decision->fixed = decision->claim->entry.fixed;
            return;
        }
        for (size_t i = 0; i < group->claim_count; i++) {
            const struct claim *claim = &group->claims[i];
            if ((claim->rank == decision->claim->rank) == own)
                try_fixes(group, claim, targets->items[claim->target].version, &tried, decision);
        }
    }
}

/* Of equal rank, "affected" wins: to miss one is worse. */
static bool outweighs(const struct claim *claim, const struct judgement *judgement,
                      const struct decision *decision)
{
    if (!decision->claim || claim->rank != decision->claim->rank)
        return !decision->claim || claim->rank > decision->claim->rank;
    return judgement->verdict == MATCH_AFFECTED && decision->judgement.verdict != MATCH_AFFECTED;
}

void group_decide(const struct claim_group *group, const struct targets *targets,
                  struct decision *decision)
{
    unsigned mended = 0;                  /* a bit for each rank */
    enum claim_rank invalid = RANK_VAGUE; /* the highest that could not be compared */
    *decision = (struct decision){0};
    for (size_t i = 0; i < group->claim_count; i++) {
        const struct claim *claim = &group->claims[i];
        struct judgement judgement = claim_judge(claim, targets->items[claim->target].version);
        if (judgement.mended)
            mended |= 1u << claim->rank;
        if (judgement.invalid && judgement.verdict != MATCH_AFFECTED) {
            invalid = claim->rank > invalid || !decision->invalid ? claim->rank : invalid;
            decision->invalid = true;
            continue;
        }
        if (!outweighs(claim, &judgement, decision))
            continue;
        decision->claim = claim;
        decision->judgement = judgement;
    }
    /* What the best of the others could compare needs no remark. */
    decision->invalid &= !decision->claim || invalid > decision->claim->rank;
    if (!decision->claim || decision->judgement.verdict != MATCH_AFFECTED)
        return;
    /* The NVD often gives one wide range where a collection knows each branch's fix: who knows the
       branch is right. */
    decision->affected = decision->claim->rank == RANK_OWN || decision->claim->distribution ||
                         !(mended & ~(1u << decision->claim->rank));
    if (!decision->affected)
        decision->judgement.verdict = MATCH_FIXED;
    if (decision->affected)
        find_fix(group, targets, decision);
}
