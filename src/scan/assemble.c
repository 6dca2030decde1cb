/*
 * Packages and findings of one image, or of all platforms of an index, into one result. Platforms
 * that have the same package at the same place share one entry that names them all; so do their
 * findings.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/table.h"
#include "catalog/cyclonedx.h"
#include "scan/package_purl.h"
#include "scan/pipeline_parts.h"

struct assembly {
    struct scan *scan;
    struct table packages; /* key → position + 1 in result.packages */
    struct table findings; /* key → position + 1 in result.findings */
    struct table notes;    /* of matching, as they were said: once is enough */
    bool many;             /* platforms are to be named */
    struct slice platform; /* of the image at hand */
    /* Whose distribution and coverage the result tells: that of the platform that is worst off. */
    const struct scan_image *shown;
};

static void *position_pointer(size_t position)
{
    return (void *)(uintptr_t)(position + 1);
}

static bool platforms_add(struct assembly *assembly, struct slice **platforms, size_t *count)
{
    if (!assembly->many)
        return true;
    /* A list grows by one each time; there are rarely more than ten platforms. */
    struct slice *grown = arena_array(assembly->scan->arena, *count + 1, sizeof *grown);
    if (!grown)
        return false;
    if (*count)
        memcpy(grown, *platforms, *count * sizeof *grown);
    grown[(*count)++] = assembly->platform;
    *platforms = grown;
    return true;
}

static struct slice package_key(struct arena *arena, const struct package *package)
{
    return arena_printf(arena, "%d\n%.*s\n%.*s\n%.*s", package->type, SLICE_ARG(package->name),
                        SLICE_ARG(package->version), SLICE_ARG(package->path));
}

static struct slice finding_key(struct arena *arena, size_t package, const struct finding *finding)
{
    return arena_printf(arena, "%zu\n%.*s", package, SLICE_ARG(finding->id));
}

static const struct layer *scan_image_layer(const struct scan_image *image, size_t index)
{
    return index < image->image->layer_count ? &image->image->layers[index] : NULL;
}

/* The position of package `index` of the image in the result, where it is put if it is new. */
static bool assembly_add_package(struct assembly *assembly, const struct scan_image *image,
                                 size_t index, size_t *position)
{
    struct arena *arena = assembly->scan->arena;
    struct scan_result *result = &assembly->scan->result;
    struct slice key = {NULL, 0};
    if (assembly->many) {
        key = package_key(arena, &image->packages[index]);
        size_t found = key.at ? (uintptr_t)table_get(&assembly->packages, key) : 0;
        *position = found - 1;
        if (found) {
            struct scan_package *known = &result->packages[*position];
            return platforms_add(assembly, &known->platforms, &known->platform_count);
        }
    }
    struct scan_package package = {
        .package = image->packages[index],
        .layer = scan_image_layer(image, image->layers[index]),
        .layer_index = image->layers[index],
        .purl = image->purls ? image->purls[index]
                             : package_purl(&image->packages[index], &image->distribution, arena)};
    if (image->components) {
        package.platforms = image->components[index].platforms;
        package.platform_count = image->components[index].platform_count;
    }
    *position = result->package_count;
    return platforms_add(assembly, &package.platforms, &package.platform_count) &&
           ARENA_PUSH(arena, result->packages, result->package_count, assembly->scan->package_room,
                      package) &&
           (!assembly->many ||
            (key.at && table_put(&assembly->packages, key, position_pointer(*position))));
}

static bool assembly_add_finding(struct assembly *assembly, const struct finding *finding,
                                 size_t package)
{
    struct arena *arena = assembly->scan->arena;
    struct scan_result *result = &assembly->scan->result;
    struct slice key = {NULL, 0};
    if (assembly->many) {
        key = finding_key(arena, package, finding);
        size_t found = key.at ? (uintptr_t)table_get(&assembly->findings, key) : 0;
        if (found) {
            struct finding *known = &result->findings[found - 1].finding;
            return platforms_add(assembly, &known->platforms, &known->platform_count);
        }
    }
    struct scan_finding made = {.finding = *finding,
                                .layer = result->packages[package].layer,
                                .layer_index = result->packages[package].layer_index};
    if (!assembly->many) { /* of an SBOM that tells them */
        made.finding.platforms = result->packages[package].platforms;
        made.finding.platform_count = result->packages[package].platform_count;
    }
    size_t position = result->finding_count;
    return platforms_add(assembly, &made.finding.platforms, &made.finding.platform_count) &&
           ARENA_PUSH(arena, result->findings, result->finding_count, assembly->scan->finding_room,
                      made) &&
           (!assembly->many ||
            (key.at && table_put(&assembly->findings, key, position_pointer(position))));
}

/* 0 fine, 1 past its end of life, 2 without advisories. */
static int coverage_rank(const struct scan_image *image, const struct coverage *coverage)
{
    return !image->distribution.id.len ? 0 : !coverage->covered ? 2 : coverage->past_end_of_life;
}

static bool assembly_take_coverage(struct assembly *assembly, const struct scan_image *image,
                                   const struct coverage *coverage)
{
    struct scan *scan = assembly->scan;
    if (assembly->shown &&
        coverage_rank(image, coverage) <= coverage_rank(assembly->shown, &scan->result.coverage))
        return true;
    bool first = !assembly->shown;
    assembly->shown = image;
    scan->result.coverage = *coverage;
    return first || scan_note(scan, (struct slice){NULL, 0},
                              arena_printf(scan->arena,
                                           "the distribution and what covers it are told of "
                                           "platform %.*s, which is worse off than others",
                                           SLICE_ARG(assembly->platform)));
}

/* Platforms mostly say the same; what is of one alone is said with its name. */
static bool assembly_add_note(struct assembly *assembly, const struct note *note, bool first)
{
    struct arena *arena = assembly->scan->arena;
    struct slice text = note->text;
    if (assembly->many) {
        struct slice key =
            arena_printf(arena, "%.*s\n%.*s", SLICE_ARG(note->path), SLICE_ARG(note->text));
        if (!key.at)
            return false;
        if (table_get(&assembly->notes, key))
            return true;
        if (!table_put(&assembly->notes, key, assembly))
            return false;
        if (!first)
            text =
                arena_printf(arena, "%.*s: %.*s", SLICE_ARG(assembly->platform), SLICE_ARG(text));
    }
    return scan_note(assembly->scan, note->path, text);
}

static bool assembly_match(struct assembly *assembly, const struct scan_image *image,
                           const size_t *positions, bool first, struct error *err)
{
    struct scan *scan = assembly->scan;
    struct match_result matched = {NULL};
    if (!match_packages(scan->store, &image->distribution, image->packages, image->package_count,
                        scan->arena, &matched, err))
        return error_add(err, "matching");
    if (!assembly_take_coverage(assembly, image, &matched.coverage))
        return arena_error(err);
    for (size_t i = 0; i < matched.finding_count; i++) {
        size_t index = (size_t)(matched.findings[i].package - image->packages);
        if (!assembly_add_finding(assembly, &matched.findings[i], positions[index]))
            return arena_error(err);
    }
    for (size_t i = 0; i < matched.note_count; i++)
        if (!assembly_add_note(assembly, &matched.notes[i], first))
            return arena_error(err);
    return true;
}

static bool assembly_add_image(struct assembly *assembly, const struct scan_image *image,
                               bool first, struct error *err)
{
    struct scan *scan = assembly->scan;
    size_t *positions = arena_array(scan->arena, image->package_count, sizeof *positions);
    if (!positions)
        return arena_error(err);
    if (assembly->many) {
        struct scan_result *result = &scan->result;
        assembly->platform = image_platform(image->image, scan->arena);
        if (!platforms_add(assembly, &result->platforms, &result->platform_count))
            return arena_error(err);
    }
    for (size_t i = 0; i < image->package_count; i++)
        if (!assembly_add_package(assembly, image, i, &positions[i]))
            return arena_error(err);
    return !scan->store || assembly_match(assembly, image, positions, first, err);
}

/* The order of match_packages; needed again where several platforms were joined. */
static int finding_compare(const void *a, const void *b)
{
    const struct finding *x = &((const struct scan_finding *)a)->finding;
    const struct finding *y = &((const struct scan_finding *)b)->finding;
    if (x->severity != y->severity)
        return x->severity > y->severity ? -1 : 1;
    int order = slice_compare(x->package->name, y->package->name);
    return order ? order : slice_compare(x->id, y->id);
}

bool scan_assemble(struct scan *scan, struct error *err)
{
    struct assembly assembly = {.scan = scan, .many = scan->image_count > 1};
    table_init(&assembly.packages, scan->arena);
    table_init(&assembly.findings, scan->arena);
    table_init(&assembly.notes, scan->arena);
    for (size_t i = 0; i < scan->image_count; i++)
        if (!assembly_add_image(&assembly, &scan->images[i], i == 0, err))
            return false;
    if (assembly.many && scan->result.finding_count)
        qsort(scan->result.findings, scan->result.finding_count, sizeof *scan->result.findings,
              finding_compare);
    if (scan->image_count)
        scan->result.distribution =
            (assembly.shown ? assembly.shown : &scan->images[0])->distribution;
    return true;
}
