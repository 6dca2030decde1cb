/*
 * Why a vulnerability is or is not a finding. Reasons come from the claims that matching itself
 * uses; where no claim about the image's packages mentions the id, the store's index by id tells
 * what feeds do name.
 */
#include "advisory/explain.h"

struct explaining {
    struct matching matching;
    const struct distribution *distribution;
    const struct package *packages;
    size_t count;
    struct slice id;
    struct slice *ids; /* `id` and all that are the same */
    size_t id_count;
    struct match_reason *reasons;
    size_t reason_count, reason_room;
    struct mention *mentions; /* loaded when first needed */
    size_t mention_count, mention_room;
    bool mentions_loaded, spent;
};

static bool is_asked(const struct explaining *explaining, struct slice id)
{
    for (size_t i = 0; i < explaining->id_count; i++)
        if (slice_equal(explaining->ids[i], id))
            return true;
    return false;
}

static bool group_is_asked(const struct explaining *explaining, const struct claim_group *group)
{
    bool asked = is_asked(explaining, group->id);
    for (size_t i = 0; !asked && i < group->alias_count; i++)
        asked = is_asked(explaining, group->aliases[i]);
    return asked;
}

static bool add_reason(struct explaining *explaining, struct match_reason reason)
{
    return reason.text.at && ARENA_PUSH(explaining->matching.arena, explaining->reasons,
                                        explaining->reason_count, explaining->reason_room, reason);
}

static bool add_mention(void *context, struct slice feed, const struct id_ref *ref)
{
    struct explaining *explaining = context;
    struct mention mention = {feed, ref->scope, ref->name};
    if (ref->id.len || ref->scope.len == 0)
        return true;
    explaining->spent |= !ARENA_PUSH(explaining->matching.arena, explaining->mentions,
                                     explaining->mention_count, explaining->mention_room, mention);
    return !explaining->spent;
}

static bool load_mentions(struct explaining *explaining, struct error *err)
{
    if (explaining->mentions_loaded)
        return true;
    explaining->mentions_loaded = true;
    for (size_t i = 0; i < explaining->id_count; i++)
        if (!store_named(explaining->matching.store, explaining->ids[i], add_mention, explaining,
                         err))
            return false;
    return !explaining->spent || arena_error(err);
}

/* What a feed elsewhere says of the product: its claims, judged for `version`. *claim is NULL when
   it has none of the asked ids. */
static bool foreign_claim(struct explaining *explaining, const struct mention *mention,
                          struct slice version, const struct claim **claim, struct error *err)
{
    struct targets targets = {.count = 1};
    const struct claim_set *set;
    targets.items[0] = (struct target){mention->scope, mention->name, version,
                                       explain_order(mention->scope), false};
    *claim = NULL;
    if (!matching_claims(&explaining->matching, &targets, &set, err))
        return false;
    for (size_t i = 0; i < set->count; i++)
        for (size_t j = 0;
             group_is_asked(explaining, set->groups[i]) && j < set->groups[i]->claim_count; j++)
            if (!*claim || slice_equal(set->groups[i]->claims[j].feed, mention->feed))
                *claim = &set->groups[i]->claims[j];
    return true;
}

/* A distribution's fix that upstream's number does not show: "; a back-port: …". *text stays empty
   when it is none. */
static bool explain_back_port(struct explaining *explaining, const struct package *package,
                              struct slice *text, struct error *err)
{
    struct slice upstream = explain_upstream_version(package);
    if (!load_mentions(explaining, err))
        return false;
    for (size_t i = 0; i < explaining->mention_count; i++) {
        const struct mention *mention = &explaining->mentions[i];
        const struct claim *claim;
        if (!slice_equal_str(mention->scope, "cpe") ||
            !explain_same_product(package, mention->name))
            continue;
        if (!foreign_claim(explaining, mention, upstream, &claim, err))
            return false;
        struct judgement judgement = {0};
        if (claim)
            judgement = claim_judge(claim, upstream);
        if (!claim || judgement.verdict != MATCH_AFFECTED)
            continue;
        *text = explain_back_port_text(claim, &judgement, upstream, explaining->matching.arena);
        return text->at || arena_error(err);
    }
    return true;
}

static bool add_claim(struct explaining *explaining, const struct package *package,
                      const struct targets *targets, const struct claim_group *group,
                      const struct claim *claim, const struct decision *decision, struct error *err)
{
    struct slice version = targets->items[claim->target].version, extra = {0};
    struct explained explained = {
        .package = package,
        .claim = claim,
        .version = version,
        .judgement = claim_judge(claim, version),
        .decision = decision,
        .feed_date = matching_feed_date(&explaining->matching, claim->feed),
    };
    if (explained.judgement.verdict == MATCH_FIXED && claim->distribution &&
        !explain_back_port(explaining, package, &extra, err))
        return false;
    struct arena *arena = explaining->matching.arena;
    struct match_reason reason = {
        .id = group->id,
        .package = package,
        .verdict = explained.judgement.verdict,
        .feed = claim->feed,
        .feed_date = explained.feed_date,
        .fixed = decision->affected ? decision->fixed : claim->entry.fixed,
        .order = claim->order->name,
        .text = explain_claim(&explained, extra, arena),
    };
    if (explained.judgement.range) {
        reason.range = range_text(explained.judgement.range, arena);
        if (!reason.range.at)
            return arena_error(err);
        if (!reason.fixed.len)
            reason.fixed = explained.judgement.range->fixed;
    }
    return add_reason(explaining, reason) || arena_error(err);
}

static bool explain_package(struct explaining *explaining, const struct package *package,
                            struct error *err)
{
    struct targets targets;
    const struct claim_set *set;
    if (!targets_of(package, &explaining->matching.release, explaining->matching.arena, &targets))
        return arena_error(err);
    if (!matching_claims(&explaining->matching, &targets, &set, err))
        return false;
    for (size_t i = 0; i < set->count; i++) {
        const struct claim_group *group = set->groups[i];
        struct decision decision;
        if (!group_is_asked(explaining, group))
            continue;
        group_decide(group, &targets, &decision);
        for (size_t j = 0; j < group->claim_count; j++)
            if (!add_claim(explaining, package, &targets, group, &group->claims[j], &decision, err))
                return false;
    }
    return true;
}

/* The package is in the image, and feeds name its product for the id, but not this release's. */
static bool explain_elsewhere(struct explaining *explaining, const struct package *package,
                              const struct mention *mention, struct error *err)
{
    const struct claim *claim;
    struct targets targets;
    struct judgement judgement = {.verdict = MATCH_NO_ENTRY};
    struct arena *arena = explaining->matching.arena;
    bool upstream = slice_equal_str(mention->scope, "cpe");
    struct slice version = upstream ? explain_upstream_version(package) : package->version;
    if (!foreign_claim(explaining, mention, version, &claim, err))
        return false;
    if (!targets_of(package, &explaining->matching.release, arena, &targets))
        return arena_error(err);
    struct elsewhere elsewhere = {package,
                                  &explaining->matching.release,
                                  explaining->distribution,
                                  mention,
                                  claim,
                                  version,
                                  matching_covers(&explaining->matching, &targets)};
    if (claim && upstream)
        judgement = claim_judge(claim, version);
    struct match_reason reason = {
        .id = explaining->id,
        .package = package,
        .verdict = !elsewhere.covered                        ? MATCH_NOT_COVERED
                   : !upstream || !claim                     ? MATCH_NO_ENTRY
                   : judgement.verdict == MATCH_AFFECTED     ? MATCH_NO_ENTRY
                   : judgement.verdict == MATCH_NOT_AFFECTED ? MATCH_NOT_AFFECTED
                                                             : MATCH_NOT_IN_RANGE,
        .feed = mention->feed,
        .feed_date = matching_feed_date(&explaining->matching, mention->feed),
    };
    reason.text = explain_no_entry(&elsewhere, reason.verdict, arena);
    return add_reason(explaining, reason) || arena_error(err);
}

/* One reason a package is enough: the first feed that names its product. */
static bool explain_installed(struct explaining *explaining, struct error *err)
{
    for (size_t i = 0; i < explaining->count; i++) {
        const struct package *package = &explaining->packages[i];
        const struct mention *best = NULL;
        for (size_t j = 0; j < explaining->mention_count; j++) {
            const struct mention *mention = &explaining->mentions[j];
            bool own = !slice_equal_str(mention->scope, "cpe");
            if (explain_is_product(package, mention) && (!best || own))
                best = mention;
        }
        if (best && !explain_elsewhere(explaining, package, best, err))
            return false;
    }
    return true;
}

static bool explain_absence(struct explaining *explaining, struct error *err)
{
    if (!load_mentions(explaining, err) || !explain_installed(explaining, err))
        return false;
    if (explaining->reason_count)
        return true;
    struct match_reason reason = {
        .id = explaining->id,
        .verdict = MATCH_NO_ENTRY,
        .text =
            explain_not_installed(explaining->id, explaining->mentions, explaining->mention_count,
                                  explaining->id_count > 1, explaining->matching.arena),
    };
    return add_reason(explaining, reason) || arena_error(err);
}

static bool find_ids(struct explaining *explaining, struct error *err)
{
    struct slice *known;
    size_t count;
    struct arena *arena = explaining->matching.arena;
    if (!store_aliases(explaining->matching.store, explaining->id, arena, &known, &count, err))
        return false;
    explaining->ids = arena_array(arena, count + 1, sizeof *explaining->ids);
    if (!explaining->ids)
        return arena_error(err);
    explaining->ids[explaining->id_count++] = explaining->id;
    for (size_t i = 0; i < count; i++)
        if (!is_asked(explaining, known[i]))
            explaining->ids[explaining->id_count++] = known[i];
    return true;
}

bool match_explain(struct store_reader *store, const struct distribution *distribution,
                   const struct package *packages, size_t count, struct slice id,
                   struct arena *arena, struct match_reason **reasons, size_t *reason_count,
                   struct error *err)
{
    struct explaining explaining = {
        .distribution = distribution, .packages = packages, .count = count, .id = id};
    if (!matching_init(&explaining.matching, store, distribution, arena, err) ||
        !find_ids(&explaining, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!explain_package(&explaining, &packages[i], err))
            return false;
    if (explaining.reason_count == 0 && !explain_absence(&explaining, err))
        return false;
    *reasons = explaining.reasons;
    *reason_count = explaining.reason_count;
    return true;
}
