#include "report/group.h"

#include "base/table.h"
#include "report/summary.h"
#include "version/version.h"

struct grouping {
    struct arena *arena;
    struct report_groups *out;
    struct table places; /* group's key → position + 1 */
    struct table seen;   /* group's key and id, or and name */
};

const struct package *group_package(const struct report_group *group)
{
    return group->findings[0]->finding.package;
}

/* Programs have no source package; what tells them apart is where they stand. */
static struct slice group_key(struct arena *arena, const struct package *package)
{
    struct slice path = package->type == PACKAGE_PROGRAM ? package->path : SLICE("");
    struct slice source = package->source.len ? package->source : package->name;
    struct slice version = package->source_version.len ? package->source_version : package->version;
    return arena_printf(arena, "%d\n%.*s\n%.*s\n%.*s", (int)package->type, SLICE_ARG(source),
                        SLICE_ARG(version), SLICE_ARG(path));
}

static struct report_group *group_of(struct grouping *grouping, struct slice key)
{
    struct report_groups *out = grouping->out;
    uintptr_t place = (uintptr_t)table_get(&grouping->places, key);
    if (place)
        return &out->groups[place - 1];
    struct report_group empty = {0};
    if (!ARENA_PUSH(grouping->arena, out->groups, out->count, out->room, empty) ||
        !table_put(&grouping->places, key, (void *)(uintptr_t)out->count))
        return NULL;
    return &out->groups[out->count - 1];
}

/* True the first time it is asked for this text in this group. */
static bool first_time(struct grouping *grouping, struct slice key, char kind, struct slice text,
                       bool *failed)
{
    struct slice whole =
        arena_printf(grouping->arena, "%.*s\n%c%.*s", SLICE_ARG(key), kind, SLICE_ARG(text));
    if (table_get(&grouping->seen, whole))
        return false;
    *failed |= !whole.at || !table_put(&grouping->seen, whole, grouping);
    return !*failed;
}

static bool add(struct grouping *grouping, const struct scan_finding *finding)
{
    const struct package *package = finding->finding.package;
    struct slice key = group_key(grouping->arena, package);
    struct report_group *group = key.at ? group_of(grouping, key) : NULL;
    bool failed = !group;
    if (!failed && first_time(grouping, key, 'i', finding->finding.id, &failed))
        failed |= !ARENA_PUSH(grouping->arena, group->findings, group->count, group->room, finding);
    if (!failed && first_time(grouping, key, 'n', package->name, &failed))
        failed |= !ARENA_PUSH(grouping->arena, group->names, group->name_count, group->name_room,
                              package->name);
    return !failed;
}

/* Whether `a` is the higher version; where the order cannot tell, the first that was seen stays. */
static bool higher(const struct finding *finding, struct slice a, struct slice b)
{
    int order;
    const struct version_scheme *scheme = version_scheme_find(slice_str(finding->order));
    return scheme && version_compare(scheme, a, b, &order) && order > 0;
}

static void choose_fix(struct report_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        const struct finding *finding = &group->findings[i]->finding;
        if (finding->fixed.len == 0)
            continue;
        group->mended++;
        if (group->fix.len == 0 || higher(finding, finding->fixed, group->fix))
            group->fix = finding->fixed;
    }
}

bool report_group(const struct scan_result *result, struct arena *arena,
                  struct report_groups *groups, struct error *err)
{
    *groups = (struct report_groups){0};
    struct grouping grouping = {.arena = arena, .out = groups};
    table_init(&grouping.places, arena);
    table_init(&grouping.seen, arena);
    for (size_t i = 0; i < result->finding_count; i++)
        if (finding_counts(&result->findings[i]) && !add(&grouping, &result->findings[i]))
            return arena_error(err);
    for (size_t i = 0; i < groups->count; i++) {
        choose_fix(&groups->groups[i]);
        groups->vulnerabilities += groups->groups[i].count;
    }
    return true;
}
