#include "catalog/layer_catalog.h"

#include <stdio.h>

#include "catalog/layer_visit.h"
#include "image/path.h"

enum {
    PROGRAM_LEAST = 64,             /* bytes: smaller files are no programs, nor named files */
    SCRATCH_MAX = 64 * 1024 * 1024, /* of one package database's paths */
    HEAD_MAX = 4096,
};

static struct analysis *analysis_of(struct layer_visit *visit)
{
    return visit->collector.analysis;
}

/* Where a link leads, as a path in the image; `at` NULL when the budget is spent. */
static struct slice link_target(struct layer_visit *visit, const struct layer_entry *entry)
{
    bool in_folder = entry->type == ENTRY_SYMLINK && !slice_starts(entry->link, SLICE("/"));
    struct slice folder = in_folder ? path_folder(entry->path) : SLICE("");
    struct slice target =
        arena_printf(&visit->scratch, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(entry->link));
    return target.at ? path_clean(&visit->scratch, target) : target;
}

/* A database by its path, that is no plain file. A link to a file that is wanted by its own path is
   usual (etc/os-release); any other hides what is installed, and that is said. */
static void note_link(struct layer_visit *visit, const struct layer_entry *entry)
{
    const struct finder *finder = finder_for(entry->path);
    if (!finder || finder->only_owns)
        return;
    if (entry->type == ENTRY_SYMLINK && strcmp(finder->name, "distribution") == 0)
        return; /* etc/redhat-release of Fedora: os-release tells what it would */
    struct slice target = link_target(visit, entry);
    bool read_there = target.at && finder_for(target);
    arena_reset(&visit->scratch);
    if (read_there)
        return;
    collector_add_database(&visit->collector, entry->path);
    collector_add_note(&visit->collector, entry->path,
                       "is a link to another file, and was not read");
}

static enum layer_want visit_entry(void *context, const struct layer_entry *entry)
{
    struct layer_visit *visit = context;
    if (entry->type != ENTRY_FOLDER)
        collector_add_written(&visit->collector, entry->path);
    observe_entry(&visit->observe, entry, &visit->collector);
    if (entry->type == ENTRY_HARDLINK || entry->type == ENTRY_SYMLINK)
        note_link(visit, entry);
    if (entry->type != ENTRY_FILE || visit->collector.failed)
        return LAYER_NONE;
    visit->finder = finder_for(entry->path);
    visit->path = entry->path;
    visit->size = entry->size;
    visit->begun = false;
    visit->searched =
        !visit->finder && secret_file_wants(&visit->secrets, entry->path, entry->size);
    if (!visit->finder)
        return entry->size < PROGRAM_LEAST && !visit->searched ? LAYER_NONE : LAYER_PIECES;
    if (!visit->finder->only_owns)
        collector_add_database(&visit->collector, entry->path);
    const char *excuse = visit->finder->excuse;
    if (!excuse && entry->size <= visit->finder->limit)
        return LAYER_WHOLE;
    collector_add_note(&visit->collector, entry->path, excuse ? excuse : "is too large to be read");
    return LAYER_NONE;
}

static bool visit_bytes(void *context, uint64_t offset, struct slice bytes)
{
    struct layer_visit *visit = context;
    if (visit->finder) {
        visit->finder->read(visit->path, bytes, &visit->collector);
        arena_reset(&visit->scratch);
        return true;
    }
    if (offset == 0 && !visit->begun && visit->size >= PROGRAM_LEAST)
        visit->begun =
            program_begin(visit->scanner, visit->path, slice_upto(bytes, HEAD_MAX), visit->size);
    if (visit->searched)
        visit->searched =
            secret_file_feed(&visit->secrets, visit->path, offset, bytes, visit->size);
    if (!visit->begun)
        return visit->searched;
    program_feed(visit->scanner, offset, bytes);
    uint64_t end = offset + bytes.len;
    return end < visit->size &&
           (visit->searched || program_wants(visit->scanner, end, visit->size - end));
}

static bool visit_wants(void *context, uint64_t offset, uint64_t len)
{
    struct layer_visit *visit = context;
    return offset == 0 || visit->searched ||
           (visit->begun && program_wants(visit->scanner, offset, len));
}

static void visit_end(void *context, bool complete)
{
    struct layer_visit *visit = context;
    if (visit->finder && !complete)
        collector_add_note(&visit->collector, visit->path, "is too large to be read");
    if (visit->begun)
        program_end(visit->scanner, &visit->collector);
    visit->begun = false;
    secret_file_end(&visit->secrets);
}

static void visit_removal(void *context, struct slice path, bool opaque)
{
    struct layer_visit *visit = context;
    collector_add_removal(&visit->collector, path, opaque);
}

const struct layer_visitor layer_visitor = {
    .entry = visit_entry,
    .bytes = visit_bytes,
    .wants = visit_wants,
    .end = visit_end,
    .removal = visit_removal,
};

bool layer_visit_init(struct layer_visit *visit, const struct catalog_options *options,
                      struct arena *arena, struct analysis *analysis, struct error *err)
{
    *visit = (struct layer_visit){.scanner = program_scanner_new()};
    arena_init(&visit->scratch, SCRATCH_MAX);
    collector_init(&visit->collector, arena, &visit->scratch, analysis);
    bool secrets = options && options->secrets;
    if (!visit->scanner ||
        (secrets && !secret_file_init(&visit->secrets, &visit->collector, arena)))
        return arena_error(err);
    return true;
}

/* Go's VERSION and Java's release tell of a tree; a program in that tree tells it better. */
static bool told_better(const struct analysis *analysis, const struct package *named)
{
    struct slice base = path_base(named->path), tree = path_folder(named->path);
    if (named->type != PACKAGE_PROGRAM ||
        (!slice_equal(base, SLICE("VERSION")) && !slice_equal(base, SLICE("release"))))
        return false;
    for (size_t i = 0; i < analysis->package_count; i++) {
        const struct package *other = &analysis->packages[i];
        if (other != named && other->type == PACKAGE_PROGRAM &&
            slice_equal(other->name, named->name) && slice_starts(other->path, tree) &&
            other->path.len > tree.len && other->path.at[tree.len] == '/')
            return true;
    }
    return false;
}

static void drop_told_better(struct analysis *analysis)
{
    for (size_t i = 0; i < analysis->package_count;) {
        struct package *package = &analysis->packages[i];
        if (!told_better(analysis, package)) {
            i++;
            continue;
        }
        size_t behind = analysis->package_count - i - 1;
        memmove(package, package + 1, behind * sizeof *package);
        analysis->package_count--;
    }
}

bool layer_visit_finish(struct layer_visit *visit, bool good, const struct layer_summary *summary,
                        struct error *err)
{
    struct analysis *analysis = analysis_of(visit);
    struct slice diff_id = digest_slice(&summary->diff_id);
    if (!good) {
        collector_add_note(&visit->collector, (struct slice){"", 0}, err->text);
        analysis->partial = true;
    }
    analysis->entries = summary->entries;
    analysis->size = summary->size;
    analysis->diff_id = arena_copy(visit->collector.arena, diff_id);
    if (!analysis->diff_id.at)
        return arena_error(err);
    drop_told_better(analysis);
    observe_finish(&visit->observe, &visit->collector);
    return collector_finish(&visit->collector, err);
}

void layer_visit_done(struct layer_visit *visit)
{
    program_scanner_free(visit->scanner);
    secret_file_done(&visit->secrets);
    arena_done(&visit->scratch);
}

bool catalog_layer(struct stream *stored, const struct layer_options *options,
                   const struct catalog_options *wanted, struct arena *arena,
                   struct analysis *analysis, struct error *err)
{
    struct layer_visit visit;
    struct layer_summary summary = {0};
    bool good = layer_visit_init(&visit, wanted, arena, analysis, err);
    if (good) {
        good = layer_read(stored, options, &layer_visitor, &visit, arena, &summary, err);
        good = layer_visit_finish(&visit, good, &summary, err);
    }
    layer_visit_done(&visit);
    return good;
}
