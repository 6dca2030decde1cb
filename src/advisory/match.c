/* Packages in, findings out: each package's claims are decided one vulnerability at a time. */
#include "advisory/match.h"

#include <stdlib.h>

#include "advisory/coverage.h"
#include "advisory/matching.h"
#include "advisory/range.h"
#include "advisory/vulnerability.h"

struct run {
    struct matching matching;
    struct match_result *result;
    size_t finding_room;
    struct note_list notes;
    struct uncovered uncovered;
    size_t unknown; /* packages that no feed of a covered scope names */
};

static bool find_facts(struct run *run, struct claim_group *group, struct error *err)
{
    struct matching *matching = &run->matching;
    struct vulnerability *facts = table_get(&matching->facts, group->id);
    if (!facts) {
        facts = arena_new(matching->arena, struct vulnerability);
        if (!facts)
            return arena_error(err);
        if (!vulnerability_load(matching->store, group, matching->arena, facts, err))
            return false;
        if (!table_put(&matching->facts, group->id, facts))
            return arena_error(err);
    }
    group->facts = facts;
    return true;
}

static enum fix_state state_of(const struct decision *decision)
{
    uint8_t state = decision->claim->entry.state;
    if (state >= FIX_WILL_NOT_FIX && state < FIX_NOT_AFFECTED)
        return (enum fix_state)state;
    return decision->fixed.len ? FIX_FIXED : FIX_AFFECTED;
}

static bool add_finding(struct run *run, const struct package *package, struct claim_group *group,
                        const struct decision *decision, struct error *err)
{
    const struct claim *claim = decision->claim;
    struct arena *arena = run->matching.arena;
    if (!group->facts && !find_facts(run, group, err))
        return false;
    struct finding finding = {
        .id = group->id,
        .aliases = group->aliases,
        .alias_count = group->alias_count,
        .package = package,
        .state = state_of(decision),
        .fixed = decision->fixed,
        .range = range_text(decision->judgement.range, arena),
        .order = claim->order->name,
        .title = group->facts->title,
        .url = vulnerability_url(group->facts, group->id, claim, arena),
        .feed = claim->feed,
        .feed_date = matching_feed_date(&run->matching, claim->feed),
        .epss = group->facts->epss,
        .epss_percentile = group->facts->epss_percentile,
        .kev = group->facts->kev,
        .kev_due = group->facts->kev_due,
    };
    if (!finding.range.at || !vulnerability_rate(group->facts, claim, arena, &finding) ||
        !ARENA_PUSH(arena, run->result->findings, run->result->finding_count, run->finding_room,
                    finding))
        return arena_error(err);
    return true;
}

static bool note_invalid(struct run *run, const struct package *package,
                         const struct targets *targets, size_t invalid)
{
    const struct target *target = &targets->items[0];
    struct arena *arena = run->matching.arena;
    struct slice text =
        version_valid(target->order, target->version)
            ? arena_printf(arena,
                           "%.*s %.*s: %zu advisories name versions that cannot be compared in %s "
                           "order",
                           SLICE_ARG(package->name), SLICE_ARG(target->version), invalid,
                           target->order->name)
            : arena_printf(arena,
                           "%.*s: \"%.*s\" is not a version in %s order; %zu advisories could not "
                           "be compared",
                           SLICE_ARG(package->name), SLICE_ARG(target->version),
                           target->order->name, invalid);
    return note_add(&run->notes, package->path, text);
}

static bool match_groups(struct run *run, const struct package *package,
                         const struct targets *targets, const struct claim_set *set,
                         struct error *err)
{
    size_t invalid = 0;
    for (size_t i = 0; i < set->count; i++) {
        struct decision decision;
        group_decide(set->groups[i], targets, &decision);
        invalid += decision.invalid && !decision.affected;
        if (decision.affected && !add_finding(run, package, set->groups[i], &decision, err))
            return false;
    }
    return invalid == 0 || note_invalid(run, package, targets, invalid) || arena_error(err);
}

static bool match_package(struct run *run, const struct package *package, struct error *err)
{
    struct targets targets;
    const struct claim_set *set;
    if (!targets_of(package, &run->matching.release, run->matching.arena, &targets))
        return arena_error(err);
    bool covered = matching_covers(&run->matching, &targets);
    if (!covered)
        uncovered_count(&run->uncovered, package);
    if (!matching_claims(&run->matching, &targets, &set, err))
        return false;
    run->unknown += covered && set->count == 0;
    if (set->damaged &&
        !note_add(&run->notes, package->path,
                  arena_printf(run->matching.arena,
                               "%.*s: its advisories in the database are damaged; run `plimsoll "
                               "db update`",
                               SLICE_ARG(package->name))))
        return arena_error(err);
    return match_groups(run, package, &targets, set, err);
}

static int compare_findings(const void *left, const void *right)
{
    const struct finding *a = left, *b = right;
    int order = (a->severity < b->severity) - (a->severity > b->severity);
    if (order == 0)
        order = slice_compare(a->package->name, b->package->name);
    if (order == 0)
        order = slice_compare(a->package->version, b->package->version);
    if (order == 0)
        order = slice_compare(a->package->path, b->package->path);
    return order ? order : slice_compare(a->id, b->id);
}

/* The starter covers a release, but only some packages of it. */
static bool note_starter(struct run *run)
{
    if (run->unknown == 0 || !store_reader_is_starter(run->matching.store))
        return true;
    return note_add(&run->notes, (struct slice){0},
                    arena_printf(run->matching.arena,
                                 "%zu packages are not in the starter database", run->unknown));
}

bool match_packages(struct store_reader *store, const struct distribution *distribution,
                    const struct package *packages, size_t count, struct arena *arena,
                    struct match_result *result, struct error *err)
{
    struct match_result made = {0};
    struct run run = {.result = &made, .notes.arena = arena};
    if (!matching_init(&run.matching, store, distribution, arena, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!match_package(&run, &packages[i], err))
            return error_add(err, "matching %.*s", SLICE_ARG(packages[i].name));
    if (!coverage_find(&run.matching, distribution, &made.coverage) ||
        !coverage_notes(&run.matching, distribution, &made.coverage, &run.uncovered, &run.notes) ||
        !coverage_note_programs(&run.matching, packages, count, &run.notes) || !note_starter(&run))
        return arena_error(err);
    if (made.finding_count)
        qsort(made.findings, made.finding_count, sizeof *made.findings, compare_findings);
    made.notes = run.notes.items;
    made.note_count = run.notes.count;
    *result = made;
    return true;
}
