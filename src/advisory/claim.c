/* Loading: entries of all targets into groups. A vulnerability's CVE is its name; what has none is
   joined by its other ids. */
#include "advisory/claim.h"

#include "base/table.h"

struct loading {
    struct arena *arena;
    const struct targets *targets;
    size_t target;
    struct claim *claims; /* in the order of the store */
    size_t count, room;
    bool damaged, spent;
};

static bool names_all_versions(const struct advisory_entry *entry)
{
    for (size_t i = 0; i < entry->range_count; i++) {
        const struct version_range *range = &entry->ranges[i];
        if (!range->introduced.len && !range->fixed.len && !range->last.len)
            return true;
    }
    return false;
}

static enum claim_rank rank_of(struct slice feed, const struct target *target)
{
    if (slice_equal_str(feed, "debian-lists") || slice_starts(feed, SLICE("nvd")))
        return RANK_CATALOGUE;
    if (target->distribution || slice_equal_str(feed, "nginx") || slice_equal_str(feed, "osv/Go"))
        return RANK_OWN;
    return RANK_COLLECTION;
}

static bool load_entries(void *context, struct slice feed, struct slice value)
{
    struct loading *loading = context;
    const struct target *target = &loading->targets->items[loading->target];
    struct claim claim = {.feed = feed,
                          .scope = target->scope,
                          .order = target->order,
                          .target = loading->target,
                          .distribution = target->distribution};
    while (entry_decode(&value, loading->arena, &claim.entry)) {
        claim.rank = rank_of(feed, target);
        if (claim.rank == RANK_CATALOGUE && !claim.distribution && names_all_versions(&claim.entry))
            claim.rank = RANK_VAGUE;
        if (!ARENA_PUSH(loading->arena, loading->claims, loading->count, loading->room, claim)) {
            loading->spent = true;
            return false;
        }
        claim.entry = (struct advisory_entry){0};
    }
    loading->damaged |= value.len != 0;
    return true;
}

static bool is_cve(struct slice id)
{
    return slice_starts(id, SLICE("CVE-"));
}

/* Announcements: one names many vulnerabilities, so it makes none of them the same. */
static bool is_bulletin(struct slice id)
{
    static const char *const prefixes[] = {"DSA-",  "DLA-",  "DTSA-",     "USN-",  "RHSA-", "RHBA-",
                                           "RHEA-", "ALSA-", "ALBA-",     "ALEA-", "RLSA-", "RXSA-",
                                           "ELSA-", "SUSE-", "openSUSE-", "ALAS",  "ASA-",  "XSA-"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        if (slice_starts(id, slice_str(prefixes[i])))
            return true;
    return false;
}

struct grouping {
    struct arena *arena;
    struct claim_set *set;
    struct table by_id; /* every id that tells one vulnerability → its group */
};

static struct claim_group *group_named(struct grouping *grouping, struct slice id)
{
    struct claim_group *group = table_get(&grouping->by_id, id);
    if (group)
        return group;
    group = arena_new(grouping->arena, struct claim_group);
    if (!group || !table_put(&grouping->by_id, id, group) ||
        !ARENA_PUSH(grouping->arena, grouping->set->groups, grouping->set->count,
                    grouping->set->room, group))
        return NULL;
    group->id = id;
    return group;
}

static bool add_alias(struct grouping *grouping, struct claim_group *group, struct slice id)
{
    if (slice_equal(id, group->id))
        return true;
    for (size_t i = 0; i < group->alias_count; i++)
        if (slice_equal(id, group->aliases[i]))
            return true;
    if (!ARENA_PUSH(grouping->arena, group->aliases, group->alias_count, group->alias_room, id))
        return false;
    return is_bulletin(id) || table_get(&grouping->by_id, id) ||
           table_put(&grouping->by_id, id, group);
}

/* Adds the claim, and its ids but for other CVEs. */
static bool join(struct grouping *grouping, struct claim_group *group, const struct claim *claim)
{
    const struct advisory_entry *entry = &claim->entry;
    if (!group ||
        !ARENA_PUSH(grouping->arena, group->claims, group->claim_count, group->claim_room, *claim))
        return false;
    if (!is_cve(entry->id) && !add_alias(grouping, group, entry->id))
        return false;
    for (size_t i = 0; i < entry->alias_count; i++)
        if (!is_cve(entry->aliases[i]) && !add_alias(grouping, group, entry->aliases[i]))
            return false;
    return true;
}

/* *joined: the claim names a CVE. One that names several makes a finding of each. */
static bool join_cves(struct grouping *grouping, const struct claim *claim, bool *joined)
{
    const struct advisory_entry *entry = &claim->entry;
    *joined = is_cve(entry->id);
    if (*joined)
        return join(grouping, group_named(grouping, entry->id), claim);
    for (size_t i = 0; i < entry->alias_count; i++) {
        if (!is_cve(entry->aliases[i]))
            continue;
        *joined = true;
        if (!join(grouping, group_named(grouping, entry->aliases[i]), claim))
            return false;
    }
    return true;
}

static bool join_other(struct grouping *grouping, const struct claim *claim)
{
    const struct advisory_entry *entry = &claim->entry;
    struct claim_group *group = table_get(&grouping->by_id, entry->id);
    for (size_t i = 0; !group && i < entry->alias_count; i++)
        if (!is_bulletin(entry->aliases[i]))
            group = table_get(&grouping->by_id, entry->aliases[i]);
    return join(grouping, group ? group : group_named(grouping, entry->id), claim);
}

static bool make_groups(struct loading *loading, struct claim_set *set)
{
    struct grouping grouping = {.arena = loading->arena, .set = set};
    size_t rest = 0;
    bool joined;
    table_init(&grouping.by_id, loading->arena);
    for (size_t i = 0; i < loading->count; i++) {
        if (!join_cves(&grouping, &loading->claims[i], &joined))
            return false;
        if (!joined)
            loading->claims[rest++] = loading->claims[i];
    }
    for (size_t i = 0; i < rest; i++)
        if (!join_other(&grouping, &loading->claims[i]))
            return false;
    return true;
}

static bool finish(struct loading *loading, struct claim_set *set, struct error *err)
{
    set->damaged = loading->damaged;
    return (!loading->spent && make_groups(loading, set)) || arena_error(err);
}

bool claim_set_load(struct store_reader *store, const struct targets *targets, struct arena *arena,
                    struct claim_set *set, struct error *err)
{
    struct loading loading = {.arena = arena, .targets = targets};
    *set = (struct claim_set){0};
    for (size_t i = 0; i < targets->count; i++) {
        loading.target = i;
        if (!store_lookup(store, targets->items[i].scope, targets->items[i].name, load_entries,
                          &loading, err))
            return false;
    }
    return finish(&loading, set, err);
}

bool claim_set_decode(struct slice feed, struct slice value, const struct targets *targets,
                      struct arena *arena, struct claim_set *set, struct error *err)
{
    struct loading loading = {.arena = arena, .targets = targets};
    *set = (struct claim_set){0};
    load_entries(&loading, feed, value);
    return finish(&loading, set, err);
}
