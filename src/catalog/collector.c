/* Where finders put what they find (finder.h). */
#include <stdio.h>
#include <stdlib.h>

#include "catalog/finder.h"
#include "image/path.h"

enum {
    MOST_NOTES = 200, /* a layer made of damage alone must not fill the report */
    LONGEST_TEXT = 4096,
};

void collector_init(struct collector *collector, struct arena *arena, struct arena *scratch,
                    struct analysis *analysis)
{
    *analysis = (struct analysis){0};
    *collector = (struct collector){.arena = arena, .scratch = scratch, .analysis = analysis};
}

static struct slice keep(struct collector *collector, struct slice text)
{
    if (text.len == 0)
        return (struct slice){"", 0};
    struct slice copy = arena_copy(collector->arena, slice_upto(text, LONGEST_TEXT));
    if (!copy.at)
        collector->failed = true;
    return copy;
}

/* Most packages of a database share their path and architecture: one copy serves them. */
static struct slice keep_as(struct collector *collector, struct slice text, struct slice earlier)
{
    return earlier.at && slice_equal(text, earlier) ? earlier : keep(collector, text);
}

void collector_add_package(struct collector *collector, const struct package *package)
{
    struct analysis *analysis = collector->analysis;
    struct package last = {0}, copy = *package;
    if (analysis->package_count)
        last = analysis->packages[analysis->package_count - 1];
    copy.name = keep(collector, package->name);
    copy.version = keep(collector, package->version);
    copy.source = package->source.len ? keep_as(collector, package->source, copy.name) : copy.name;
    copy.source_version = package->source_version.len
                              ? keep_as(collector, package->source_version, copy.version)
                              : copy.version;
    copy.arch = keep_as(collector, package->arch, last.arch);
    copy.vendor = keep_as(collector, package->vendor, last.vendor);
    copy.path = keep_as(collector, package->path, last.path);
    copy.evidence = keep(collector, package->evidence);
    copy.cpe = keep(collector, package->cpe);
    copy.license = keep_as(collector, package->license, last.license);
    if (collector->failed || !ARENA_PUSH(collector->arena, analysis->packages,
                                         analysis->package_count, analysis->package_room, copy))
        collector->failed = true;
}

void collector_add_distribution(struct collector *collector,
                                const struct distribution *distribution)
{
    struct analysis *analysis = collector->analysis;
    struct distribution copy = {
        .id = keep(collector, distribution->id),
        .version_id = keep(collector, distribution->version_id),
        .codename = keep(collector, distribution->codename),
        .pretty = keep(collector, distribution->pretty),
        .path = keep(collector, distribution->path),
    };
    if (!ARENA_PUSH(collector->arena, analysis->distributions, analysis->distribution_count,
                    analysis->distribution_room, copy))
        collector->failed = true;
}

void collector_add_note(struct collector *collector, struct slice path, const char *text)
{
    struct analysis *analysis = collector->analysis;
    if (analysis->note_count >= MOST_NOTES)
        return;
    bool last = analysis->note_count == MOST_NOTES - 1;
    struct note note = {
        .path = last ? (struct slice){"", 0} : keep(collector, path),
        .text = last ? SLICE("more of this layer could not be read; further notes are left out")
                     : keep(collector, slice_str(text)),
    };
    if (!ARENA_PUSH(collector->arena, analysis->notes, analysis->note_count, analysis->note_room,
                    note))
        collector->failed = true;
}

void collector_add_line_note(struct collector *collector, struct slice path, size_t line,
                             const char *text)
{
    char line_text[200];
    snprintf(line_text, sizeof line_text, "line %zu: %s", line, text);
    collector_add_note(collector, path, line_text);
}

void collector_add_owned(struct collector *collector, struct slice clean_path)
{
    if (finder_path_matters(clean_path) &&
        !ARENA_PUSH(collector->arena, collector->owned, collector->owned_count,
                    collector->owned_room, path_key(clean_path)))
        collector->failed = true;
}

void collector_add_written(struct collector *collector, struct slice clean_path)
{
    if (finder_path_matters(clean_path) &&
        !ARENA_PUSH(collector->arena, collector->written, collector->written_count,
                    collector->written_room, path_key(clean_path)))
        collector->failed = true;
}

void collector_add_removal(struct collector *collector, struct slice clean_path, bool opaque)
{
    struct analysis *analysis = collector->analysis;
    struct removal removal = {.path = keep(collector, clean_path), .opaque = opaque};
    if (!ARENA_PUSH(collector->arena, analysis->removals, analysis->removal_count,
                    analysis->removal_room, removal))
        collector->failed = true;
}

void collector_add_database(struct collector *collector, struct slice clean_path)
{
    struct analysis *analysis = collector->analysis;
    struct slice path = keep(collector, clean_path);
    if (!ARENA_PUSH(collector->arena, analysis->databases, analysis->database_count,
                    analysis->database_room, path))
        collector->failed = true;
}

void collector_add_secret(struct collector *collector, struct slice clean_path,
                          const struct secret_match *match, unsigned line)
{
    struct analysis *analysis = collector->analysis;
    struct layer_secret last = {0};
    if (analysis->secret_count)
        last = analysis->secrets[analysis->secret_count - 1];
    struct layer_secret made = {keep_as(collector, clean_path, last.path),
                                slice_str(match->kind->id), keep(collector, slice_str(match->hint)),
                                line + match->line};
    if (!ARENA_PUSH(collector->arena, analysis->secrets, analysis->secret_count,
                    analysis->secret_room, made))
        collector->failed = true;
}

void collector_add_observation(struct collector *collector, const struct observation *observation)
{
    struct analysis *analysis = collector->analysis;
    struct observation copy = {observation->kind, keep(collector, observation->path),
                               keep(collector, observation->detail),
                               keep(collector, observation->amount)};
    if (!ARENA_PUSH(collector->arena, analysis->observations, analysis->observation_count,
                    analysis->observation_room, copy))
        collector->failed = true;
}

static int compare_hashes(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static struct path_set sort_paths(uint64_t *hashes, size_t count)
{
    if (count == 0)
        return (struct path_set){0};
    qsort(hashes, count, sizeof *hashes, compare_hashes);
    size_t kept = 1;
    for (size_t i = 1; i < count; i++)
        if (hashes[i] != hashes[kept - 1])
            hashes[kept++] = hashes[i];
    return (struct path_set){hashes, kept};
}

bool collector_finish(struct collector *collector, struct error *err)
{
    if (collector->failed)
        return arena_error(err);
    collector->analysis->owned = sort_paths(collector->owned, collector->owned_count);
    collector->analysis->written = sort_paths(collector->written, collector->written_count);
    return true;
}
