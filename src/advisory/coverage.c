#include "advisory/coverage.h"

#include "base/clock.h"

bool note_add(struct note_list *list, struct slice path, struct slice text)
{
    struct note note = {path, text};
    return text.at && ARENA_PUSH(list->arena, list->items, list->count, list->room, note);
}

/* Of nginx.org's packages only the program itself is known to feeds; its modules come from the same
   source and are said with it. */
static bool said_elsewhere(const struct package *package)
{
    return slice_equal_str(package->vendor, "nginx.org") &&
           slice_starts(package->name, SLICE("nginx-module-"));
}

void uncovered_count(struct uncovered *uncovered, const struct package *package)
{
    size_t type = package->type < PACKAGE_TYPES ? package->type : PACKAGE_OTHER;
    if (said_elsewhere(package))
        return;
    if (package->vendor.len) {
        if (uncovered->vendor++ == 0)
            uncovered->vendor_name = package->vendor;
        return;
    }
    if (uncovered->by_type[type]++ == 0)
        uncovered->first[type] = package->name;
}

/* "2026-11-01", or "true" for over and "false" for not yet. */
static bool is_past(struct slice date)
{
    int64_t end;
    if (slice_equal_str(date, "true"))
        return true;
    return clock_parse(date, &end) && clock_now() >= end;
}

static struct slice scope_text(const struct release *release,
                               const struct distribution *distribution, struct arena *arena)
{
    struct slice cycle = release->scope.len ? release->cycle : distribution->version_id;
    return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(distribution->id), cycle.len ? " " : "",
                        SLICE_ARG(cycle));
}

bool coverage_find(const struct matching *matching, const struct distribution *distribution,
                   struct coverage *coverage)
{
    const struct release *release = &matching->release;
    struct slice date = {0};
    *coverage = (struct coverage){0};
    if (distribution->id.len == 0)
        return true;
    coverage->scope = scope_text(release, distribution, matching->arena);
    coverage->covered = release->scope.len && store_covers(matching->store, release->scope,
                                                           &coverage->feed, &coverage->feed_date);
    if (release->product.len && release->cycle.len &&
        store_end_of_life(matching->store, release->product, release->cycle, &date)) {
        coverage->past_end_of_life = is_past(date);
        if (!slice_equal_str(date, "true") && !slice_equal_str(date, "false"))
            coverage->end_of_life = date;
    }
    return coverage->scope.at != NULL;
}

static bool note_release(const struct matching *matching, const struct distribution *distribution,
                         const struct coverage *coverage, const struct uncovered *uncovered,
                         struct note_list *notes)
{
    size_t packages = uncovered->by_type[PACKAGE_APK] + uncovered->by_type[PACKAGE_DEB] +
                      uncovered->by_type[PACKAGE_RPM];
    if (packages == 0)
        return true;
    if (coverage->covered)
        return note_add(notes, (struct slice){0},
                        arena_printf(matching->arena,
                                     "%zu distribution packages are not %.*s's and have no "
                                     "advisories",
                                     packages, SLICE_ARG(distribution->id)));
    /* That a known distribution's release is not covered stands in the coverage; whoever reports
       says it. */
    if (distribution->id.len)
        return true;
    return note_add(notes, (struct slice){0},
                    arena_printf(matching->arena,
                                 "the distribution is not known: %zu package%s not compared "
                                 "with any advisories",
                                 packages, packages == 1 ? " was" : "s were"));
}

static bool note_types(const struct matching *matching, const struct uncovered *uncovered,
                       struct note_list *notes)
{
    for (size_t type = PACKAGE_PROGRAM; type < PACKAGE_TYPES; type++) {
        size_t count = uncovered->by_type[type];
        if (count == 0)
            continue;
        struct slice text = arena_printf(
            matching->arena,
            "%zu %s package%s (%.*s%s) not covered: no feed in the database has "
            "advisories for them",
            count, type == PACKAGE_OTHER ? "other" : package_type_name((enum package_type)type),
            count == 1 ? "" : "s", SLICE_ARG(uncovered->first[type]), count == 1 ? "" : ", …");
        if (!note_add(notes, (struct slice){0}, text))
            return false;
    }
    return uncovered->vendor == 0 ||
           note_add(notes, (struct slice){0},
                    arena_printf(matching->arena,
                                 "%zu packages were not built by the distribution (%.*s) and "
                                 "have no advisories",
                                 uncovered->vendor, SLICE_ARG(uncovered->vendor_name)));
}

bool coverage_notes(const struct matching *matching, const struct distribution *distribution,
                    const struct coverage *coverage, const struct uncovered *uncovered,
                    struct note_list *notes)
{
    return note_release(matching, distribution, coverage, uncovered, notes) &&
           note_types(matching, uncovered, notes);
}

/* "3.3" of "3.3.14". */
static struct slice program_cycle(struct slice version)
{
    size_t first = slice_find(version, '.');
    if (first == version.len)
        return version;
    return slice_upto(version, first + 1 + slice_find(slice_from(version, first + 1), '.'));
}

bool coverage_note_programs(const struct matching *matching, const struct package *packages,
                            size_t count, struct note_list *notes)
{
    struct slice date;
    for (size_t i = 0; i < count; i++) {
        const struct package *package = &packages[i];
        bool upstream = package->type == PACKAGE_PROGRAM || package->vendor.len;
        struct slice cycle = program_cycle(package->version);
        if (!upstream || !cycle.len ||
            !store_end_of_life(matching->store, package->name, cycle, &date) || !is_past(date))
            continue;
        bool dated = !slice_equal_str(date, "true");
        struct slice text =
            arena_printf(matching->arena, "%.*s %.*s: release %.*s is past its end of life%s%.*s",
                         SLICE_ARG(package->name), SLICE_ARG(package->version), SLICE_ARG(cycle),
                         dated ? " (" : "", SLICE_ARG(dated ? date : (struct slice){0}));
        if (text.at && dated)
            text = arena_printf(matching->arena, "%.*s)", SLICE_ARG(text));
        if (!note_add(notes, package->path, text))
            return false;
    }
    return true;
}
