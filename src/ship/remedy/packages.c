/* Updates of packages: one step for each source package, with what its fixed version mends. */
#include "report/group.h"
#include "ship/remedy/remedy.h"

static bool is_of(const struct remedy_finding *finding, const struct report_group *group)
{
    const struct package *package = group_package(group);
    if (finding->type != package->type || !finding->fixed.len)
        return false;
    for (size_t i = 0; i < group->name_count; i++)
        if (slice_equal(finding->package, group->names[i]))
            return true;
    return false;
}

/* Names that go into a RUN instruction: what has other characters is no package of a distribution.
 */
static bool is_plain(struct slice names)
{
    for (size_t i = 0; i < names.len; i++) {
        char c = names.at[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == ' ' || c == '.' || c == '_' || c == '-' || c == '+' || c == ':';
        if (!fine || (c == '-' && (i == 0 || names.at[i - 1] == ' ')))
            return false;
    }
    return names.len > 0;
}

static struct slice command_of(enum package_type type, struct slice names, struct arena *arena)
{
    if (type == PACKAGE_APK)
        return arena_printf(arena, "apk upgrade --no-cache %.*s", SLICE_ARG(names));
    if (type == PACKAGE_DEB)
        return arena_printf(arena,
                            "apt-get update && apt-get install -y --only-upgrade "
                            "--no-install-recommends %.*s && rm -rf /var/lib/apt/lists/*",
                            SLICE_ARG(names));
    return arena_printf(arena, "dnf upgrade -y %.*s && dnf clean all", SLICE_ARG(names));
}

static bool is_distribution(enum package_type type)
{
    return type == PACKAGE_APK || type == PACKAGE_DEB || type == PACKAGE_RPM;
}

static struct slice title_of(const struct report_group *group, struct slice names,
                             struct arena *arena)
{
    const struct package *package = group_package(group);
    const char *verb = package->type == PACKAGE_APK   ? "apk upgrade"
                       : package->type == PACKAGE_DEB ? "apt-get install --only-upgrade"
                       : package->type == PACKAGE_RPM ? "dnf upgrade"
                                                      : "update";
    return arena_printf(arena, "%s %.*s (%.*s → %.*s)", verb, SLICE_ARG(names),
                        SLICE_ARG(package->version), SLICE_ARG(group->fix));
}

static bool add_step(const struct report_group *group, struct arena *arena, struct remedy *remedy)
{
    const struct package *package = group_package(group);
    struct slice names = arena_join(arena, group->names, group->name_count, " ");
    bool ours = names.at && is_distribution(package->type) && is_plain(names);
    struct remedy_step step = {.kind = ours ? REMEDY_PACKAGES : REMEDY_OTHER,
                               .names = names,
                               .title = names.at ? title_of(group, names, arena) : names,
                               .allowed = true,
                               .mends = arena_array(arena, remedy->count + 1, sizeof(bool))};
    if (!names.at || !step.title.at || !step.mends)
        return false;
    if (ours)
        step.command = command_of(package->type, names, arena);
    else
        step.note = package->type == PACKAGE_PROGRAM
                        ? SLICE("compiled from source: a newer base or build brings it")
                        : arena_printf(arena, "in the file that asks for it, by %.*s",
                                       SLICE_ARG(package->path));
    for (size_t i = 0; i < remedy->count; i++) {
        step.mends[i] = is_of(&remedy->findings[i], group);
        step.count += step.mends[i];
    }
    /* Nothing that is written for a program or a library here would change it. */
    step.allowed = ours;
    return !step.count || remedy_step_add(remedy, arena, &step);
}

bool remedy_find_packages(const struct scan_result *result, struct arena *arena,
                          struct remedy *remedy, struct error *err)
{
    struct report_groups groups;
    if (!report_group(result, arena, &groups, err))
        return false;
    for (size_t i = 0; i < groups.count; i++)
        if (groups.groups[i].fix.len && !add_step(&groups.groups[i], arena, remedy))
            return arena_error(err);
    return true;
}
